"""Table: a CSV file as spreadsheets leave it, taken as a header and rows of text."""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Entry(NamedTuple):
    """One row as it stands: the line on which it begins, and its cells."""

    line: int
    cells: list[str]


class Table(NamedTuple):
    """What a CSV file holds; rows without any text are left out."""

    header: Entry
    """The first row; one blank cell when the file holds no text."""
    rows: tuple[Entry, ...]
    separator: str
    unclosed: int
    """The line of a row with a quotation mark that is never closed: the end of the file is missing. 0: none."""


_MARKS: Final = {BOM_UTF8: "utf-8", BOM_UTF16_LE: "utf-16-le", BOM_UTF16_BE: "utf-16-be"}
_SEPARATORS: Final = (",", ";", "\t")
_ANNOUNCED: Final = re.compile(r'\ufeff?"?sep=([,;|\t])"?[,;|\t ]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
"""The line by which Excel is told the separator."""

_SAMPLE: Final = 100_000
"""Characters in which a header ends."""

_END: Final = "\ufdd0"
"""Stands behind the last line; where it does not come out as a row of its own, a quotation mark has taken it in."""


def read_table(raw: bytes) -> Table:
    """Return the table in the bytes of a CSV file, whatever a spreadsheet has done to its encoding and signs."""
    text = _decoded(raw)
    announced = _ANNOUNCED.match(text)
    separators = dict.fromkeys((*announced.groups(), *_SEPARATORS) if announced else _SEPARATORS)
    start = announced.end() if announced else 0
    sample = text[start : start + _SAMPLE]
    separator = max(separators, key=lambda char: len(next(_entries(sample, char)).cells))
    entries = [*_entries(text[start:] if announced else text, separator, 2 if announced else 1)]
    end = entries.pop()
    whole = end.cells == [_END]
    header = entries.pop(0) if entries else Entry(end.line, [cell.removesuffix(_END) for cell in end.cells])
    return Table(header, tuple(entries), separator, 0 if whole else end.line)


def _decoded(raw: bytes) -> str:
    """Return the text of a file of unknown encoding; bytes that mean nothing become the sign for that."""
    for mark, encoding in _MARKS.items():
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    for start, encoding in enumerate(("utf-16-be", "utf-16-le")):
        half = raw[start:400:2]
        if len(half) > 1 and half.count(0) * 10 > len(half) * 9:
            return raw.decode(encoding, "replace")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return _repaired(raw)


def _repaired(raw: bytes) -> str:
    """Return what is not UTF-8 as Windows-1252, unless it is UTF-8 with damage, as where a text was cut."""
    repaired = raw.decode("utf-8", "replace")
    foreign = len(repaired) - len(repaired.encode("ascii", "ignore"))
    return repaired if foreign > 2 * repaired.count("\ufffd") else raw.decode("cp1252", "replace")


def _entries(text: str, separator: str, first: int = 1) -> Iterator[Entry]:
    """Return the rows that hold anything, and at last the one that holds `_END`."""
    start = first
    for lines, cells in _read(chain(io.StringIO(text, newline=""), [_END]), separator):
        if any(map(str.strip, cells)):
            yield Entry(start, _unwrapped(cells, separator))
        start = first + lines


def _unwrapped(cells: list[str], separator: str) -> list[str]:
    """Return the cells of a row; one that was opened with the wrong separator is a row within a single cell."""
    if len(cells) == 1 and separator in cells[0]:
        return next(_read(io.StringIO(cells[0], newline=""), separator))[1]
    return cells


def _read(lines: Iterator[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Return the cells of each row, and how many lines there are up to its end."""
    # The module's own limit, 131,072, is less than an answer may have; the size of the file bounds a cell.
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(lines, delimiter=separator)
    for cells in reader:
        yield reader.line_num, cells
