"""The rows of records as a commit has them, without a checkout."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.git.snapshot import contents, entries
from graduand.handshake.row import row_of
from graduand.handshake.row_table import table_of
from graduand.index.evaluate import evaluate
from graduand.records.paths import username_of
from graduand.rules import judgement

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from graduand.git.program import Program
    from graduand.handshake.row import Row
    from graduand.handshake.row_table import RowTable
    from graduand.records.school import School

_LAST_DAY: Final = "9999-12-31"
"""On which nothing waits any more."""


class RowsAt(NamedTuple):
    """The rows of people by their records at a commit."""

    table: RowTable
    """As of the day that was asked for."""
    final: Mapping[str, Row]
    """By username, the rows when nothing waits for its day any more."""
    faulty: tuple[str, ...]
    """Usernames of people whose records have errors; they have no row."""

    def checksum(self, usernames: Collection[str]) -> str:
        """Return a checksum over the rows of people, whatever the day; who has no row counts as such."""
        whole = hashlib.sha256()
        for username in sorted(usernames):
            row = self.final.get(username)
            cells = "\x1f".join((row.previous_username, *row.cells)) if row else ""
            whole.update(f"{username}\x1e{cells}\n".encode(errors="surrogateescape"))
        return whole.hexdigest()


def rows_at(program: Program, commit: str, school: School, on: str, usernames: Collection[str]) -> RowsAt:
    """Return the rows of people by their records at a commit, judged one by one on the day `on`.

    Raises:
        Unreadable: the commit is not here, as in a shallow clone.
    """
    wanted = (one for one in entries(program, commit) if username_of(one.path) in usernames)
    rows, final, faulty = [], {}, []
    for path, raw in contents(program, wanted):
        entry = evaluate(path, raw, school, on)
        if entry.row is None or entry.record is None:
            faulty.append(username_of(path))
            continue
        rows.append(entry.row)
        (checked,) = judgement.sound((entry.record,), entry.findings)
        final[entry.row.username] = row_of(checked, school, _LAST_DAY)
    rows.sort(key=lambda row: row.username)
    return RowsAt(table_of(rows, [*school.columns]), final, tuple(sorted(faulty)))
