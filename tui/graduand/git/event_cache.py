"""Memory: the events that were told already, kept in git's own folder and thrown away whenever in doubt."""

from __future__ import annotations

import marshal
import sys
import zlib
from array import array
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.errors import NotWritten, Unreadable
from graduand.git.event_log import Chronicle, EventColumns
from graduand.git.events import Gap
from graduand.git.packed_strings import NUMBER, PackedStrings
from graduand.storage import atomic, file_reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.git.program import Program

FORM: Final = f"graduand/events/4/{sys.byteorder}/{array(NUMBER).itemsize}/{marshal.version}"
"""The form of the file and the meaning of events; what bears another one is thrown away."""

_LIMIT: Final = 1 << 30


class Memory(NamedTuple):
    """What is known of the line up to a commit."""

    head: str
    prefix: str
    """The way from the repository's root to the data's."""
    clock: int | None
    names: PackedStrings
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
        whole = memoryview(file_reader.read(_place(program), _LIMIT))
    except Unreadable:
        return None
    head, body = whole[:_HEAD], whole[_HEAD:]
    if head != _head(body):
        return None
    end = int.from_bytes(body[:_LENGTH], "big")
    says = marshal.loads(body[_LENGTH:end])  # noqa: S302 - our own, and whole
    return _memory(says, _parts(body[end:], says["sizes"])) if says["prefix"] == prefix else None


def keep(program: Program, memory: Memory) -> None:
    """Keep what is known; where the disk refuses, it is found again the next time."""
    parts = [*_raw(memory.names), *(raw for column in memory.chronicle.columns for raw in _raw(column))]
    says = {name: getattr(memory, name) for name in _SAID} | {
        "gaps": [tuple(gap) for gap in memory.gaps],
        "sizes": [memoryview(part).nbytes for part in parts],
    }
    head = marshal.dumps(says)
    body = b"".join([(_LENGTH + len(head)).to_bytes(_LENGTH, "big"), head, *parts])
    with suppress(NotWritten):
        atomic.write_private(_place(program), _head(body) + body)


def _head(body: bytes | memoryview) -> bytes:
    return f"{FORM} {zlib.crc32(body):08x}\n".encode()


_HEAD: Final = len(_head(b""))
_LENGTH: Final = 4
_SAID: Final = ("head", "prefix", "clock", "broken", "doubled")


def _place(program: Program) -> Path:
    return Path(program.folder, "graduand", "events")


def _raw(column: PackedStrings | array[int] | bytes | memoryview) -> Iterator[bytes | memoryview | array[int]]:
    """Return the pieces of memory that a column lies in."""
    if isinstance(column, PackedStrings):
        yield column.raw
        yield column.ends
    else:
        yield column


def _memory(says: dict[str, Any], parts: Iterator[memoryview]) -> Memory:
    names, sources, lines = (_lines(parts) for _turn in range(3))
    kinds, numbers = next(parts), _numbers(next(parts))
    authors, by, days = _lines(parts), _numbers(next(parts)), _numbers(next(parts))
    return Memory(
        names=names,
        chronicle=Chronicle(EventColumns(sources, lines, kinds, numbers, authors, by, days)),
        gaps=tuple(Gap(*gap) for gap in says["gaps"]),
        **{name: says[name] for name in _SAID},
    )


def _parts(body: memoryview, sizes: Iterable[int]) -> Iterator[memoryview]:
    start = 0
    for size in sizes:
        yield body[start : start + size]
        start += size


def _lines(parts: Iterator[memoryview]) -> PackedStrings:
    raw = next(parts)
    return PackedStrings(raw, _numbers(next(parts)))


def _numbers(raw: memoryview) -> array[int]:
    numbers = array(NUMBER)
    numbers.frombytes(raw)
    return numbers
