"""Rollback: the rows that take an upload back, and what no row can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.handshake.job import EMAIL, USERNAME
from graduand.handshake.row import DISABLED, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graduand.handshake.state import Sent

_KEYS: Final = frozenset({USERNAME, EMAIL, "first_name"})
"""What stands in every row, whether it changes or not."""

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


def inverse_of(rows: Iterable[Row], before: Sent, after: Sent) -> Inverse:
    """Return the rows that bring back what stood `before` an upload of `rows`; `after` it stood as sent.

    A closed account is opened again and an opened one closed, whatever is known; any other cell
    comes back only where an earlier upload says what it was. Of a row that failed nothing comes back.
    """
    back: list[Row] = []
    lost: list[Lost] = []
    for row in rows:
        was = _known(row, before)
        now = _known(row, after)
        cells, gone = _cells(row.username, was, now)
        lost += gone
        former = was.get(USERNAME) or row.previous_username or row.username
        if any(now[header] != cell for header, cell in cells.items()) or (now and now[USERNAME] != former):
            renamed = now[USERNAME] if now[USERNAME] != former else ""
            back.append(Row(former, cells | {USERNAME: former}, renamed))
    return Inverse(tuple(back), tuple(lost))


def _known(row: Row, sent: Sent) -> Mapping[str, str]:
    """Return what was sent of a row's person, under whichever username; nothing when nothing has arrived."""
    return sent.cells.get(row.username) or sent.cells.get(row.previous_username) or {}


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
