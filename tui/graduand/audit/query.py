"""The trail: the use cases of who did what to whom, when and why; git's history answers."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import NoSuchPerson, Usage
from graduand.git.branch import standing_of, timeline
from graduand.git.events import EventKind
from graduand.language import _, quoted
from graduand.similar import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from graduand.git.event_log import Chronicle
    from graduand.git.events import Event, Gap
    from graduand.git.program import Program
    from graduand.git.timeline import Timeline
    from graduand.records.fast_reader import FastReader
    from graduand.workspace import Workspace


class AuditEvent(NamedTuple):
    """An event, and the uploads that carried it."""

    event: Event
    uploads: tuple[str, ...]


class Trail(NamedTuple):
    """What was found, in the order of the commits."""

    told: tuple[AuditEvent, ...]
    gaps: tuple[Gap, ...]
    """Times in which a record could not be read."""
    cut: bool
    """Whether the clone is shallow: what happened earlier is not here."""


class Wanted(NamedTuple):
    """Which events are asked for; what is empty asks for all."""

    kinds: frozenset[EventKind] = frozenset()
    cohort: str = ""
    person: str = ""
    author: str = ""
    """A part of the name or address, in any case."""
    since: str = ""
    """The first day, `yyyy-mm-dd`."""
    until: str = ""
    """The last day."""


def audit(workspace: Workspace, wanted: Wanted) -> Trail:
    """Return the events of the branch that is checked out, as far as they are wanted.

    Raises:
        NotGit, NoGit: there is no history to read.
        NoSuchPerson, Usage: it knows nobody of this name, or no such cohort.
    """
    past = _past(workspace)
    line = past.line
    people = _lives(line.events, wanted.person) if wanted.person else frozenset()
    found = line.events.wanted(wanted.kinds, people, wanted.author, (wanted.since, wanted.until))
    events = [event for event in found if wanted.cohort in {"", event.cohort}]
    if not events:
        _refuse_unknown(line.events, wanted, people)
    return _trail(past, events)


def _refuse_unknown(events: Chronicle, wanted: Wanted, people: Collection[str]) -> None:
    """Let nobody take a misspelt name for a quiet one.

    Raises:
        NoSuchPerson, Usage: the history knows nobody of this name, or no such cohort.
    """
    if wanted.person and not events.usernames().intersection(people):
        raise NoSuchPerson(wanted.person, nearest(wanted.person, events.usernames()))
    cohorts = {event.cohort for event in events} if wanted.cohort else set()
    if wanted.cohort not in {"", *cohorts}:
        near = nearest(wanted.cohort, cohorts)
        hint = _(" Did you mean {near}?").format(near=quoted(near)) if near else ""
        raise Usage(_("There is no cohort {cohort} in the history.").format(cohort=quoted(wanted.cohort)) + hint)


def log(workspace: Workspace, username: str) -> Trail:
    """Return one person's life, through all usernames that they have had.

    Raises:
        NoSuchPerson: the history knows nobody of this name.
    """
    past = _past(workspace)
    line = past.line
    people = _lives(line.events, username)
    events = list(line.events.wanted(people=people))
    if not events:
        raise NoSuchPerson(username, nearest(username, line.events.usernames()))
    return _trail(past, events)


class _Past(NamedTuple):
    line: Timeline
    program: Program
    sent: bool


def _past(workspace: Workspace) -> _Past:
    program, standing = standing_of(workspace.root)
    workspace.lies_in(program.folder)
    return _Past(timeline(program, lambda: _fast(workspace), standing), program, standing.sent)


def _fast(workspace: Workspace) -> FastReader:
    from graduand.records.fast_reader import fast_reader  # noqa: PLC0415 - only what is new must be read

    return fast_reader(workspace.school)


def _trail(past: _Past, events: Iterable[Event]) -> Trail:
    uploads = _uploads(past.program, past.line) if past.sent else []
    told = tuple(AuditEvent(event, _carrier(event, uploads) if uploads else ()) for event in events)
    return Trail(told, past.line.gaps, past.line.cut)


def _uploads(program: Program, line: Timeline) -> list[tuple[int, str, frozenset[str]]]:
    """Return where on the line each noted upload was compiled, its name, and whose rows it held."""
    from graduand.git import upload_tags  # noqa: PLC0415 - only where anything was sent

    tags = upload_tags.noted(program, upload_tags.UPLOAD)
    places = {name: place for place, name in enumerate(line.names)} if tags else {}
    return sorted(
        (places[tag.commit], tag.name, frozenset(map(str, tag.says.get("usernames", []))))
        for tag in tags
        if tag.commit in places
    )


def _carrier(event: Event, uploads: list[tuple[int, str, frozenset[str]]]) -> tuple[str, ...]:
    """Return the first upload that held the person and was compiled from this commit or a later one."""
    place = event.source.place
    found = (name for at, name, usernames in uploads if at >= place and event.username in usernames)
    return tuple(islice(found, 1))


def _lives(events: Chronicle, username: str) -> frozenset[str]:
    """Return all usernames of the person who has or had this one."""
    names = {username}
    renames = list(events.wanted({EventKind.USERNAME}))
    grown = True
    while grown:
        grown = False
        for event in renames:
            pair = {str(event.old or ""), str(event.new or ""), event.username} - {""}
            if pair & names and not pair <= names:
                names |= pair
                grown = True
    return frozenset(names)
