"""Query the audit trail: who changed which record, when and why, as git's history has it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import NoSuchPerson, Usage
from graduand.git.events import EventKind
from graduand.git.history import cached_history
from graduand.git.program import Program
from graduand.language import _, quoted
from graduand.ledger.entry import PEOPLE, read_people
from graduand.ledger.ledger import read_ledger
from graduand.similar import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from graduand.git.event_log import EventLog
    from graduand.git.events import Event, Gap
    from graduand.git.history import History
    from graduand.workspace import Workspace


class AuditTrail(NamedTuple):
    """The events of a query, in the order of the commits."""

    events: tuple[Event, ...]
    gaps: tuple[Gap, ...]
    """Ranges of commits in which a record could not be read."""
    is_shallow: bool
    """Whether the clone is shallow: earlier events are not in it."""


class EventFilter(NamedTuple):
    """A filter of events; an empty field lets all through."""

    kinds: frozenset[EventKind] = frozenset()
    cohort: str = ""
    person: str = ""
    author: str = ""
    """A part of the name or address, in any case."""
    since: str = ""
    """The first day, `yyyy-mm-dd`."""
    until: str = ""
    """The last day."""


def audit(workspace: Workspace, wanted: EventFilter) -> AuditTrail:
    """Return the events of the branch that is checked out which pass a filter.

    Raises:
        NotGit, NoGit: there is no history to read.
        NoSuchPerson, Usage: the history has no such username, or no such cohort.
    """
    program, history = _history(workspace)
    people = _usernames_of(history.events, wanted.person) if wanted.person else frozenset()
    found = history.events.select(wanted.kinds, people, wanted.author, (wanted.since, wanted.until))
    events = [event for event in found if wanted.cohort in {"", event.cohort}]
    if not events:
        _refuse_unknown(history.events, wanted, people)
    return _trail(program, history, events)


def _refuse_unknown(events: EventLog, wanted: EventFilter, people: Collection[str]) -> None:
    """Refuse a misspelt name, for which there would be no events.

    Raises:
        NoSuchPerson, Usage: the history has no such username, or no such cohort.
    """
    if wanted.person and not events.usernames().intersection(people):
        raise NoSuchPerson(wanted.person, nearest(wanted.person, events.usernames()))
    cohorts = {event.cohort for event in events} if wanted.cohort else set()
    if wanted.cohort not in {"", *cohorts}:
        near = nearest(wanted.cohort, cohorts)
        hint = _(" Did you mean {near}?").format(near=quoted(near)) if near else ""
        raise Usage(_("There is no cohort {cohort} in the history.").format(cohort=quoted(wanted.cohort)) + hint)


def log(workspace: Workspace, username: str) -> AuditTrail:
    """Return all events of one person, through all usernames that the person has had.

    Raises:
        NoSuchPerson: the history has no such username.
    """
    program, history = _history(workspace)
    events = list(history.events.select(people=_usernames_of(history.events, username)))
    if not events:
        raise NoSuchPerson(username, nearest(username, history.events.usernames()))
    return _trail(program, history, events)


def _history(workspace: Workspace) -> tuple[Program, History]:
    program = Program(workspace.root)
    workspace.set_git_folder(program.folder)
    cached = cached_history(program)
    if cached is not None:
        return program, cached
    from graduand.git.replay import history_of  # noqa: PLC0415 - reads records, which only new commits need

    return program, history_of(program)


def _trail(program: Program, history: History, events: Iterable[Event]) -> AuditTrail:
    uploads = _uploads(program, history)
    if uploads:
        events = [event._replace(uploads=_carrier(event, uploads)) for event in events]
    return AuditTrail(tuple(events), history.unreadable, history.is_shallow)


def _uploads(program: Program, history: History) -> list[tuple[int, str, frozenset[str]]]:
    """Return the position of each upload's commit in the history, its id, and the usernames in its rows."""
    ledger = read_ledger(program)
    positions = {name: position for position, name in enumerate(history.commits)} if ledger.uploads else {}
    found = [one for one in ledger.uploads if one.text("commit") in positions]
    people = zip(found, ledger.files((one, PEOPLE) for one in found), strict=True)
    return sorted(
        (positions[one.text("commit")], one.id, frozenset(person.username for person in read_people(raw, one.id)))
        for one, raw in people
    )


def _carrier(event: Event, uploads: list[tuple[int, str, frozenset[str]]]) -> tuple[str, ...]:
    """Return the first upload that held the person and was compiled from the event's commit or a later one."""
    position = event.source.position
    found = (name for at, name, usernames in uploads if at >= position and event.username in usernames)
    return tuple(islice(found, 1))


def _usernames_of(events: EventLog, username: str) -> frozenset[str]:
    """Return all usernames of the person who has or had this one."""
    names = {username}
    renames = list(events.select({EventKind.USERNAME}))
    grown = True
    while grown:
        grown = False
        for event in renames:
            pair = {str(event.old or ""), str(event.new or ""), event.username} - {""}
            if pair & names and not pair <= names:
                names |= pair
                grown = True
    return frozenset(names)
