"""Take a commit back, or do once more what was taken back: prepare, preview, and write in one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.editing import transaction
from graduand.editing.draft import Draft, draft_text, read_draft
from graduand.editing.merge import MergeVersions, merge_contents
from graduand.editing.proposal import Proposal, ValueDifference, differences
from graduand.errors import GitRefused, Usage
from graduand.git.made_commits import (
    KIND,
    REASON,
    REDONE,
    UNDOES,
    UNDONE,
    WHY,
    committed_files,
    last_to_redo,
    last_to_undo,
    made_commits,
    own_address,
    read_made_commit,
)
from graduand.git.program import Program
from graduand.language import _, quoted, visible
from graduand.records.paths import is_record_path, username_of
from graduand.records.record import DISABLED, Record
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graduand.editing.transaction import ResumedTransaction
    from graduand.file_change import SavedFile
    from graduand.git.made_commits import CommittedFile, MadeCommit
    from graduand.workspace import Workspace

_SHOWN: Final = 5
"""People whom a sentence names."""
_LONGEST: Final = 72
"""Characters of a subject."""
_LONGEST_REASON: Final = 500


class RevertedRecord(NamedTuple):
    """One record before and after; one of both is empty where it goes or comes back."""

    previous: Record
    record: Record
    differences: tuple[ValueDifference, ...]


class PreparedRevert(NamedTuple):
    """What taking a commit back would do; nothing is written yet."""

    commit: MadeCommit
    proposals: tuple[Proposal, ...]
    records: tuple[RevertedRecord, ...]
    others: tuple[str, ...]
    """Files of `schema/` that change as well."""

    @property
    def is_redo(self) -> bool:
        """Whether something is done once more."""
        return self.commit.kind == UNDONE

    @property
    def what(self) -> str:
        """The subject of what was changed first."""
        return self.commit.subject.removeprefix(f"{UNDONE.capitalize()}: ").removeprefix(f"{REDONE.capitalize()}: ")

    @property
    def closes(self) -> int:
        """How many accounts it closes."""
        return sum(_closed(one.record) and not _closed(one.previous) for one in self.records)

    @property
    def reopens(self) -> int:
        """How many closings it takes back."""
        return sum(_closed(one.previous) and not _closed(one.record) for one in self.records)

    @property
    def is_grave(self) -> bool:
        """Whether it asks for a look first: it closes, reopens, or touches more than one."""
        return bool(self.closes or self.reopens or self.others or len(self.records) != 1)


def _closed(record: Record) -> bool:
    return record.text(DISABLED) == "true"


def commit_to_undo(workspace: Workspace) -> str:
    """Return the last commit made here that can be taken back; "" for none."""
    program = Program(workspace.root)
    return last_to_undo(_commits(program), own_address(program))


def commit_to_redo(workspace: Workspace) -> str:
    """Return the commit that took something back last, as long as nothing else was done since; "" for none."""
    program = Program(workspace.root)
    return last_to_redo(_commits(program), own_address(program))


def _commits(program: Program) -> tuple[MadeCommit, ...]:
    try:
        return made_commits(program)
    except GitRefused:  # there is no commit yet
        return ()


def prepare_revert(workspace: Workspace, commit: str) -> PreparedRevert:
    """Return what taking back a commit would do; what was changed since in other fields stays.

    Raises:
        Usage: the same fields, or the file, were changed since, or there is nothing to take back any more.
        GitRefused: there is no such commit.
    """
    program = Program(workspace.root)
    made = read_made_commit(program, commit)
    proposals: list[Proposal] = []
    since: list[str] = []
    for one in committed_files(program, commit):
        proposal = _proposal(workspace, one)
        if proposal is None:
            since.append(username_of(one.path) if is_record_path(one.path) else one.path)
        elif proposal.base != proposal.after:
            proposals.append(proposal)
    if since:
        message = _(
            "{what} cannot be taken back: what it changed of {who} was changed again since. Take that back first, "
            "or change it by hand."
        )
        who = ", ".join(visible(one) for one in since[:_SHOWN]) + (" …" if len(since) > _SHOWN else "")
        raise Usage(message.format(what=quoted(made.subject), who=who))
    if not proposals:
        raise Usage(_("There is nothing to take back of {what}: it is so already.").format(what=quoted(made.subject)))
    others = tuple(one.path for one in proposals if not is_record_path(one.path))
    return PreparedRevert(made, tuple(proposals), tuple(_records(workspace, proposals)), others)


def _proposal(workspace: Workspace, one: CommittedFile) -> Proposal | None:
    """Return what becomes of one file; None where it cannot be what it was."""
    now = _content(workspace, one.path)
    if now in (one.after, one.before):
        return _restored(workspace, one.path, now, one.before)
    if None in (now, one.before, one.after) or not is_record_path(one.path):
        return None
    assert now is not None  # noqa: S101 - as was asked above
    found = merge_contents(workspace.school, one.path, MergeVersions(one.after, now, one.before or b""))
    if found is None or found.conflicts:
        return None
    text = draft_text(found.merged, workspace.school)
    return Proposal(one.path, found.merged.record, now, text, found.mine.record)


def _restored(workspace: Workspace, path: str, now: bytes | None, before: bytes | None) -> Proposal | None:
    """Return the proposal of the content of a file from before; None where that was no record that can be read."""
    was = _record(workspace, path, now)
    if before is None:
        return Proposal(path, None, now, "", was)
    if not is_record_path(path):
        return Proposal(path, None, now, before.decode())
    record = _record(workspace, path, before)
    return Proposal(path, record, now, before.decode(), was) if record else None


def _record(workspace: Workspace, path: str, raw: bytes | None) -> Record | None:
    draft = read_draft(workspace.school, path, raw) if raw is not None and is_record_path(path) else None
    return draft.record if isinstance(draft, Draft) else None


def _content(workspace: Workspace, path: str) -> bytes | None:
    place = workspace.root / path
    if not place.exists():
        return None
    return file_reader.read(place, file_reader.LARGE_FILE)


def _records(workspace: Workspace, proposals: list[Proposal]) -> Iterator[RevertedRecord]:
    """Yield the records, of one that moves the old and the new place together."""
    gone = {username_of(one.path): one.previous for one in proposals if one.after is None and one.previous}
    for one in proposals:
        if one.record is not None:
            previous = one.previous or gone.pop(username_of(one.path), None) or Record(one.path, {})
            yield RevertedRecord(previous, one.record, tuple(differences(previous, one.record, workspace.school)))
    for previous in gone.values():
        empty = Record(previous.path, {})
        yield RevertedRecord(previous, empty, tuple(differences(previous, empty, workspace.school)))


def apply_revert(
    workspace: Workspace,
    prepared: PreparedRevert,
    *,
    commit: bool,
    why: str = "",
    on_resumed: Callable[[ResumedTransaction], None] | None = None,
) -> tuple[SavedFile, ...]:
    """Write it, all or nothing, in one commit that names the one taken back, and keeps its reason and `why`.

    Raises:
        ChangedOnDisk, Busy, NotWritten, NoGit, NotGit, NotNow: nothing was written.
        NotCommitted: git refused; all is written.
    """
    made = prepared.commit
    kind = REDONE if prepared.is_redo else UNDONE
    subject = f"{kind.capitalize()}: {prepared.what}"[:_LONGEST]
    trailers = {KIND: kind, UNDOES: made.name, REASON: made.reason, WHY: visible(why, _LONGEST_REASON)}
    return transaction.apply(workspace, prepared.proposals, subject, trailers, commit=commit, on_resumed=on_resumed)
