"""The limits of the automatic sync: which rows would stop it, so that they go up by hand."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from graduand.records.record import DISABLED, EMAIL, USERNAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.handshake.row import Cells
    from graduand.handshake.row_table import Columns
    from graduand.handshake.state import Sent


def refused_by_sync(rows: Sequence[Cells], columns: Columns, sent: Sent, own_domains: frozenset[str]) -> frozenset[str]:
    """Return the usernames whose rows would stop the automatic sync [AUTORUN][SENS]; `sent` is below `columns`.

    It stops at 10 % of rows with a changed address and at 50 % of rows that archive, of those that
    it does not skip as unchanged; what is taken out makes the share of the others larger. Of
    people never sent before, an address that is not the school's counts as changed.
    """
    name_at, email_at = columns.index(USERNAME), columns.index(EMAIL)
    left, moved = set[str](), set[str]()
    for row in rows:
        username, before = row[name_at], sent.rows.get(row[name_at])
        if before is None or (
            before != row and any(cell and cell != was for cell, was in zip(row, before, strict=True))
        ):
            left.add(username)
            if _is_moved(row[email_at], before[email_at] if before else "", own_domains):
                moved.add(username)
    closed = _closed(rows, columns, name_at) & left
    held = set[str]()
    while True:
        if moved and len(moved) * 10 >= len(left):
            out = moved
        elif closed and len(closed) * 2 >= len(left):
            out = closed
        else:
            return frozenset(held)
        held |= out
        left, moved, closed = left - out, moved - out, closed - out


def _is_moved(email: str, before: str, own_domains: frozenset[str]) -> bool:
    if not before:
        return email.rpartition("@")[2].lower() not in own_domains
    return before != email


def _closed(rows: Sequence[Cells], columns: Columns, name_at: int) -> set[str]:
    if DISABLED not in columns:
        return set()
    disabled = itemgetter(columns.index(DISABLED))
    return {row[name_at] for row in rows if disabled(row) == "TRUE"}
