"""Delete a person's record and all copies of it, and note a checksum by which no import makes it again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from graduand.editing.draft_store import drafts_folder, remove_drafts
from graduand.editing.exclusion_lists import LIMIT, TOMBSTONES, Tombstones, read_tombstones, tombstones_text
from graduand.editing.proposal import Proposal
from graduand.editing.transaction import apply, commit_message, resume, uncommitted_proposals
from graduand.errors import NoSuchPerson
from graduand.file_change import SavedFile
from graduand.records import files
from graduand.records.paths import username_of
from graduand.similar import nearest
from graduand.storage import file_reader
from graduand.storage.cache_file import remove_cache_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from graduand.editing.transaction import ResumedTransaction
    from graduand.workspace import Workspace


class ForgetResult(NamedTuple):
    """The result of a deletion."""

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
    """Delete the record of a person and note its checksum, by which no import makes it again; one commit.

    Its unsaved drafts are removed too, and all cache files, which the next command makes again.

    `on_resumed` is called with the outcome of an earlier save that was interrupted. Raises:
        NoSuchPerson: there is no such record.
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
        _remove_copies(workspace, gone)
        return ForgetResult(
            (SavedFile(gone[0], None, None, resumed.commit),), gone, tuple(_naming(workspace, username))
        )
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
    _remove_copies(workspace, paths)
    return ForgetResult(saved, paths, tuple(_naming(workspace, username)))


def _remove_copies(workspace: Workspace, paths: Iterable[str]) -> None:
    """Remove the drafts of the records at these paths, and every cache file of the repository."""
    drafts = drafts_folder(workspace)
    remove_drafts(drafts, paths)
    remove_cache_files(drafts.parent)


def _naming(workspace: Workspace, username: str) -> Iterator[str]:
    """Return the files below build/ that contain a username as a word."""
    word = re.compile(rb"(?<![\w.@-])" + re.escape(username.encode()) + rb"(?![\w@-])")
    for path in sorted(workspace.root.glob("build/**/*")):
        if path.is_file() and not path.is_symlink() and word.search(file_reader.read(path, file_reader.LARGE_FILE)):
            yield path.relative_to(workspace.root).as_posix()
