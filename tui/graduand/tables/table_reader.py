"""Foreign: the bytes of a registrar's file, whatever it is, as a table."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.language import _, quoted
from graduand.tables.delimited import END, delimited, reader
from graduand.tables.encoding import decoded
from graduand.tables.table import TOP, Sheaf, Table

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Callable, Iterator

SIZE: Final = 64_000_000
"""Bytes of the largest file that is taken."""

SEPARATORS: Final = (",", ";", "\t", "|")
_SAMPLE: Final = 100_000
"""Characters in which a header ends."""


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
        from graduand.tables.workbook import read_workbook  # noqa: PLC0415 - 100 ms that only a spreadsheet needs

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
    text, announced, first = delimited(found.text)
    separator = told.separator or announced or _separator(text[:_SAMPLE])
    coming = _reader(text, separator)
    sheaf = Sheaf(known)
    while rows := list(islice(coming, _AT_ONCE)):
        if rows[-1] == [END]:
            rows.pop()
            sheaf.take(rows)
            break
        sheaf.take(rows)
    else:
        *_before, line = _lines(text, separator, first)
        message = _("The end of the file is missing: a quotation mark in the row of line {line} is never closed.")
        raise Usage(message.format(line=line))
    # Where each row is one line, nobody needs to look where it begins.
    plain = sheaf.seen + 1 == coming.line_num
    lines = range(first, first + sheaf.seen) if plain else list(_lines(text, separator, first))
    return sheaf.table(lines)._replace(separator=separator, encoding=found.encoding, certain=found.certain)


_AT_ONCE: Final = 250
"""Rows that are turned into columns together: few enough to stay near the processor."""


def _separator(sample: str) -> str:
    """Return the sign that parts the most cells in one of the first rows."""

    def width(char: str) -> int:
        rows = islice(csv.reader(io.StringIO(sample, newline=""), delimiter=char), TOP)
        return max(map(len, rows), default=0)

    return max(SEPARATORS, key=width)


def _reader(text: str, separator: str) -> Reader:
    try:
        return reader(text, separator)
    except TypeError as error:
        raise Usage(_("{value} is no separator; give one sign.").format(value=quoted(separator))) from error


def _lines(text: str, separator: str, first: int) -> Iterator[int]:
    """Return the line on which each row begins."""
    rows = _reader(text, separator)
    start = first
    for _cells in rows:
        yield start
        start = first + rows.line_num
