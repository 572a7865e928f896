"""The state: what Handshake holds of each person as far as it is known, and how a refused row is sent again."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.records.columns import mover

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.handshake.row import Cells
    from graduand.records.columns import Columns


class Retry(StrEnum):
    """How a row that was refused is sent again."""

    IDENTIFIERS = "identifiers"
    """By hand, with “This job changes identifier data” [ERR][SENS]."""
    BY_ADDRESS = "by-address"
    """The same, and the account is looked up by its address [TAKEN]."""
    HELD = "held"
    """Not at all: the account is excluded from sync."""


class RowRetry(NamedTuple):
    """A row that failed and that is sent again in another way, as long as its address is the same."""

    retry: Retry
    address: str


_NO_RETRIES: Final[Mapping[str, RowRetry]] = MappingProxyType({})


class State(NamedTuple):
    """The cells that Handshake holds, as far as they were sent and did not fail, or were seen."""

    columns: Columns
    rows: Mapping[str, Cells]
    """Cells below the columns, by username: `**CLEAR**` is known to be empty, "" is not known."""
    failed: frozenset[str] = frozenset()
    """Usernames whose last row failed."""
    retries: Mapping[str, RowRetry] = _NO_RETRIES
    """Of those the ones whose row must be sent in another way, or not at all."""
    seen: frozenset[str] = frozenset()
    """Of those that failed the ones whom Handshake has shown since: what they lack stands in their cells."""
    confirmed: Mapping[str, Cells] = MappingProxyType({})
    """Of whose row was delivered, and is not known to have run, the cells without it; `rows` is as if it had run."""

    absent: frozenset[str] = frozenset()
    """Usernames without an account in the last complete export, of whom nothing was sent or seen since."""

    def retry_of(self, username: str, address: str) -> Retry | None:
        """Return how the row of a person is sent again, which has this address now; None as any other."""
        refused = self.retries.get(username)
        if refused is None or (refused.retry is Retry.BY_ADDRESS and refused.address.casefold() != address.casefold()):
            return None
        return refused.retry

    def cells(self, username: str) -> dict[str, str]:
        """Return the cells of a person that are not blank, by header; none when the person is not known."""
        row = self.rows.get(username, ())
        return {header: cell for header, cell in zip(self.columns, row, strict=False) if cell}

    def below(self, columns: Columns) -> State:
        """Return the same cells below other columns; those of a column that is not among them are left out."""
        if columns == self.columns:
            return self
        move = mover(self.columns, columns)
        rows, confirmed = (
            {name: row and move(row) for name, row in one.items()} for one in (self.rows, self.confirmed)
        )
        return self._replace(columns=columns, rows=rows, confirmed=confirmed)


NOTHING: Final = State((), {})
"""Nothing is known of anybody."""
