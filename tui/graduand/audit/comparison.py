"""What one person's record said before and after a time: the values that differ, and what happened in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.git.events import EventKind
from graduand.git.program import Program
from graduand.records.legacy_reader import read_past_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from graduand.git.events import Event
    from graduand.records.record import Record, Value
    from graduand.workspace import Workspace


class ChangedValue(NamedTuple):
    """The value of a key before and after; "" where there was none."""

    key: str
    before: Value
    after: Value


class Comparison(NamedTuple):
    """One person's record before and after a time."""

    since: str
    """The first day."""
    until: str
    """The last day."""
    before: Record | None
    """The record before the first event; None: there was none."""
    after: Record | None
    """The record after the last one."""
    values: tuple[ChangedValue, ...]
    """The values that differ, in the order of the form."""
    events: tuple[Event, ...]
    """What was decided, done and seen in between, in the order of time."""

    @property
    def done(self) -> tuple[Event, ...]:
        """What went out in between, and what came back."""
        return tuple(event for event in self.events if event.is_done)


def compare_days(workspace: Workspace, events: Sequence[Event], since: str, until: str) -> Comparison:
    """Return what one person's events from day to day, both included, came to; an empty day is the first or last.

    Raises:
        Unreadable: git does not have what a record was.
    """
    earlier = [event for event in events if since and event.source.date[:10] < since]
    between = [
        event for event in events if since <= event.source.date[:10] and (not until or event.source.date[:10] <= until)
    ]
    return _comparison(workspace, earlier, between, (since, until))


def compare_events(workspace: Workspace, events: Sequence[Event], first: Event, last: Event) -> Comparison:
    """Return what one person's events from one to another, both included, came to; whichever of both is given first.

    Raises:
        Unreadable: git does not have what a record was.
    """
    start, end = sorted((events.index(first), events.index(last)))
    commit = events[start].source.commit
    while start and events[start - 1].source.commit == commit:  # one commit is one change of the record
        start -= 1
    commit = events[end].source.commit
    while end + 1 < len(events) and events[end + 1].source.commit == commit:
        end += 1
    days = (events[start].source.date[:10], events[end].source.date[:10])
    return _comparison(workspace, events[:start], events[start : end + 1], days)


def _comparison(
    workspace: Workspace, earlier: Sequence[Event], between: Sequence[Event], days: tuple[str, str]
) -> Comparison:
    program = Program(workspace.root)
    before = _record_after(program, earlier)
    after = _record_after(program, (*earlier, *between))
    old, new = (record.values if record else {} for record in (before, after))
    order = [*workspace.school.fields]
    keys = sorted(dict.fromkeys((*old, *new)), key=lambda key: order.index(key) if key in order else len(order))
    values = (ChangedValue(key, old.get(key, ""), new.get(key, "")) for key in keys)
    changed = tuple(one for one in values if one.before != one.after)
    return Comparison(*days, before, after, changed, tuple(between))


def _record_after(program: Program, events: Iterable[Event]) -> Record | None:
    """Return the record as it was after the last of the decisions among some events; None where there was none."""
    decided = [event for event in events if not event.is_done]
    if not decided or decided[-1].event is EventKind.REMOVED:
        return None
    last = decided[-1]
    commit = last.source.merge or last.source.commit
    (raw,) = program.blobs([f"{commit}:{program.prefix}{last.path}"])
    return read_past_record(last.path, raw) if raw is not None else None
