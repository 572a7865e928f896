"""The rollback: the rows that take an upload back, and what no row can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.handshake.row_table import table_of_cells
from graduand.records.record import DISABLED, EMAIL, FIRST_NAME, USERNAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graduand.handshake.row_table import RowTable
    from graduand.handshake.state import Sent

_KEYS: Final = frozenset({USERNAME, EMAIL, FIRST_NAME})
"""The columns that every row has, whether they change or not."""

_OPPOSITE: Final = {"TRUE": "FALSE", "FALSE": "TRUE"}


class Lost(NamedTuple):
    """A cell that cannot be taken back, because no noted upload says what it was before."""

    username: str
    header: str
    sent: str


class Inverse(NamedTuple):
    """What takes an upload back."""

    table: RowTable
    lost: tuple[Lost, ...]


def inverse_of(table: RowTable, before: Sent, after: Sent, columns: Iterable[str]) -> Inverse:
    """Return the rows that bring back what Handshake had `before` an upload of a table; `after` it has what was sent.

    A closed account is opened again and an opened one closed, whatever is known; any other cell
    comes back only where an earlier upload says what it was. Of a row that failed nothing comes back.
    The rows have their columns in the order of `columns`.
    """
    back: list[Mapping[str, str]] = []
    renamed: dict[str, str] = {}
    lost: list[Lost] = []
    for username in table.usernames:
        previous = table.previous_usernames.get(username, "")
        was = before.cells(username) or before.cells(previous)
        now = after.cells(username) or after.cells(previous)
        cells, gone = _cells(username, was, now)
        lost += gone
        former = was.get(USERNAME) or previous or username
        if any(now[header] != cell for header, cell in cells.items()) or (now and now[USERNAME] != former):
            back.append(cells | {USERNAME: former})
            if now[USERNAME] != former:
                renamed[former] = now[USERNAME]
    return Inverse(table_of_cells(back, columns)._replace(previous_usernames=renamed), tuple(lost))


def _cells(username: str, was: Mapping[str, str], now: Mapping[str, str]) -> tuple[dict[str, str], list[Lost]]:
    cells = {header: was.get(header, cell) for header, cell in now.items() if header in _KEYS}
    lost = []
    for header, cell in now.items():
        if header == USERNAME or was.get(header) == cell:
            continue
        if header in was:
            cells[header] = was[header]
        elif header == DISABLED:
            cells[header] = _OPPOSITE[cell]
        else:
            lost.append(Lost(username, header, cell))
    return cells, lost
