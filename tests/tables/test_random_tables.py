"""Two readers judge each other on random tables: every person and every cell is the same, or the file is refused."""

from __future__ import annotations

import csv
import io
import os
import re
from datetime import date, datetime, time
from random import Random
from typing import TYPE_CHECKING, Any, Final

import openpyxl  # type: ignore[import-untyped]

from graduand.errors import Usage
from graduand.tables.encoding import decode
from graduand.tables.table_reader import UNKNOWN, open_csv, read_table
from tests.tables.random_tables import COLUMNS, FORMATS, damaged, random_csv, random_workbook
from tests.tables.workbooks import patched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.tables.table import Table

FILES: Final = int(os.environ.get("GRADUAND_RANDOM_TABLES", "100"))
"""Files in all, a quarter of each kind: CSV, damaged CSV, workbooks, damaged workbooks."""
WHOLE: Final = 10**15

Rows = list[tuple[str, ...]]


def read(raw: bytes, encoding: str = "") -> Table:
    return read_table(raw, UNKNOWN._replace(encoding=encoding), {*COLUMNS}.__contains__)


def rows(table: Table) -> Rows:
    return [table.headers, *(tuple(row.cells) for row in table.rows())]


def parsed(text: str, separator: str, *, blanks: bool) -> list[list[str]]:
    """Return the rows of a text; with `blanks`, those before a cell are not its text."""
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=blanks))


def fitted(found: Sequence[Sequence[str]], width: int, separator: str = "") -> Rows:
    """Return rows with text; each as wide as the header, unless it has text beyond it or too few cells.

    A row that is quoted as a whole is parsed again.
    """
    if separator and width > 1:
        quoted = {row[0]: parsed(row[0], separator, blanks=True) for row in found if len(row) == 1}
        found = [quoted[row[0]][0] if len(row) == 1 and len(quoted[row[0]]) == 1 else row for row in found]
    filled = (tuple(row) for row in found if any(map(str.strip, row)))
    return [row if any(map(str.strip, row[width:])) else row[:width] for row in filled]


def test_csv_files_are_read_as_their_writer_meant_them() -> None:
    for seed in range(FILES // 4):
        file = random_csv(Random(seed))
        meant = parsed(file.text, file.separator, blanks=file.blanks)

        table = read(file.raw)
        if table.encoding != file.encoding.removesuffix("-sig") and not table.certain:  # a guess, and said to be one
            table = read(file.raw, file.encoding)

        assert rows(table) == fitted(meant[file.above :], len(table.headers), file.separator), seed
        assert (table.separator, table.above) == (file.separator, file.above), seed


def test_damaged_csv_files_are_read_as_any_reader_does_or_refused() -> None:
    refused = 0
    for seed in range(FILES // 4):
        raw = damaged(random_csv(Random(seed)).raw, Random(seed))
        try:
            table, opened = read(raw), open_csv(raw, {*COLUMNS}.__contains__)
        except Usage:
            refused += 1
            continue

        assert decode(raw).text.rstrip("\0\x1a").endswith(opened.text), seed
        others = (parsed(opened.text, opened.separator, blanks=blanks)[table.above :] for blanks in (False, True))
        assert rows(table) in [fitted(other, len(table.headers), opened.separator) for other in others], seed
    assert refused < FILES // 5


def shown(cell: Any) -> str:  # noqa: ANN401 - openpyxl has no types
    """Return what a cell shows, as far as the reader promises it: days without their time, fractions as they are."""
    value = "" if cell.value is None else cell.value
    match value:
        case bool():
            text = str(value).lower()
        case datetime():
            text = value.date().isoformat()
        case date() | time():
            text = value.isoformat()
        case int() | float() if abs(value) >= WHOLE or int(value) != value:
            text = str(float(value))
        case int() | float():
            text = FORMATS.get(cell.number_format, str)(int(value))
        case _:
            text = re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), value)  # which openpyxl leaves
    return text


def judged(raw: bytes) -> tuple[Rows, int, int]:
    """Return the rows of a workbook by openpyxl, how many cells are filled as parts of merged ones, and hidden rows."""
    sheet = openpyxl.load_workbook(io.BytesIO(raw)).worksheets[0]
    found = [[shown(cell) for cell in row] for row in sheet.iter_rows()]
    hidden = sum(
        1 for number, row in enumerate(found, 1) if sheet.row_dimensions[number].hidden and any(map(str.strip, row))
    )
    filled = 0
    for area in sheet.merged_cells.ranges:
        text = found[area.min_row - 1][area.min_col - 1]
        for row in found[area.min_row : area.max_row]:
            if text and any(row) and not row[area.min_col - 1].strip():
                row[area.min_col - 1] = text
                filled += 1
    return [tuple(row) for row in found], filled, hidden


def test_workbooks_are_read_as_they_are_shown() -> None:
    for seed in range(FILES // 4):
        raw = random_workbook(Random(seed))
        table = read(raw)

        other, filled, hidden = judged(raw)

        assert rows(table) == fitted(other[table.above :], len(table.headers)), seed
        assert table.headers == COLUMNS[: len(table.headers)], seed
        assert (table.merged, table.hidden) == (filled, hidden), seed


def test_damaged_workbooks_are_read_or_refused_in_words() -> None:
    refused = 0
    for seed in range(FILES // 4):
        chosen = Random(seed)
        raw = random_workbook(chosen)
        raw = patched(raw, lambda part: damaged(part, chosen)) if chosen.random() < 0.8 else damaged(raw, chosen)  # noqa: B023
        try:
            assert read(raw).headers, seed
        except Usage:
            refused += 1
    assert refused
