"""A glance: what a program says that reads and ends, without waiting for `subprocess` to be imported."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIGPIPE: Final = 13
"""Python ignores it; a program that nobody listens to any more shall end."""
_CHUNK: Final = 1 << 16


def glance(words: list[str], environment: Mapping[str, str]) -> bytes | None:
    """Return what a program says on its standard output; None when it did not end well, or could not begin."""
    out, into = os.pipe()
    quiet = [
        (os.POSIX_SPAWN_OPEN, number, os.devnull, mode, 0) for number, mode in ((0, os.O_RDONLY), (2, os.O_WRONLY))
    ]
    actions = [*quiet, (os.POSIX_SPAWN_DUP2, into, 1)]
    try:
        process = os.posix_spawnp(words[0], words, environment, file_actions=actions, setsigdef=[_SIGPIPE])
    except OSError:
        os.close(out)
        return None
    finally:
        os.close(into)
    try:
        said = _all(out)
    finally:
        os.close(out)
        _process, status = os.waitpid(process, 0)
    return None if status else said


def _all(out: int) -> bytes:
    chunks = []
    while chunk := os.read(out, _CHUNK):
        chunks.append(chunk)
    return b"".join(chunks)
