"""The journal: what a transaction is about to write, in git's own folder, until it is written and committed."""

from __future__ import annotations

import hashlib
import json
import stat
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import NotWritten, Unreadable, reason_of
from graduand.storage import atomic, file_reader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

NAME: Final = "journal"
FORMAT: Final = "graduand/journal/1"
_LIMIT: Final = 1 << 31
"""Bytes; more than a million records with every field filled need."""


class OddJournal(Exception):
    """Something in the place of the journal that is no journal of this format."""


class JournalEntry(NamedTuple):
    """One file: the checksum of the content it has, and the text it gets; None: no file."""

    path: str
    before: str | None
    after: str | None

    @property
    def content(self) -> bytes | None:
        """The bytes that the file gets."""
        return None if self.after is None else self.after.encode(errors="surrogatepass")


class Journal(NamedTuple):
    """All files of one transaction, and the message of its commit."""

    subject: str
    trailers: Mapping[str, str]
    commit: bool
    """Whether a commit is to be made."""
    entries: Sequence[JournalEntry]


def checksum(content: bytes | None) -> str | None:
    """Return the SHA-256 of the content of a file, as the journal has it."""
    return None if content is None else hashlib.sha256(content).hexdigest()


def write_journal(folder: Path, journal: Journal) -> None:
    """Write the journal, synced, readable for the user only.

    Raises:
        NotWritten: the file system reports an error.
    """
    subject, trailers, commit, entries = journal
    head = {"schema": FORMAT, "subject": subject, "trailers": trailers, "commit": commit, "lines": len(entries)}
    body = "\n".join((json.dumps(head), *map(json.dumps, entries))).encode()
    atomic.write_private(folder / NAME, b"%b\n%b\n" % (body, hashlib.sha256(body).hexdigest().encode()))


def read_journal(folder: Path) -> Journal | None:
    """Return the journal of a killed transaction; None if there is none.

    It gets its name when it is whole and on the disk, so whatever else has that name was not written by a transaction.

    Raises:
        OddJournal: it is no journal of this format.
        Unreadable: the file system reports an error.
    """
    try:
        is_file = stat.S_ISREG((folder / NAME).lstat().st_mode)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unreadable(folder / NAME, reason_of(error)) from error
    if not is_file:
        raise OddJournal
    raw = file_reader.read(folder / NAME, _LIMIT)
    body, _newline, seal = raw.removesuffix(b"\n").rpartition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != seal:
        raise OddJournal
    try:
        head, *lines = map(json.loads, body.decode().split("\n"))
    except (ValueError, RecursionError) as error:
        raise OddJournal from error
    if not _is_head(head, len(lines)) or not all(map(_is_line, lines)):
        raise OddJournal
    return Journal(head["subject"], head["trailers"], head["commit"], [JournalEntry(*line) for line in lines])


def _is_head(head: object, lines: int) -> bool:
    """Return whether the first line is one of this format; the message of the commit has no lines of its own."""
    if not isinstance(head, dict) or (head.get("schema"), head.get("lines")) != (FORMAT, lines):
        return False
    trailers = head.get("trailers")
    if not isinstance(trailers, dict) or not isinstance(head.get("commit"), bool):
        return False
    return all(isinstance(text, str) and "\n" not in text for text in (head.get("subject"), *trailers.values()))


def _is_line(line: object) -> bool:
    """Return whether a line is an entry: a path, and two texts or nothing."""
    if not isinstance(line, list) or len(line) != len(JournalEntry._fields) or not isinstance(line[0], str):
        return False
    return all(text is None or isinstance(text, str) for text in line[1:])


def set_aside(folder: Path) -> Path:
    """Give the journal another name, under which it is not read again, and return its path.

    Raises:
        NotWritten: the file system reports an error.
    """
    aside = folder / f"{NAME}.odd"
    try:
        (folder / NAME).replace(aside)
    except OSError as error:
        raise NotWritten(folder / NAME, reason_of(error)) from error
    return aside


def remove_journal(folder: Path) -> None:
    """Remove the journal, once its transaction is complete or undone.

    Raises:
        NotWritten: the file system reports an error.
    """
    atomic.remove(folder / NAME)


def remove_fragments(folder: Path) -> bool:
    """Remove an incomplete journal, which has another name still; return whether there was one.

    Raises:
        NotWritten: the file system reports an error.
    """
    fragments = [*folder.glob(f".{NAME}.*.graduand.tmp")]
    for fragment in fragments:
        atomic.remove(fragment)
    return bool(fragments)
