"""Journal: what is about to be written into many files, kept whole in git's own folder until it is done."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.errors import Unreadable
from graduand.storage import atomic, file_reader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

NAME: Final = "journal"
FORM: Final = "graduand/journal/1"
_LIMIT: Final = 1 << 31
"""Bytes; a million records with all that they could hold need less."""


class JournalEntry(NamedTuple):
    """One file: what it must hold before, as a checksum, and its text afterwards; None: no file."""

    path: str
    before: str | None
    after: str | None


class Journal(NamedTuple):
    """All that one save does, and how it is to be recorded."""

    subject: str
    trailers: Mapping[str, str]
    commit: bool
    lines: Sequence[JournalEntry]


def checksum(content: bytes | None) -> str | None:
    """Return what stands in a journal for the content of a file."""
    return None if content is None else hashlib.sha256(content).hexdigest()


def keep(folder: Path, journal: Journal) -> None:
    """Write the journal, down to the disk, for the user's eyes only.

    Raises:
        NotWritten: the disk refused.
    """
    head = {"schema": FORM, **journal._asdict(), "lines": len(journal.lines)}
    body = "\n".join((json.dumps(head), *map(json.dumps, journal.lines))).encode()
    atomic.write_private(folder / NAME, b"%b\n%b\n" % (body, hashlib.sha256(body).hexdigest().encode()))


def left(folder: Path) -> Journal | None:
    """Return the journal that a killed process left; None when there is none that is whole."""
    try:
        raw = file_reader.read(folder / NAME, _LIMIT)
    except Unreadable:
        return None
    body, _newline, seal = raw.removesuffix(b"\n").rpartition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != seal:
        return None
    head, *lines = body.decode().split("\n")
    says: Any = json.loads(head)
    if says["schema"] != FORM:
        return None
    return Journal(
        says["subject"], says["trailers"], says["commit"], [JournalEntry(*json.loads(line)) for line in lines]
    )


def drop(folder: Path) -> None:
    """Remove the journal, once all is done or nothing is to be.

    Raises:
        NotWritten: the disk refused.
    """
    atomic.remove(folder / NAME)


def dropped(folder: Path) -> bool:
    """Remove what is left of a journal that was never whole; tell whether there was any.

    Raises:
        NotWritten: the disk refused.
    """
    pieces = [*folder.glob(f".{NAME}.*.graduand.tmp"), *folder.glob(NAME)]
    for piece in pieces:
        atomic.remove(piece)
    return bool(pieces)
