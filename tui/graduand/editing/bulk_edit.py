"""Change many records at once: prepare, preview, keep within the limits, and write in one commit."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from graduand.editing import transaction
from graduand.editing.proposal import Proposal, ValueDifference, differences, new_findings, propose_move, propose_values
from graduand.editing.transaction import change_message, commit_message
from graduand.errors import Exit, InTheWay, PlanChanged, Trouble, Usage
from graduand.findings import Finding
from graduand.handshake.effect import Effect
from graduand.handshake.plan import Breach, beyond, limits_of
from graduand.language import _, quoted
from graduand.records import files
from graduand.records.kinds import CLEAR
from graduand.records.paths import record_path, username_of
from graduand.records.reading import read
from graduand.records.record import DISABLED, EMAIL, LOGIN, USERNAME
from graduand.records.source import with_line_feeds

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from graduand.editing.edit import FieldChange
    from graduand.editing.transaction import ResumedTransaction
    from graduand.file_change import SavedFile
    from graduand.records.institution import Limit
    from graduand.records.record import Record
    from graduand.records.school import School
    from graduand.workspace import Workspace


class TooManyClosings(Trouble):
    """More accounts would be closed in the records than the school allows without approval."""

    exit_code: ClassVar = Exit.LIMIT

    def __init__(self, closing: int, people: int, limit: Limit, checksum: str) -> None:
        message = _(
            "{closing} accounts would be closed, of {people} people; the limit in institution.yaml is {limit}. Nothing "
            "was written. Two ways on: look at these people and repeat with --approve {checksum}, or take fewer."
        )
        super().__init__(message.format(closing=closing, people=people, limit=limit.spelt, checksum=checksum))


class Approval:
    """The approval of one change, by its checksum, or of none."""

    def __init__(self, checksum: str, approved: str, command: str) -> None:
        """Compare the checksum that was approved, "" for none, with that of the change.

        Raises:
            PlanChanged: they differ.
        """
        if approved and approved != checksum:
            raise PlanChanged(approved, checksum, command)
        self.checksum = checksum
        self.given = bool(approved)

    def allow(self, closing: int, people: int, limit: Limit) -> None:
        """Allow so many closings among so many people.

        Raises:
            TooManyClosings: they exceed the limit, and were not approved.
        """
        if not self.given and beyond(limit, closing, people):
            raise TooManyClosings(closing, people, limit, self.checksum)


class BulkPerson(NamedTuple):
    """One record that the change affects, before and after it."""

    record: Record
    previous: Record
    differences: tuple[ValueDifference, ...]
    proposals: tuple[Proposal, ...]


class PreparedBulkEdit(NamedTuple):
    """A change, prepared for each person; nothing is written yet."""

    change: FieldChange
    people: tuple[BulkPerson, ...]
    """The records that would change."""
    unchanged: int
    """The number of records that have these values already."""
    unreadable: tuple[Finding, ...]
    """Why other records cannot be read completely; they are not changed."""
    new_findings: tuple[Finding, ...]
    """What the rules find afterwards and did not find before, record by record."""

    @property
    def effects(self) -> Counter[Effect]:
        """How many accounts would be closed or reopened, and how many usernames, logins or addresses would change."""
        found: Counter[Effect] = Counter()
        for person in self.people:
            found.update(_effects(person))
        return found


def prepare(
    workspace: Workspace,
    paths: Sequence[str],
    change: FieldChange,
    on: str,
    progress: Callable[[int, int], None] | None = None,
) -> PreparedBulkEdit:
    """Return a change of the records at `paths`, checked on the day `on`; nothing is written.

    Raises:
        Usage: it would give several people what only one can have.
        InTheWay: a record would move to the path of another one.
    """
    _refuse_sharing(workspace.school, paths, change)
    target = _target(change.cohort, files.find(workspace.root).paths, len(paths))
    states = workspace.readable_states()
    people: list[BulkPerson] = []
    unreadable: list[Finding] = []
    found_anew: list[Finding] = []
    for number, path in enumerate(dict.fromkeys(paths), 1):
        found = _person(workspace, path, change, target)
        if isinstance(found, BulkPerson):
            if found.differences:
                people.append(found)
                found_anew += new_findings(found.previous, found.record, workspace.school, on, states)
        else:
            unreadable += found
        if progress and number % 50 == 0:
            progress(number, len(paths))
    unchanged = len(dict.fromkeys(paths)) - len(people) - len({one.path for one in unreadable})
    return PreparedBulkEdit(change, tuple(people), unchanged, tuple(unreadable), tuple(found_anew))


def apply(
    workspace: Workspace,
    prepared: PreparedBulkEdit,
    *,
    commit: bool,
    usernames: Collection[str] = (),
    on_resumed: Callable[[ResumedTransaction], None] | None = None,
) -> tuple[SavedFile, ...]:
    """Write a prepared change, all or nothing, in one commit; it has also what was left uncommitted of `usernames`.

    Raises:
        ChangedOnDisk, Busy, NotWritten: nothing was written.
        NoGit, NotGit, NotNow: no commit could be made; nothing was written.
        NotCommitted: git refused; all is written.
    """
    whole = [proposal for person in prepared.people for proposal in person.proposals]
    changed = {proposal.path for proposal in whole}
    if commit:
        whole += [one for one in transaction.uncommitted_proposals(workspace, usernames) if one.path not in changed]
    if not prepared.people and whole:
        subject, trailers = commit_message("corrected", sorted({username_of(one.path) for one in whole}))
    else:
        subject, trailers = change_message([person.record for person in prepared.people], prepared.change.values)
    return transaction.apply(workspace, whole, subject, trailers, commit=commit, on_resumed=on_resumed)


def exceeded_limits(workspace: Workspace, prepared: PreparedBulkEdit) -> tuple[Breach, ...]:
    """Return the limits of institution.yaml that an upload of these changes would go beyond."""
    people = len(files.find(workspace.root).paths)
    counts = prepared.effects
    return tuple(
        Breach(effect, counts[effect], people, limit)
        for effect, limit in limits_of(workspace.institution).items()
        if beyond(limit, counts[effect], people)
    )


def _refuse_sharing(school: School, paths: Sequence[str], change: FieldChange) -> None:
    for key, value in change.values.items():
        if school.fields[key].unique and value and len(set(paths)) > 1:
            sentence = _("{field} is another for each person; change it record by record.")
            raise Usage(sentence.format(field=quoted(str(school.fields[key].label))))


class _Target(NamedTuple):
    """The target of a move: the cohort, the number of people it will have, and all paths in use."""

    cohort: str
    people: int
    paths: set[str]


def _target(cohort: str, paths: Sequence[str], coming: int) -> _Target:
    there = sum(path.startswith(f"records/{cohort}/") for path in paths) if cohort else 0
    return _Target(cohort, there + coming, set(paths))


def _person(workspace: Workspace, path: str, change: FieldChange, target: _Target) -> BulkPerson | list[Finding]:
    """Return the changed record, or the findings that say why it cannot be read completely."""
    raw = files.load(workspace.root, path)
    if isinstance(raw, Finding):
        return [raw]
    reading = read(path, with_line_feeds(raw), workspace.school)
    if reading.record is None or reading.findings:
        return list(reading.findings)
    was = reading.record
    proposal = propose_values(was, raw, change.values_for(was), workspace.school)
    whole = _moved(proposal, target, workspace.school) if target.cohort not in {"", was.cohort} else (proposal,)
    record = whole[-1].record or was
    return BulkPerson(record, was, tuple(differences(was, record, workspace.school)), whole)


def _moved(proposal: Proposal, target: _Target, school: School) -> tuple[Proposal, Proposal]:
    username = username_of(proposal.path)
    path = record_path(target.cohort, proposal.record.username if proposal.record else username, target.people)
    if path in target.paths:
        raise InTheWay(path)
    target.paths.add(path)
    return propose_move(proposal, path, school)


_SENSITIVE: Final = {USERNAME: Effect.USERNAME, EMAIL: Effect.EMAIL, LOGIN: Effect.LOGIN}


def _effects(person: BulkPerson) -> set[Effect]:
    found = {_SENSITIVE[one.key] for one in person.differences if one.key in _SENSITIVE}
    found |= {Effect.WIPE for one in person.differences if one.after == CLEAR}
    disabled = next((one.after for one in person.differences if one.key == DISABLED), "")
    account_ = {"true": Effect.DEACTIVATE, "false": Effect.REACTIVATE}.get(disabled)
    return found | ({account_} if account_ else set())
