"""The table of rows: the cells of many people below the same columns."""

from __future__ import annotations

from itertools import compress
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.records.record import USERNAME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from graduand.handshake.row import Cells, Row
    from graduand.records.columns import Columns

_NO_TEXTS: Final[Mapping[str, str]] = MappingProxyType({})


class RowTable(NamedTuple):
    """Rows below the same columns, and what is known of a few people besides their cells."""

    columns: Columns
    rows: Sequence[Cells]
    previous_usernames: Mapping[str, str] = _NO_TEXTS
    """The username that Handshake still has, by the new one, of those whose username changes."""
    held_back: Mapping[str, str] = _NO_TEXTS
    """The day until which the change of the account waits, by username."""
    waiting: Mapping[str, str] = _NO_TEXTS
    """The day until which the graduation or departure waits, by username."""
    withheld: Mapping[str, str] = _NO_TEXTS
    """A `HeldReason`, by username, of those of whom their records say that no row is sent."""
    kinds: Sequence[str] = ()
    """The kind of the transition of each row; none where rows are made of no record."""

    @property
    def usernames(self) -> list[str]:
        """The usernames of all rows."""
        return self.column(USERNAME)

    def column(self, header: str) -> list[str]:
        """Return the cells of a column; blank ones when there is none."""
        if header not in self.columns:
            return [""] * len(self.rows)
        return [*map(itemgetter(self.columns.index(header)), self.rows)]

    def picked(self, places: Iterable[int]) -> RowTable:
        """Return the rows at these places."""
        chosen = [*places]
        kinds = [self.kinds[place] for place in chosen] if self.kinds else ()
        return self._replace(rows=[self.rows[place] for place in chosen], kinds=kinds)

    def without(self, usernames: Collection[str]) -> RowTable:
        """Return the rows of all but these people."""
        if not usernames:
            return self
        return self.picked(place for place, username in enumerate(self.usernames) if username not in usernames)


def table_of(rows: Iterable[Row], columns: Sequence[str]) -> RowTable:
    """Return the table of rows whose cells are below `columns`; it has the columns in which there is a cell."""
    every = [*rows]
    listed = [row for row in every if any(row.cells)]
    used = [any(column) for column in zip(*(row.cells for row in listed), strict=True)]
    return RowTable(
        tuple(compress(columns, used)),
        [tuple(compress(row.cells, used)) for row in listed],
        {row.username: row.previous_username for row in listed if row.previous_username},
        {row.username: row.held_back for row in listed if row.held_back},
        {row.username: row.waits_until for row in listed if row.waits_until},
        {row.username: row.withheld for row in every if row.withheld},
        [row.kind for row in listed],
    )


def table_of_cells(rows: Iterable[Mapping[str, str]], columns: Iterable[str]) -> RowTable:
    """Return the table of rows that are given by header, its columns in the order of `columns`."""
    listed = [*rows]
    used = set[str]().union(*listed)
    ordered = tuple(header for header in columns if header in used)
    return RowTable(ordered, [tuple(row.get(header, "") for header in ordered) for row in listed])


def used_columns(columns: Columns, rows: Sequence[Cells]) -> set[str]:
    """Return the columns in which any row has a cell."""
    return {header for place, header in enumerate(columns) if any(map(itemgetter(place), rows))}
