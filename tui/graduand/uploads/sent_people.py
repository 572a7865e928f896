"""Whose rows each upload held, and which of them failed; remembered, as the lists of people are long."""

from __future__ import annotations

from collections import defaultdict
from itertools import repeat
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.handshake.sendable import ACCOUNT_COLUMNS
from graduand.ledger.entry import (
    PEOPLE,
    RESULT,
    EntryKind,
    PersonLine,
    ResultLine,
    RowStatus,
    cells_of,
    read_results,
    table_rows,
)
from graduand.records.record import DISABLED, EMAIL, USERNAME
from graduand.storage.cache_file import CacheFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graduand.ledger.entry import LedgerEntry
    from graduand.ledger.ledger import Ledger

_FORM: Final = "graduand/sent-people/2"


AccountRows = dict[str, dict[int, tuple[str, str]]]
"""By username and upload, the cells `disabled` and `email_address` of rows that say nothing but these."""

_Cached = tuple[str, list[str], dict[str, int], list[tuple[str, str]], AccountRows]
"""The head of the ledger, the ids of the uploads, the rows, the changes of username, the rows of the account alone."""


class RowResult(NamedTuple):
    """What came back of one row."""

    upload: str
    """The id of its entry."""
    entry: LedgerEntry
    """The one that notes the result."""
    line: ResultLine


class SentPeople:
    """The people of all uploads; bit n of a number stands for the n-th upload in the order of noting."""

    def __init__(self, ledger: Ledger) -> None:
        """Read the lists of people that are not remembered yet."""
        self.uploads: Sequence[LedgerEntry] = [one for one in ledger.entries if one.kind is EntryKind.UPLOAD]
        """Withdrawn ones too."""
        self.bits = {entry.id: number for number, entry in enumerate(self.uploads)}
        self.held: Mapping[str, int]
        """By username, the uploads that held a row of the person."""
        self.renames: Sequence[tuple[str, str]]
        """The changes of username that uploads made, from and to."""
        self.alone: AccountRows
        """The rows that closed or reopened an account, and left all else for later."""
        self.held, self.renames, self.alone = _read(ledger, self.uploads)
        self.counted = sum(1 << self.bits[entry.id] for entry in ledger.uploads)
        """The uploads that were not withdrawn."""
        self.results = tuple(_results(ledger))
        """Of each row the last word, in the order of noting."""
        self.failed: defaultdict[str, int] = defaultdict(int)
        """By username as it was sent, the uploads in which a row of the person failed."""
        for one in self.results:
            if one.line.status is not RowStatus.SENT and one.upload in self.bits:
                self.failed[one.line.username] |= 1 << self.bits[one.upload]

    def took(self, names: Iterable[str]) -> int:
        """Return the uploads that held a row of the person with these usernames which is not known to have failed."""
        held = failed = 0
        for name in names:
            held |= self.held.get(name, 0)
            failed |= self.failed.get(name, 0)
        return held & ~failed & self.counted

    def alone_of(self, names: Iterable[str]) -> Mapping[int, tuple[str, str]]:
        """Return the uploads whose row of the person with these usernames held the account alone; its cells."""
        return {number: cells for name in names for number, cells in self.alone.get(name, {}).items()}

    def usernames_in(self, upload: str) -> list[str]:
        """Return whose rows an upload held, sorted."""
        bit = 1 << self.bits[upload]
        return sorted(name for name, mask in self.held.items() if mask & bit)


def _read(ledger: Ledger, uploads: Sequence[LedgerEntry]) -> tuple[dict[str, int], list[tuple[str, str]], AccountRows]:
    """Return the rows by username, the changes of username, and the rows of the account alone."""
    ids = [entry.id for entry in uploads]
    place = Path(ledger.program.folder, "graduand", "sent-people")
    kept = CacheFile[_Cached](place, _FORM, ledger.program.prefix, shape=_Cached)
    found = kept.read_as(_believed)
    if found and found[:2] == (ledger.head, ids):
        return found[2:]
    erased = ",".join(entry.id for entry in ledger.entries if entry.kind is EntryKind.ERASED)
    head, known, held, renames, alone = found or ("", [], {}, [], {})
    commits = {one.commit for one in ledger.stored}
    if head not in commits or known != ids[: len(known)] or erased:  # the past was changed, or may have been
        known, held, renames, alone = [], {}, [], {}
    later = uploads[len(known) :]
    for number, raw in enumerate(ledger.files((one, PEOPLE) for one in later), len(known)):
        _add(held, renames, 1 << number, raw)
    _add_alone(alone, ledger, [*enumerate(later, len(known))])
    if ids:
        kept.write((ledger.head, ids, held, renames, alone))
    return held, renames, alone


def _believed(cached: _Cached) -> _Cached:
    """Return what was cached.

    Raises:
        ValueError: it speaks of uploads that it does not name.
    """
    _head, known, held, _renames, alone = cached
    numbers = {number for rows in alone.values() for number in rows}
    if not all(0 <= mask < 1 << len(known) for mask in held.values()) or not numbers <= {*range(len(known))}:
        raise ValueError
    return cached


def _add_alone(alone: AccountRows, ledger: Ledger, uploads: Iterable[tuple[int, LedgerEntry]]) -> None:
    """Add the rows of these uploads, by number, that hold the account alone."""
    files = [(number, entry, file.name) for number, entry in uploads for file in entry.jobs if DISABLED in file.columns]
    contents = ledger.files((entry, name) for _number, entry, name in files)
    for (number, entry, name), raw in zip(files, contents, strict=True):
        table = table_rows(raw, entry.id, name)
        header = next(table, [])
        others = [place for place, column in enumerate(header) if column not in ACCOUNT_COLUMNS]
        if USERNAME not in header or DISABLED not in header:
            continue
        person, closed = header.index(USERNAME), header.index(DISABLED)
        address = header.index(EMAIL) if EMAIL in header else person
        for cells in table:
            if len(cells) == len(header) and cells[closed] and not any(cells[place] for place in others):
                alone.setdefault(cells[person], {})[number] = (cells[closed], cells[address])


def _add(held: dict[str, int], renames: list[tuple[str, str]], bit: int, raw: bytes) -> None:
    """Add the people of an upload; by functions on whole columns, as they are many."""
    text = raw.decode(errors="surrogateescape")
    lines, width = text.count("\n"), len(PersonLine._fields)
    if "\\" in text or text.count("\t") != lines * (width - 1):
        rows = [row for row in cells_of(raw) if len(row) == width]
        names, former = [row[0] for row in rows], [row[1] for row in rows]
    else:
        cells = text.replace("\n", "\t").split("\t")
        names, former = cells[0 : lines * width : width], cells[1::width]
    held.update(zip(names, map(or_, map(held.get, names, repeat(0)), repeat(bit)), strict=False))
    if any(former):
        renames += [(old, name) for old, name in zip(former, names, strict=True) if old]


def _results(ledger: Ledger) -> Iterator[RowResult]:
    """Yield the last word on each row of which something came back."""
    noted = [one for one in ledger.entries if one.kind is EntryKind.RESULT and one.id not in ledger.withdrawn]
    found: dict[tuple[str, str, str], RowResult] = {}
    for entry, raw in zip(noted, ledger.files((one, RESULT) for one in noted), strict=True):
        upload = entry.text("of")
        for line in read_results(raw, entry.id):
            key = (upload, line.file, line.username)
            found.pop(key, None)
            found[key] = RowResult(upload, entry, line)
    yield from found.values()
