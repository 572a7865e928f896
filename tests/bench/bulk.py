"""What many records cost: afresh, remembered, after an edit, against the last upload; beside what else could do it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.bench.clock import Command, Timed, side_by_side
from tests.bench.table import Target, at_most, faster

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from pathlib import Path

PARSE: Final = """
import pathlib, yaml
from yaml.cyaml import CBaseLoader
for path in pathlib.Path("records").rglob("*.yaml"):
    with open(path, encoding="utf-8") as file:
        yaml.load(file.read(), CBaseLoader)
"""
CAT: Final = "find records -name '*.yaml' -print0 | xargs -0 cat"
LOOK: Final = """
import os
def look(folder):
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                look(f"{folder}/{entry.name}")
            else:
                entry.stat(follow_symlinks=False)
look("records")
"""
SCRIPT: Final = """
import csv, sys, yaml
rows = []
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        record = yaml.safe_load(file)
    study = record.pop("primary_education", {})
    record.pop("transition", None)
    rows.append({**record, **{f"primary_education:{key}": value for key, value in study.items()}})
columns = sorted({key for row in rows for key in row})
writer = csv.DictWriter(sys.stdout, columns)
writer.writeheader()
writer.writerows(rows)
"""
"""What somebody writes in an afternoon: no check, no history, no plan."""

SOME: Final = 500
"""Records that the slow ones see; their time is scaled."""

_FRESH: Final = ("sh", "-c", 'rm -rf .git/graduand; exec "$@"', "sh")


class Cost(NamedTuple):
    """What the same school costs, for its growth."""

    check: Timed
    warm: Timed
    plan: Timed


def measured(root: Path, people: int, graduand: Sequence[str], rounds: int) -> Iterator[Target | Cost]:
    """Return the targets of a school one by one, and at last what is held against other sizes."""
    check, compiling = (*graduand, "check", "--no-cache"), (*graduand, "compile")
    timed = side_by_side(
        {
            "check": Command(check, root),
            "compile": Command((*compiling, "--no-cache"), root),
            "first": Command((*_FRESH, *compiling), root),
            "parse": Command((sys.executable, "-c", PARSE), root),
            "cat": Command(("sh", "-c", CAT), root),
        },
        rounds,
    )
    size = f"{people:,}"
    for work in ("check", "compile"):
        yield at_most(
            "1", f"cold {work}, {size}", "PyYAML's CBaseLoader, parsing alone", timed[work], timed["parse"], 0.4
        )
    yield at_most(
        "3", f"cold compile, {size}, on the wall", "find | xargs cat", timed["first"], timed["cat"], 3, wall=True
    )
    yield at_most("3c", "the same, of the processors", "find | xargs cat", timed["first"], timed["cat"], 3)
    cold = timed["check"]
    yield from _others(root, people, cold)
    warm = yield from _remembered(root, size, compiling, rounds)
    plan = yield from _sent(root, size, graduand, rounds)
    memory = max(timed["first"].memory, warm.memory)
    yield Target("6", f"memory of 3 and 4, {size}", "", memory, "<= 200 MB", memory <= 200, warm.wall, memory)
    yield Cost(cold, warm, plan)


def _remembered(root: Path, size: str, compiling: Sequence[str], rounds: int) -> Generator[Target, None, Timed]:
    """Return what a compile costs when nothing has changed, and after one edit."""
    first = str(next(path for path in sorted((root / "records").rglob("*.yaml")) if b"gpa" in path.read_bytes()))
    edit = ("sh", "-c", f"sed -i s/gpa:.*/'gpa: 2.'$(( $$ % 90 + 10 ))/ {first}; exec \"$@\"", "sh")
    timed = side_by_side(
        {"warm": Command(compiling, root), "look": Command((sys.executable, "-c", LOOK), root)}, rounds
    )
    # By itself: a file that was edited just now may change once more unseen, and is read again for two seconds.
    timed |= side_by_side({"edited": Command((*edit, *compiling, "--allow-dirty"), root)}, rounds)
    subprocess.run(["git", "checkout", "--quiet", "records"], cwd=root, check=True)
    warm, beside = timed["warm"], "os.scandir and stat of every file"
    yield at_most("4", f"warm compile, {size}, on the wall", beside, warm, timed["look"], 3, wall=True)
    yield at_most("4c", "the same, of the processors", beside, warm, timed["look"], 3)
    yield at_most("5", f"warm compile after one edit, {size}", "number 4", timed["edited"], warm, 1.4)
    return warm


def _sent(root: Path, size: str, graduand: Sequence[str], rounds: int) -> Generator[Target, None, Timed]:
    """Note an upload, and return what the plan against it costs."""
    for words in (("compile",), ("uploaded", "build/manifest.json")):
        subprocess.run([*graduand, *words], cwd=root, check=True, capture_output=True)
    timed = side_by_side(
        {"plan": Command((*graduand, "plan"), root), "warm": Command((*graduand, "compile"), root)}, rounds
    )
    yield at_most("13", f"plan against the last upload, {size}", "number 4, then", timed["plan"], timed["warm"], 1.5)
    return timed["plan"]


def _others(root: Path, people: int, cold: Timed) -> Iterator[Target]:
    """Others take minutes at size: they see some records, and what that takes beyond their start is scaled."""
    some = [str(path) for path in sorted((root / "records").rglob("*.yaml"))[:SOME]]
    schema = ("--schemafile", "schema/transition.schema.json")
    words = {
        "check-jsonschema": (sys.executable, "-m", "check_jsonschema", *schema),
        "yamllint": (sys.executable, "-m", "yamllint", "-d", "relaxed"),
        "a script of PyYAML and csv": (sys.executable, "-c", SCRIPT),
    }
    commands = {}
    for name, command in words.items():
        commands[name] = Command((*command, *some), root)
        commands[f"{name}, one"] = Command((*command, some[0]), root)
    timed = side_by_side(commands, 1)
    for name in words:
        one, all_of_them = timed[f"{name}, one"].cpu, timed[name].cpu
        scaled = one + (all_of_them - one) * (people - 1) / (len(some) - 1)
        number, least = ("2", 50.0) if name == "check-jsonschema" else ("", 0.0)
        yield faster(number, f"cold check, {people:,}", f"{name} ({len(some)} records, scaled)", cold, scaled, least)


def growth(few: Cost, many: Cost, times: int) -> Iterator[Target]:
    """Return how what a school costs grows with its size."""
    for name, less, more in (
        ("cold check", few.check, many.check),
        ("warm compile", few.warm, many.warm),
        ("plan", few.plan, many.plan),
    ):
        ratio = more.cpu / less.cpu
        work = f"{name}, {times} x the records"
        yield Target("17", work, "the smaller school", ratio, "<= 11 x", ratio <= 11, more.wall, more.memory)
