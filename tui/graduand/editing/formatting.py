"""Formatting: the use case of records in canonical form, each where it belongs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from graduand.findings import Finding
from graduand.records import files
from graduand.records.comments import comments_of
from graduand.records.paths import record_path
from graduand.records.reading import read
from graduand.records.source import text_of
from graduand.records.tree import parse
from graduand.records.writing import canonical
from graduand.storage import atomic, lock
from graduand.workspace import within

if TYPE_CHECKING:
    from graduand.records.record import Record
    from graduand.workspace import Workspace


class Formatted(NamedTuple):
    """What `fmt` did, or would do."""

    rewritten: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    """From where, to where."""
    refused: tuple[Finding, ...]
    """Files that cannot be read whole are left as they are."""


def formatted(workspace: Workspace, scope: tuple[str, ...], *, write: bool) -> Formatted:
    """Put the files in scope into canonical form and where they belong; without `write` only say which."""
    rewritten: list[str] = []
    refused: list[Finding] = []
    records: list[Record] = []
    for path in files.find(workspace.root).paths:
        raw = files.load(workspace.root, path)
        if isinstance(raw, Finding):
            refused += [raw] if within(path, scope) else []
            continue
        reading = read(path, raw, workspace.school)
        if reading.record:
            records.append(reading.record)
        if not within(path, scope):
            continue
        if reading.findings or not reading.record:
            refused += reading.findings
        elif _rewrite(workspace, reading.record, raw, write=write):
            rewritten.append(path)
    moved = _move(workspace, [record for record in records if record.username], scope, write=write)
    return Formatted(tuple(rewritten), moved, tuple(refused))


def _rewrite(workspace: Workspace, record: Record, raw: bytes, *, write: bool) -> bool:

    text = text_of(raw)
    wanted = canonical(record, workspace.school.fields, comments_of(text, parse(text)))
    if wanted == text:
        return False
    if write:
        files.save(workspace.root, record, wanted, raw, workspace.school)
    return True


def _move(
    workspace: Workspace, records: list[Record], scope: tuple[str, ...], *, write: bool
) -> tuple[tuple[str, str], ...]:

    people = Counter(record.cohort for record in records)
    moves = [(record.path, record_path(record.cohort, record.username, people[record.cohort])) for record in records]
    wanted = tuple((path, target) for path, target in moves if path != target and within(path, scope))
    if write and wanted:
        with lock.hold(workspace.root):
            for path, target in wanted:
                atomic.move(workspace.root / path, workspace.root / target)
    return wanted
