"""Give many files new content, all or none; the caller keeps a journal for a kill in the middle."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import ChangedOnDisk, NotWritten, Trouble, reason_of
from graduand.language import _, visible
from graduand.patience import counted, no_return
from graduand.storage.atomic import PRIVATE, remove_quietly, remove_temporary_files, stage, sync_folder
from graduand.storage.file_reader import has_content

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SYNC_ALL: Final = 32
"""Number of files above which one `sync` of the whole system replaces an `fsync` of each."""
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

    All new content is on the disk before the first file gets it. If one cannot be written, those
    before it get their old content back. After a kill some have the old and some the new content.

    Raises:
        ChangedOnDisk, NotWritten: all files are as they were.
        Stopped: whoever waited has stopped it before the first file got its content; all are as they were.
        HalfWritten: writing failed, and restoring too.
    """
    staged: dict[Path, Path] = {}
    done: list[Swap] = []
    try:
        _prepare(swaps, staged)
        no_return()
        for one in swaps:
            done.append(one)
            _write(one, staged)
        _sync_folders(swaps)
    except BaseException as error:
        path = done[-1].path if done else _first_missing(swaps, staged)
        if not _restore(done):
            raise HalfWritten(path) from error
        for one in swaps:
            _remove_empty(one.path.parent)
        if isinstance(error, OSError):
            raise NotWritten(path, reason_of(error)) from error
        raise
    finally:
        for temporary in staged.values():
            remove_quietly(temporary)


def _prepare(swaps: Sequence[Swap], staged: dict[Path, Path]) -> None:
    """Write the new content into temporary files, synced, and add them to `staged`."""
    for folder in {one.path.parent for one in swaps if one.after is not None}:
        folder.mkdir(parents=True, exist_ok=True)
        remove_temporary_files(folder)
    sync_each = len(swaps) <= _SYNC_ALL
    for one in counted(swaps):
        if one.after is not None:
            staged[one.path] = _stage(one, one.after, sync=sync_each)
    if not sync_each:
        os.sync()


def _first_missing(swaps: Sequence[Swap], staged: dict[Path, Path]) -> Path:
    """Return the first file that has no temporary file yet."""
    return next((one.path for one in swaps if one.after is not None and one.path not in staged), swaps[0].path)


def _stage(one: Swap, content: bytes, *, sync: bool) -> Path:
    return stage(one.path, content, 0o644 if one.before is None else PRIVATE, sync=sync)


def _write(one: Swap, staged: dict[Path, Path]) -> None:
    """Give one file its new content, from its temporary file."""
    if not has_content(one.path, one.before):
        raise ChangedOnDisk(one.path)
    if one.after is None:
        one.path.unlink()
        _remove_empty(one.path.parent)
    elif one.before is None:
        os.link(staged[one.path], one.path, follow_symlinks=False)
        remove_quietly(staged.pop(one.path))
    else:
        staged[one.path].chmod(stat.S_IMODE(one.path.lstat().st_mode))
        staged[one.path].replace(one.path)
        del staged[one.path]


def _restore(done: Sequence[Swap]) -> bool:
    """Give the files their old content, the last first; return whether all have it."""
    staged: dict[Path, Path] = {}
    try:
        for one in reversed(done):
            if not has_content(one.path, one.before) and has_content(one.path, one.after):
                one.path.parent.mkdir(parents=True, exist_ok=True)
                back = Swap(one.path, one.after, one.before)
                if one.before is not None:
                    staged[one.path] = _stage(back, one.before, sync=True)
                _write(back, staged)
        return all(has_content(one.path, one.before) for one in done[:-1])
    except (OSError, NotWritten, ChangedOnDisk):
        return False
    finally:
        for temporary in staged.values():
            remove_quietly(temporary)


def _remove_empty(folder: Path) -> None:
    """Remove a folder and its parent if they are empty."""
    with suppress(OSError):
        for one in (folder, folder.parent):
            if one.name not in _PERMANENT:
                one.rmdir()


def _sync_folders(swaps: Sequence[Swap]) -> None:
    """Sync the names of the files to the disk."""
    for folder in {one.path.parent for one in swaps}:
        if folder.is_dir():
            sync_folder(folder)
