"""State: what Handshake was last sent of each person, upload after upload."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.handshake.job import EMAIL, USERNAME

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from graduand.handshake.job import Job


class Sent(NamedTuple):
    """The cells that Handshake was last sent, by username, as far as no row is known to have failed."""

    cells: Mapping[str, Mapping[str, str]]
    failed: frozenset[str] = frozenset()
    """Who was in a row of the last upload of theirs that failed."""
    refused: frozenset[str] = frozenset()
    """Those of them whose row would have changed identifiers, in a job that was not allowed to."""


NOTHING = Sent({})
"""Before the first upload."""


def after(sent: Sent, jobs: Sequence[Job], failed: Collection[str], refused: Collection[str] = ()) -> Sent:
    """Return the state after `jobs` have run and the rows of the usernames `failed` have not taken effect.

    `refused` are those of them who failed because of identifiers.
    """
    cells: dict[str, Mapping[str, str]] = dict(sent.cells)
    still_failed, still_refused = set(sent.failed), set(sent.refused)
    by_email = {row.get(EMAIL, ""): username for username, row in cells.items()}
    for job in jobs:
        for row in job.rows:
            username = row[USERNAME]
            if username in failed:
                still_failed.add(username)
                still_refused |= {username}.intersection(refused)
                continue
            known_as = by_email.get(row[EMAIL], username) if job.setting.identifier_column == EMAIL else username
            cells[username] = {**cells.pop(known_as, {}), **{header: cell for header, cell in row.items() if cell}}
            by_email[row[EMAIL]] = username
            still_failed -= {username, known_as}
            still_refused -= {username, known_as}
    return Sent(cells, frozenset(still_failed), frozenset(still_refused))
