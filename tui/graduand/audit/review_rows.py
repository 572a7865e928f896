"""The rows of the people whom a change touches: one checksum whatever the day, and what of them is another by now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.audit.review import ends_of
from graduand.git.first_parent import squashed
from graduand.git.program import Program
from graduand.git.snapshot import school_at
from graduand.records.paths import username_of
from graduand.uploads.rows_at import rows_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graduand.handshake.row import Row
    from graduand.workspace import Workspace


class RowChange(NamedTuple):
    """A row that is another one by now than when it was reviewed."""

    username: str
    headers: tuple[str, ...]
    """The columns whose cells differ; none where there is a row on one side only."""


class ReviewedRows(NamedTuple):
    """What a change sends of its own people, once nothing waits for its day any more."""

    people: tuple[str, ...]
    """Usernames of people whose records it touches."""
    checksum: str
    """Over their rows, whatever the day."""
    waiting: Mapping[str, str]
    """The day until which a part of the row waits, by username: `compile` sends it otherwise before."""
    faulty: tuple[str, ...]
    """Usernames of people whose records have errors; they have no row."""
    changed: tuple[RowChange, ...] | None = None
    """What another commit makes of them; None where none was asked about."""


def reviewed_rows(workspace: Workspace, span: Sequence[str], on: str, later: str = "") -> ReviewedRows:
    """Return the rows of the people whose records a span changes, as `review` takes it, on the day `on`.

    With `later`, also what that commit makes of them by now, such as the upload branch after the merge.

    Raises:
        Usage: they are no commits of this clone.
        Unreadable: the commits share no history in this clone, or one has no schema.
    """
    program = Program(workspace.root)
    base, new = ends_of(program, span)
    revision, _schema = squashed(program, base, new)
    people = frozenset(username_of(change.path) for change in revision.changes)
    school = school_at(program, new)
    found = rows_at(program, new, school, on, people)
    waiting = dict(sorted(found.table.held_back.items()))
    rows = ReviewedRows(tuple(sorted(people)), found.checksum(people), waiting, found.faulty)
    if not later:
        return rows
    _base, commit = ends_of(program, (new, later))
    school_then = school_at(program, commit)
    then = rows_at(program, commit, school_then, on, people)
    columns = (tuple(school.columns), tuple(school_then.columns))
    return rows._replace(changed=tuple(_changes(rows.people, (found.final, then.final), columns)))


def _changes(
    people: tuple[str, ...], rows: tuple[Mapping[str, Row], Mapping[str, Row]], columns: tuple[tuple[str, ...], ...]
) -> Iterator[RowChange]:
    for username in people:
        before, now = (side.get(username) for side in rows)
        if before is None or now is None:
            if before is not now:
                yield RowChange(username, ())
            continue
        cells = [
            dict(zip(headers, row.cells, strict=True)) for headers, row in zip(columns, (before, now), strict=True)
        ]
        headers = [
            name for name in dict.fromkeys((*columns[0], *columns[1])) if cells[0].get(name) != cells[1].get(name)
        ]
        if headers or before.previous_username != now.previous_username:
            yield RowChange(username, tuple(headers))
