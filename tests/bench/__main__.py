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
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand.commands.app import COMMANDS
from graduand.index.people_list import read_people_list
from graduand.workspace import Workspace, today
from tests.bench import interface
from tests.bench.bulk import Cost, growth, measured
from tests.bench.clock import Command, side_by_side
from tests.bench.generator import CHECKOUT, school_repository
from tests.bench.history import invent, wrong_events
from tests.bench.intake import costs
from tests.bench.saving import saving
from tests.bench.table import Target, at_most, line

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCRIPT = Path(sys.executable).with_name("graduand")
GRADUAND = (str(_SCRIPT),) if _SCRIPT.exists() else (sys.executable, "-m", "graduand")
OBJECTS = """
git log --reverse --raw --no-renames --no-abbrev --format= | awk '{ print $3; print $4 }' | grep -v '^0*$' |
awk '!seen[$0]++' | git cat-file --batch
"""
"""What every audit must have of git: what each commit changed, and what the changed files said."""

ARGUMENTS = """
import sys
from graduand import __main__, language
language.speak(__main__._language([]))
from graduand.commands.app import program
from graduand.commands.command_classes import command_of
program().make_context("graduand", [], resilient_parsing=True)
command_of(sys.argv[1]).make_context(sys.argv[1], [], resilient_parsing=True)
"""
"""What a command does before it does anything."""


def main() -> None:
    """Measure, print the table, and the same as JSON when asked."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--people", type=int, nargs="+", default=[10_000, 100_000], help="records of the generated schools"
    )
    parser.add_argument("--rounds", type=int, default=5, help="counted runs of each command")
    parser.add_argument("--quick", action="store_true", help="1,000 records, three rounds, no interface")
    parser.add_argument("--only", choices=list(PARTS), nargs="+", default=list(PARTS), help="parts of the table")
    parser.add_argument("--json", type=Path, help="write the results there too")
    options = parser.parse_args()
    if options.quick:
        options.people, options.rounds = [1_000], 3
    print(f"{options.people} records, {options.rounds} rounds, medians; of processor time, save on the wall")  # noqa: T201
    targets = []
    with tempfile.TemporaryDirectory() as folder:
        for target in chain.from_iterable(PARTS[part](Path(folder), options) for part in options.only):
            targets.append(target)
            print(line(target), flush=True)  # noqa: T201
    if options.json:
        options.json.write_text(json.dumps([target._asdict() for target in targets], indent=2) + "\n", encoding="utf-8")


def start(folder: Path, options: argparse.Namespace) -> Iterator[Target]:
    """Return what every command costs before it does anything."""
    yield from _start(folder, options.rounds)


def bulk(folder: Path, options: argparse.Namespace) -> Iterator[Target]:
    """Return what many records cost, and how that grows; of the largest school the interface too."""
    costs_of: dict[int, Cost] = {}
    for people in sorted(options.people):
        root = school_repository(folder / f"school-{people}", people, Workspace(CHECKOUT).school)
        for found in measured(root, people, GRADUAND, options.rounds):
            if isinstance(found, Target):
                yield found
            else:
                costs_of[people] = found
    for few, many in pairwise(sorted(costs_of)):
        yield from growth(costs_of[few], costs_of[many], many // few)
    if not options.quick:
        yield from seen(folder / f"school-{max(options.people)}", folder / "rows.json", options.rounds)


def seen(root: Path, rows: Path, rounds: int) -> Iterator[Target]:
    """Return what the interface costs with the records of `root`, in a pseudo-terminal."""
    people = interface.rows_file(root, rows)
    first, empty, table, memory = interface.first_rows(GRADUAND, root, rows, rounds)
    work = f"first row, {people:,} people, on the wall"
    yield Target("7", work, "an empty Textual application", first / empty, "<= 2 x", first <= 2 * empty, first, memory)
    yield Target("8", work, "Textual's DataTable", table / first, ">= 20 x faster", table >= 20 * first, first, memory)
    key, down = interface.keys(GRADUAND, root, rounds)
    yield Target("9", "a key in the search, ms", "first output", key * 1000, "<= 25 ms", key <= 0.025, key, memory)
    yield Target("", "the cursor down, ms", "first output", down * 1000, "", met=True, seconds=down, memory=memory)
    search = interface.search(read_people_list(Workspace(root), today()))
    yield Target("9s", "the search itself, ms", "", search * 1000, "<= 10 ms", search <= 0.01, search, memory)
    ours, theirs = saving(root, 40)
    ratio = ours / theirs
    yield Target("10", "save one record", "ruamel.yaml, there and back", ratio, "<= 2 x", ratio <= 2, ours, 0)


def history(folder: Path, options: argparse.Namespace) -> Iterator[Target]:
    """Return what the audit costs, and whether it finds the events of a generated history."""
    commits, crowd = (500, 1_000) if options.quick else (10_000, 20_000)
    root = folder / "history"
    invent(root, Workspace(CHECKOUT).school, commits=commits, people=crowd, plain=True)
    yield from audited(root, commits, options.rounds)
    yield faithful(folder / "odd", commits, crowd)


def intake(folder: Path, options: argparse.Namespace) -> Iterator[Target]:
    """Return what taking a class in costs."""
    yield from taken_in(folder, (1_000, 10_000) if options.quick else (10_000, 100_000), options.rounds)


def audited(root: Path, commits: int, rounds: int) -> Iterator[Target]:
    """Return what the audit of so many commits costs, the first time and when nothing is new.

    Each target is compared with a lower bound: the work of git alone, and the start of Python.
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
    work = f"audit, {commits} commits, cold, on the wall"
    yield at_most("11", work, "git log -p -U0", timed["cold"], timed["log"], 2.0, wall=True)
    yield at_most("11b", "the same", "git log --raw and its objects", timed["cold"], timed["git"], 4.0)
    # A month of a history of some years, as somebody asks for it.
    last = subprocess.run(("git", "log", "-1", "--format=%cs"), cwd=root, check=True, capture_output=True, text=True)
    since = (date.fromisoformat(last.stdout.strip()) - timedelta(days=30)).isoformat()
    timed = side_by_side(
        {
            "warm": Command((*GRADUAND, "audit", "--since", since), root),
            "python": Command((sys.executable, "-c", "pass"), root),
        },
        rounds,
    )
    over = (timed["warm"].cpu - timed["python"].cpu) * 1000
    seconds, memory = timed["warm"].wall, timed["warm"].memory
    yield Target("12", "audit, nothing new, ms", "python", over, "<= 120 ms over", over <= 120, seconds, memory)


