"""The state: what Handshake was last sent of each person, upload after upload."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.records.columns import mover

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.handshake.row import Cells
    from graduand.records.columns import Columns


class Sent(NamedTuple):
    """The cells that Handshake was last sent, as far as no row is known to have failed."""

    columns: Columns
    rows: Mapping[str, Cells]
    """Cells below the columns, by username."""
    failed: frozenset[str] = frozenset()
    """Usernames in whose last upload their row failed."""
    refused: frozenset[str] = frozenset()
    """Those of them whose row would have changed identifiers, in a job that was not allowed to."""

    def cells(self, username: str) -> dict[str, str]:
        """Return the cells of a person that are not blank, by header; none when the person was never sent."""
        row = self.rows.get(username, ())
        return {header: cell for header, cell in zip(self.columns, row, strict=False) if cell}

    def below(self, columns: Columns) -> Sent:
        """Return the same cells below other columns; those of a column that is not among them are left out."""
        if columns == self.columns:
            return self
        move = mover(self.columns, columns)
        return self._replace(columns=columns, rows={username: move(row) for username, row in self.rows.items()})


NOTHING = Sent((), {})
"""Before the first upload."""
