"""Lock a folder, so that one process at a time writes below it."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graduand.errors import Busy, NotWritten, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def hold(folder: Path, seconds: float = 5.0) -> Iterator[None]:
    """Hold the exclusive lock of a folder; other processes of graduand that ask for it wait.

    Raises:
        Busy: another process held it for longer than `seconds`.
        NotWritten: the folder cannot be opened or locked.
    """
    import fcntl  # noqa: PLC0415 - only a command that writes needs it

    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise NotWritten(folder, reason_of(error)) from error
    try:
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise Busy(folder) from error
                time.sleep(0.05)
            except OSError as error:
                raise NotWritten(folder, reason_of(error)) from error
        yield
    finally:
        os.close(descriptor)
