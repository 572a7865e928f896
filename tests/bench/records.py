"""What many records cost: cold, warm, after an edit, in other forms, against the last upload (1 to 6, 13, 22)."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

from graduand.rules import judgement, memo
from graduand.workspace import Workspace, today
from tests.bench.clock import Command, Timed, side_by_side
from tests.bench.generator import Form
from tests.bench.run import GRADUAND, Run, git, graduand
from tests.bench.table import Limit, Target, compared, counted, faster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARSE: Final = """
import pathlib, yaml
from yaml.cyaml import CBaseLoader
for path in pathlib.Path("records").rglob("*.yaml"):
    with open(path, encoding="utf-8") as file:
        yaml.load(file.read(), CBaseLoader)
"""
STAT: Final = """
import os
def visit(folder):
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                visit(f"{folder}/{entry.name}")
            else:
                entry.stat(follow_symlinks=False)
visit("records")
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
"""What a programmer writes in an afternoon: no check, no history, no plan."""

CHECK: Final = (*GRADUAND, "check", "--no-cache")
COMPILE: Final = (*GRADUAND, "compile", "--no-cache")
PARSING: Final = "CBaseLoader merely parsing them"
SOME: Final = 500
"""Records that the slow competitors see; their time is scaled."""
LARGE: Final = 100_000
"""Records from which the target of number 4 holds."""
MOST_COLD: Final = {500: 2.0, 10_000: 0.7, 100_000: 0.6}
FORMS: Final = {"plan": (), "plan --changed": (), "plan --only deactivate": (), "compile --changed": ()}


def parse(root: Path) -> Command:
    """Return the yardstick of everything cold."""
    return Command((sys.executable, "-c", PARSE), root)


def cold(run: Run) -> Iterator[Target]:
    """Return what a check and a compile cost that remember nothing (1), of 500 records too."""
    for people in sorted({500, *run.sizes}):
        root = run.school(people)
        timed = side_by_side(
            {"check": Command(CHECK, root), "compile": Command(COMPILE, root), "parse": parse(root)}, run.rounds
        )
        most = next((most for size, most in sorted(MOST_COLD.items()) if people <= size), MOST_COLD[100_000])
        for work in ("check", "compile"):
            cost = run.remember(f"cold {work}", people, timed[work])
            yield compared("1", f"cold {work}, {people:,}", cost, (PARSING, timed["parse"]), Limit(most))


