"""Stamp: how a file stands on the disk; whenever the file changes, its stamp does."""

from __future__ import annotations

import struct
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import os

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