def faithful(root: Path, commits: int, people: int) -> Target:
    """Return how many events of a generated history with all kinds of commits the audit misses or adds."""
    school = Workspace(CHECKOUT).school
    told = invent(root, school, commits=commits, people=people, seed=2)
    began = time.perf_counter()
    wrong = wrong_events(root, told).total()
    work = f"{len(told)} events, {commits} odd commits"
    return Target("11c", work, "what was invented", wrong, "0 wrong events", not wrong, time.perf_counter() - began, 0)


def taken_in(folder: Path, rows: tuple[int, int], rounds: int) -> Iterator[Target]:
    """Return what taking a class in costs, and how that grows."""
    few, many = (costs(folder, GRADUAND, number, rounds) for number in rows)
    reading = "the csv module reading the file"
    yield at_most("14", f"intake preview, {many.rows} rows", reading, many.preview, many.read, 6.0)
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
            **{name: Command((sys.executable, "-c", ARGUMENTS, name), root) for name in COMMANDS},
        },
        rounds * 3,
    )
    yield at_most("15", "graduand --version", "python -c pass", timed["version"], timed["python"], 1.3)
    worst = max(COMMANDS, key=lambda name: timed[name].cpu)
    over = (timed[worst].cpu - timed["python"].cpu) * 1000
    seconds, memory = timed[worst].wall, timed[worst].memory
    work = f"imports and arguments, ms: {worst}"
    yield Target("16", work, "python", over, "<= 110 ms over", over <= 110, seconds, memory)


PARTS: Final = {"start": start, "bulk": bulk, "history": history, "intake": intake}


if __name__ == "__main__":
    main()
