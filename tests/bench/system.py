"""A system of campuses, one repository each: what every step costs on one core, and campuses side by side.

`python -m tests.bench.system FOLDER --campuses 20 --people 50000` invents them below FOLDER and prints what each step
costs as soon as it is known; nothing is deleted. Seconds on the wall mean little on a machine that has other work.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand.workspace import Workspace
from tests.bench.clock import Command, Timed, once
from tests.bench.generator import CHECKOUT, school_repository
from tests.bench.records import change_some
from tests.bench.run import GRADUAND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FRESH: Final = ("sh", "-c", 'rm -rf .git/graduand; exec "$@"', "sh")
_ONE_CORE: Final = ("taskset", "--cpu-list", "0")
_TWO_CORES: Final = ("taskset", "--cpu-list", "0,1")
_EVERYTHING: Final = 'cd "$0" && rm -rf .git/graduand && graduand check && graduand compile --again'


def main() -> None:
    """Invent the campuses, measure every step of a year at some of them, and the first compile at all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.system", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the campuses are made")
    parser.add_argument("--campuses", type=int, default=20)
    parser.add_argument("--people", type=int, default=50_000, help="records of each campus")
    parser.add_argument("--years", type=int, default=3, help="campuses at which every step of a year is measured")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    roots: list[Path] = []
    for number in range(options.campuses):
        root = options.folder / f"campus-{number:02}"
        school_repository(root, options.people, Workspace(CHECKOUT).school, seed=number + 1, commit=False)
        roots.append(root)
        for work, cost in _first_steps(root):
            _say(root.name, work, cost)
        if number < options.years:
            for work, cost in _year(root, options.people):
                _say(root.name, work, cost)
        for what, size in _disk(root):
            print(f"{root.name}  {what:<44} {size / 1e6:8.1f} MB", flush=True)  # noqa: T201
        if len(roots) == max(options.years, 2):
            _side_by_side(roots)
    _side_by_side(roots)


def _say(campus: str, work: str, cost: Timed) -> None:
    print(  # noqa: T201
        f"{campus}  {work:<44} {cost.cpu:8.2f} s cpu {cost.wall:8.2f} s wall {cost.memory:5.0f} MB"
        f"  load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def _timed(root: Path, work: str, *words: str, cores: tuple[str, ...] = _ONE_CORE) -> tuple[str, Timed]:
    return work, once(work, Command((*cores, *words), root))


def _first_steps(root: Path) -> Iterator[tuple[str, Timed]]:
    """Yield what a campus costs before anything was sent."""
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    subprocess.run(["git", "config", "gc.auto", "0"], cwd=root, check=True)  # it would run beside what is measured
    yield _timed(root, "git add of everything", "git", "add", "-A")
    yield _timed(root, "git commit of everything", "git", "commit", "-q", "-m", "Begin")
    yield _timed(root, "check, cold", *_FRESH, *GRADUAND, "check")
    yield _timed(root, "compile, cold", *_FRESH, *GRADUAND, "compile")
    yield _timed(root, "compile, warm", *GRADUAND, "compile")


def _year(root: Path, people: int) -> Iterator[tuple[str, Timed]]:
    """Yield the other steps of a year, in the order in which they need one another."""
    some = (f"{number:08}" for number in range(0, people, 100))
    yield _timed(root, "git gc", "git", "gc", "--quiet")
    yield _timed(root, "compile, cold, two cores", *_FRESH, *GRADUAND, "compile", cores=_TWO_CORES)
    yield _timed(root, "compile, warm, two cores", *GRADUAND, "compile", cores=_TWO_CORES)
    yield _timed(root, "check, warm", *GRADUAND, "check")
    yield _timed(root, "uploaded", *GRADUAND, "uploaded", "build/manifest.json")
    change_some(root, people)
    yield _timed(root, "plan after 1 % changed", *GRADUAND, "plan")
    yield _timed(root, "plan, warm", *GRADUAND, "plan")
    yield _timed(root, "plan, warm, two cores", *GRADUAND, "plan", cores=_TWO_CORES)
    yield _timed(root, "compile --changed", *GRADUAND, "compile", "--changed")
    yield _timed(root, "edit of one record, saved and committed", *GRADUAND, "edit", "00000001", "last_name=Martin")
    yield _timed(root, "edit of 1 %, one commit", *GRADUAND, "edit", *some, "campus_name=Nord")
    yield _timed(root, "audit, cold", *GRADUAND, "audit", "--kind", "deactivated", "--json")


def _disk(root: Path) -> Iterator[tuple[str, int]]:
    """Yield what takes how many bytes on the disk."""
    for what, path in (
        ("records", root / "records"),
        ("git's objects", root / ".git/objects"),
        ("what is remembered", root / ".git/graduand"),
    ):
        yield what, sum(found.lstat().st_blocks * 512 for found in (path, *path.rglob("*")))
    yield "git's index", (root / ".git/index").stat().st_size


def _side_by_side(roots: Sequence[Path]) -> None:
    """Check and compile all campuses anew, one after the other on one core and then two at a time on two."""
    path = f"{Path(GRADUAND[0]).parent}:{os.environ['PATH']}"
    given = "\0".join(map(str, roots)).encode()
    for name, cores, jobs in (("one at a time, one core", _ONE_CORE, 1), ("two at a time, two cores", _TWO_CORES, 2)):
        words = [*cores, "xargs", "-0", "-n", "1", "-P", str(jobs), "sh", "-c", _EVERYTHING]
        began, before = time.perf_counter(), os.times()
        subprocess.run(words, input=given, env={**os.environ, "PATH": path}, check=True, stdout=subprocess.DEVNULL)
        wall, after = time.perf_counter() - began, os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        print(f"{len(roots)} campuses, check and compile, cold, {name}: {cpu:.1f} s cpu {wall:.1f} s wall", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
