"""Table: a foreign file as a header and rows of text, wherever it came from."""

from __future__ import annotations

import csv
import io
import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.intake.encoding import decoded
from graduand.language import _, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SIZE: Final = 64_000_000
"""Bytes of the largest file that is taken."""

SEPARATORS: Final = (",", ";", "\t", "|")
_ANNOUNCED: Final = re.compile(r'"?sep=([,;|\t])"?[,;|\t ]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
"""The line by which Excel is told the separator."""

_SAMPLE: Final = 100_000
"""Characters in which a header ends."""

_END: Final = "\ufdd0"
"""Stands behind the last line; where it does not come out as a row of its own, a quotation mark has taken it in."""

_TOP: Final = 10
"""Rows above a header that are looked through: a title, the day of the export."""


class Odd(NamedTuple):
    """A row that has not as many cells as the header."""

    line: int
    cells: Sequence[str]


class Table(NamedTuple):
    """What a file holds; rows without any text are left out."""

    headers: tuple[str, ...]
    """As they stand in the file."""
    rows: Sequence[Sequence[str]]
    """As many cells each as there are headers."""
    lines: Sequence[int]
    """Where each row begins in the file."""
    ragged: tuple[Odd, ...]
    separator: str = ""
    encoding: str = ""
    certain: bool = True
    """Whether the encoding is no guess."""
    sheet: str = ""
    formulas: int = 0
    """Cells of a spreadsheet whose last computed value was taken."""
    above: int = 0
    """Rows that stood above the header and were passed over."""


class Told(NamedTuple):
    """What is known of a file beforehand; "" is to be found out."""

    encoding: str = ""
    separator: str = ""
    sheet: str = ""


def read_table(raw: bytes, told: Told, known: Callable[[str], bool]) -> Table:
    """Return the table in the bytes of a file; `known` tells whether a text is the header of a known column.

    Raises:
        Usage: it holds no table, or its end is missing; the sentence says what it is instead.
    """
    if len(raw) > SIZE:
        message = _("The file is larger than {size} MB; split it, or leave out columns that nobody needs.")
        raise Usage(message.format(size=SIZE // 1_000_000))
    if raw.startswith(b"PK\x03\x04"):
        from graduand.intake.workbook import read_workbook  # noqa: PLC0415 - 100 ms that only a spreadsheet needs

        return read_workbook(raw, told.sheet, known)
    if kind := _other_kind(raw):
        raise Usage(_("This is no table of people: {found}.").format(found=kind))
    if told.sheet:
        raise Usage(_("--sheet names a sheet of a spreadsheet, and this is a CSV file."))
    return _read_csv(raw, told, known)


def _other_kind(raw: bytes) -> str:
    """Return what a file is that is no CSV at all, as a clause; "" when it may be one."""
    if not raw.strip(b'\xef\xbb\xbf\xff\xfe\0 \t\r\n,;|"'):
        return _("it is empty")
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        return _("it is an Excel workbook of the old form (.xls); open it and save it as .xlsx or as “CSV UTF-8”")
    if raw.startswith(b"%PDF"):
        return _("it is a PDF")
    start = raw[:500].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"<"):
        return _("it is a web page, perhaps the one that asks you to log in")
    if start.startswith((b"{", b"[{")):
        return _("it is JSON")
    return ""


def _read_csv(raw: bytes, told: Told, known: Callable[[str], bool]) -> Table:
    found = decoded(raw, told.encoding)
    announced = _ANNOUNCED.match(found.text)
    start = announced.end() if announced else 0
    separator = told.separator or (announced.group(1) if announced else _separator(found.text[start : start + _SAMPLE]))
    rows, lines = _rows(found.text[start:] if start else found.text, separator, 2 if announced else 1)
    return tabulated(rows, lines, known)._replace(separator=separator, encoding=found.encoding, certain=found.certain)


def tabulated(rows: list[Sequence[str]], lines: Sequence[int], known: Callable[[str], bool]) -> Table:
    """Return the table of all rows of a file: find its header, and set aside the rows that do not fit it.

    Raises:
        Usage: there is no row below the header, or two columns have one name and not one content.
    """
    above = _header(rows, known)
    headers = _trimmed(rows[above])
    width = len(headers)
    below, numbers = rows[above + 1 :], lines[above + 1 :]
    ragged: list[Odd] = []
    if set(map(len, below)) - {width}:
        below, numbers, ragged = _sorted_out(below, numbers, width)
    blank = [not any(map(str.strip, row)) for row in below] if any(not row[0] for row in below) else []
    if any(blank):
        numbers = [line for line, empty in zip(numbers, blank, strict=True) if not empty]
        below = [row for row, empty in zip(below, blank, strict=True) if not empty]
    if not below and not ragged:
        raise Usage(_("Below the header there is no row: nobody to take in."))
    return Table(headers, below, numbers, tuple(ragged), above=above)


def _header(rows: list[Sequence[str]], known: Callable[[str], bool]) -> int:
    """Return which row is the header: the first, or one further down when only that knows columns."""
    first = next((number for number, row in enumerate(rows) if any(map(str.strip, row))), 0)
    if not rows or any(known(cell) for cell in rows[first]):
        return first
    scores = [sum(known(cell) for cell in row if cell.strip()) for row in rows[first : first + _TOP]]
    return first + scores.index(max(scores)) if max(scores) > 1 else first


def _trimmed(header: Sequence[str]) -> tuple[str, ...]:
    """Return the headers without blank ones at their end."""
    width = len(header)
    while width > 1 and not header[width - 1].strip():
        width -= 1
    return tuple(header[:width])


def _sorted_out(
    rows: Sequence[Sequence[str]], lines: Sequence[int], width: int
) -> tuple[list[Sequence[str]], list[int], list[Odd]]:
    """Set aside the rows that have more cells or fewer; blank ones at the end do not count."""
    fitting: list[Sequence[str]] = []
    numbers: list[int] = []
    ragged: list[Odd] = []
    for row, line in zip(rows, lines, strict=True):
        if not any(map(str.strip, row)):
            continue
        if len(row) == width or (len(row) > width and not any(map(str.strip, row[width:]))):
            fitting.append(row[:width])
            numbers.append(line)
        else:
            ragged.append(Odd(line, row))
    return fitting, numbers, ragged


def _separator(sample: str) -> str:
    """Return the sign that parts the most cells in one of the first rows."""

    def width(char: str) -> int:
        rows = islice(csv.reader(io.StringIO(sample, newline=""), delimiter=char), _TOP)
        return max(map(len, rows), default=0)

    return max(SEPARATORS, key=width)


def _rows(text: str, separator: str, first: int) -> tuple[list[Sequence[str]], Sequence[int]]:
    """Return all rows, and the line on which each begins.

    Raises:
        Usage: a quotation mark is never closed, or the separator is none.
    """
    csv.field_size_limit(2**31 - 1)
    try:
        reader = csv.reader(chain(io.StringIO(text, newline=""), [_END]), delimiter=separator)
    except TypeError as error:
        raise Usage(_("{value} is no separator; give one sign.").format(value=quoted(separator))) from error
    rows: list[Sequence[str]] = list(reader)
    plain = len(rows) == reader.line_num
    lines: Sequence[int] = range(first, first + len(rows)) if plain else list(_lines(text, separator, first))
    if rows[-1] != [_END]:
        message = _("The end of the file is missing: a quotation mark in the row of line {line} is never closed.")
        raise Usage(message.format(line=lines[-1]))
    return rows[:-1], lines[: len(rows) - 1]


def _lines(text: str, separator: str, first: int) -> Iterator[int]:
    reader = csv.reader(chain(io.StringIO(text, newline=""), [_END]), delimiter=separator)
    start = first
    for _cells in reader:
        yield start
        start = first + reader.line_num
