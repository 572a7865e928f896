"""Memory: the events that were told already, kept in git's own folder and thrown away whenever in doubt."""

from __future__ import annotations

import json
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand import disk
from graduand.errors import NotWritten, Unreadable
from graduand.history.chronicle import Chronicle
from graduand.history.events import Gap

if TYPE_CHECKING:
    from graduand.history.program import Program

FORM: Final = "graduand/events/1"
"""The form of the file and the meaning of events; what bears another one is thrown away."""

_LIMIT: Final = 1 << 30


class Memory(NamedTuple):
    """What is known of the line up to a commit."""

    head: str
    prefix: str
    """The way from the repository's root to the data's."""
    clock: int | None
    names: tuple[str, ...]
    chronicle: Chronicle
    gaps: tuple[Gap, ...]
    broken: tuple[tuple[str, str, str], ...]
    """Of each file that cannot be read its path, the object that could be ("" when none), and since when."""
    doubled: bool
    """Whether somebody has several records; then no more can be told without the whole history."""


def recall(program: Program, prefix: str) -> Memory | None:
    """Return what was kept of a data folder; None when there is nothing, or anything is wrong with it."""
    try:
        raw = disk.read(_place(program), _LIMIT)
        head, _line, body = raw.partition(b"\n")
        says = json.loads(head)
        if (says["form"], says["crc"], says["prefix"]) != (FORM, zlib.crc32(body), prefix):
            return None
        return _memory(says, body.decode(errors="surrogatepass").split("\n"))
    except (Unreadable, ValueError, KeyError, TypeError):
        return None


def keep(program: Program, memory: Memory) -> None:
    """Keep what is known; where the disk refuses, it is found again the next time."""
    chronicle = memory.chronicle
    lines = [" ".join(memory.names), *chronicle.sources, *chronicle.lines]
    body = "\n".join(lines).encode(errors="surrogatepass")
    says = memory._replace(names=(), chronicle=Chronicle())._asdict() | {
        "form": FORM,
        "crc": zlib.crc32(body),
        "chronicle": len(chronicle.sources),
    }
    with suppress(NotWritten):
        disk.keep(_place(program), json.dumps(says).encode() + b"\n" + body)


def _place(program: Program) -> Path:
    return Path(program.folder, "graduand", "events")


def _memory(says: dict[str, Any], lines: list[str]) -> Memory:
    end = 1 + int(says["chronicle"])
    return Memory(
        says["head"],
        says["prefix"],
        says["clock"],
        tuple(lines[0].split()),
        Chronicle(lines[1:end], lines[end:]),
        tuple(Gap(*gap) for gap in says["gaps"]),
        tuple((path, blob, since) for path, blob, since in says["broken"]),
        says["doubled"],
    )
