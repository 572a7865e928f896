"""Apply an intake: write all records in one commit, and the refused rows to a file of their own."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from graduand.editing.exclusion_lists import LIMIT
from graduand.editing.proposal import Proposal, propose_move, propose_record, propose_values
from graduand.editing.transaction import apply, committed_paths, uncommitted_proposals
from graduand.errors import ChangedOnDisk, NotCommitted
from graduand.findings import Finding
from graduand.intake import source_profile
from graduand.intake.refused_rows import write_refused
from graduand.patience import counted
from graduand.records import files
from graduand.records.paths import is_record_path, record_path, username_of
from graduand.records.reading import read
from graduand.records.record import Record
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from graduand.editing.transaction import ResumedTransaction
    from graduand.file_change import SavedFile
    from graduand.intake.preview import IntakePreview
    from graduand.workspace import Workspace


class IntakeResult(NamedTuple):
    """The outcome of an intake."""

    saved: tuple[SavedFile, ...]
    refused: Path | None
    """The file of the refused rows; None when there are none."""


def proposals(workspace: Workspace, preview: IntakePreview) -> tuple[Proposal, ...]:
    """Return the proposals: new and changed records, records that move to subfolders, and the source's profile.

    Raises:
        ChangedOnDisk: a record has changed since the preview.
    """
    paths = {username_of(path): path for path in files.find(workspace.root).paths}
    people = Counter(path.split("/")[1] for path in paths.values())
    people[preview.options.cohort] += len(preview.new)
    made = [*_changed(workspace, preview, paths), *_new(workspace, preview, people[preview.options.cohort])]
    if preview.new:
        made += _moved(workspace, preview, people[preview.options.cohort], made)
    return (*made, *_profile(preview))


def _new(workspace: Workspace, preview: IntakePreview, people: int) -> Iterator[Proposal]:
    for row in counted(preview.new):
        path = record_path(preview.options.cohort, preview.rows.usernames[row], people)
        yield propose_record(Record(path, preview.rows.values(row)), workspace.school)


def _changed(workspace: Workspace, preview: IntakePreview, paths: dict[str, str]) -> Iterator[Proposal]:
    for change in counted(preview.changes):
        raw, was = _reread(workspace, paths.get(change.username, change.username))
        if {key: was.values.get(key) for key in change.before} != change.before:
            raise ChangedOnDisk(was.path)
        yield propose_values(was, raw, change.values, workspace.school)


def _reread(workspace: Workspace, path: str) -> tuple[bytes, Record]:
    raw = files.load(workspace.root, path)
    reading = None if isinstance(raw, Finding) else read(path, raw, workspace.school)
    if isinstance(raw, Finding) or reading is None or reading.record is None or reading.findings:
        raise ChangedOnDisk(path)
    return raw, reading.record


def _moved(workspace: Workspace, preview: IntakePreview, people: int, made: list[Proposal]) -> Iterator[Proposal]:
    """Move the other records of the cohort into subfolders when it becomes too large for one folder."""
    folder = f"records/{preview.options.cohort}/"
    by_path = {one.path: number for number, one in enumerate(made)}
    for path in files.find(workspace.root).paths:
        target = record_path(preview.options.cohort, username_of(path), people)
        if not path.startswith(folder) or path == target:
            continue
        if path in by_path:
            gone, there = propose_move(made[by_path[path]], target, workspace.school)
            made[by_path[path]] = gone
            yield there
        else:
            raw, was = _reread(workspace, path)
            yield from propose_move(propose_values(was, raw, {}, workspace.school), target, workspace.school)


def _profile(preview: IntakePreview) -> Iterator[Proposal]:
    """Propose the source's profile when it changes and a row was usable."""
    if not (preview.new or preview.changes or preview.identical):
        return
    text = source_profile.profile_text(preview.profile)
    if text.encode() != preview.profile_before:
        yield Proposal(source_profile.path_of(preview.source_name), None, preview.profile_before, text)


def apply_intake(
    workspace: Workspace,
    preview: IntakePreview,
    folder: Path,
    taken: Path | None = None,
    *,
    commit: bool = True,
    on_resumed: Callable[[ResumedTransaction], None] | None = None,
) -> IntakeResult:
    """Write all proposals or none, and the refused rows into `folder`; `taken` is the file that was read.

    Raises:
        ChangedOnDisk, NotWritten, NotNow, Busy: nothing was written; or all but the refused rows.
        NotCommitted: git refused; everything is written.
        Stopped: whoever waited has stopped it; nothing was written.
    """
    left = tuple(_uncommitted(workspace, preview)) if commit else ()
    left_new, left_changed = _counts(workspace, left)
    new, other = len(preview.new) + left_new, len(preview.changes) + left_changed
    subject = f"Intake: {preview.source_name}, {new} new, {other} changed"
    trailers = {"Graduand-Kind": "intake", "Graduand-Cohort": preview.options.cohort if new else ""}
    proposed = (*proposals(workspace, preview), *left)
    try:
        saved = apply(workspace, proposed, subject, trailers, commit=commit, on_resumed=on_resumed)
    except NotCommitted as refused:
        if refused.saved:
            write_refused(preview, folder, taken)
        raise
    # A file of refused rows may be the input of this intake: it is removed after the records are saved.
    return IntakeResult(saved, write_refused(preview, folder, taken))


def _uncommitted(workspace: Workspace, preview: IntakePreview) -> Iterator[Proposal]:
    """Propose unchanged the identical records, and the source's profile, that an earlier save left uncommitted."""
    identical = frozenset(preview.identical)
    if not identical:
        return
    yield from uncommitted_proposals(workspace, identical)
    path = source_profile.path_of(preview.source_name)
    raw = file_reader.read(workspace.root / path, LIMIT) if (workspace.root / path).exists() else None
    if raw is not None:
        yield Proposal(path, None, raw, raw.decode(errors="surrogateescape"))


def _counts(workspace: Workspace, left: Sequence[Proposal]) -> tuple[int, int]:
    """Return how many people of an earlier intake, left uncommitted, are new to git, and how many are not."""
    paths = [one.path for one in left if is_record_path(one.path)]
    known = set(map(username_of, committed_paths(workspace, paths))) if paths else set()
    people = set(map(username_of, paths))
    return len(people - known), len(people & known)
