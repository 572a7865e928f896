"""Rollback: the rows that take an upload back, and what no row can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.handshake.job import EMAIL, USERNAME
from graduand.handshake.row import DISABLED, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graduand.handshake.state import Sent

_OPPOSITE: Final = {"TRUE": "FALSE", "FALSE": "TRUE"}


class Lost(NamedTuple):
    """A cell that cannot be taken back, because nobody noted what stood there before."""

    username: str
    header: str
    sent: str


class Inverse(NamedTuple):
    """What takes an upload back."""

    rows: tuple[Row, ...]
    lost: tuple[Lost, ...]


def inverse_of(rows: Iterable[Row], before: Sent, after: Sent, required: Iterable[str]) -> Inverse:
    """Return the rows that bring back what stood `before` an upload of `rows`; `after` it stood as sent.

    A closed account is opened again and an opened one closed, whatever is known; any other cell
    comes back only where an earlier upload says what it was.
    """
    back: list[Row] = []
    lost: list[Lost] = []
    always = frozenset(required)
    for row in rows:
        was = before.cells.get(row.username) or before.cells.get(row.previous_username) or {}
        now = after.cells.get(row.username, row.cells)
        cells, gone = _cells(row.username, was, now, always)
        lost += gone
        if any(now.get(header) != cell for header, cell in cells.items()):
            former = was.get(USERNAME, row.username)
            renamed = row.username if former != row.username else ""
            back.append(Row(former, cells | {USERNAME: former}, renamed))
    return Inverse(tuple(back), tuple(lost))


def _cells(
    username: str, was: Mapping[str, str], now: Mapping[str, str], always: frozenset[str]
) -> tuple[dict[str, str], list[Lost]]:
    cells = {header: was.get(header, cell) for header, cell in now.items() if header in {USERNAME, EMAIL, "first_name"}}
    lost = []
    for header, cell in now.items():
        if header in cells or was.get(header) == cell:
            continue
        if header in was:
            cells[header] = was[header]
        elif header == DISABLED:
            cells[header] = _OPPOSITE[cell]
        elif header not in always or cell:
            lost.append(Lost(username, header, cell))
    return cells, lost
