"""Review a pull request: what it changes, what that does to people in Handshake, and what in it is unusual."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.audit.outliers import Outlier, outliers
from graduand.errors import SchemaBroken, Trouble, Usage
from graduand.git.events import EventKind
from graduand.git.program import Program
from graduand.git.replay import change_between, shared_commit
from graduand.git.snapshot import contents, entries, school_at
from graduand.handshake.plan import FEWER, Breach, limits_of, plan_of
from graduand.handshake.plan import beyond as is_beyond
from graduand.handshake.row_table import table_of
from graduand.index.evaluate import evaluate
from graduand.index.person_states import closed_by_uploads
from graduand.language import _, quoted
from graduand.records.fact_changes import Difference, FactChange, changed_facts, changed_settings
from graduand.records.institution import read_institution
from graduand.records.legacy_reader import read_past_record
from graduand.records.paths import username_of
from graduand.records.school_language import IMPORTER, PATH
from graduand.rules.handshake_state import is_conflict
from graduand.uploads.known_state import known_state_of
from graduand.workspace import today

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from graduand.findings import Finding
    from graduand.git.events import Event
    from graduand.git.history import History
    from graduand.git.revision import FileChange
    from graduand.git.snapshot import TreeEntry
    from graduand.handshake.plan import Plan, PlannedChange
    from graduand.records.record import Record
    from graduand.workspace import Workspace


class Move(NamedTuple):
    """A record that went to another cohort."""

    username: str
    before: str
    after: str


class OtherFile(NamedTuple):
    """A file that is no record, and how it differs."""

    path: str
    difference: Difference


class ReviewedPlan(NamedTuple):
    """What the records of a change would do in Handshake."""

    plan: Plan | None
    """None: what Handshake holds is not known, or the schema of the change cannot be read."""
    why_not: str = ""
    faulty: tuple[str, ...] = ()
    """The paths of records with errors, which would not be sent."""
    conflicts: tuple[Finding, ...] = ()
    """Where the records contradict what Handshake holds; these people would not be sent."""

    @property
    def changes(self) -> Mapping[str, PlannedChange]:
        """What would change of each person, by username."""
        return {change.username: change for change in self.plan.changes} if self.plan else {}


_NO_RECORDS: Final[Mapping[str, Record]] = MappingProxyType({})


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
    moves: tuple[Move, ...] = ()
    records: Mapping[str, Record] = _NO_RECORDS
    """The records that change, as they are afterwards, by path."""
    settings: tuple[FactChange, ...] = ()
    """What changes in institution.yaml and handshake.yaml."""
    others: tuple[OtherFile, ...] = ()
    """The files that change and are no records."""
    planned: ReviewedPlan = ReviewedPlan(None)
    breaches: tuple[Breach, ...] = ()
    """The school's limits, as they were before the change, that it goes beyond."""


def review(workspace: Workspace, span: Sequence[str], on: str = "") -> Review:
    """Return what a span changes: `A..B` and `A...B` what B has over what it shares with A, `A B` what differs.

    `on` is the day on which it would be sent, `yyyy-mm-dd`; "" is today.

    Raises:
        Usage: it names no two commits of this repository.
        Unreadable: the two share no history in this clone.
    """
    program = Program(workspace.root)
    workspace.set_program(program)
    base, new = ends_of(program, span)
    history = change_between(program, base, new)
    events = tuple(history.events)
    cohorts = {event.cohort for event in events}
    listed = tuple(entries(program, new))
    people = tuple(_records(program, listed, cohorts)) if cohorts else ()
    changed = {change.path for change in history.changes if change.new}
    planned = _planned(workspace, program, history, on or today())
    return Review(
        events,
        outliers(events, people, workspace.school) if cohorts else (),
        tuple(gap.path for gap in history.unreadable),
        tuple(change.path for change in history.other_changes if change.path.startswith("schema/")),
        _closed_without_record(workspace, events),
        tuple(_moves(history.changes)),
        {record.path: record for record in people if record.path in changed},
        _settings(program, history.other_changes),
        tuple(OtherFile(change.path, _difference(change)) for change in history.other_changes),
        planned,
        tuple(_breaches(program, base, planned.plan, history, len(listed))),
    )


def _closed_without_record(workspace: Workspace, events: Iterable[Event]) -> tuple[str, ...]:
    removed = {event.username for event in events if event.event is EventKind.REMOVED}
    states = workspace.readable_states() if removed else None
    return tuple(sorted(removed.intersection(closed_by_uploads(states.folded)))) if states else ()


