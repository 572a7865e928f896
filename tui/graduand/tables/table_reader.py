"""Read a foreign file, CSV or workbook, as a table of text; intake, answers, failed rows and sheets all use it."""

from __future__ import annotations

import csv
import io
import re
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.language import _, quoted
from graduand.tables.encoding import decode
from graduand.tables.table import TOP, Table, TableBuilder, TableRow, header_row, split_single_cell

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Callable, Iterator

SIZE: Final = 64_000_000
"""Bytes of the largest file that is read."""

OLD_START: Final = b"\xd0\xcf\x11\xe0"
"""How a workbook of Excel 97 to 2003 begins."""
OLD_SIZE: Final = 24_000_000
"""Bytes of the largest one, which is a full sheet of 20 columns: blank cells take two in the file, eleven in memory."""

SEPARATORS: Final = (",", ";", "\t", "|")
_SAMPLE: Final = 100_000
"""Characters in which a header ends."""
_BATCH: Final = 250
"""Rows that are turned into columns together: few enough to stay in the processor's cache."""
_SEP_LINE: Final = re.compile(r'\ufeff?"?sep=([,;|\t])"?[,;|\t ]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
"""The line by which Excel learns the separator."""
_FILE_END: Final = "\0\x1a"
"""Characters that old systems write behind the last line."""
_LONG: Final = 2_000_000
"""Characters from which on a line is looked at before it is split."""
_CELLS: Final = 100_000
"""Separators that a long line may have."""
_PIECE: Final = 50_000
"""Characters, and those to the end of the line, that are split into lines together."""
_LINE_ENDS: Final = ("\n", "\r")
_END: Final = "\ufdd0"
"""Sentinel row after the input; if it is missing from the result, a quotation mark was never closed."""


class FileFormat(NamedTuple):
    """What is known of a file before it is read; "" is to be found out."""

    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    header: int = 0
    """The row of the header, from 1; 0 is to be found out."""


UNKNOWN: Final = FileFormat()


class CsvText(NamedTuple):
    """The text of a CSV file."""

    text: str
    separator: str
    first: int
    """The line of the file on which the text begins."""
    encoding: str
    certain: bool
    """False: the encoding is a guess."""


class NotATable(Usage):
    """A file holds no table, or only a part of one; `found` says what it is instead, as a clause."""

    def __init__(self, found: str, sentence: str = "") -> None:
        self.found = found
        super().__init__(sentence or _("This is no table of people: {found}.").format(found=found))


def read_table(raw: bytes, file: FileFormat, is_known: Callable[[str], bool]) -> Table:
    """Return the table in the bytes of a CSV file or a workbook.

    Args:
        raw: The content of the file.
        file: Its encoding, separator or sheet, where they are given.
        is_known: Whether a text is the header of a known column; it decides where the header is.

    Raises:
        NotATable: it holds no table, or its end is missing.
        Usage: the encoding, the separator or the sheet given is not the file's.
    """
    if raw.startswith(b"PK\x03\x04") and len(raw) <= SIZE:
        from graduand.tables.workbook import read_workbook  # noqa: PLC0415 - expat and zipfile, which only a workbook needs

        return read_workbook(raw, file.sheet, is_known, file.header)
    if raw.startswith(OLD_START) and len(raw) <= OLD_SIZE:
        from graduand.tables.old_workbook import read_old_workbook  # noqa: PLC0415 - a library that few files need

        return read_old_workbook(raw, file.sheet, is_known, file.header)
    if file.sheet and not _other_kind(raw):
        raise Usage(_("--sheet names a sheet of a spreadsheet, and this is a CSV file."))
    return read_csv(raw, is_known, file)


def read_csv(raw: bytes, is_known: Callable[[str], bool], file: FileFormat = UNKNOWN) -> Table:
    """Return the table in the bytes of a CSV file, whatever a spreadsheet did to its encoding and separators.

    Raises:
        NotATable: it is no CSV file, or its end is missing.
        Usage: the encoding or the separator given is not the file's.
    """
    is_known = cache(is_known)
    opened = open_csv(raw, is_known, file)
    text, separator, first = opened.text, opened.separator, opened.first
    rows = _reader(text, separator)
    builder = TableBuilder(is_known, separator, file.header)
    while batch := list(islice(rows, _BATCH)):
        if batch[-1] == [_END]:
            builder.add(batch[:-1])
            break
        builder.add(batch)
    else:
        raise _cut_off(text, separator, first)
    # Where each row is one line, the lines need no second pass.
    one_each = builder.seen + 1 == rows.line_num
    lines = range(first, first + builder.seen) if one_each else list(_lines(text, separator, first))
    return builder.table(lines)._replace(encoding=opened.encoding, certain=opened.certain)


def open_csv(raw: bytes, is_known: Callable[[str], bool], file: FileFormat = UNKNOWN) -> CsvText:
    """Return the text of a CSV file and how its cells are separated.

    Raises:
        NotATable: it is no CSV file.
        Usage: the encoding given is not the file's.
    """
    if len(raw) > SIZE:
        size = SIZE // 1_000_000
        message = _("The file is larger than {size} MB; split it, or leave out columns that nobody needs.")
        raise NotATable(_("it is larger than {size} MB").format(size=size), message.format(size=size))
    if kind := _other_kind(raw):
        raise NotATable(kind)
    decoded = decode(raw, file.encoding)
    whole = decoded.text.rstrip(_FILE_END)
    announced = _SEP_LINE.match(whole)
    text, first = (whole[announced.end() :], 2) if announced else (whole, 1)
    _refuse_wide(text)
    separator = file.separator or _separator(text[:_SAMPLE], announced[1] if announced else "", is_known)
    return CsvText(text, separator, first, decoded.encoding, certain=decoded.certain)


def csv_rows(opened: CsvText) -> Iterator[TableRow]:
    """Yield the rows of a CSV file, blank ones too, as they are: the first one is no header for it.

    Raises:
        NotATable: its end is missing.
        Usage: the separator given is not the file's.
    """
    rows = _reader(opened.text, opened.separator)
    line = opened.first
    for cells in rows:
        if cells == [_END]:
            return
        yield TableRow(line, cells)
        line = opened.first + rows.line_num
    raise _cut_off(opened.text, opened.separator, opened.first)


def _refuse_wide(text: str) -> None:
    """Refuse a text with a long line of more cells than can be read.

    Raises:
        NotATable: there is such a line.
    """
    start = 0
    while len(text) - start >= _LONG:
        end = max(text.rfind(char, start, start + _LONG) for char in _LINE_ENDS)
        if end < 0:
            ends = (text.find(char, start) for char in _LINE_ENDS)
            end = min((found for found in ends if found >= 0), default=len(text))
            if max(text.count(char, start, end) for char in SEPARATORS) > _CELLS:
                number = sum(1 for _line in io.StringIO(text[:start], newline=None)) + 1
                raise NotATable(_("line {line} has more than {count} cells").format(line=number, count=_CELLS))
        start = end + 1


def _other_kind(raw: bytes) -> str:
    """Return what a file is that is no CSV at all, as a clause; "" when it may be one."""
    if not raw.strip(b'\xef\xbb\xbf\xff\xfe\0 \t\r\n,;|"'):
        return _("it is empty")
    start = raw[:500].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    kinds = {
        b"PK\x03\x04": _("it is an Excel workbook or an archive; open it and save the sheet as “CSV UTF-8”"),
        OLD_START: _("it is an Excel workbook of the old form (.xls); open it and save it as .xlsx or as “CSV UTF-8”"),
        b"%PDF": _("it is a PDF"),
        b"<": _markup_kind(raw),
        b"{": _("it is JSON"),
        b"[{": _("it is JSON"),
    }
    return next((kind for magic, kind in kinds.items() if start.startswith(magic)), "")


def _markup_kind(raw: bytes) -> str:
    """Return which kind of web page or XML a file is, as a clause."""
    lower = raw.replace(b"\0", b"").lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in lower[:_SAMPLE]:
        return _("it is a spreadsheet in the XML of Excel 2003; open it and save it as .xlsx or as “CSV UTF-8”")
    if b"<table" in lower and b"<form" not in lower:
        return _("it is the table of a web page; open it in a spreadsheet and save it as .xlsx or as “CSV UTF-8”")
    return _("it is a web page, perhaps the one that asks you to log in")


def _separator(sample: str, announced: str, is_known: Callable[[str], bool]) -> str:
    """Return the separator that gives the most known headers; else the one announced; else the widest row."""

    def score(char: str) -> tuple[int, bool, int]:
        found = islice(csv.reader(io.StringIO(sample, newline=""), delimiter=char, skipinitialspace=True), TOP)
        rows = [split_single_cell(row, char) for row in found]
        known = sum(map(is_known, rows[header_row(rows, is_known)])) if rows else 0
        return known, char == announced, max(map(len, rows), default=0)

    return max(SEPARATORS, key=score)


def _reader(text: str, separator: str) -> Reader:
    """Return the rows of a text, and at last the sentinel."""
    # The module's own limit, 131,072, is less than a response may have; the size of the file bounds a cell.
    csv.field_size_limit(2**31 - 1)
    skips = skips_blanks(text, separator)
    try:
        return csv.reader(chain(_lines_of(text), [_END]), delimiter=separator, skipinitialspace=skips)
    except TypeError as error:
        raise Usage(_("{value} is no separator; give one sign.").format(value=quoted(separator))) from error


def skips_blanks(text: str, separator: str) -> bool:
    """Return whether blanks before a quotation mark belong to no cell; before anything else they do."""
    quotes = f'(?m)(?:^|{re.escape(separator)}) +"(?!")'
    return bool(separator) and ' "' in text and re.search(quotes, text) is not None


def _lines_of(text: str) -> Iterator[str]:
    """Return the lines of a text with their ends; a piece at a time, for `StringIO` takes four bytes a character."""

    def pieces() -> Iterator[io.StringIO]:
        start = 0
        while start < len(text):
            near = start + _PIECE
            end = text.find("\n", near) + 1 or text.find("\r", near) + 1 or len(text)
            yield io.StringIO(text[start:end], newline="")
            start = end

    return chain.from_iterable(pieces())


def _lines(text: str, separator: str, first: int) -> Iterator[int]:
    """Return the line on which each row begins."""
    rows = _reader(text, separator)
    start = first
    for _cells in rows:
        yield start
        start = first + rows.line_num


def _cut_off(text: str, separator: str, first: int) -> NotATable:
    *_before, line = _lines(text, separator, first)
    found = _("its end is missing, for a quotation mark in the row of line {line} is never closed")
    message = _("The end of the file is missing: a quotation mark in the row of line {line} is never closed.")
    return NotATable(found.format(line=line), message.format(line=line))
