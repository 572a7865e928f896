"""Cures: corrections of findings that can be corrected in one way only, in one record or in all, in one commit."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from graduand.editing import transaction
from graduand.editing.proposal import Proposal, ValueDifference
from graduand.editing.proposal import differences as compared
from graduand.editing.transaction import change_message
from graduand.findings import Finding, Severity
from graduand.index.evaluate import findings_of
from graduand.records import files
from graduand.records.comments import comments_of
from graduand.records.paths import record_path
from graduand.records.reading import read
from graduand.records.record import of_account
from graduand.records.repair import RULES as REPAIRS
from graduand.records.repair import repaired
from graduand.records.source import text_of
from graduand.records.tree import parse
from graduand.records.writing import canonical, readdressed
from graduand.rules.fixes import CURABLE, PLACES, REOPENING, remedied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from graduand.editing.transaction import ResumedTransaction
    from graduand.file_change import SavedFile
    from graduand.index.person_states import PersonStates
    from graduand.records.record import Record, Value
    from graduand.workspace import Workspace


class Cure(NamedTuple):
    """The correction of one file."""

    path: str
    """The path of the file before the correction."""
    record: Record
    """The corrected record, with its new path."""
    text: str
    differences: tuple[ValueDifference, ...]
    rules: tuple[str, ...]
    """The rules whose findings it corrects."""
    proposals: tuple[Proposal, ...]
    """The files to write; of a moved record, the removal of the old file and the new file."""


class CurePlan(NamedTuple):
    """The cures for some findings, and the findings that a person must decide on."""

    cures: tuple[Cure, ...]
    undecided: tuple[Finding, ...]


def find_cures(
    workspace: Workspace, findings: Iterable[Finding], on: str, progress: Callable[[int, int], None] | None = None
) -> CurePlan:
    """Return the cures of these findings, one for each file; nothing is written.

    A cure is only what a finding can mean in one way. It never closes an account, and reopens one only where that is
    what was found: that it is closed, and that the record says nothing of it.
    """
    by_path: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_path[finding.path].append(finding)
    made: list[Cure] = []
    left: list[Finding] = []
    moving = any(found.rule in PLACES for one in by_path.values() for found in one)
    reopening = any(found.rule in REOPENING for one in by_path.values() for found in one)
    states = workspace.person_states() if reopening else None
    surroundings = _surroundings(on, files.find(workspace.root).paths if moving else (), states)
    for number, (path, found) in enumerate(by_path.items(), 1):
        cure, uncured = _cure(workspace, path, found, surroundings)
        made += [cure] if cure else []
        left += uncured
        if progress and number % 50 == 0:
            progress(number, len(by_path))
    return CurePlan(tuple(made), tuple(left))


class _Surroundings(NamedTuple):
    """What a cure depends on apart from its file.

    That is the day; if files are moved, all paths in use; if accounts are reopened, what Handshake holds.
    """

    on: str
    people: Counter[str]
    """The number of people of each cohort."""
    paths: set[str]
    states: PersonStates | None


def _surroundings(on: str, paths: Iterable[str], states: PersonStates | None) -> _Surroundings:
    return _Surroundings(on, Counter(path.split("/")[1] for path in paths), set(paths), states)


def _move(record: Record, surroundings: _Surroundings) -> Record | None:
    """Return the record with the path that it should have; None if another file has that path."""
    path = record_path(record.cohort, record.username, surroundings.people[record.cohort])
    if path != record.path and path in surroundings.paths:
        return None
    surroundings.paths.add(path)
    return record._replace(path=path)


def _cure(
    workspace: Workspace, path: str, found: Sequence[Finding], surroundings: _Surroundings
) -> tuple[Cure | None, list[Finding]]:
    """Return the cure of the findings in one file, and those that it leaves."""
    curable = [finding for finding in found if finding.rule in CURABLE]
    raw = files.load(workspace.root, path) if curable else b""
    if isinstance(raw, Finding) or not raw:
        return None, list(found)
    reading = read(path, raw, workspace.school)
    if reading.record and not reading.findings:
        before, comments = reading.record, comments_of(text_of(raw), parse(text_of(raw)))
        differences: list[ValueDifference] = []
    elif repair := repaired(path, raw, workspace.school):
        before, comments = repair.record, repair.comments
        differences = [ValueDifference(*done) for done in repair.done]
    else:
        return None, list(found)
    record, left = _correct(workspace, before, curable, surroundings)
    differences += compared(before, record, workspace.school)
    reopens = any(finding.rule in REOPENING and finding not in left for finding in curable)
    if not differences or (_accounts(before) != _accounts(record) and not reopens):
        return None, list(found)
    if record.path != path:
        comments = readdressed(comments, record.path)
    text = canonical(record, workspace.school.fields, comments)
    rules = tuple(dict.fromkeys(finding.rule for finding in curable if finding not in left))
    there = Proposal(record.path, record, raw if record.path == path else None, text, before)
    gone = () if record.path == path else (Proposal(path, None, raw, "", before),)
    cure = Cure(path, record, text, tuple(differences), rules, (*gone, there))
    return cure, [finding for finding in found if finding.rule not in CURABLE or finding in left]


def _correct(
    workspace: Workspace, record: Record, found: Sequence[Finding], surroundings: _Surroundings
) -> tuple[Record, list[Finding]]:
    """Return the corrected record, and the findings that could not be corrected."""
    left = []
    for finding in sorted(found, key=_from_the_end):
        if finding.rule in REPAIRS:
            continue
        placing = finding.rule in PLACES
        after = (
            _move(record, surroundings) if placing else remedied(record, finding.rule, finding.field, workspace.school)
        )
        if after is None or not (placing or _is_better(workspace, record, after, finding.rule, surroundings)):
            left.append(finding)
        else:
            record = after
    return record, left


def _from_the_end(finding: Finding) -> tuple[str, int]:
    """Return a key by which the last item of a list comes first, so that the numbers of the others do not change."""
    base, _colon, index = finding.field.removesuffix(":until").rpartition(":")
    return (base, -int(index)) if index.isdigit() else (finding.field, 0)


def _is_better(workspace: Workspace, before: Record, after: Record, rule: str, around: _Surroundings) -> bool:
    """Tell whether the rule finds less than before, and no rule finds an error that was not there."""
    old, new = (_count_findings(workspace, record, around) for record in (before, after))
    fresh = {finding for finding, severity in new.keys() - old.keys() if severity is Severity.ERROR}
    return not fresh and _count(new, rule) < _count(old, rule)


def _count_findings(workspace: Workspace, record: Record, around: _Surroundings) -> Counter[tuple[str, Severity]]:
    school = workspace.school
    flaws = around.states.flaws(record, school, around.on) if around.states else ()
    found = findings_of(record, school, around.on, shared=flaws)
    return Counter((one.rule, one.severity) for one in found)


def _count(broken: Counter[tuple[str, Severity]], rule: str) -> int:
    return sum(times for (found, _severity), times in broken.items() if found == rule)


def _accounts(record: Record) -> dict[str, Value]:
    return {key: value for key, value in record.values.items() if of_account(key)}


def apply(
    workspace: Workspace,
    cures: Sequence[Cure],
    *,
    commit: bool,
    on_resumed: Callable[[ResumedTransaction], None] | None = None,
) -> tuple[SavedFile, ...]:
    """Write the cured files, all or none, in one commit that names the rules.

    Raises:
        ChangedOnDisk, Busy, NotWritten: nothing was written.
        NoGit, NotGit, NotNow: no commit could be made; nothing was written.
        NotCommitted: git refused; all is written.
    """
    subject, trailers = change_message([cure.record for cure in cures], {})
    rules = sorted({rule for cure in cures for rule in cure.rules})
    whole = [proposal for cure in cures for proposal in cure.proposals]
    return transaction.apply(
        workspace,
        whole,
        subject,
        {**trailers, "Graduand-Rules": ", ".join(rules)},
        commit=commit,
        on_resumed=on_resumed,
    )
