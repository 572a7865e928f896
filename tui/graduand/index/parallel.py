"""Twin: a second process that reads half of many files; without it the first one reads all by itself."""

from __future__ import annotations

import os
import struct
import sys
from itertools import chain
from typing import TYPE_CHECKING, Final

from graduand.index.index_page import packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.index.index_page import IndexPage, Progress
    from graduand.index.indexer import Indexer

    Part = tuple[str, Sequence[str]]

FROM: Final = 20_000
"""Files from which on a second process repays what it costs to bring its leaves over."""

_HEAD: Final = struct.Struct("=LQ")
"""What stands before a packed leaf: the number of its part, and its length."""


def leaves(clerk: Indexer, parts: Sequence[Part], progress: Progress | None) -> Iterator[IndexPage]:
    """Return the leaf of each part, a cohort with some of its paths, in any order."""
    total = sum(len(paths) for _cohort, paths in parts)
    if total < FROM or len(parts) < 2 or not _may_fork(clerk):
        done = 0
        for cohort, paths in parts:
            yield clerk.leaf(cohort, paths)
            done += len(paths)
            if progress:
                progress(done, total)
        return
    yield from _shared(clerk, parts, progress)


def _may_fork(clerk: Indexer) -> bool:
    """Tell whether the process has a single thread, as a forked one would, and nobody wants the records themselves."""
    threading = sys.modules.get("threading")
    alone = threading is None or threading.active_count() == 1
    return alone and clerk.records is None and hasattr(os, "fork") and (os.cpu_count() or 1) > 1


def _shared(clerk: Indexer, parts: Sequence[Part], progress: Progress | None) -> Iterator[IndexPage]:
    """Share the parts with a twin: each process takes the next one when it has done one."""
    clerk.prepare()
    total = sum(len(paths) for _cohort, paths in parts)
    missing = set(range(len(parts)))
    numbers, back, child = _forked(clerk, parts)
    done = 0
    try:
        for number in _taken(numbers):
            yield clerk.leaf(*parts[number])
            missing.discard(number)
            done = sum(len(paths) for _cohort, paths in parts[: number + 1])
            if progress:
                progress(done, total)
        for number, leaf in _brought(back):
            yield leaf
            missing.discard(number)
    finally:
        os.close(numbers)
        os.close(back)
        os.waitpid(child, 0)
    for number in sorted(missing):  # the twin was killed
        yield clerk.leaf(*parts[number])


def _forked(clerk: Indexer, parts: Sequence[Part]) -> tuple[int, int, int]:
    """Return where the numbers of parts are taken from, where the twin's leaves arrive, and the twin's process."""
    numbers, offer = os.pipe()
    back, give = os.pipe()
    os.write(offer, bytes(chain.from_iterable(number.to_bytes(4, "big") for number in range(len(parts)))))
    os.close(offer)
    child = os.fork()
    if child:
        os.close(give)
        return numbers, back, child
    try:
        os.close(back)
        done = [(number, packed(clerk.leaf(*parts[number]))) for number in _taken(numbers)]
        for number, raw in done:
            _give(give, _HEAD.pack(number, len(raw)))
            _give(give, raw)
    finally:
        os._exit(0)


def _taken(numbers: int) -> Iterator[int]:
    while taken := os.read(numbers, 4):
        yield int.from_bytes(taken, "big")


def _give(pipe: int, raw: bytes) -> None:
    view = memoryview(raw)
    while view:
        view = view[os.write(pipe, view) :]


def _brought(pipe: int) -> Iterator[tuple[int, IndexPage]]:
    """Return what the twin has given until its end; what it left unfinished is passed over."""
    while len(head := _got(pipe, _HEAD.size)) == _HEAD.size:
        number, length = _HEAD.unpack(head)
        raw = _got(pipe, length)
        if len(raw) == length:
            yield number, unpacked(raw)


def _got(pipe: int, length: int) -> bytes:
    pieces = []
    while length and (piece := os.read(pipe, min(length, 1 << 20))):
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)
