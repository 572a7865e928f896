"""The trail: the use cases of who did what to whom, when and why; git's history answers."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import NoSuchPerson, Unreadable, Usage
from graduand.history import ledger, signatures
from graduand.history.checkout import Checkout
from graduand.history.events import Kind
from graduand.history.timeline import Timeline, timeline
from graduand.language import _, quoted
from graduand.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from graduand.history.chronicle import Chronicle
    from graduand.history.events import Event, Gap, Source
    from graduand.history.ledger import Noted
    from graduand.history.program import Program
    from graduand.history.shelf import Reader
    from graduand.workspace import Workspace


class Told(NamedTuple):
    """An event, and the uploads that carried it."""

    event: Event
    uploads: tuple[str, ...]


class Trail(NamedTuple):
    """What was found, in the order of the commits."""

    told: tuple[Told, ...]
    gaps: tuple[Gap, ...]
    """Times in which a record could not be read."""
    cut: bool
    """Whether the clone is shallow: what happened earlier is not here."""


class Wanted(NamedTuple):
    """Which events are asked for; what is empty asks for all."""

    kinds: frozenset[Kind] = frozenset()
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
    program = Checkout(workspace.root).program
    line = _line(workspace, program)
    people = _lives(line.events, wanted.person) if wanted.person else frozenset()
    picky = wanted.author or wanted.since or wanted.until
    found = line.events.wanted(wanted.kinds, people, (lambda source: _fits(source, wanted)) if picky else None)
    events = [event for event in found if wanted.cohort in {"", event.cohort}]
    if not events:
        _refuse_unknown(line.events, wanted, people)
    return _trail(program, line, events)


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
    program = Checkout(workspace.root).program
    line = _line(workspace, program)
    people = _lives(line.events, username)
    events = list(line.events.wanted(people=people))
    if not events:
        raise NoSuchPerson(username, nearest(username, line.events.usernames()))
    return _trail(program, line, events)


def _line(workspace: Workspace, program: Program) -> Timeline:
    return timeline(program, lambda: _fast(workspace))


def _fast(workspace: Workspace) -> Reader:
    from graduand.records.canon import fast_reader  # noqa: PLC0415 - only what is new must be read

    return fast_reader(workspace.school)


def _trail(program: Program, line: Timeline, events: Iterable[Event]) -> Trail:
    uploads = _uploads(program, line)
    return Trail(tuple(Told(event, _carrier(event, uploads)) for event in events), line.gaps, line.cut)


def _uploads(program: Program, line: Timeline) -> list[tuple[int, str, frozenset[str]]]:
    """Return where on the line each noted upload was compiled, its name, and whose rows it held."""
    tags = ledger.noted(program, ledger.UPLOAD)
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
    renames = list(events.wanted({Kind.USERNAME}))
    grown = True
    while grown:
        grown = False
        for event in renames:
            pair = {str(event.old or ""), str(event.new or ""), event.username} - {""}
            if pair & names and not pair <= names:
                names |= pair
                grown = True
    return frozenset(names)


def _fits(source: Source, wanted: Wanted) -> bool:
    day = source.date[:10]
    return (
        wanted.author.casefold() in source.author.casefold()
        and (not wanted.since or day >= wanted.since)
        and (not wanted.until or day <= wanted.until)
    )


class Verified(NamedTuple):
    """What can be proved of the history, and what cannot."""

    commits: int
    """Those on the line that touch records."""
    unsigned: tuple[str, ...]
    bad: tuple[str, ...]
    """Commits whose signature is false, expired or revoked."""
    unknown: tuple[str, ...]
    """Commits whose signature cannot be checked here, or is by a key that nobody vouches for."""
    moved: tuple[str, ...]
    """Upload tags that are not where their manifest says, or carry none."""
    missing: tuple[str, ...]
    """Tags that later ones speak of, and that are gone."""
    astray: tuple[str, ...]
    """Uploads from a commit that the branch does not lead to: its history was written anew, or another was meant."""
    differing: tuple[tuple[str, str], ...]
    """Uploads, and their files that do not compile again byte for byte."""
    cut: bool
    replaced: tuple[str, ...]
    """References with which somebody shows other objects in place of the committed ones."""

    @property
    def sound(self) -> bool:
        """Whether nothing speaks against the history; a missing or unknown signature does not."""
        tags = self.moved or self.missing or self.astray or self.differing
        return not (self.bad or tags or self.cut or self.replaced)


def verify(workspace: Workspace) -> Verified:
    """Hold the history against itself: signatures, tags, and the files of each upload.

    Raises:
        NotGit, NoGit: there is no history to read.
    """
    program = Checkout(workspace.root).program
    by_state: defaultdict[str, list[str]] = defaultdict(list)
    signed = signatures.signatures(program)
    for commit, state in signed:
        by_state[state].append(commit)
    cut = signatures.is_cut(program)
    uploads, results = ledger.noted(program, ledger.UPLOAD), ledger.noted(program, ledger.RESULT)
    return Verified(
        commits=len(signed),
        unsigned=tuple(by_state["unsigned"]),
        bad=tuple(by_state["bad"]),
        unknown=tuple(by_state["unknown"]),
        moved=tuple(tag.name for tag in uploads if not tag.commit or tag.says.get("commit") != tag.commit),
        missing=_missing(uploads, results),
        astray=() if cut else _astray(program, uploads),
        differing=() if cut else _differing(program, uploads),
        cut=cut,
        replaced=signatures.replaced(program),
    )


def _missing(uploads: Sequence[Noted], results: Sequence[Noted]) -> tuple[str, ...]:
    """Return the tags that a manifest or a result speaks of and that are not there."""
    spoken_of = {str(result.says["upload"]) for result in results if "upload" in result.says}
    for tag in uploads:
        since = tag.says.get("since")
        spoken_of |= set(map(str, since)) if isinstance(since, list) else set()
    return tuple(sorted(spoken_of - {tag.name for tag in (*uploads, *results)}))


def _astray(program: Program, uploads: Iterable[Noted]) -> tuple[str, ...]:
    return tuple(tag.name for tag in uploads if tag.commit and not ledger.leads_to(program, tag.commit))


def _differing(program: Program, uploads: Iterable[Noted]) -> tuple[tuple[str, str], ...]:
    from graduand.sending.past import differing, past_of  # noqa: PLC0415 - half of the house, which only this needs

    try:
        return tuple((step.tag.name, file) for step in past_of(program).steps for file in differing(step))
    except Unreadable:  # the commit of one is gone, and with it the proof of all
        return tuple((tag.name, "") for tag in uploads)
