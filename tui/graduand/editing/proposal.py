"""Proposal: one file of `records/` as it shall be, beside what it was."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import ChangedOnDisk, SchemaBroken
from graduand.records.comments import comments_of
from graduand.records.reading import read
from graduand.records.source import text_of
from graduand.records.tree import parse
from graduand.records.writing import canonical, modeline, readdressed
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.records.record import Record, Value
    from graduand.records.school import School
    from graduand.workspace import Workspace


class State(StrEnum):
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
    was: Record | None = None
    """The record before, perhaps in another place."""

    @property
    def after(self) -> bytes | None:
        """What the file shall hold."""
        return self.text.encode(errors="surrogatepass") if self.text else None

    @property
    def state(self) -> State:
        """What is proposed."""
        if self.base == self.after:
            return State.IDENTICAL
        if self.after is None:
            return State.REMOVED
        return State.CHANGED if self.was or self.base is not None else State.NEW

    @property
    def alterations(self) -> tuple[Alteration, ...]:
        """What changes, key by key, of a record that was there before."""
        before = self.was.values if self.was else {}
        after = self.record.values if self.record else {}
        return tuple(
            Alteration(key, before.get(key), after.get(key))
            for key in dict.fromkeys((*before, *after))
            if before.get(key) != after.get(key)
        )


def founded(record: Record, school: School) -> Proposal:
    """Propose a record where there is none yet."""
    return Proposal(record.path, record, None, canonical(record, school.fields, modeline(record.path)))


def amended(workspace: Workspace, path: str, changes: Mapping[str, Value | None]) -> Proposal:
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
    return changed(reading.record, raw, changes, workspace.school)


def still(workspace: Workspace, seen: Record, changes: Mapping[str, Value | None]) -> Proposal:
    """Propose other values for keys of a record that somebody has looked at, as long as it is what was `seen`.

    Raises:
        ChangedOnDisk: its file says something else by now.
        SchemaBroken, Unreadable: as `amended`.
    """
    proposal = amended(workspace, seen.path, changes)
    if proposal.was != seen:
        raise ChangedOnDisk(workspace.root / seen.path)
    return proposal


def changed(was: Record, raw: bytes, changes: Mapping[str, Value | None], school: School) -> Proposal:
    """Propose other values for keys of `was`, whose file holds `raw` and can be read whole."""
    values = {key: value for key, value in was.values.items() if key not in changes}
    values |= {key: value for key, value in changes.items() if value is not None}
    record = was._replace(values=values)
    text = text_of(raw)
    return Proposal(was.path, record, raw, canonical(record, school.fields, comments_of(text, parse(text))), was)


def moved(proposal: Proposal, path: str, school: School) -> tuple[Proposal, Proposal]:
    """Propose that a record goes to another place: the file that goes, and the one that comes."""
    assert proposal.record is not None  # noqa: S101 - a file that goes needs no other place
    assert proposal.base is not None  # noqa: S101
    record = proposal.record._replace(path=path)
    text = text_of(proposal.base)
    comments = readdressed(comments_of(text, parse(text)), path)
    there = Proposal(path, record, None, canonical(record, school.fields, comments), proposal.was)
    return Proposal(proposal.path, None, proposal.base, "", proposal.was), there
