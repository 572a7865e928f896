"""Read many objects from one `git cat-file --batch` process."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import islice
from typing import IO, TYPE_CHECKING, Final

from graduand.errors import GitRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHUNK: Final = 1 << 16
"""Bytes read from a pipe at once."""
_NONE: Final = frozenset({b"missing", b"ambiguous"})
"""The last word of an answer that names no object."""
_BATCH: Final = 256
"""Objects asked for at once; the names of two batches fit into a pipe's buffer."""


Object = tuple[bytes, bytes | None]
"""The name of an object and its content; None for one that is missing."""


def read_objects(stdin: IO[bytes], stdout: IO[bytes], names: Iterable[str]) -> Iterator[Object]:
    """Yield objects in their order.

    Raises:
        GitRefused: git ended before it had answered.
    """
    _widen(stdout)
    waiting, objects = iter(names), _objects(stdout)
    asked = _ask(stdin, waiting)
    while asked:
        following = _ask(stdin, waiting)
        yield from islice(objects, asked)
        asked = following


def _widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold as much as an object is likely to have, where the system lets it."""
    import fcntl  # noqa: PLC0415 - Linux alone has the command

    with suppress(AttributeError, OSError):
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, 1 << 20)


def _objects(stdout: IO[bytes]) -> Iterator[Object]:
    number, buffer, end = stdout.fileno(), b"", 0
    while True:
        start = buffer.find(b"\n", end) + 1
        size = buffer[buffer.rfind(b" ", end, start) + 1 : start - 1]
        following = start + int(size) + 1 if size.isdigit() else start
        if not start or following > len(buffer):
            buffer, end = _more(number, buffer[end:], following - end), 0
            continue
        if size.isdigit():
            yield buffer[end : buffer.index(b" ", end)], buffer[start : following - 1]
        elif size in _NONE:
            yield b"", None
        else:
            raise GitRefused(buffer[end:start].decode(errors="surrogateescape"))
        end = following


def _more(number: int, start: bytes, least: int) -> bytes:
    """Return what was read so far and more of it: at least so many bytes in all, as an object's size may tell.

    Raises:
        GitRefused: git ended before it had answered.
    """
    parts, length = [start], len(start)
    while more := os.read(number, max(CHUNK, least - length)):
        parts.append(more)
        length += len(more)
        if length >= least:
            return b"".join(parts)
    raise GitRefused(b"".join(parts)[:CHUNK].decode(errors="surrogateescape"))


def _ask(stdin: IO[bytes], names: Iterator[str]) -> int:
    """Ask for the next batch of objects; return how many they are."""
    batch = list(islice(names, _BATCH))
    if batch:
        lines = (f"{name}\n" if "\n" not in name else "\n" for name in batch)  # nothing has a name with a line end
        stdin.write("".join(lines).encode(errors="surrogateescape"))
        stdin.flush()
    return len(batch)