def ends_of(program: Program, span: Sequence[str]) -> tuple[str, str]:
    """Return the two commits that a span compares.

    Raises:
        Usage: it names no two commits of this repository.
        Unreadable: the two share no history in this clone.
    """
    first, second = span[0], span[1] if len(span) > 1 else ""
    old, dots, new = (first, "", second) if second else first.partition("...")
    if not second and not dots:
        old, dots, new = first.partition("..")
    if len(span) > 2 or not old or not (second or dots) or new.startswith(".") or "\n" in f"{first}{second}":
        message = _("{span} names no two commits, such as main...HEAD, or main HEAD.")
        raise Usage(message.format(span=quoted(" ".join(span))))
    commits = program.object_names(f"{name or 'HEAD'}^{{commit}}" for name in (old, new))
    for name, commit in zip((old, new), commits, strict=True):
        if not commit:
            raise Usage(_("There is no commit {name} here.").format(name=quoted(name)))
    return (commits[0] if second else shared_commit(program, *commits)), commits[1]


def _records(program: Program, listed: Iterable[TreeEntry], cohorts: Collection[str]) -> Iterator[Record]:
    """Yield the readable records of some cohorts among the files of a commit."""
    for path, raw in contents(program, (entry for entry in listed if entry.path.split("/")[1] in cohorts)):
        if record := read_past_record(path, raw):
            yield record


def _moves(changes: Iterable[FileChange]) -> Iterator[Move]:
    """Yield the records that left one cohort and came to another."""
    gone = {username_of(change.path): change.path for change in changes if not change.new}
    for change in changes:
        before = gone.get(username_of(change.path), "") if change.new and not change.old else ""
        cohorts = [path.split("/")[1] for path in (before, change.path) if path]
        if len({*cohorts}) == 2:
            yield Move(username_of(change.path), *cohorts)


def _difference(change: FileChange) -> Difference:
    return Difference.CHANGED if change.old and change.new else Difference.ADDED if change.new else Difference.REMOVED


def _settings(program: Program, changes: Iterable[FileChange]) -> tuple[FactChange, ...]:
    """Return what changes in the two files of settings and facts, as far as they can be read."""
    found: list[FactChange] = []
    for change in changes:
        compare = {PATH: changed_settings, IMPORTER: changed_facts}.get(change.path)
        if compare:
            names = (change.old, change.new)
            raws = iter([*program.blobs(name for name in names if name)])
            before, after = (next(raws) or b"" if name else b"" for name in names)
            try:
                found += compare(before, after)
            except SchemaBroken:  # its path is named, and `check` says what is wrong
                continue
    return tuple(found)


def _planned(workspace: Workspace, program: Program, history: History, on: str) -> ReviewedPlan:
    """Return what the changed records would do to what Handshake holds."""
    try:
        school = school_at(program, history.head)
        states = workspace.person_states()
        if states is None or (not states.ledger.head and workspace.expects_ledger()):
            return ReviewedPlan(None, _("this clone has no ledger of what was sent"))
        known = known_state_of(states.ledger, states.folded, school.importer)
    except Trouble as trouble:
        return ReviewedPlan(None, str(trouble))
    rows, faulty, conflicts = [], [], []
    changed = [change for change in history.changes if change.new]
    raws = program.blobs(change.new for change in changed)
    for change, raw in zip(changed, raws, strict=True):
        entry = evaluate(change.path, raw or b"", school, on)
        if entry.row is None or entry.record is None:
            faulty.append(change.path)
            continue
        flaws = states.flaws(entry.record, school, on)
        found = evaluate(change.path, raw or b"", school, on, flaws).findings if flaws else ()
        against = [finding for finding in found if is_conflict(finding)]
        conflicts += against
        rows += [] if against else [entry.row]
    table = table_of(sorted(rows, key=lambda row: row.username), [*school.columns])
    return ReviewedPlan(plan_of(table, known.state, school), "", tuple(faulty), tuple(conflicts))


def _breaches(program: Program, base: str, plan: Plan | None, history: History, people: int) -> Iterator[Breach]:
    """Yield the limits that a change goes beyond, as they were before it: of the `people` who have a record after."""
    raw = next(program.blobs([f"{base}:{program.prefix}{PATH}"]))
    try:
        institution = read_institution(raw or b"", is_past=True)
    except SchemaBroken:
        return
    came = sum(1 for change in history.changes if not change.old)
    went = sum(1 for change in history.changes if not change.new)
    before = people - came + went
    if plan:
        for effect, limit in limits_of(institution).items():
            number = plan.number(effect)
            if is_beyond(limit, number, people):
                yield Breach(effect, number, people, limit)
    fewer = institution.limits.fewer_people
    if is_beyond(fewer, went - came, before):
        yield Breach(FEWER, went - came, before, fewer)
