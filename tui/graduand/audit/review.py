"""Review a pull request: what it changes, and what in it is unusual."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.audit.outliers import Outlier, outliers
from graduand.errors import Usage
from graduand.git.events import EventKind
from graduand.git.program import Program
from graduand.git.replay import change_between
from graduand.git.snapshot import contents, entries
from graduand.index.person_states import closed_by_uploads
from graduand.language import _, quoted
from graduand.records.legacy_reader import read_bygone

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from graduand.git.events import Event
    from graduand.records.record import Record
    from graduand.workspace import Workspace


class Review(NamedTuple):
    """What a change does, for the person who approves it."""

    events: tuple[Event, ...]
    outliers: tuple[Outlier, ...]
    unreadable: tuple[str, ...]
    """The files that no longer hold a record; the events of these people are not known."""
    rules: tuple[str, ...]
    """The files of `schema/` that change too, and with them the rules for records."""
    closed_without_record: tuple[str, ...] = ()
    """Usernames of removed records whose account an upload closed, and that stays closed."""


def review(workspace: Workspace, span: str) -> Review:
    """Return what `span`, such as `main..HEAD`, changes: all that its second commit has over the first.

    Raises:
        Usage: it names no two commits of this repository.
        Unreadable: the two share no history in this clone.
    """
    program = Program(workspace.root)
    workspace.set_program(program)
    old, new = _ends(program, span)
    history = change_between(program, old, new)
    events = tuple(history.events)
    cohorts = {event.cohort for event in events}
    found = outliers(events, _records(program, new, cohorts), workspace.school) if cohorts else ()
    unreadable = tuple(gap.path for gap in history.unreadable)
    return Review(events, found, unreadable, history.schema_files, _closed_without_record(workspace, events))


def _closed_without_record(workspace: Workspace, events: Iterable[Event]) -> tuple[str, ...]:
    removed = {event.username for event in events if event.event is EventKind.REMOVED}
    states = workspace.readable_states() if removed else None
    return tuple(sorted(removed.intersection(closed_by_uploads(states.folded)))) if states else ()


def _ends(program: Program, span: str) -> tuple[str, str]:
    old, dots, new = span.partition("..")
    if not dots or not old or new.startswith(".") or "\n" in span:
        raise Usage(_("{span} names no two commits, such as main..HEAD.").format(span=quoted(span)))
    commits = program.object_names(f"{name or 'HEAD'}^{{commit}}" for name in (old, new))
    for name, commit in zip((old, new), commits, strict=True):
        if not commit:
            raise Usage(_("There is no commit {name} here.").format(name=quoted(name)))
    return commits[0], commits[1]


def _records(program: Program, commit: str, cohorts: Collection[str]) -> Iterator[Record]:
    """Yield the readable records of some cohorts as a commit has them."""
    listed = (entry for entry in entries(program, commit) if entry.path.split("/")[1] in cohorts)
    for path, raw in contents(program, listed):
        if record := read_bygone(path, raw):
            yield record
