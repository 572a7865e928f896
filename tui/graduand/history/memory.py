"""Memory: the events that were told already, kept in git's own folder and thrown away whenever in doubt."""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand import disk
from graduand.errors import NotWritten, Unreadable
from graduand.history.chronicle import Chronicle, Columns
from graduand.history.events import Gap
from graduand.history.lines import NUMBER, Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.history.program import Program

FORM: Final = f"graduand/events/2/{sys.byteorder}/{array(NUMBER).itemsize}"
"""The form of the file and the meaning of events; what bears another one is thrown away."""

_LIMIT: Final = 1 << 30
_SUM: Final = 8
"""Figures of the checksum, which stands before all that it is of."""


class Memory(NamedTuple):
    """What is known of the line up to a commit."""

    head: str
    prefix: str
    """The way from the repository's root to the data's."""
    clock: int | None
    names: Lines
    """The commits of the line, oldest first."""
    chronicle: Chronicle
    gaps: tuple[Gap, ...]
    broken: tuple[tuple[str, str, str], ...]
    """Of each file that cannot be read its path, the object that could be ("" when none), and since when."""
    doubled: bool
    """Whether somebody has several records; then no more can be told without the whole history."""


def recall(program: Program, prefix: str) -> Memory | None:
    """Return what was kept of a data folder; None when there is nothing, or anything is wrong with it."""
    try:
        kept = disk.read(_place(program), _LIMIT)
        raw = memoryview(kept)
        if int(kept[:_SUM], 16) != zlib.crc32(raw[_SUM:]):
            return None
        end = kept.index(b"\n", _SUM)
        says = json.loads(kept[_SUM:end])
        return _memory(says, raw[end + 1 :]) if (says["form"], says["prefix"]) == (FORM, prefix) else None
    except (Unreadable, ValueError, KeyError, TypeError, StopIteration):
        return None


def keep(program: Program, memory: Memory) -> None:
    """Keep what is known; where the disk refuses, it is found again the next time."""
    parts = [*_raw(memory.names), *(raw for column in memory.chronicle.columns for raw in _raw(column))]
    says = memory._asdict() | {
        "form": FORM,
        "names": len(memory.names),
        "chronicle": [memoryview(part).nbytes for part in parts],
    }
    whole = b"".join([json.dumps(says).encode(), b"\n", *parts])
    with suppress(NotWritten):
        disk.keep(_place(program), b"%0*x" % (_SUM, zlib.crc32(whole)) + whole)


def _place(program: Program) -> Path:
    return Path(program.folder, "graduand", "events")


def _raw(column: Lines | array[int] | bytes | memoryview) -> Iterator[bytes | memoryview | array[int]]:
    """Return the pieces of memory that a column lies in."""
    if isinstance(column, Lines):
        yield column.raw
        yield column.ends
    else:
        yield column


def _memory(says: dict[str, Any], body: memoryview) -> Memory:
    parts = _parts(body, says["chronicle"])
    names, sources, lines = (_lines(parts) for _turn in range(3))
    kinds, numbers = next(parts), _numbers(next(parts))
    authors, by, days = _lines(parts), _numbers(next(parts)), _numbers(next(parts))
    return Memory(
        says["head"],
        says["prefix"],
        says["clock"],
        names,
        Chronicle(Columns(sources, lines, kinds, numbers, authors, by, days)),
        tuple(Gap(*gap) for gap in says["gaps"]),
        tuple((path, blob, since) for path, blob, since in says["broken"]),
        says["doubled"],
    )


def _parts(body: memoryview, sizes: list[int]) -> Iterator[memoryview]:
    start = 0
    for size in sizes:
        yield body[start : start + size]
        start += size


def _lines(parts: Iterator[memoryview]) -> Lines:
    raw = next(parts)
    return Lines(raw, _numbers(next(parts)))


def _numbers(raw: memoryview) -> array[int]:
    numbers = array(NUMBER)
    numbers.frombytes(raw)
    return numbers
