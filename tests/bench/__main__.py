"""make bench: what graduand costs, as ratios to what else could do the work, all measured in one run.

The machines that this runs on are noisy: trust the ratios of processor time, not single seconds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from graduand.workspace import Workspace
from tests.bench.clock import Command, Timed, side_by_side
from tests.bench.generator import CHECKOUT, school_repository
from tests.bench.history import invent, mistold
from tests.bench.intake import costs

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCRIPT = Path(sys.executable).with_name("graduand")
GRADUAND = (str(_SCRIPT),) if _SCRIPT.exists() else (sys.executable, "-m", "graduand")
PARSE = """
import sys, pathlib, yaml
from yaml.cyaml import CBaseLoader
for path in pathlib.Path("records").rglob("*.yaml"):
    with open(path, encoding="utf-8") as file:
        yaml.load(file.read(), CBaseLoader)
"""
OBJECTS = """
git log --reverse --raw --no-renames --no-abbrev --format= | awk '{ print $3; print $4 }' | grep -v '^0*$' |
awk '!seen[$0]++' | git cat-file --batch
"""
"""What every audit must have of git: what each commit changed, and what the changed files said."""
CAT = "find records -name '*.yaml' -print0 | xargs -0 cat"


class Target(NamedTuple):
    """One line of the table."""

    number: str
    work: str
    beside: str
    ratio: float
    wanted: str
    met: bool
    seconds: float
    memory: float


def main() -> None:
    """Measure, print the table, and the same as JSON when asked."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--people", type=int, default=10_000, help="records of the generated school")
    parser.add_argument("--rounds", type=int, default=5, help="counted runs of each command")
    parser.add_argument("--quick", action="store_true", help="1,000 records, three rounds")
    parser.add_argument("--json", type=Path, help="write the results there too")
    options = parser.parse_args()
    people, rounds = (1_000, 3) if options.quick else (options.people, options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        root = school_repository(Path(folder) / "school", people, Workspace(CHECKOUT).school)
        print(f"{people} records, {rounds} rounds, medians; ratios are of processor time")  # noqa: T201
        targets = []
        commits, crowd = (500, 1_000) if options.quick else (10_000, 20_000)
        history = Path(folder) / "history"
        invent(history, Workspace(CHECKOUT).school, commits=commits, people=crowd, plain=True)
        odd = faithful(Path(folder) / "odd", commits, crowd)
        rows = (1_000, 10_000) if options.quick else (10_000, 100_000)
        for target in (
            *measured(root, people, rounds),
            *audited(history, commits, rounds),
            odd,
            *taken_in(Path(folder), rows, rounds),
        ):
            targets.append(target)
            print(_line(target), flush=True)  # noqa: T201
    if options.json:
        options.json.write_text(json.dumps([target._asdict() for target in targets], indent=2) + "\n", encoding="utf-8")


def measured(root: Path, people: int, rounds: int) -> Iterator[Target]:
    """Return the targets one by one, as they are measured."""
    yield from _start(root, rounds)
    yield from _bulk(root, rounds)
    yield from _referee(root, people)


def audited(root: Path, commits: int, rounds: int) -> Iterator[Target]:
    """Return what the audit of so many commits costs, the first time and when nothing is new.

    Beside each target stands what bounds it: what git alone must do, and the start of any command.
    """
    forget = 'rm -rf .git/graduand; exec "$@"'
    words = (*GRADUAND, "audit", "--kind", "deactivated", "--json")
    timed = side_by_side(
        {
            "cold": Command(("sh", "-c", forget, "sh", *words), root),
            "log": Command(("git", "log", "-p", "-U0"), root),
            "git": Command(("sh", "-c", OBJECTS), root),
        },
        rounds,
    )
    yield _ratio("11", f"audit, {commits} commits, cold", "git log -p -U0", timed["cold"], timed["log"], 0.8)
    yield _ratio("11b", "the same", "git log --raw and its objects", timed["cold"], timed["git"], 4.0)
    # A month of a history of some years, as somebody asks for it.
    last = subprocess.run(("git", "log", "-1", "--format=%cs"), cwd=root, check=True, capture_output=True, text=True)
    since = (date.fromisoformat(last.stdout.strip()) - timedelta(days=30)).isoformat()
    timed = side_by_side(
        {
            "warm": Command((*GRADUAND, "audit", "--since", since), root),
            "version": Command((*GRADUAND, "--version"), root),
            "help": Command((*GRADUAND, "audit", "--help"), root),
        },
        rounds,
    )
    yield _ratio("12", "audit, nothing new", "graduand --version", timed["warm"], timed["version"], 5.0)
    yield _ratio("12b", "the same", "graduand audit --help", timed["warm"], timed["help"], 2.0)


def faithful(root: Path, commits: int, people: int) -> Target:
    """Return how many events of a history in which everything happens the audit misses or adds."""
    school = Workspace(CHECKOUT).school
    told = invent(root, school, commits=commits, people=people, seed=2)
    began = time.perf_counter()
    wrong = mistold(root, school, told).total()
    work = f"{len(told)} events, {commits} odd commits"
    return Target("11c", work, "what was invented", wrong, "0 mistold", not wrong, time.perf_counter() - began, 0)


def taken_in(folder: Path, rows: tuple[int, int], rounds: int) -> Iterator[Target]:
    """Return what taking a class in costs, and how that grows."""
    few, many = (costs(folder, GRADUAND, number, rounds) for number in rows)
    reading = "the csv module reading the file"
    yield _ratio("14", f"intake preview, {many.rows} rows", reading, many.preview, many.read, 6.0)
    times = many.rows // few.rows
    growth = many.preview.cpu / few.preview.cpu
    beside = f"{few.rows} rows"
    seconds, memory = many.preview.wall, many.preview.memory
    yield Target("17", f"preview, {times} x the rows", beside, growth, "<= 11 x", growth <= 11, seconds, memory)
    # No target: files, journal, and git, which writes an object for each.
    seconds, memory = many.apply.wall, many.apply.memory
    ratio = many.apply.cpu / many.read.cpu
    yield Target("", f"intake --apply, {many.rows} rows", reading, ratio, "", met=True, seconds=seconds, memory=memory)


def _start(root: Path, rounds: int) -> Iterator[Target]:
    timed = side_by_side(
        {
            "python": Command((sys.executable, "-c", "pass"), root),
            "version": Command((*GRADUAND, "--version"), root),
            "imports": Command(
                (sys.executable, "-c", "from graduand.commands.app import build; build(['check'])"), root
            ),
        },
        rounds * 3,
    )
    yield _ratio("15", "graduand --version", "python -c pass", timed["version"], timed["python"], 1.3)
    over = (timed["imports"].cpu - timed["python"].cpu) * 1000
    seconds, memory = timed["imports"].wall, timed["imports"].memory
    yield Target("16", "imports and arguments", "python", over, "<= 60 ms over", over <= 60, seconds, memory)


def _bulk(root: Path, rounds: int) -> Iterator[Target]:
    timed = side_by_side(
        {
            "check": Command((*GRADUAND, "check"), root),
            "compile": Command((*GRADUAND, "compile"), root),
            "parse": Command((sys.executable, "-c", PARSE), root),
            "cat": Command(("sh", "-c", CAT), root),
        },
        rounds,
    )
    for work in ("check", "compile"):
        yield _ratio("1", f"cold {work}", "PyYAML CBaseLoader, parse only", timed[work], timed["parse"], 0.4)
    yield _ratio("3", "cold compile", "find | xargs cat", timed["compile"], timed["cat"], 3.0, wall=True)


def _referee(root: Path, people: int) -> Iterator[Target]:
    """check-jsonschema takes minutes at size: it sees the first 500 records, and its time is scaled."""
    some = [str(path) for path in sorted((root / "records").rglob("*.yaml"))[:500]]
    schema = ("--schemafile", "schema/transition.schema.json")
    timed = side_by_side(
        {
            "referee": Command((sys.executable, "-m", "check_jsonschema", *schema, *some), root),
            "check": Command((*GRADUAND, "check"), root),
        },
        1,
    )
    scaled = timed["referee"].cpu * people / len(some)
    faster = scaled / timed["check"].cpu
    beside = f"check-jsonschema ({len(some)} records, scaled)"
    yield Target(
        "2", "cold check", beside, faster, ">= 50 x faster", faster >= 50, timed["check"].wall, timed["check"].memory
    )


def _ratio(  # noqa: PLR0913 - a line of the table has these columns
    number: str, work: str, beside: str, ours: Timed, theirs: Timed, most: float, *, wall: bool = False
) -> Target:
    ratio = ours.wall / theirs.wall if wall else ours.cpu / theirs.cpu
    return Target(number, work, beside, ratio, f"<= {most} x", ratio <= most, ours.wall, ours.memory)


def _line(target: Target) -> str:
    met = "met    " if target.met else "NOT MET"
    return (
        f"{target.number:>4} {met}  {target.work:<22} {target.ratio:8.2f}  {target.wanted:<15} "
        f"beside {target.beside:<42} {target.seconds:7.3f} s  {target.memory:5.0f} MB"
    )


if __name__ == "__main__":
    main()
