"""Read a foreign file, CSV or workbook, as a table of text; intake, answers, failed rows and sheets all use it."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.language import _, quoted
from graduand.tables.encoding import decode
from graduand.tables.file_kind import is_binary, not_text, old_document, other_kind
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
_RARE: Final = ("^", "~", "¬", "¦", "§", "\x1f")
"""Separators of old systems, which a header must have between known names."""
_SAMPLE: Final = 100_000
"""Characters in which a header ends."""
_BATCH: Final = 250
"""Rows that are turned into columns together: few enough to stay in the processor's cache."""
_SEP_LINE: Final = re.compile(r'\ufeff?"?sep=([,;|\t])"?[,;|\t ]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
"""The line by which Excel learns the separator."""
_FILE_END: Final = "\0\x1a"
"""Characters that old systems write behind the last line."""
_LONG_NAME: Final = 1_000
"""Characters from which on a cell is no name of a column."""
_LONG: Final = 2_000_000
"""Characters from which on a line is looked at before it is split."""
_CELLS: Final = 100_000
"""Separators that a long line may have."""
_PIECE: Final = 50_000
"""Characters, and those to the end of the line, that are split into lines together."""
_LINE_ENDS: Final = ("\n", "\r")
_BACKSLASH: Final = "\x01"
"""Stands for a backslash that has one in front."""
_LONGEST: Final = 16_000_000
"""Characters of the longest line."""
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
    quote: str = '"'
    """What is around a cell that holds a separator."""
    is_escaped: bool = False
    """True: in the file, quotation marks in cells have a backslash in front; in the text they are doubled."""


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
        Usage: the encoding, the separator or the sheet given is not the file's, or not of such a file.
    """
    if raw.startswith(b"PK\x03\x04") and len(raw) <= SIZE:
        _refuse_csv_options(file)
        from graduand.tables.workbook import read_workbook  # noqa: PLC0415 - expat and zipfile, which only a workbook needs

        return read_workbook(raw, file.sheet, is_known, file.header)
    if raw.startswith(OLD_START) and len(raw) <= OLD_SIZE:
        if found := old_document(raw):
            raise NotATable(found)
        _refuse_csv_options(file)
        from graduand.tables.old_workbook import read_old_workbook  # noqa: PLC0415 - a library that few files need

        return read_old_workbook(raw, file.sheet, is_known, file.header)
    if file.sheet and not other_kind(raw):
        raise Usage(_("--sheet names a sheet of a spreadsheet, and this is a CSV file."))
    return read_csv(raw, is_known, file)


def _refuse_csv_options(file: FileFormat) -> None:
    if file.encoding or file.separator:
        raise Usage(_("--encoding and --separator are about a CSV file, and this is a workbook."))


def read_csv(
    raw: bytes, is_known: Callable[[str], bool], file: FileFormat = UNKNOWN, *, is_torn: bool = False
) -> Table:
    """Return the table in the bytes of a CSV file, whatever a spreadsheet did to its encoding and separators.

    Args:
        raw: The content of the file.
        is_known: Whether a text is the header of a known column.
        file: Its encoding and separator, where they are given.
        is_torn: Cells may hold JSON without quotation marks around it, as Handshake's answers do, so that its own
            commas tear it and text follows a quotation mark.

    Raises:
        NotATable: it is no CSV file, or its end is missing.
        Usage: the encoding or the separator given is not the file's.
    """
    is_known = cache(is_known)
    opened = open_csv(raw, is_known, file)
    try:
        return _table(opened, is_known, file.header, strict=True)
    except csv.Error:
        requoted = opened if is_torn else _requoted(opened)
    try:
        return _table(requoted, is_known, file.header, strict=False)
    except csv.Error as error:
        raise _cut_off(opened) from error


def _table(opened: CsvText, is_known: Callable[[str], bool], header: int, *, strict: bool) -> Table:
    rows = _reader(opened, strict=strict)
    builder = TableBuilder(is_known, opened.separator, header)
    while batch := list(islice(rows, _BATCH)):
        if batch[-1] == [_END]:
            builder.add(batch[:-1])
            break
        builder.add(batch)
    else:
        raise _cut_off(opened)
    # Where each row is one line, the lines need no second pass.
    one_each = builder.seen + 1 == rows.line_num
    lines = range(opened.first, opened.first + builder.seen) if one_each else list(_lines(opened))
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
    if kind := other_kind(raw):
        raise NotATable(kind)
    decoded = decode(raw, file.encoding)
    whole = decoded.text.rstrip(_FILE_END)
    if is_binary(whole):
        raise NotATable(not_text())
    announced = _SEP_LINE.match(whole)
    text, first = (whole[announced.end() :], 2) if announced else (whole, 1)
    _refuse_wide(text)
    separator = file.separator or _separator(text[:_SAMPLE], announced[1] if announced else "", is_known)
    sign = re.escape(separator)
    apostrophes = re.match(rf"'[^'\r\n]*'(?:{sign}'[^'\r\n]*')+(?:[\r\n]|\Z)", text)
    quote = "'" if apostrophes else '"'
    return CsvText(text, separator, first, decoded.encoding, certain=decoded.certain, quote=quote)


def csv_rows(opened: CsvText) -> Iterator[TableRow]:
    """Yield the rows of a CSV file, blank ones too, as they are: the first one is no header for it.

    Raises:
        NotATable: its end is missing.
        Usage: the separator given is not the file's.
    """
    done = 0
    try:
        for row in _csv_rows(opened, strict=True):
            yield row
            done += 1
    except csv.Error:
        if _requoted(opened).is_escaped:
            message = _("In the file, quotation marks have a backslash in front, which Handshake does not understand.")
            raise NotATable(_("its quotation marks have a backslash in front"), message) from None
        try:
            yield from islice(_csv_rows(opened, strict=False), done, None)
        except csv.Error as error:
            raise _cut_off(opened) from error


def _csv_rows(opened: CsvText, *, strict: bool) -> Iterator[TableRow]:
    rows = _reader(opened, strict=strict)
    line = opened.first
    for cells in rows:
        if cells == [_END]:
            return
        yield TableRow(line, cells)
        line = opened.first + rows.line_num
    raise _cut_off(opened)


def _requoted(opened: CsvText) -> CsvText:
    """Return a text in which something follows a closing quotation mark as it is read: blanks are part of the cell.

    Raises:
        NotATable: it is more than blanks, so that it is not clear where the cells end.
    """
    doubled = opened.text.replace(r"\\", _BACKSLASH).replace(r"\"", '""').replace(_BACKSLASH, "\\")
    if doubled != opened.text and _is_sound(escaped := opened._replace(text=doubled, is_escaped=True)):
        return escaped
    sign, quote = re.escape(opened.separator), opened.quote
    end = rf"[ \t]*(?:{sign}|\r\n|\r|\n|\Z)"
    cell = re.compile(
        rf"[ \t]*{quote}[^{quote}]*(?:{quote}{quote}[^{quote}]*)*(?:{quote}{end}|\Z)|[^{quote}{sign}\r\n]"
        rf"[^{sign}\r\n]*{end}|{end}"
    )
    at = 0
    while at < len(opened.text):
        found = cell.match(opened.text, at)
        if not found:
            line = opened.first + io.StringIO(opened.text[:at], newline=None).read().count("\n")
            message = _(
                "In line {line}, text follows the quotation mark that closes a cell. One within a cell is written "
                "twice: have the file exported so, or correct it."
            )
            raise NotATable(
                _("in line {line}, text follows a closing quotation mark").format(line=line), message.format(line=line)
            )
        at = found.end()
    return opened


def _is_sound(opened: CsvText) -> bool:
    """Return whether nothing follows a closing quotation mark, and each is closed."""
    try:
        return deque(_reader(opened, strict=True), maxlen=1) == deque([[_END]])
    except csv.Error:
        return False


def _refuse_wide(text: str) -> None:
    """Refuse a text with a long line of more cells or characters than can be read.

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
            if end - start > _LONGEST:
                raise NotATable(_("a line of it is longer than {size} MB").format(size=_LONGEST // 1_000_000))
        start = end + 1


def _separator(sample: str, announced: str, is_known: Callable[[str], bool]) -> str:
    """Return the separator that gives the most known headers; else the one announced; else the widest row.

    A rare one is none where it gives fewer than two.
    """

    def score(char: str) -> tuple[int, bool, int]:
        found = islice(csv.reader(io.StringIO(sample, newline=""), delimiter=char, skipinitialspace=True), TOP)
        rows = [split_single_cell(row, char) for row in found]
        header = rows[header_row(rows, is_known)] if rows else ()
        known = sum(is_known(name) for name in header if len(name) < _LONG_NAME)
        if char in _RARE and known < 2:
            known = -1
        return known, char == announced, max(map(len, rows), default=0)

    return max((*SEPARATORS, *(char for char in _RARE if char in sample)), key=score)


def _reader(opened: CsvText, *, strict: bool) -> Reader:
    """Return the rows of a text, and at last the sentinel; `strict` raises csv.Error behind a closed cell."""
    # The module's own limit, 131,072, is less than a response may have; a cell takes four bytes a character here.
    csv.field_size_limit(_LONGEST)
    text, separator = opened.text, opened.separator
    skips = skips_blanks(text, separator)
    lines = chain(_lines_of(text), [_END])
    try:
        return csv.reader(lines, delimiter=separator, quotechar=opened.quote, skipinitialspace=skips, strict=strict)
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


def _lines(opened: CsvText) -> Iterator[int]:
    """Return the line on which each row begins."""
    rows = _reader(opened, strict=False)
    start = opened.first
    for _cells in rows:
        yield start
        start = opened.first + rows.line_num


def _cut_off(opened: CsvText) -> NotATable:
    """Return that the end of a text is missing: its last row, or one with a cell that is longer than any."""
    rows = _reader(opened, strict=False)
    before = line = opened.first
    try:
        for _cells in rows:
            before, line = line, opened.first + rows.line_num
        line = before
    except csv.Error:
        pass
    found = _("its end is missing, for a quotation mark in the row of line {line} is never closed")
    message = _("The end of the file is missing: a quotation mark in the row of line {line} is never closed.")
    return NotATable(found.format(line=line), message.format(line=line))
