"""Find and remove the copies of a person's record that lie outside of the records: drafts, caches, compiled files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graduand.editing.draft_store import drafts_folder
from graduand.storage import atomic, file_reader
from graduand.storage.cache_file import remove_cache_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from graduand.workspace import Workspace


def remove_copies(workspace: Workspace, usernames: Iterable[str]) -> None:
    """Remove the drafts that name a person, of all sessions, and every cache file of the repository.

    Raises:
        NotWritten: the file system reports an error.
    """
    drafts = drafts_folder(workspace)
    for path in _naming(drafts, usernames):
        atomic.remove(path)
    remove_cache_files(drafts.parent)


def files_naming(workspace: Workspace, usernames: Iterable[str]) -> tuple[str, ...]:
    """Return the files below build/ that name a person, by their paths from the data's root."""
    found = _naming(workspace.root / "build", usernames)
    return tuple(path.relative_to(workspace.root).as_posix() for path in found)


def _naming(folder: Path, usernames: Iterable[str]) -> Iterator[Path]:
    """Yield the files below a folder that contain one of these usernames as a word."""
    words = b"|".join(re.escape(username.encode(errors="surrogateescape")) for username in usernames)
    word = re.compile(rb"(?<![\w.@-])(?:" + words + rb")(?![\w@-])")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and word.search(file_reader.read(path, file_reader.LARGE_FILE)):
            yield path
