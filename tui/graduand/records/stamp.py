"""Compute stamps of files from their status; when a file changes, its stamp does."""

from __future__ import annotations

import struct
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import os

_STAMP: Final = struct.Struct("=qqQq")
SIZE: Final = _STAMP.size
NEVER: Final = bytes(SIZE)
"""The stamp of a file that may change again without changing its stamp, or that could not be read."""

_TICK: Final = 2_000_000_000
"""Resolution, in nanoseconds, of the coarsest clock of a file system."""


def stamp_of(status: os.stat_result) -> bytes:
    """Return a file's stamp: times, size and inode; the time of the inode's change cannot be set by programs."""
    return _STAMP.pack(status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns)


def settled(status: os.stat_result, now: int) -> bytes:
    """Return a file's stamp, or `NEVER` when it may change once more within the resolution of the clock."""
    return stamp_of(status) if max(status.st_mtime_ns, status.st_ctime_ns) < now - _TICK else NEVER


def now() -> int:
    """Return the time in nanoseconds, for `settled`."""
    return time.time_ns()
