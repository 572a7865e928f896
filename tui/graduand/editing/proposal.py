"""Proposals: the content that one file shall get, what changes in it, and what the rules find in it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import ChangedOnDisk, SchemaBroken
from graduand.index.evaluate import findings_of
from graduand.records.comments import comments_of
from graduand.records.reading import read
from graduand.records.source import text_of
from graduand.records.tree import parse
from graduand.records.writing import canonical, modeline, readdressed
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.findings import Finding
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
    """One file of `records/` as it shall be, or one of `schema/`."""

    path: str
    record: Record | None
    """None: the file is no record, or goes."""
    base: bytes | None
    """What the file held when it was read; None: there is none yet."""
    text: str
    """What the file shall hold, of a record its canonical text; "" when it goes."""
    previous: Record | None = None
    """The record before, perhaps in another place."""

    @property
    def after(self) -> bytes | None:
        """What the file shall hold."""
        return self.text.encode(errors="surrogatepass") if self.text else None

    @property
    def state(self) -> ProposalState:
        """What is proposed."""
        if self.base == self.after:
            return ProposalState.IDENTICAL
        if self.after is None:
            return ProposalState.REMOVED
        return ProposalState.CHANGED if self.previous or self.base is not None else ProposalState.NEW

    @property
    def alterations(self) -> tuple[Alteration, ...]:
        """What changes, key by key, of a record that was there before."""
        before = self.previous.values if self.previous else {}
        after = self.record.values if self.record else {}
        return tuple(
            Alteration(key, before.get(key), after.get(key))
            for key in dict.fromkeys((*before, *after))
            if before.get(key) != after.get(key)
        )


def propose_record(record: Record, school: School) -> Proposal:
    """Propose a record where there is none yet."""
    return Proposal(record.path, record, None, canonical(record, school.fields, modeline(record.path)))


def propose_change(workspace: Workspace, path: str, changes: Mapping[str, Value | None]) -> Proposal:
    """Propose other values for keys of the record at `path`; None removes a key. Comments stay.

    Raises:
        SchemaBroken: the record cannot be read whole, and writing it would lose what it says.
        Unreadable: there is none.
    """
    raw = file_reader.read(workspace.root / path)
    reading = read(path, raw, workspace.school)
    if reading.record is None or reading.findings:
        finding = reading.findings[0]
        raise SchemaBroken(path, finding.line, finding.message)
    return propose_values(reading.record, raw, changes, workspace.school)


def propose_change_if_current(workspace: Workspace, seen: Record, changes: Mapping[str, Value | None]) -> Proposal:
    """Propose other values for keys of a record that somebody has looked at, as long as it is what was `seen`.

    Raises:
        ChangedOnDisk: its file says something else by now.
        SchemaBroken, Unreadable: as `amended`.
    """
    proposal = propose_change(workspace, seen.path, changes)
    if proposal.previous != seen:
        raise ChangedOnDisk(workspace.root / seen.path)
    return proposal


def propose_values(was: Record, raw: bytes, changes: Mapping[str, Value | None], school: School) -> Proposal:
    """Propose other values for keys of `was`, whose file holds `raw` and can be read whole."""
    values = {key: value for key, value in was.values.items() if key not in changes}
    values |= {key: value for key, value in changes.items() if value is not None}
    record = was._replace(values=values)
    text = text_of(raw)
    return Proposal(was.path, record, raw, canonical(record, school.fields, comments_of(text, parse(text))), was)


def propose_move(proposal: Proposal, path: str, school: School) -> tuple[Proposal, Proposal]:
    """Propose that a record goes to another place: the file that goes, and the one that comes."""
    assert proposal.record is not None  # noqa: S101 - a file that goes needs no other place
    assert proposal.base is not None  # noqa: S101
    record = proposal.record._replace(path=path)
    text = text_of(proposal.base)
    comments = readdressed(comments_of(text, parse(text)), path)
    there = Proposal(path, record, None, canonical(record, school.fields, comments), proposal.previous)
    return Proposal(proposal.path, None, proposal.base, "", proposal.previous), there


def new_findings(before: Record, after: Record, school: School, on: str) -> tuple[Finding, ...]:
    """Return what the rules find in a changed record and did not find before, on the day `on`."""
    known = {_without_place(one) for one in findings_of(before, school, on)}
    return tuple(one for one in findings_of(after, school, on) if _without_place(one) not in known)


def _without_place(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.field, finding.message


class ValueDifference(NamedTuple):
    """One thing that changes: a key, or "" for the file itself, and what stands there before and after."""

    key: str
    before: str
    after: str


def differences(before: Record, after: Record, school: School) -> list[ValueDifference]:
    """Return what changes from one record to another, its place first."""
    found = [ValueDifference("", before.path, after.path)] if before.path != after.path else []
    for key in school.fields:
        old, new = before.values.get(key, ""), after.values.get(key, "")
        found += [ValueDifference(key, _shown(old), _shown(new))] if old != new else []
    gone = [waiver for waiver in before.waivers if waiver not in after.waivers]
    come = [waiver for waiver in after.waivers if waiver not in before.waivers]
    found += [ValueDifference("transition:waive", f"{one.rule}, {one.until}", "") for one in gone]
    found += [ValueDifference("transition:waive", "", f"{one.rule}, {one.until}") for one in come]
    return found


def intended_differences(record: Record, changes: Mapping[str, Value | None]) -> list[ValueDifference]:
    """Return what changes would make of a record, key by key, in their order."""
    return [ValueDifference(key, _shown(record.values.get(key, "")), _shown(new or "")) for key, new in changes.items()]


def _shown(value: Value) -> str:
    """Return a value as one text, the items of a list apart from each other whatever they hold."""
    return value if isinstance(value, str) else "; ".join(f"“{item}”" if ";" in item else item for item in value)
