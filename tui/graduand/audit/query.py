"""Query the audit trail: who decided what about whom, when and why, and what was done, as git has it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.audit.done_events import DoneFilter, done_events
from graduand.audit.links import Links
from graduand.errors import NoSuchPerson, Usage
from graduand.git.commit_graph import read_graph
from graduand.git.events import DONE, NO_SIGNATURES, Event, EventKind, SignatureState
from graduand.git.history import cached_history
from graduand.git.program import Program
from graduand.git.stray_files import committed_strays
from graduand.git.upload_branch import branch_heads, upload_branch
from graduand.language import _, quoted
from graduand.ledger.ledger import read_ledger, renamed_commits
from graduand.ledger.signers import entry_policies, event_signatures
from graduand.similar import nearest
from graduand.uploads.exchange import what_is_missing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from graduand.git.events import Gap, Signatures
    from graduand.git.history import History
    from graduand.ledger.ledger import Ledger
    from graduand.ledger.signers import Policy
    from graduand.workspace import Workspace

_TOLD_OF_ALL: Final = frozenset({EventKind.FAILED, EventKind.TAKEN_BACK})
"""Of what was done, the kinds that a list of all people has unasked: what went well would drown the rest."""


class AuditTrail(NamedTuple):
    """The events of a query: decisions in the order of the commits, and among them what was done, by its time."""

    events: tuple[Event, ...]
    gaps: tuple[Gap, ...]
    """Ranges of commits in which a record could not be read."""
    is_shallow: bool
    """Whether the clone is shallow: earlier events are not in it."""
    anchor: str = ""
    """The checksum over all entries of the ledger and the commit of the upload branch; "" without a ledger."""
    signatures: Signatures = NO_SIGNATURES
    """By commit, or id of the entry, where they were asked for."""
    missing: str = ""
    """Why what was sent is not known in this clone, and the cure; "" when it is."""
    has_reviews: bool = False
    """Whether changes come by pull requests or merges here, so that one that does not has bypassed review."""

    passed_over: tuple[str, ...] = ()
    """Paths below `records/` that the commit has and nobody reads, so that nothing is told of them."""

    @property
    def has_signatures(self) -> bool:
        """Whether any of what was asked for is signed, so that what is not stands out."""
        return any(one.state is not SignatureState.NONE for one in self.signatures.values())


class EventFilter(NamedTuple):
    """A filter of events; an empty field lets all through."""

    kinds: frozenset[EventKind] = frozenset()
    """None: all decisions, and of what was done whatever did not go well."""
    cohort: str = ""
    people: frozenset[str] = frozenset()
    """Usernames, present or former; none: everybody."""
    author: str = ""
    """A part of the name or address, in any case."""
    since: str = ""
    """The first day, `yyyy-mm-dd`."""
    until: str = ""
    """The last day."""
    bypassed: bool = False
    """Only decisions that one person made, committed and merged alone."""


class _Sources(NamedTuple):
    """What a query reads."""

    program: Program
    history: History
    ledger: Ledger
    links: Links

    def approved(self, events: Iterable[Event]) -> list[Event]:
        """Return events with who approved them, as the ledger has it."""
        listed = [*events]
        if not self.ledger.head:
            return listed
        from graduand.audit.approved import ApprovalTrail  # noqa: PLC0415 - it reads records, which few audits need

        return [*ApprovalTrail(self.ledger).approved(listed)]

    def linked(self, events: Iterable[Event]) -> Iterator[Event]:
        """Yield events with the uploads that carried them."""
        if not self.ledger.uploads:
            yield from events
            return
        for event in events:
            link = self.links.of(event)
            yield event._replace(uploads=(link.upload,), linked=link.how.value) if link else event

    def trail(
        self, events: Iterable[Event], done: Iterable[Event], passed_over: tuple[str, ...], *, signatures: bool
    ) -> AuditTrail:
        """Return the trail of decisions and of what was done; `passed_over` are paths of which nothing is told."""
        history = self.history
        main = (upload_branch(self.program) or history.head) if self.ledger.head else ""
        found = tuple(_by_time(self.linked(events), done))
        signed = self._signatures(found) if signatures else NO_SIGNATURES
        return AuditTrail(
            found,
            history.unreadable,
            history.is_shallow,
            self.ledger.anchor(main),
            signed,
            what_is_missing(self.ledger),
            history.events.has_reviews(),
            passed_over,
        )

    def _signatures(self, events: Iterable[Event]) -> Signatures:
        return event_signatures(self.program, self.ledger, self._policies, events)

    def _policies(self) -> list[Policy]:
        graph = read_graph(self.program, branch_heads(self.program, self.history.head))
        return entry_policies(self.program, self.ledger, graph, renamed_commits(self.ledger))


def audit(workspace: Workspace, wanted: EventFilter, *, signatures: bool = False) -> AuditTrail:
    """Return the events of the branch that is checked out which pass a filter, and with `signatures` those of each.

    Raises:
        NotGit, NoGit: there is no history to read.
        NoSuchPerson, Usage: there is no such username, or no such cohort.
        LedgerBroken, LedgerNewer: the ledger cannot be read.
    """
    found = _sources(workspace)
    log, days = found.history.events, (wanted.since, wanted.until)
    people = frozenset[str]().union(*map(found.links.lives.names_of, wanted.people))
    kinds = wanted.kinds - DONE
    selected = log.select(kinds, people, wanted.author, days) if kinds or not wanted.kinds else iter(())
    events = found.approved(event for event in selected if wanted.cohort in {"", event.cohort})
    if wanted.bypassed:
        events = [event for event in events if event.is_bypassed]
    done: list[Event] = []
    if found.ledger.head and not wanted.bypassed and (not wanted.kinds or wanted.kinds & DONE):
        asked = wanted.kinds & DONE or (DONE if wanted.people else _TOLD_OF_ALL)
        filtered = DoneFilter(asked, people, wanted.author.casefold(), *days)
        done = [
            event for event in done_events(found.ledger, found.links, filtered) if wanted.cohort in {"", event.cohort}
        ]
    if not events and not done:
        _refuse_unknown(found, wanted, people)
    head = "" if wanted.people else found.history.head
    passed_over = committed_strays(found.program, head) if head else ()
    return found.trail(events, done, passed_over, signatures=signatures)


def _refuse_unknown(found: _Sources, wanted: EventFilter, people: Collection[str]) -> None:
    """Refuse a misspelt name, for which there would be no events.

    Raises:
        NoSuchPerson, Usage: there is no such username, or no such cohort.
    """
    events = found.history.events
    if wanted.people and not _usernames(found).intersection(people):
        name = min(wanted.people)
        raise NoSuchPerson(name, nearest(name, _usernames(found)))
    cohorts = {event.cohort for event in events} if wanted.cohort else set()
    if wanted.cohort not in {"", *cohorts}:
        near = nearest(wanted.cohort, cohorts)
        hint = _(" Did you mean {near}?").format(near=quoted(near)) if near else ""
        raise Usage(_("There is no cohort {cohort} in the history.").format(cohort=quoted(wanted.cohort)) + hint)


def _usernames(found: _Sources) -> set[str]:
    return found.history.events.usernames() | found.links.sent.held.keys()


def log(workspace: Workspace, username: str, *, signatures: bool = False) -> AuditTrail:
    """Return all events of one person, through all usernames that the person has had.

    Raises:
        NotGit, NoGit: there is no history to read.
        NoSuchPerson: neither a record nor an upload has such a username.
        LedgerBroken, LedgerNewer: the ledger cannot be read.
    """
    return audit(workspace, EventFilter(people=frozenset({username})), signatures=signatures)


def _sources(workspace: Workspace) -> _Sources:
    program = Program(workspace.root)
    workspace.set_program(program)
    history = read_history(program)
    ledger = read_ledger(program)
    return _Sources(program, history, ledger, Links(program, history, ledger))


def read_history(program: Program) -> History:
    """Return the history of the branch that is checked out."""
    cached = cached_history(program)
    if cached is not None:
        return cached
    from graduand.git.replay import history_of  # noqa: PLC0415 - reads records, which only new commits need

    return history_of(program)


def _by_time(events: Iterable[Event], done: Iterable[Event]) -> Iterator[Event]:
    """Yield decisions in their order, and what was done before the first of them that was made later."""
    waiting = iter(done)
    following = next(waiting, None)
    now = 0.0
    for event in events:
        if following is not None:
            now = max(now, _seconds(event.source.date))
            while following is not None and _seconds(following.source.date) < now:
                yield following
                following = next(waiting, None)
        yield event
    if following is not None:
        yield following
        yield from waiting


def _seconds(date: str) -> float:
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
