"""Give many files new content, all or none; the caller keeps a journal for a kill in the middle."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import ChangedOnDisk, NotWritten, Trouble, reason_of
from graduand.language import _, visible
from graduand.storage.atomic import PRIVATE, remove_quietly, remove_temporary_files, stage, sync_folder
from graduand.storage.file_reader import has_content

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SYNC_ALL: Final = 32
"""Number of files above which one `sync` of the whole system replaces an `fsync` per file."""
_PERMANENT: Final = frozenset({"records", "schema"})
"""Folders that are not removed when they become empty: they mark a repository."""


class HalfWritten(Trouble):
    """Writing failed in the middle of many files, and so did the restoring; the journal has the old content."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(
            _(
                "{path} could not be written, nor what was written before it taken back. Nothing is lost: make room "
                "on the disk, then finish with: graduand doctor"
            ).format(path=visible(str(path), 200))
        )


class Swap(NamedTuple):
    """A file, the content it has, and the content it gets; None: no file."""

    path: Path
    before: bytes | None
    after: bytes | None


def swap_files(swaps: Sequence[Swap]) -> None:
    """Give each file its new content, provided that all have their old content; call it while holding the lock.

    If one cannot be written, those before it get their old content back. After a kill some have the
    old and some the new content.

    Raises:
        ChangedOnDisk, NotWritten: all files are as they were.
        HalfWritten: writing failed, and restoring too.
    """
    done: list[Swap] = []
    try:
        for folder in {one.path.parent for one in swaps if one.after is not None}:
            folder.mkdir(parents=True, exist_ok=True)
            remove_temporary_files(folder)
        for one in swaps:
            done.append(one)
            _write(one)
        _sync(swaps)
    except BaseException as error:
        failed = done[-1].path if done else swaps[0].path
        if not _restore(done):
            raise HalfWritten(failed) from error
        for one in swaps:
            _remove_empty(one.path.parent)
        if isinstance(error, OSError):
            raise NotWritten(failed, reason_of(error)) from error
        raise


def _write(one: Swap) -> None:
    """Give one file its new content, not yet synced."""
    if not has_content(one.path, one.before):
        raise ChangedOnDisk(one.path)
    if one.after is None:
        one.path.unlink()
        _remove_empty(one.path.parent)
    elif one.before is None:
        temporary = stage(one.path, one.after, 0o644, sync=False)
        try:
            os.link(temporary, one.path, follow_symlinks=False)
        finally:
            remove_quietly(temporary)
    else:
        mode = stat.S_IMODE(one.path.lstat().st_mode)
        temporary = stage(one.path, one.after, PRIVATE, sync=False)
        try:
            temporary.chmod(mode)
            temporary.replace(one.path)
        finally:
            remove_quietly(temporary)


def _restore(done: list[Swap]) -> bool:
    """Give the files their old content, the last first; return whether all have it."""
    try:
        for one in reversed(done):
            if not has_content(one.path, one.before) and has_content(one.path, one.after):
                one.path.parent.mkdir(parents=True, exist_ok=True)
                _write(Swap(one.path, one.after, one.before))
        return all(has_content(one.path, one.before) for one in done[:-1])
    except (OSError, NotWritten, ChangedOnDisk):
        return False


def _remove_empty(folder: Path) -> None:
    """Remove a folder and its parent if they are empty."""
    with suppress(OSError):
        for one in (folder, folder.parent):
            if one.name not in _PERMANENT:
                one.rmdir()


def _sync(swaps: Sequence[Swap]) -> None:
    """Sync the files and their folders to the disk."""
    if len(swaps) > _SYNC_ALL:
        os.sync()
        return
    for one in swaps:
        if one.after is not None:
            descriptor = os.open(one.path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    for folder in {one.path.parent for one in swaps}:
        if folder.is_dir():
            sync_folder(folder)
