"""Stamp: how a file stands on the disk; whenever the file changes, its stamp does."""

from __future__ import annotations

import os
import struct
import time
from typing import TYPE_CHECKING, Final

from graduand import disk

if TYPE_CHECKING:
    from collections.abc import Iterable

_STAMP: Final = struct.Struct("=qqQq")
SIZE: Final = _STAMP.size
NEVER: Final = bytes(SIZE)
"""What no file's stamp is: of a file that may yet change and keep its stamp, or that could not be read."""

_TICK: Final = 2_000_000_000
"""Nanoseconds for which the clock of some file system stands still."""


def stamp_of(stands: os.stat_result) -> bytes:
    """Return a file's stamp: its times, size and place; nobody can set the time at which the inode changed."""
    return _STAMP.pack(stands.st_mtime_ns, stands.st_size, stands.st_ino, stands.st_ctime_ns)


def settled(stands: os.stat_result, now: int) -> bytes:
    """Return a file's stamp, or `NEVER` when it may change once more within the tick of its last change."""
    return stamp_of(stands) if max(stands.st_mtime_ns, stands.st_ctime_ns) < now - _TICK else NEVER


def now() -> int:
    """Return the nanoseconds by which `settled` goes."""
    return time.time_ns()


def stamps(root: str, paths: Iterable[str]) -> bytes:
    """Return the stamps of the files at `paths`, one after the other; `NEVER` where one is gone."""
    found = []
    pack, never = _STAMP.pack, NEVER
    with disk.Folders(root) as folders:
        for path in paths:
            folder, _slash, name = path.rpartition("/")
            try:
                stands = os.stat(name, dir_fd=folders.open(folder), follow_symlinks=False)
            except OSError:
                found.append(never)
            else:
                found.append(pack(stands.st_mtime_ns, stands.st_size, stands.st_ino, stands.st_ctime_ns))
    return b"".join(found)
