"""Forgetting: the use case of deleting a person's record and keeping no more than what keeps it from coming back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from graduand.editing.draft_store import drafts_folder, remove_drafts
from graduand.editing.proposal import Proposal
from graduand.editing.transaction import apply, commit_message
from graduand.errors import NoSuchPerson
from graduand.intake.exclusion_lists import TOMBSTONES, Tombstones, read_tombstones, tombstones_text
from graduand.intake.source_profile import LIMIT
from graduand.records import files
from graduand.records.paths import username_of
from graduand.similar import nearest
from graduand.storage import file_reader
from graduand.storage.cache_file import remove_cache_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from graduand.editing.transaction import ResumedTransaction
    from graduand.file_change import SavedFile
    from graduand.workspace import Workspace


class ForgetResult(NamedTuple):
    """What is gone, and what is kept."""

    saved: tuple[SavedFile, ...]
    paths: tuple[str, ...]
    """Where the record was; a person may have had several."""
    named_in: tuple[str, ...]
    """Files below build/ that still name the person."""


def forget(
    workspace: Workspace,
    username: str,
    basis: str,
    on: str,
    *,
    on_resumed: Callable[[ResumedTransaction], None] | None = None,
) -> ForgetResult:
    """Delete the record of a person and note, as a checksum, that no file brings it back; one commit.

    Unsaved drafts of it go too, and what is remembered of everybody, which is found again at the next command.

    `on_resumed` hears what became of a save that was killed before. Raises:
        NoSuchPerson: there is no such record.
        NotWritten, NotNow, Busy: nothing was written.
        NotCommitted: git refused; all is written.
    """
    everybody = files.find(workspace.root).paths
    paths = tuple(path for path in everybody if username_of(path) == username)
    if not paths:
        raise NoSuchPerson(username, nearest(username, map(username_of, everybody)))
    stones = workspace.root / TOMBSTONES
    before = file_reader.read(stones, LIMIT) if stones.exists() else None
    known = Tombstones() if before is None else read_tombstones(before)
    proposals = (
        *(Proposal(path, None, file_reader.read(workspace.root / path), "") for path in paths),
        Proposal(TOMBSTONES, None, before, tombstones_text(known.with_one(username, on, basis))),
    )
    saved = apply(workspace, proposals, *commit_message("removed", [username]), on_resumed=on_resumed)
    _remove_copies(workspace, paths)
    return ForgetResult(saved, paths, tuple(_naming(workspace, username)))


def _remove_copies(workspace: Workspace, paths: Iterable[str]) -> None:
    """Remove the drafts of the records at these paths, and every cache file of the repository."""
    drafts = drafts_folder(workspace)
    remove_drafts(drafts, paths)
    remove_cache_files(drafts.parent)


def _naming(workspace: Workspace, username: str) -> Iterator[str]:
    """Return the files that were made of the records and hold a username as a word."""
    word = re.compile(rb"(?<![\w.@-])" + re.escape(username.encode()) + rb"(?![\w@-])")
    for path in sorted(workspace.root.glob("build/**/*")):
        if path.is_file() and not path.is_symlink() and word.search(file_reader.read(path, file_reader.LARGE_FILE)):
            yield path.relative_to(workspace.root).as_posix()
