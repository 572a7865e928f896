"""What taking a class in costs, beside the csv module merely reading the registrar's file."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.bench.clock import Command, Timed, once, side_by_side
from tests.bench.generator import CHECKOUT
from tests.intake.registrars import carthage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_READ: Final = """
import csv, sys
for row in csv.reader(open(sys.argv[1], encoding="cp1252", newline="")):
    pass
"""
_CLASS: Final = ("--cohort", "2026-spring", "--kind", "graduated", "--end-date", "2026-05-31")


class Costs(NamedTuple):
    """What a file of so many rows costs."""

    rows: int
    read: Timed
    """The csv module reads it, and does nothing with it."""
    preview: Timed
    apply: Timed
    """All records are written and committed; once, for the second time there is nothing to do."""


def costs(folder: Path, graduand: Sequence[str], rows: int, rounds: int) -> Costs:
    """Measure, in a repository below `folder` in which nobody is yet."""
    root = _empty(folder / f"intake-{rows}")
    path = folder / f"{rows}_users.csv"
    path.write_bytes(carthage(rows))
    words = (*graduand, "intake", str(path), *_CLASS)
    timed = side_by_side(
        {
            "read": Command((sys.executable, "-c", _READ, str(path)), root),
            "preview": Command(words, root),
        },
        rounds,
    )
    return Costs(rows, timed["read"], timed["preview"], once("apply", Command((*words, "--apply"), root)))


def _empty(root: Path) -> Path:
    (root / "records").mkdir(parents=True)
    shutil.copytree(CHECKOUT / "schema", root / "schema")
    (root / ".gitignore").write_text("/build/\n", encoding="utf-8")
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    return root