def misses(run: Run) -> Iterator[Target]:
    """Return how many records were a new case for each check that is remembered: the more, the less it pays."""
    root, day = run.school(run.middle), today()
    workspace = Workspace(root)
    judgement.forget()
    for record in workspace.records(workspace.record_paths()):
        judgement.judge(record, workspace.school, day)
    for check, number in sorted(judgement.new_cases(workspace.school, day).items()):
        yield counted("1", f"new cases of {check} in {run.middle:,} records", number, memo.ROOM // 2, "records")


def competitors(run: Run) -> Iterator[Target]:
    """Return how much faster a cold check is than what else checks YAML (2); their time is scaled."""
    people = run.middle
    root = run.school(people)
    some = [str(path) for path in sorted((root / "records").rglob("*.yaml"))[:SOME]]
    schema = ("--schemafile", "schema/transition.schema.json")
    words = {
        "check-jsonschema": (sys.executable, "-m", "check_jsonschema", *schema),
        "yamllint": (sys.executable, "-m", "yamllint", "-d", "relaxed"),
        "a script of PyYAML and csv": (sys.executable, "-c", SCRIPT),
    }
    timed = side_by_side({"check": Command(CHECK, root)}, run.rounds)
    for name, command in words.items():
        timed |= side_by_side(
            {"all": Command((*command, *some), root), "one": Command((*command, some[0]), root)}, min(run.rounds, 2)
        )
        scaled = timed["one"].cpu + (timed["all"].cpu - timed["one"].cpu) * (people - 1) / (len(some) - 1)
        number, least = ("2", 20.0) if name == "check-jsonschema" else ("", 0.0)
        beside = f"{name}, {len(some)} scaled"
        yield faster(number, f"cold check, {people:,}", timed["check"], (beside, scaled), least)


def forms(run: Run) -> Iterator[Target]:
    """Return what files cost that are not in canonical form (3), beside parsing the canonical ones."""
    people = run.middle
    for form, name, most in (
        (Form.ORDERS, "five other orders, comments", 0.8),
        (Form.SHAPES, "each file a shape of its own", 2.5),
    ):
        root = run.school(people, form)
        commands = {
            "check": Command(CHECK, root),
            "compile": Command(COMPILE, root),
            "parse": parse(run.school(people)),
        }
        timed = side_by_side(commands, run.rounds)
        for work in ("check", "compile"):
            yield compared("3", f"cold {work}, {name}", timed[work], (PARSING, timed["parse"]), Limit(most))


def warned(run: Run) -> Iterator[Target]:
    """Return what a cold check costs when every record has a warning (22)."""
    people = run.middle
    root = run.school(people, Form.WARNED)
    timed = side_by_side({"check": Command(CHECK, root), "parse": parse(run.school(people))}, run.rounds)
    work = f"cold check, a warning on each of {people:,}"
    yield compared("22", work, timed["check"], (PARSING, timed["parse"]), Limit(2))


def warm(run: Run) -> Iterator[Target]:
    """Return what a compile costs when nothing has changed (4)."""
    for people in run.sizes:
        root = run.school(people)
        timed = side_by_side({"warm": Command((*GRADUAND, "compile"), root), "stat": _stat(root)}, run.rounds)
        cost = run.remember("warm compile", people, timed["warm"])
        other = ("os.scandir and stat of every file", timed["stat"])
        if people < LARGE:  # the start of Python weighs more than the files; measured for the growth (17) only
            yield Target(
                "4",
                f"warm compile, {people:,}",
                other[0],
                cost.cpu / other[1].cpu,
                "",
                met=True,
                seconds=cost.wall,
                memory=0,
            )
            continue
        yield compared("4", f"warm compile, {people:,}", cost, other, Limit(4))
        yield compared("", f"warm compile, {people:,}", cost, other, Limit(4, wall=True))


def _stat(root: Path) -> Command:
    return Command((sys.executable, "-c", STAT), root)


def edited(run: Run) -> Iterator[Target]:
    """Return what a compile costs after one edit (5)."""
    for people in run.sizes:
        root = run.school(people)
        first = next(path for path in sorted((root / "records").rglob("*.yaml")) if b"gpa" in path.read_bytes())
        edit = ("sh", "-c", f"sed -i s/gpa:.*/'gpa: 2.'$(( $$ % 90 + 10 ))/ {first}; exec \"$@\"", "sh")
        warm_cost = side_by_side({"warm": Command((*GRADUAND, "compile"), root)}, run.rounds)["warm"]
        # By itself: a file that was edited just now may change once more unseen, and is read again for two seconds.
        words = (*edit, *GRADUAND, "compile", "--allow-dirty")
        cost = side_by_side({"edited": Command(words, root)}, run.rounds)["edited"]
        git(root, "checkout", "--quiet", "records")
        yield compared("5", f"warm compile after one edit, {people:,}", cost, ("number 4", warm_cost), Limit(1.4))


def memory(run: Run) -> Iterator[Target]:
    """Return the peak memory of a first and of a warm compile, with the usual columns and with all (6)."""
    people = max(run.sizes)
    for form, name, most in ((Form.CANONICAL, "usual columns", 250), (Form.ALL_COLUMNS, "all 33 columns", 350)):
        root = run.school(people, form)
        fresh = ("sh", "-c", 'rm -rf .git/graduand; exec "$@"', "sh")
        words = (*GRADUAND, "compile")
        timed = side_by_side({"cold": Command((*fresh, *words), root)}, 1)
        timed |= side_by_side({"warm": Command(words, root)}, 1)
        for work, cost in timed.items():
            yield counted("6", f"{work} compile, {people:,}, {name}", cost.memory, most, "MB", cost)


def against_the_upload(run: Run) -> Iterator[Target]:
    """Return what every form of a plan costs after an upload, with 1 % of the records changed since (13)."""
    for people in run.sizes:
        root = run.school(people)
        graduand(root, "compile")
        graduand(root, "uploaded", "build/manifest.json")
        change_some(root, people)
        again = {form: ("--again",) if form.startswith("compile --changed") else () for form in FORMS}
        commands = {form: Command((*GRADUAND, *form.split(), *again[form]), root) for form in FORMS}
        commands["warm"] = Command((*GRADUAND, "compile"), root)
        timed = side_by_side(commands, run.rounds)
        for form in FORMS:
            yield _form(run, form, people, timed[form], timed["warm"])
        _deliver_by_s3(root)
        commands = {"s3": Command((*GRADUAND, "compile", "--changed", "--again"), root), "warm": commands["warm"]}
        timed |= side_by_side(commands, run.rounds)
        yield _form(run, "compile --changed, delivery: s3", people, timed["s3"], timed["warm"])


def _form(run: Run, form: str, people: int, ours: Timed, warm_compile: Timed) -> Target:
    run.remember(form, people, ours)
    return compared("13", f"{form}, {people:,}", ours, ("number 4, with the same upload", warm_compile), Limit(1.25))


def change_some(root: Path, people: int) -> None:
    """Change 1 % of the records, close one account in 2,000, and commit."""
    paths = sorted((root / "records").rglob("*.yaml"))
    for number, path in enumerate(paths[:: max(len(paths) // max(people // 100, 1), 1)]):
        text = path.read_text(encoding="utf-8")
        text = re.sub("campus_name: .*", "campus_name: Rive gauche", text)
        if number % 20 == 0 and "disabled" not in text:
            text = text.replace("transition:\n", "disabled: true\ntransition:\n")
            text += "  account:\n    reason: requested-by-student\n    requested_by: student\n"
        path.write_text(text, encoding="utf-8")
    git(root, "commit", "--quiet", "--all", "--message", "Change some")


def _deliver_by_s3(root: Path) -> None:
    path = root / "schema" / "institution.yaml"
    text = re.sub("^delivery:.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    path.write_text(f"{text}delivery: s3\n", encoding="utf-8")
    git(root, "commit", "--quiet", "--all", "--message", "Deliver by S3")
