"""Chains of ledger entries in memory, and their fold cell by cell, for tests."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graduand.git.program import Program
from graduand.ledger.branch import NewEntry, append
from graduand.ledger.entry import (
    OBSERVED,
    PEOPLE,
    RESULT,
    EntryKind,
    LedgerEntry,
    Noting,
    PersonLine,
    ResultLine,
    RowStatus,
    SentFile,
    entry_json,
    people_tsv,
    read_entry,
    result_tsv,
)
from graduand.ledger.fold import LedgerState, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

CLEAR = "**CLEAR**"
LABELS = "system_label_names"


def at(minute: int) -> str:
    """Return a moment as entries have it."""
    return f"2026-12-01T{minute // 60:02}:{minute % 60:02}:00Z"


def stamp(minute: int, noted: int = 0) -> Noting:
    return Noting(at(max(minute, noted)), at(minute), "Renee <renee@valmont.example>", "1", "")


def table(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return rows as the bytes of a file, sorted by username."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(header, "") for header in columns] for row in sorted(rows, key=lambda r: r["username"]))
    return text.getvalue().encode()


@dataclass
class Chain:
    """Entries in the order of noting, and their files."""

    entries: list[LedgerEntry] = field(default_factory=list)
    files: dict[tuple[str, str], bytes] = field(default_factory=dict)
    raws: dict[str, bytes] = field(default_factory=dict)
    """Of each entry, what `entry.json` holds."""

    def upload(
        self,
        minute: int,
        jobs: Sequence[tuple[str, bytes, bool]],
        people: Iterable[PersonLine] = (),
        *,
        noted: int = 0,
        **facts: str,
    ) -> str:
        """Add an upload of jobs, each of a name, its bytes, and whether it changes identifiers; return its id."""
        sent = [
            SentFile(
                name,
                hashlib.sha256(raw).hexdigest(),
                raw.count(b"\n") - 1,
                sent_as=f"20261201_1_{name}",
                changes_identifier_data=changes,
                columns=tuple(next(csv.reader([raw.decode().split("\n", 1)[0]]))),
            )
            for name, raw, changes in jobs
        ]
        return self.add(
            EntryKind.UPLOAD,
            stamp(minute, noted),
            sent,
            facts,
            {name: raw for name, raw, _changes in jobs} | {PEOPLE: people_tsv(people)},
        )

    def rows(self, minute: int, *rows: Mapping[str, str], noted: int = 0, **facts: str) -> str:
        """Add an upload of one ordinary file."""
        columns = ("username", *sorted({header for row in rows for header in row} - {"username"}))
        return self.upload(minute, [("students.csv", table(columns, rows), False)], (), noted=noted, **facts)

    def result(self, of: str, *lines: ResultLine, minute: int = 0) -> str:
        return self.add(EntryKind.RESULT, stamp(minute), [], {"of": of}, {RESULT: result_tsv(lines)})

    def failed(self, of: str, *usernames: str, minute: int = 0, file: str = "students.csv") -> str:
        """Add a result in which the rows of some people failed."""
        return self.result(
            of, *(ResultLine(file, name, RowStatus.FAILED, "some-message", "") for name in usernames), minute=minute
        )

    def deliver(self, minute: int, *rows: Mapping[str, str], noted: int = 0) -> str:
        """Add a delivery of one file."""
        columns = ("username", *sorted({header for row in rows for header in row} - {"username"}))
        raw = table(columns, rows)
        file = SentFile("users.csv", hashlib.sha256(raw).hexdigest(), len(rows), sent_as="users.csv", columns=columns)
        files = {"users.csv": raw, PEOPLE: people_tsv(())}
        return self.add(EntryKind.DELIVERED, stamp(minute, noted), [file], {}, files)

    def ran(self, delivery: str, minute: int = 0) -> str:
        """Add the upload that says that a delivery ran, when it was sent."""
        entry = next(one for one in self.entries if one.id == delivery)
        when = stamp(0, minute)._replace(at=entry.at)
        files = {name: raw for (of, name), raw in self.files.items() if of == delivery}
        return self.add(EntryKind.UPLOAD, when, entry.files, {"delivery": delivery}, files)

    def observe(self, minute: int, *rows: Mapping[str, str]) -> str:
        columns = ("username", *sorted({header for row in rows for header in row} - {"username"}))
        raw = table(columns, rows)
        file = SentFile(OBSERVED, hashlib.sha256(raw).hexdigest(), len(rows), columns=columns)
        return self.add(EntryKind.OBSERVATION, stamp(minute), [file], {"seen_at": at(minute)}, {OBSERVED: raw})

    def withdraw(self, of: str, minute: int = 0) -> str:
        return self.add(EntryKind.WITHDRAWN, stamp(minute), [], {"of": of, "reason": "by mistake"}, {})

    def add(
        self,
        kind: EntryKind,
        when: Noting,
        listed: Iterable[SentFile],
        facts: Mapping[str, str],
        files: Mapping[str, bytes],
    ) -> str:
        raw = entry_json(kind, when, listed, {**facts, "number": str(len(self.entries))})
        entry = read_entry(raw)
        self.entries.append(entry)
        self.raws[entry.id] = raw
        self.files.update({(entry.id, name): raw for name, raw in files.items()})
        return entry.id

    def open(self, minute: int = 0) -> str:
        return self.add(EntryKind.OPENED, stamp(minute), [], {}, {})

    def append_to(self, root: Path) -> str:
        """Append the entries to the ledger of a repository; return the new head."""
        new = [
            NewEntry(
                self.raws[entry.id],
                {name: raw for (of, name), raw in self.files.items() if of == entry.id},
                f"{entry.kind} {entry.id}",
            )
            for entry in self.entries
        ]
        return append(Program(root), new)

    def read(self, names: Iterable[tuple[LedgerEntry, str]]) -> Iterator[bytes]:
        for entry, name in names:
            yield self.files[entry.id, name]

    def fold(self, **options: object) -> LedgerState:
        return fold(self.entries, self.read, **options)  # type: ignore[arg-type]

    def known(self) -> dict[str, dict[str, str]]:
        """Return what is known of everybody, by username."""
        state = self.fold()
        return {username: state.cells(username) for username in state.rows}


Known = dict[str, dict[str, str]]


def plain_fold(chain: Chain) -> tuple[Known, dict[str, str], Known, dict[str, str]]:  # noqa: C901, PLR0912, PLR0915 - one plain loop
    """Return the same cell by cell: what is known, whose last row failed where, since which entry, what is pending."""
    withdrawn: set[str] = set()
    for entry in reversed(chain.entries):
        if entry.kind is EntryKind.WITHDRAWN and entry.id not in withdrawn:
            withdrawn.add(str(entry.facts["of"]))
    became: dict[tuple[str, str, str], str] = {}
    for entry in chain.entries:
        if entry.kind is EntryKind.RESULT and entry.id not in withdrawn:
            for line in chain.files[entry.id, RESULT].decode().splitlines():
                name, username, status, *_rest = line.split("\t")
                became[str(entry.facts["of"]), name, username] = status
    known: dict[str, dict[str, str]] = {}
    since: dict[str, dict[str, str]] = {}
    failed: dict[str, str] = {}
    pending: dict[str, tuple[str, dict[str, str]]] = {}
    kinds = {EntryKind.UPLOAD, EntryKind.DELIVERED, EntryKind.OBSERVATION}
    over = withdrawn | {str(e.facts.get("delivery")) for e in chain.entries if e.id not in withdrawn}
    ran = [e for e in chain.entries if e.kind in kinds and e.id not in over]
    for entry in sorted(ran, key=lambda one: (one.at, one.id)):
        seen = entry.kind is EntryKind.OBSERVATION
        people = [] if seen else [line.split("\t") for line in chain.files[entry.id, PEOPLE].decode().splitlines()]
        for file in entry.files:
            previous = {
                line[0]: line[1]
                for line in people
                if line[1] and file.changes_identifier_data and file.name in line[5].split(";")
            }
            for row in csv.DictReader(io.StringIO(chain.files[entry.id, file.name].decode(), newline="")):
                username = row["username"]
                former = previous.get(username, "")
                if entry.kind is EntryKind.DELIVERED:
                    said = {header: cell or (CLEAR if header == LABELS else "") for header, cell in row.items()}
                    pending[username] = (entry.id, {header: cell for header, cell in said.items() if cell})
                    continue
                if seen and username in pending:
                    held = known.get(username, {})
                    new = {h: c for h, c in pending[username][1].items() if not alike(c, held.get(h, ""))}
                    shown = new.keys() & row.keys()
                    if shown or not new:
                        delivered = pending.pop(username)[1]
                        if all(alike(new[header], row[header] or CLEAR) for header in shown):
                            cells, ages = known.setdefault(username, {}), since.setdefault(username, {})
                            ages.update({h: entry.id for h, cell in delivered.items() if cells.get(h) != cell})
                            cells.update(delivered)
                if not seen:
                    pending.pop(username, None)
                    pending.pop(former, None)
                if became.get((entry.id, file.name, username), "sent") != "sent":
                    failed[former if former in known else username] = entry.id
                    continue
                if former and former in known and username not in known:
                    known[username], since[username] = known.pop(former), since.pop(former)
                    if former in failed:
                        failed[username] = failed.pop(former)
                cells, ages = known.setdefault(username, {}), since.setdefault(username, {})
                for header, cell in row.items():
                    value = cell or (CLEAR if seen or header == LABELS else "")
                    if value and cells.get(header) != value:
                        cells[header], ages[header] = value, entry.id
                if not seen:
                    failed.pop(username, None)
                    failed.pop(former, None)
    return known, failed, since, {username: delivery for username, (delivery, _cells) in pending.items()}


def alike(one: str, other: str) -> bool:
    return one.casefold() == other.casefold() or {one, other} == {"FALSE", CLEAR}
