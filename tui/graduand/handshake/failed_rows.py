"""Read the rows that Handshake could not import from the table of its failed-rows file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from graduand.errors import NotFailedRows
from graduand.handshake.response import parse_response
from graduand.language import _, quoted
from graduand.records.record import EMAIL, USERNAME
from graduand.similar import normalize_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graduand.handshake.response import Response

STATUS: Final = "status"
RESPONSE: Final = "response"


class ReadRow(Protocol):
    """A row of a file."""

    @property
    def line(self) -> int:
        """The line of the file on which the row begins."""

    @property
    def cells(self) -> Sequence[str]:
        """The texts of the row."""


class ReadTable(Protocol):
    """A table that was read from a file."""

    @property
    def headers(self) -> Sequence[str]:
        """The headers as in the file."""

    @property
    def separator(self) -> str:
        """The separator of the cells."""

    def rows(self) -> Iterable[ReadRow]:
        """Return all rows in the order of the file."""


class FailedRow(NamedTuple):
    """One row that was not imported; all texts are as in the file, and must be made safe before they are printed."""

    line: int
    """The line of the file on which the row begins."""
    username: str
    """Without blanks around it; a spreadsheet may have converted it."""
    email: str
    """Without blanks around it."""
    cells: Mapping[str, str]
    """The uploaded cells by header."""
    status: str
    response: str

    @property
    def holds_anything(self) -> bool:
        """Whether any cell has text."""
        return any(map(str.strip, (self.response, self.status, *self.cells.values())))

    @property
    def answers(self) -> tuple[Response, ...]:
        """The single answers of the response."""
        return parse_response(self.response)


class FailedFile(NamedTuple):
    """One file of failed rows: the uploaded headers, in lower case, and the rows."""

    columns: tuple[str, ...]
    rows: tuple[FailedRow, ...]


def read_failed(table: ReadTable, path: str = "-") -> FailedFile:
    """Return the failed rows of a file that Handshake made; a spreadsheet may have saved it since.

    Raises:
        NotFailedRows: it is another table; `path` names the file.
    """
    headers = tuple(normalize_header(cell) for cell in table.headers)
    if found := _other_table(headers, table):
        raise NotFailedRows(path, found)
    numbers = _column_numbers(headers)
    rows = (_failed_row(row, numbers, table.separator) for row in table.rows())
    return FailedFile(tuple(numbers.uploaded), tuple(row for row in rows if row.holds_anything))


_HIDDEN: Final = re.compile("[\ufeff\u200b-\u200f\u2060\x00]")


def is_header(cell: str) -> bool:
    """Return whether a cell is a header by which a failed-rows file is recognised."""
    return normalize_header(cell) in {USERNAME, EMAIL, RESPONSE}


_SHOWN: Final = 6
"""Headers that a sentence names."""


def _other_table(headers: tuple[str, ...], table: ReadTable) -> str:
    """Return what a table without failed rows is, as a clause; "" when it has them."""
    known = set(headers)
    if not known & {USERNAME, EMAIL} or RESPONSE not in known:
        if {USERNAME, EMAIL} <= known:
            return _("it is a file for upload, without the column “response” that holds Handshake's answers")
        cells = [cell for cell in table.headers if cell.strip()]
        shown = ", ".join(quoted(cell, 40) for cell in cells[:_SHOWN]) + (" …" if len(cells) > _SHOWN else "")
        return _("its first line holds {cells}").format(cells=shown)
    return ""


class _ColumnNumbers(NamedTuple):
    """The columns' numbers, from 0."""

    uploaded: Mapping[str, int]
    status: int
    """-1: no such column."""
    response: int
    ends: bool
    """Whether the response is the last column."""


def _column_numbers(headers: tuple[str, ...]) -> _ColumnNumbers:
    """Return the numbers; of several responses the last is the newest, of other equal headers the first counts."""
    last = {header: index for index, header in enumerate(headers)}
    first = {header: index for index, header in reversed([*enumerate(headers)])}
    uploaded = {header: first[header] for header in last if header not in {"", STATUS, RESPONSE}}
    response = last[RESPONSE]
    return _ColumnNumbers(uploaded, last.get(STATUS, -1), response, not any(headers[response + 1 :]))


def _failed_row(entry: ReadRow, numbers: _ColumnNumbers, separator: str) -> FailedRow:
    cells = entry.cells
    uploaded = {header: _at(cells, index) for header, index in numbers.uploaded.items()}
    return FailedRow(
        line=entry.line,
        username=_trimmed(uploaded.get(USERNAME, "")),
        email=_trimmed(uploaded.get(EMAIL, "")),
        cells=uploaded,
        status=_at(cells, numbers.status).strip(),
        response=_response(cells[numbers.response :], separator if numbers.ends else ""),
    )


def _at(cells: Sequence[str], index: int) -> str:
    return cells[index] if 0 <= index < len(cells) else ""


def _trimmed(cell: str) -> str:
    return _HIDDEN.sub("", cell).strip() if not cell.isalnum() else cell


def _response(cells: Sequence[str], separator: str) -> str:
    """Return the response; with a separator, the parts of one that holds unquoted commas are joined again."""
    answer = _at(cells, 0)
    if not separator or answer.count("{") <= answer.count("}"):
        return answer
    return separator.join(cells).rstrip(f"{separator} ") if any(cells[1:]) else answer
