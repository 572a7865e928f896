"""Format records: write them in canonical form, and move each file to the path of its cohort and username."""

from __future__ import annotations

import os
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from graduand.editing import transaction
from graduand.editing.proposal import Proposal
from graduand.editing.transaction import commit_message
from graduand.errors import InTheWay
from graduand.findings import Finding
from graduand.records import files
from graduand.records.comments import comments_of
from graduand.records.paths import record_path, username_of, within
from graduand.records.reading import read
from graduand.records.source import text_of
from graduand.records.tree import parse
from graduand.records.writing import canonical
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graduand.records.record import Record
    from graduand.workspace import Workspace


class FormatHunk(NamedTuple):
    """Lines of a file that are not in canonical form."""

    path: str
    first: int
    """The first of them, from 1; where lines are missing, the one before which they belong."""
    last: int
    lines: tuple[str, ...]
    """What would stand there; none: nothing."""


class FormatResult(NamedTuple):
    """What `fmt` did, or would do."""

    rewritten: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    """The old and the new path."""
    refused: tuple[Finding, ...]
    """Why files cannot be read completely; they are not changed."""
    hunks: tuple[FormatHunk, ...] = ()
    """The lines that are not canonical, if nothing was written."""


def format_records(workspace: Workspace, scope: tuple[str, ...], *, write: bool) -> FormatResult:
    """Format and move the files in scope, all or none, without a commit; without `write` only return which.

    Raises:
        Busy, ChangedOnDisk, InTheWay, NotWritten: nothing was written.
    """
    rewritten: dict[str, Proposal] = {}
    refused: list[Finding] = []
    records: list[Record] = []
    for path in files.find(workspace.root).paths:
        raw = files.load(workspace.root, path)
        if isinstance(raw, Finding):
            refused += [raw] if within(path, scope) else []
            continue
        reading = read(path, raw, workspace.stated_school)
        if reading.record:
            records.append(reading.record)
        if not within(path, scope):
            continue
        if reading.findings or not reading.record:
            refused += reading.findings
        elif proposal := _rewrite(workspace, reading.record, raw):
            rewritten[path] = proposal
    moved = _moves((record for record in records if record.username), scope)
    if write:
        proposals = _proposals(workspace, rewritten, moved)
        subject, trailers = commit_message("formatted", {username_of(one.path) for one in proposals})
        transaction.apply(workspace, proposals, subject, trailers, commit=False)
    hunks = () if write else tuple(hunk for proposal in rewritten.values() for hunk in _hunks(proposal))
    return FormatResult(tuple(rewritten), moved, tuple(refused), hunks)


def _hunks(proposal: Proposal) -> Iterator[FormatHunk]:
    """Yield where a file differs from its canonical text."""
    texts = (text_of(proposal.base or b""), text_of(proposal.after or b""))
    before, after = (text.splitlines(keepends=True) for text in texts)
    for tag, start, end, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            lines = tuple(line.rstrip("\n") for line in after[first:last])
            yield FormatHunk(proposal.path, min(start + 1, max(len(before), 1)), max(end, start + 1), lines)


def _rewrite(workspace: Workspace, record: Record, raw: bytes) -> Proposal | None:
    """Return the proposal of the canonical text; None if the file has it."""
    text = text_of(raw)
    canonical_text = canonical(record, workspace.stated_school.fields, comments_of(text, parse(text)))
    return Proposal(record.path, record, raw, canonical_text, record) if canonical_text != text else None


def _moves(records: Iterable[Record], scope: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the old and the new path of each record that is in another place than its own."""
    listed = tuple(records)
    people = Counter(record.cohort for record in listed)
    moves = ((one.path, record_path(one.cohort, one.username, people[one.cohort])) for one in listed)
    return tuple((path, target) for path, target in moves if path != target and within(path, scope))


def _proposals(
    workspace: Workspace, rewritten: Mapping[str, Proposal], moved: Iterable[tuple[str, str]]
) -> tuple[Proposal, ...]:
    """Return one proposal for each path, also if one record moves to the old path of another.

    Raises:
        InTheWay: a record would be moved to the path of another that stays.
    """
    found = dict(rewritten)
    arriving: dict[str, Proposal] = {}
    for path, target in moved:
        there = rewritten.get(path) or _as_it_is(workspace, path)
        found[path] = Proposal(path, None, there.base, "", there.previous)
        if target in arriving:
            raise InTheWay(workspace.root / target)
        arriving[target] = there._replace(
            path=target, record=there.record._replace(path=target) if there.record else None, base=None
        )
    for target, there in arriving.items():
        leaving = found.get(target)
        if os.path.lexists(workspace.root / target) and not (leaving and leaving.after is None):
            raise InTheWay(workspace.root / target)
        found[target] = there._replace(base=leaving.base if leaving else None)
    return tuple(found.values())


def _as_it_is(workspace: Workspace, path: str) -> Proposal:
    """Return the proposal of the content that the file has; it is not read again as a record."""
    raw = file_reader.read(workspace.root / path)
    return Proposal(path, None, raw, raw.decode())
