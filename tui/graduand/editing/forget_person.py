"""Forgetting: the use case of deleting a person's record and keeping no more than what keeps it from coming back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.editing.commit_message import commit_message
from graduand.editing.draft_store import folder_of, throw_away
from graduand.editing.proposal import Proposal
from graduand.editing.transaction import apply
from graduand.errors import NoSuchPerson
from graduand.intake.exclusion_lists import TOMBSTONES, Tombstones, read_tombstones, tombstones_text
from graduand.intake.source_profile import LIMIT
from graduand.records import files
from graduand.records.paths import username_of
from graduand.similar import nearest
from graduand.storage import atomic, file_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graduand.editing.transaction import Resumed
    from graduand.file_change import Saved
    from graduand.workspace import Workspace


_REMEMBERED: Final = ("list", "events", "sent")
"""What is remembered in git's own folder besides leaves, and holds people."""


class Forgotten(NamedTuple):
    """What is gone, and what is kept."""

    saved: tuple[Saved, ...]
    paths: tuple[str, ...]
    """Where the record was; a person may have had several."""
    left: tuple[str, ...]
    """Files below build/ that still name the person."""


def forget(
    workspace: Workspace, username: str, basis: str, on: str, *, tell: Callable[[Resumed], None] | None = None
) -> Forgotten:
    """Delete the record of a person and note, as a checksum, that no file brings it back; one commit.

    Unsaved drafts of it go too, and what is remembered of everybody, which is found again at the next command.

    `tell` hears what became of a save that was killed before. Raises:
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
    saved = apply(workspace, proposals, *commit_message("removed", [username]), tell=tell)
    _let_go(workspace, paths)
    return Forgotten(saved, paths, tuple(_naming(workspace, username)))


def _let_go(workspace: Workspace, paths: tuple[str, ...]) -> None:
    drafts = folder_of(workspace)
    throw_away(drafts, paths)
    atomic.remove_others(drafts.parent / "leaves", ())
    for name in _REMEMBERED:
        atomic.remove(drafts.parent / name)


def _naming(workspace: Workspace, username: str) -> Iterator[str]:
    """Return the files that were made of the records and hold a username as a word."""
    word = re.compile(rb"(?<![\w.@-])" + re.escape(username.encode()) + rb"(?![\w@-])")
    for path in sorted(workspace.root.glob("build/**/*")):
        if path.is_file() and not path.is_symlink() and word.search(file_reader.read(path, file_reader.LARGE_FILE)):
            yield path.relative_to(workspace.root).as_posix()
