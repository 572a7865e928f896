"""What laying outstanding cells over a nightly sync file costs, beside the csv module reading and writing it (23)."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Final

from tests.bench.clock import Command, side_by_side
from tests.bench.generator import records
from tests.bench.run import GRADUAND, Run
from tests.bench.table import Limit, Target, compared, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COPY: Final = """
import csv, sys
file, new = (open(path, mode, encoding="utf-8", newline="") for path, mode in zip(sys.argv[1:], "rw"))
csv.writer(new).writerows(csv.reader(file))
"""
_MEMORY: Final = 300
_MISSING: Final = ("primary_education:currently_attending", "disabled")
"""Columns that the file lacks, so that each of its rows changes."""


def overlay(run: Run) -> Iterator[Target]:
    """Return what an overlay costs, of ten rows a record and of a row a record, nothing noted before."""
    rows = max(run.sizes)
    yield from _overlay(run, rows, min(run.middle, rows // 10))
    yield from _overlay(run, rows, rows)


def _overlay(run: Run, rows: int, people: int) -> Iterator[Target]:
    root = run.school(people)
    file, copy, out = (run.folder / f"{rows}_{people}_{name}.csv" for name in ("sync", "copy", "users"))
    _write(file, rows, people)
    words = (*GRADUAND, "feed", "overlay", str(file), "-o", str(out), "--force")
    timed = side_by_side(
        {
            "copy": Command((sys.executable, "-c", _COPY, str(file), str(copy)), root),
            "overlay": Command(words, root),
        },
        run.rounds,
    )
    cost = run.remember(f"feed overlay of {people:,}", rows, timed["overlay"])
    work = f"feed overlay, {rows:,} rows, {people:,} records"
    yield compared("23", work, cost, ("the csv module reading and writing it", timed["copy"]), Limit(4))
    yield counted("23", work, cost.memory, _MEMORY, "MB", cost)


def _write(path: Path, rows: int, people: int) -> None:
    """Write a sync file: first the people of the records, still as students, then others."""
    found = list(records(people))
    columns = [key for key in found[0].values if not key.startswith("transition:") and key not in _MISSING]
    columns.append("institution_year_name")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for number in range(rows):
            values = {**found[number % people].values, "institution_year_name": "Licence 3"}
            if number >= people:
                values |= {"username": f"s{number}", "email_address": f"s{number}@valmont.example"}
                values["auth_identifier"] = f"t{number}"
            cells = (values.get(column, "") for column in columns)
            writer.writerow([cell if isinstance(cell, str) else ";".join(cell) for cell in cells])
