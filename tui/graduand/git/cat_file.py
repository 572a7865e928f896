"""Read many objects from one `git cat-file --batch` process."""

from __future__ import annotations

import os
from itertools import islice
from typing import IO, TYPE_CHECKING, Final

from graduand.errors import GitRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHUNK: Final = 1 << 16
"""Bytes read from a pipe at once."""
_BATCH: Final = 256
"""Objects asked for at once; the names of two batches fit into a pipe's buffer."""


def read_objects(stdin: IO[bytes], stdout: IO[bytes], names: Iterable[str]) -> Iterator[bytes | None]:
    """Yield the contents of objects in their order; None for a missing one.

    Raises:
        GitRefused: git ended before it had answered.
    """
    waiting, contents = iter(names), _contents(stdout)
    asked = _ask(stdin, waiting)
    while asked:
        following = _ask(stdin, waiting)
        yield from islice(contents, asked)
        asked = following


def _contents(stdout: IO[bytes]) -> Iterator[bytes | None]:
    number, buffer, end = stdout.fileno(), b"", 0
    while True:
        start = buffer.find(b"\n", end) + 1
        size = buffer[buffer.rfind(b" ", end, start) + 1 : start - 1]
        following = start + int(size) + 1 if size.isdigit() else start
        if not start or following > len(buffer):
            more = os.read(number, CHUNK)
            if not more:
                raise GitRefused(buffer[end:].decode(errors="surrogateescape"))
            buffer, end = buffer[end:] + more, 0
            continue
        if not size.isdigit() and size != b"missing":
            raise GitRefused(buffer[end:start].decode(errors="surrogateescape"))
        yield buffer[start : following - 1] if size.isdigit() else None
        end = following


def _ask(stdin: IO[bytes], names: Iterator[str]) -> int:
    """Ask for the next batch of objects; return how many they are."""
    batch = list(islice(names, _BATCH))
    if batch:
        stdin.write("".join(f"{name}\n" for name in batch).encode(errors="surrogateescape"))
        stdin.flush()
    return len(batch)
