"""Proposals: the new content of one file, its differences from the old content, and its new findings."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import ChangedOnDisk, SchemaBroken
from graduand.index.evaluate import findings_of
from graduand.records.comments import comments_of
from graduand.records.reading import read
from graduand.records.record import DISABLED, EFFECTIVE_ON, REQUESTED_BY, WAIVE
from graduand.records.source import text_of, with_line_feeds
from graduand.records.tree import parse
from graduand.records.writing import canonical, modeline, readdressed
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.findings import Finding
    from graduand.index.person_states import PersonStates
    from graduand.records.record import Record, Value
    from graduand.records.school import School
    from graduand.workspace import Workspace


class ProposalState(StrEnum):
    """What a proposal does to its file."""

    NEW = "new"
    CHANGED = "changed"
    IDENTICAL = "identical"
    REMOVED = "removed"


class Alteration(NamedTuple):
    """One key of a record, its value before and after; None: absent."""

    key: str
    before: Value | None
    after: Value | None


class Proposal(NamedTuple):
    """The new content of one file of `records/` or `schema/`."""

    path: str
    record: Record | None
    """None: the file is no record, or is removed."""
    base: bytes | None
    """The content of the file when it was read; None: there is none yet."""
    text: str
    """The new content, of a record its canonical text; "" if the file is removed."""
    previous: Record | None = None
    """The record before, perhaps with another path."""

    @property
    def after(self) -> bytes | None:
        """The new content as bytes; None if the file is removed."""
        return self.text.encode(errors="surrogatepass") if self.text else None

    @property
    def state(self) -> ProposalState:
        """The effect on the file."""
        if self.base == self.after:
            return ProposalState.IDENTICAL
        if self.after is None:
            return ProposalState.REMOVED
        return ProposalState.CHANGED if self.previous or self.base is not None else ProposalState.NEW

    @property
    def alterations(self) -> tuple[Alteration, ...]:
        """The keys of an existing record whose values change."""
        before = self.previous.values if self.previous else {}
        after = self.record.values if self.record else {}
        return tuple(
            Alteration(key, before.get(key), after.get(key))
            for key in dict.fromkeys((*before, *after))
            if before.get(key) != after.get(key)
        )


def propose_record(record: Record, school: School) -> Proposal:
    """Return the proposal of a new record."""
    return Proposal(record.path, record, None, canonical(record, school.fields, modeline(record.path)))


def propose_change(workspace: Workspace, path: str, changes: Mapping[str, Value | None]) -> Proposal:
    """Return the proposal of other values for keys of the record at `path`; None removes a key. Comments stay.

    Raises:
        SchemaBroken: the record cannot be read completely, and writing it would lose content.
        Unreadable: there is none.
    """
    raw = file_reader.read(workspace.root / path)
    reading = read(path, with_line_feeds(raw), workspace.school)
    if reading.record is None or reading.findings:
        finding = reading.findings[0]
        raise SchemaBroken(path, finding.line, finding.message)
    return propose_values(reading.record, raw, changes, workspace.school)


def propose_change_if_current(workspace: Workspace, seen: Record, changes: Mapping[str, Value | None]) -> Proposal:
    """Return the proposal of other values for keys of a record, if its file still has the values of `seen`.

    Raises:
        ChangedOnDisk: the file has other values.
        SchemaBroken, Unreadable: as for `propose_change`.
    """
    proposal = propose_change(workspace, seen.path, changes)
    if proposal.previous != seen:
        raise ChangedOnDisk(workspace.root / seen.path)
    return proposal


def propose_values(before: Record, raw: bytes, changes: Mapping[str, Value | None], school: School) -> Proposal:
    """Return the proposal of other values for keys of `before`, whose file has the content `raw`.

    Where a closed account is opened, or an open one closed, who asked for that before and from when are not kept.
    """
    account = before.text(DISABLED)
    if account and changes.get(DISABLED, account) not in {None, account}:
        changes = {REQUESTED_BY: None, EFFECTIVE_ON: None, **changes}
    values = {key: value for key, value in before.values.items() if key not in changes}
    values |= {key: value for key, value in changes.items() if value is not None}
    record = before._replace(values=values)
    text = text_of(with_line_feeds(raw))
    return Proposal(before.path, record, raw, canonical(record, school.fields, comments_of(text, parse(text))), before)


def propose_move(proposal: Proposal, path: str, school: School) -> tuple[Proposal, Proposal]:
    """Return the proposals that move a record: the removal of the old file, and the new file."""
    assert proposal.record is not None  # noqa: S101 - a removed file is not moved
    assert proposal.base is not None  # noqa: S101
    record = proposal.record._replace(path=path)
    text = text_of(with_line_feeds(proposal.base))
    comments = readdressed(comments_of(text, parse(text)), path)
    there = Proposal(path, record, None, canonical(record, school.fields, comments), proposal.previous)
    return Proposal(proposal.path, None, proposal.base, "", proposal.previous), there


def new_findings(
    before: Record, after: Record, school: School, on: str, states: PersonStates | None = None
) -> tuple[Finding, ...]:
    """Return what the rules find in a changed record and did not find before, on the day `on`.

    `states` is what Handshake holds of everybody, where that is known.
    """
    old, new = (
        findings_of(record, school, on, shared=states.flaws(record, school, on) if states else ())
        for record in (before, after)
    )
    known = {_without_place(one) for one in old}
    return tuple(one for one in new if _without_place(one) not in known)


def _without_place(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.field, finding.message


class ValueDifference(NamedTuple):
    """One difference: a key, or "" for the path, and its values before and after."""

    key: str
    before: str
    after: str


def differences(before: Record, after: Record, school: School) -> list[ValueDifference]:
    """Return the differences between two records, the path first."""
    found = [ValueDifference("", before.path, after.path)] if before.path != after.path else []
    for key in school.fields:
        old, new = before.values.get(key, ""), after.values.get(key, "")
        found += [ValueDifference(key, _shown(old), _shown(new))] if old != new else []
    removed = [waiver for waiver in before.waivers if waiver not in after.waivers]
    added = [waiver for waiver in after.waivers if waiver not in before.waivers]
    found += [ValueDifference(WAIVE, f"{one.rule}, {one.until}", "") for one in removed]
    found += [ValueDifference(WAIVE, "", f"{one.rule}, {one.until}") for one in added]
    return found


def intended_differences(record: Record, changes: Mapping[str, Value | None]) -> list[ValueDifference]:
    """Return the differences that changes would make in a record, in their order."""
    return [ValueDifference(key, _shown(record.values.get(key, "")), _shown(new or "")) for key, new in changes.items()]


def _shown(value: Value) -> str:
    """Return a value as one text, the items of a list apart from each other whatever they hold."""
    return value if isinstance(value, str) else "; ".join(f"“{item}”" if ";" in item else item for item in value)
