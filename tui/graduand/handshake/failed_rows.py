"""Failed: the rows that Handshake could not take, as its failed-rows file gives them back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import NotFailedRows
from graduand.handshake.job import EMAIL, USERNAME
from graduand.handshake.response import answers_of
from graduand.language import _, quoted
from graduand.tables.failed_rows_csv import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graduand.handshake.response import Response
    from graduand.tables.failed_rows_csv import CsvRow, CsvTable

STATUS: Final = "status"
RESPONSE: Final = "response"
SIZE: Final = 60_000_000
"""Bytes; an upload has at most 50 MB, and the answers come on top."""


class FailedRow(NamedTuple):
    """One row that was not taken; all texts are as the file has them, safe for no screen."""

    line: int
    """Where the row begins in the file."""
    username: str
    """Without blanks around it; perhaps spoilt by a spreadsheet."""
    email: str
    """Without blanks around it."""
    cells: Mapping[str, str]
    """What was uploaded, by header."""
    status: str
    response: str

    @property
    def holds_anything(self) -> bool:
        """Whether there is a text below any header."""
        return any(map(str.strip, (self.response, self.status, *self.cells.values())))

    @property
    def answers(self) -> tuple[Response, ...]:
        """What Handshake answered, taken apart."""
        return answers_of(self.response)


class FailedFile(NamedTuple):
    """One file of failed rows: the uploaded headers, in lower case, and the rows."""

    columns: tuple[str, ...]
    rows: tuple[FailedRow, ...]


def read_failed(raw: bytes, path: str = "-") -> FailedFile:
    """Return the failed rows in the bytes of a file that Handshake made and perhaps a spreadsheet saved.

    Raises:
        NotFailedRows: it is another file, or its end is missing.
    """
    if found := other_kind(raw):
        raise NotFailedRows(path, found)
    table = read_table(raw)
    headers = tuple(header_of(cell) for cell in table.header.cells)
    if found := _other_table(headers, table):
        raise NotFailedRows(path, found)
    layout = _layout(headers)
    rows = (_failed_row(entry, layout, table.separator) for entry in table.rows)
    return FailedFile(tuple(layout.uploaded), tuple(row for row in rows if row.holds_anything))


_HIDDEN: Final = re.compile("[\ufeff\u200b-\u200f\u2060\x00]")
_BLANKS: Final = re.compile(r"\s+")


def header_of(cell: str) -> str:
    """Return a header as the importer writes it: lower case, no blanks, nothing hidden."""
    plain = _BLANKS.sub(" ", _HIDDEN.sub("", cell)).strip(" \"'").lower()
    return plain.replace(" :", ":").replace(": ", ":").replace(" ", "_")


def other_kind(raw: bytes) -> str:
    """Return what a file is that is no CSV at all, as a clause; "" when it may be one."""
    if len(raw) > SIZE:
        return _("it is larger than {size} MB").format(size=SIZE // 1_000_000)
    if not raw.strip(b'\xef\xbb\xbf\xff\xfe\0 \t\r\n,;"'):
        return _("it is empty")
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _("it is an Excel workbook or an archive; open it and save the sheet as “CSV UTF-8”")
    if raw.startswith(b"%PDF"):
        return _("it is a PDF")
    if raw[:500].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
        return _("it is a web page, perhaps the one that asks you to log in")
    return ""


_SHOWN: Final = 6
"""Headers that a sentence names."""


def _other_table(headers: tuple[str, ...], table: CsvTable) -> str:
    """Return what a CSV is that holds no failed rows, as a clause; "" when it holds them."""
    known = set(headers)
    if not known & {USERNAME, EMAIL} or RESPONSE not in known:
        if {USERNAME, EMAIL} <= known:
            return _("it is a file for upload, without the column “response” that holds Handshake's answers")
        cells = [cell for cell in table.header.cells if cell.strip()]
        shown = ", ".join(quoted(cell, 40) for cell in cells[:_SHOWN]) + (" …" if len(cells) > _SHOWN else "")
        return _("its first line holds {cells}").format(cells=shown)
    if table.unclosed:
        message = _("its end is missing, for a quotation mark in the row of line {line} is never closed")
        return message.format(line=table.unclosed)
    return ""


class _Layout(NamedTuple):
    """Which column stands where."""

    uploaded: Mapping[str, int]
    status: int
    """-1: there is none."""
    response: int
    ends: bool
    """Whether no column stands behind the response."""


def _layout(headers: tuple[str, ...]) -> _Layout:
    """Return where the columns stand; of two answers the last is the newest, of other twins the first counts."""
    last = {header: index for index, header in enumerate(headers)}
    first = {header: index for index, header in reversed([*enumerate(headers)])}
    uploaded = {header: first[header] for header in last if header not in {"", STATUS, RESPONSE}}
    response = last[RESPONSE]
    return _Layout(uploaded, last.get(STATUS, -1), response, not any(headers[response + 1 :]))


def _failed_row(entry: CsvRow, layout: _Layout, separator: str) -> FailedRow:
    cells = entry.cells
    uploaded = {header: _at(cells, index) for header, index in layout.uploaded.items()}
    return FailedRow(
        line=entry.line,
        username=_trimmed(uploaded.get(USERNAME, "")),
        email=_trimmed(uploaded.get(EMAIL, "")),
        cells=uploaded,
        status=_at(cells, layout.status).strip(),
        response=_response(cells[layout.response :], separator if layout.ends else ""),
    )


def _at(cells: Sequence[str], index: int) -> str:
    return cells[index] if 0 <= index < len(cells) else ""


def _trimmed(cell: str) -> str:
    return _HIDDEN.sub("", cell).strip() if not cell.isalnum() else cell


def _response(cells: list[str], separator: str) -> str:
    """Return the answer; with a separator, one that its own commas have torn is put together again."""
    answer = _at(cells, 0)
    if not separator or answer.count("{") <= answer.count("}"):
        return answer
    return separator.join(cells).rstrip(f"{separator} ") if any(cells[1:]) else answer
