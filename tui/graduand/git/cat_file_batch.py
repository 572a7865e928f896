"""Answers: what `git cat-file --batch` says of objects, asked for a little before they are needed."""

from __future__ import annotations

import os
from itertools import islice
from typing import IO, TYPE_CHECKING, Final

from graduand.errors import GitRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BATCH: Final = 256
"""Objects asked for at once; the names of two batches fit into a pipe's buffer."""
_PIPE: Final = 1 << 16


def answers(stdin: IO[bytes], stdout: IO[bytes], objects: Iterable[str]) -> Iterator[bytes | None]:
    """Return what objects say, in their order; None for one that is missing.

    Raises:
        GitRefused: git ended before it had answered.
    """
    names, said = iter(objects), _answers(stdout)
    asked = _ask(stdin, names)
    while asked:
        following = _ask(stdin, names)
        yield from islice(said, asked)
        asked = following


def _answers(stdout: IO[bytes]) -> Iterator[bytes | None]:
    number, heard, end = stdout.fileno(), b"", 0
    while True:
        start = heard.find(b"\n", end) + 1
        size = heard[heard.rfind(b" ", end, start) + 1 : start - 1]
        following = start + int(size) + 1 if size.isdigit() else start
        if not start or following > len(heard):
            more = os.read(number, _PIPE)
            if not more:
                raise GitRefused(heard[end:].decode(errors="surrogateescape"))
            heard, end = heard[end:] + more, 0
            continue
        if not size.isdigit() and size != b"missing":
            raise GitRefused(heard[end:start].decode(errors="surrogateescape"))
        yield heard[start : following - 1] if size.isdigit() else None
        end = following


def _ask(stdin: IO[bytes], names: Iterator[str]) -> int:
    """Ask for the next batch of objects; return how many they are."""
    batch = list(islice(names, _BATCH))
    if batch:
        stdin.write("".join(f"{name}\n" for name in batch).encode(errors="surrogateescape"))
        stdin.flush()
    return len(batch)
