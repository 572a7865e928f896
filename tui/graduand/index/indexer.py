"""Clerk: reads files into leaves, the plain ones fast, all others with the full reader and the full judgement."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from graduand.errors import Unreadable
from graduand.findings import Finding
from graduand.handshake.gathered import Gathered
from graduand.handshake.row import DISABLED, row_of
from graduand.index.index_page import IndexPage, People, is_ordinary
from graduand.records import files, stamp
from graduand.records.reading import read
from graduand.rules import judgement
from graduand.rules.identity import KEYS, person_of
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from graduand.handshake.row import Row
    from graduand.records.record import Record
    from graduand.records.school import School
    from graduand.rules.rule import Flaw

_NOBODY: Final = ("", *[None] * len(KEYS))

_Read = tuple[str, bytes | Finding, bytes]
"""A file's path, what it holds, and its stamp."""


class Indexer:
    """Reads for one school, as of one day."""

    def __init__(self, root: Path, school: School, on: str) -> None:
        self.root = os.fspath(root)
        self.school = school
        self.on = on
        self.many = False
        """Whether so many files are read that the fast road repays the making of its pattern."""
        self.records: list[Record] | None = None
        """Where all records go that are read; None: nowhere."""

    def leaf(self, cohort: str, paths: Sequence[str]) -> IndexPage:
        """Return what the files at `paths` come to."""
        gathered = Gathered(self.school, ("username", "email_address"))
        stamps: list[bytes] = []
        people: list[tuple[Any, ...]] = []
        apart: dict[int, Row] = {}
        findings: dict[int, list[Finding]] = {}
        for index, (path, raw, stands) in enumerate(self._read(paths)):
            stamps.append(stands)
            record, found, row = self.judged(path, raw)
            if found:
                findings[index] = found
            if row and not is_ordinary(row):
                apart[index] = row
            gathered.add(row.cells if row and is_ordinary(row) else {})
            people.append((*person_of(record)[1:], record.values.get(DISABLED)) if record else _NOBODY)
            if record and self.records is not None:
                self.records.append(record)
        columns = [*map(list, zip(*people, strict=True))]
        disabled = columns.pop()
        known = People(columns)
        lines = gathered.lines()
        return IndexPage(cohort, [*paths], b"".join(stamps), columns[0], known, disabled, lines, apart, findings)

    def judged(
        self, path: str, raw: bytes | Finding, shared: Sequence[Flaw] = ()
    ) -> tuple[Record | None, list[Finding], Row | None]:
        """Return the record in a file, all that is wrong with it, what it `shared` too, and the row of a sound one."""
        if isinstance(raw, Finding):
            return None, [raw], None
        reading = read(path, raw, self.school)
        record, found = reading.record, [*reading.findings]
        if record is None:
            return None, found, None
        flaws = [*judgement.judge(record, self.school, self.on), *shared]
        if flaws or record.waivers:
            found += judgement.findings(record, flaws, reading.places, self.on)
        sound = judgement.sound((record,), found)
        return record, found, row_of(sound[0], self.school, self.on) if sound else None

    def _read(self, paths: Sequence[str]) -> Iterator[_Read]:
        now = stamp.now()
        with file_reader.FolderHandle(self.root) as folders:
            for path in paths:
                folder, _slash, name = path.rpartition("/")
                try:
                    raw, stands = file_reader.read_with_stat(name, folder=folders.open(folder))
                except (Unreadable, OSError):
                    yield path, files.load(self.root, path), stamp.NEVER
                else:
                    yield path, raw, stamp.settled(stands, now)
