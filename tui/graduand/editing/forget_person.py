"""Delete a person's record and all copies of it, and note a checksum by which no intake makes it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.editing.exclusion_lists import LIMIT, TOMBSTONES, Tombstones, read_tombstones, tombstones_text
from graduand.editing.forget_key import key_text, read_key, take_key
from graduand.editing.person_copies import files_naming, remove_copies
from graduand.editing.proposal import Proposal, propose_change_if_current
from graduand.editing.transaction import apply, commit_message, resume, uncommitted_proposals
from graduand.errors import NoSuchPerson, Trouble, Usage
from graduand.file_change import SavedFile
from graduand.git.program import Program
from graduand.language import _
from graduand.ledger.erasure import rows_of
from graduand.ledger.ledger import read_ledger
from graduand.records import files
from graduand.records.paths import username_of
from graduand.similar import nearest
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graduand.editing.transaction import ResumedTransaction
    from graduand.records.record import Record
    from graduand.workspace import Workspace


class ForgetResult(NamedTuple):
    """The result of a deletion."""

    saved: tuple[SavedFile, ...]
    paths: tuple[str, ...]
    """Where the record was; a person may have had several."""
    named_in: tuple[str, ...]
    """Files below build/ that still name the person."""
    entries: tuple[str, ...]
    """The ids of the ledger's entries that hold rows of the person."""
    ledger_fault: str = ""
    """Why the ledger could not be looked through; "" when it was."""


def forget(
    workspace: Workspace,
    username: str,
    basis: str,
    on: str,
    *,
    on_resumed: Callable[[ResumedTransaction], None] | None = None,
) -> ForgetResult:
    """Delete the record of a person and note its checksum, by which no intake makes it again; one commit.

    Its unsaved drafts are removed too, and all cache files, which the next command makes again.

    `on_resumed` is called with the outcome of an earlier save that was interrupted. Raises:
        NoSuchPerson: there is no such record.
        ForgetKeyMissing: people were deleted before with a key that this user does not have.
        NotWritten, NotNow, Busy: nothing was written.
        NotCommitted: git refused; all is written.
    """
    resumed = resume(workspace)
    if resumed and on_resumed:
        on_resumed(resumed)
    known_paths = files.find(workspace.root).paths
    paths = tuple(path for path in known_paths if username_of(path) == username)
    removed = [one for one in uncommitted_proposals(workspace, {username}) if one.after is None]
    if resumed and not paths and (gone := tuple(path for path in resumed.paths if username_of(path) == username)):
        remove_copies(workspace, [username])
        return _result(workspace, username, (SavedFile(gone[0], None, None, resumed.commit),), gone)
    if not paths and not removed:
        raise NoSuchPerson(username, nearest(username, map(username_of, known_paths)))
    stones = workspace.root / TOMBSTONES
    before = file_reader.read(stones, LIMIT) if stones.exists() else None
    known = Tombstones() if before is None else read_tombstones(before)
    proposals = (
        *(Proposal(path, None, file_reader.read(workspace.root / path), "") for path in paths),
        *removed,
        Proposal(TOMBSTONES, None, before, tombstones_text(known.with_one(username, on, basis))),
    )
    saved = apply(workspace, proposals, *commit_message("removed", [username]), on_resumed=on_resumed)
    paths += tuple(one.path for one in removed)
    remove_copies(workspace, [username])
    return _result(workspace, username, saved, paths)


class RemovalResult(NamedTuple):
    """The result of a removal of records whose time is over."""

    saved: tuple[SavedFile, ...]
    named_in: tuple[str, ...]
    """Files below build/ that still name one of the people."""
    in_ledger: tuple[str, ...]
    """The usernames of those of whom the ledger holds rows."""
    ledger_fault: str = ""
    """Why the ledger could not be looked through; "" when it was."""


def remove_records(
    workspace: Workspace, seen: Sequence[Record], *, on_resumed: Callable[[ResumedTransaction], None] | None = None
) -> RemovalResult:
    """Remove records whose time is over, all or none, in one commit; who comes back later can be taken in again.

    Raises:
        ChangedOnDisk: one of them is not what was seen; nothing was written.
        NotWritten, NotNow, Busy: nothing was written.
        NotCommitted: git refused; all is written.
    """
    usernames = [record.username for record in seen]
    proposals = [propose_change_if_current(workspace, record, {}) for record in seen]
    gone = [Proposal(one.path, None, one.base, "") for one in proposals]
    saved = apply(workspace, gone, *commit_message("removed", usernames, {"retention"}), on_resumed=on_resumed)
    remove_copies(workspace, usernames)
    named_in = files_naming(workspace, usernames)
    try:
        ledger = read_ledger(Program(workspace.root))
        held = tuple(username for username in usernames if rows_of(ledger, username).entries)
        return RemovalResult(saved, named_in, held)
    except Trouble as trouble:  # what is removed stays removed
        return RemovalResult(saved, named_in, (), str(trouble))


def _result(workspace: Workspace, username: str, saved: tuple[SavedFile, ...], paths: tuple[str, ...]) -> ForgetResult:
    named_in = files_naming(workspace, [username])
    try:
        return ForgetResult(saved, paths, named_in, _entries_of(workspace, username))
    except Trouble as trouble:  # what is deleted stays deleted
        return ForgetResult(saved, paths, named_in, (), str(trouble))


def _entries_of(workspace: Workspace, username: str) -> tuple[str, ...]:
    """Return the ids of the entries of the ledger that hold rows of a person, as far as this clone has it."""
    program = Program(workspace.root)
    return tuple(one.entry.id for one in rows_of(read_ledger(program), username).entries)


def shown_key(workspace: Workspace) -> str:
    """Return the key by which the deleted people are recognised, as a colleague takes it.

    Raises:
        Usage: there is none.
        ForgetKeyMissing: this user does not have it.
    """
    return key_text(read_key(_key_id(workspace)))


def take_shown_key(workspace: Workspace, text: str) -> None:
    """Keep the key that a colleague gave.

    Raises:
        Usage: there is none here, or this is not the one.
        NotWritten: the file system reports an error.
    """
    take_key(text, _key_id(workspace))


def _key_id(workspace: Workspace) -> str:
    path = workspace.root / TOMBSTONES
    key_id = read_tombstones(file_reader.read(path, LIMIT)).key_id if path.exists() else ""
    if not key_id:
        raise Usage(_("Nobody was deleted here with graduand forget so far, so there is no key yet."))
    return key_id
