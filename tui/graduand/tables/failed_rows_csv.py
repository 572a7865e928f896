"""Table: a CSV file as spreadsheets leave it, taken as a header and rows of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.tables.delimited import END, delimited, reader
from graduand.tables.encoding import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator


class CsvRow(NamedTuple):
    """One row as it stands: the line on which it begins, and its cells."""

    line: int
    cells: list[str]


class CsvTable(NamedTuple):
    """What a CSV file holds; rows without any text are left out."""

    header: CsvRow
    """The first row; one blank cell when the file holds no text."""
    rows: tuple[CsvRow, ...]
    separator: str
    unclosed: int
    """The line of a row with a quotation mark that is never closed: the end of the file is missing. 0: none."""


_SEPARATORS: Final = (",", ";", "\t")
_SAMPLE: Final = 100_000
"""Characters in which a header ends."""


def read_table(raw: bytes) -> CsvTable:
    """Return the table in the bytes of a CSV file, whatever a spreadsheet has done to its encoding and signs."""
    found = delimited(decoded(raw).text)
    separators = dict.fromkeys((found.separator or _SEPARATORS[0], *_SEPARATORS))
    sample = found.text[:_SAMPLE]
    separator = max(separators, key=lambda char: len(next(_entries(sample, char)).cells))
    entries = [*_entries(found.text, separator, found.line)]
    end = entries.pop()
    whole = end.cells == [END]
    header = entries.pop(0) if entries else CsvRow(end.line, [cell.removesuffix(END) for cell in end.cells])
    return CsvTable(header, tuple(entries), separator, 0 if whole else end.line)


def _entries(text: str, separator: str, first: int = 1) -> Iterator[CsvRow]:
    """Return the rows that hold anything, and at last the one that holds `END`."""
    start = first
    rows = reader(text, separator)
    for cells in rows:
        if any(map(str.strip, cells)):
            yield CsvRow(start, _unwrapped(cells, separator))
        start = first + rows.line_num


def _unwrapped(cells: list[str], separator: str) -> list[str]:
    """Return the cells of a row; one that was opened with the wrong separator is a row within a single cell."""
    if len(cells) == 1 and separator in cells[0]:
        return [cell.removesuffix(END) for cell in next(reader(cells[0], separator))]
    return cells
