"""The entries of the ledger, and the files that belong to them.

An entry is `entry.json`, which holds nothing of a person, and files of one line a person. Anybody who can push may have
written one, so everything is checked when it is read.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.errors import ApprovalBroken, LedgerBroken, LedgerNewer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_SCHEMAS: Final = "graduand/entry/"
SCHEMA: Final = f"{_SCHEMAS}1"
ENTRY: Final = "entry.json"
PEOPLE: Final = "people.tsv"
RESULT: Final = "result.tsv"
OBSERVED: Final = "observed.csv"
OBSERVED_OTHERS: Final = "observed_others.csv"
"""Of people without a record the few who stand out: fewer columns than `OBSERVED`."""
ABSENT: Final = "absent.tsv"
"""Usernames of people with a record or a state whom a complete observation did not show, one a line."""

APPROVED: Final = "approved.tsv"
"""Of an approval: usernames and the meaning of their records, one a line."""
DELIVERY: Final = "delivery"
"""The fact of an upload that names the delivery which ran."""

_STAMP: Final = "%Y-%m-%dT%H:%M:%SZ"
_LAST: Final = "9999-12-31T23:59:59Z"
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_ID: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


class EntryKind(StrEnum):
    """What an entry notes."""

    OPENED = "opened"
    UPLOAD = "upload"
    DELIVERED = "delivered"
    """Files that were handed over; whether Handshake ran them is not known."""
    RESULT = "result"
    OBSERVATION = "observation"
    APPROVAL = "approval"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class SentFile(NamedTuple):
    """A file of an entry, and for an import file the settings with which it was run."""

    name: str
    """In the tree of the entry: without date, so that git stores the next one as a difference."""
    sha256: str
    rows: int
    sent_as: str = ""
    """The name under which it was uploaded; "" for a file that was not."""
    job_type: str = ""
    identifier_column: str = ""
    changes_identifier_data: bool = False
    delivery: str = ""
    columns: tuple[str, ...] = ()


class LedgerEntry(NamedTuple):
    """One entry."""

    id: str
    kind: EntryKind
    noted: str
    """When it was noted, as `yyyy-mm-ddThh:mm:ssZ`."""
    at: str
    """When what it notes happened, in the same form."""
    by: str
    """Name and mail of who noted it: `Name <mail>`."""
    main: str
    """The commit of the upload branch at that moment; "" when there was none."""
    files: tuple[SentFile, ...]
    facts: Mapping[str, Any]
    """All that `entry.json` says."""

    def text(self, key: str) -> str:
        """Return a text that the entry says; "" when it says none."""
        value = self.facts.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts that the entry says."""
        value = self.facts.get(key)
        return tuple(map(str, value)) if isinstance(value, list) else ()

    @property
    def moment(self) -> tuple[str, str]:
        """What entries are ordered by: when it happened, then the id."""
        return self.at, self.id

    @property
    def jobs(self) -> tuple[SentFile, ...]:
        """The import files, in the order in which they ran or were delivered."""
        return tuple(file for file in self.files if file.sent_as)


def id_of(raw: bytes) -> str:
    """Return the id of the entry whose `entry.json` holds these bytes.

    Raises:
        LedgerBroken: they do not say when it was noted.
    """
    return _id(raw, _moment(_object(raw), "noted"))


def _id(raw: bytes, noted: str) -> str:
    return f"{noted.replace('-', '').replace(':', '')}-{hashlib.sha256(raw).hexdigest()[:8]}"


def is_id(text: str) -> bool:
    """Return whether a text has the form of an entry's id."""
    return bool(_ID.fullmatch(text))


def now() -> str:
    """Return this moment as entries have it."""
    return stamp_of(datetime.now(UTC))


def now_after(earlier: str) -> str:
    """Return this moment as entries have it, or the second after an earlier entry when the clock is not later."""
    if (moment := now()) > earlier or earlier >= _LAST:
        return max(moment, earlier)
    return stamp_of(datetime.strptime(earlier, _STAMP).replace(tzinfo=UTC) + timedelta(seconds=1))


def stamp_of(moment: datetime) -> str:
    """Return a moment as entries have it: in UTC, to the second."""
    return moment.astimezone(UTC).strftime(_STAMP)


class Noting(NamedTuple):
    """Who notes an entry, when and with what."""

    noted: str
    at: str
    by: str
    program: str
    """The version of graduand."""
    main: str


def entry_json(kind: EntryKind, stamp: Noting, files: Iterable[SentFile], facts: Mapping[str, object]) -> bytes:
    """Return `entry.json`: the same facts give the same bytes. Facts that are empty are left out."""
    said = {name: value for name, value in facts.items() if value not in ("", None, [], {}, ())}
    whole = {
        **said,
        "schema": SCHEMA,
        "kind": kind.value,
        **stamp._asdict(),
        "files": [_file_json(file) for file in files],
    }
    return (json.dumps(whole, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _file_json(file: SentFile) -> dict[str, object]:
    return {name: value for name, value in file._asdict().items() if value or name == "rows"}


def read_entry(raw: bytes) -> LedgerEntry:
    """Return the entry that `entry.json` is.

    Raises:
        LedgerNewer: its schema or its kind is unknown here.
        LedgerBroken: graduand cannot have written it.
    """
    facts = _object(raw)
    schema, kind = _text(facts, "schema"), _text(facts, "kind")
    if not schema.startswith(_SCHEMAS):
        raise LedgerBroken(ENTRY, f"schema: {schema}")
    if schema == SCHEMA and not kind:
        raise LedgerBroken(ENTRY, "kind")
    if schema != SCHEMA or kind not in {known.value for known in EntryKind}:
        what = f"{schema} {kind}"
        raise LedgerNewer(what)
    noted, at = _moment(facts, "noted"), _moment(facts, "at")
    found = _id(raw, noted)
    if at > noted:
        raise LedgerBroken(found, "at > noted")
    files = tuple(_files(facts, found))
    return LedgerEntry(
        found, EntryKind(kind), noted, at, _text(facts, "by"), _text(facts, "main"), files, MappingProxyType(facts)
    )


def _object(raw: bytes) -> dict[str, Any]:
    try:
        facts = json.loads(raw)
        if b"\\u" in raw:
            json.dumps(facts, ensure_ascii=False).encode()  # half a character in an escape is no text
    except (ValueError, RecursionError) as error:
        raise LedgerBroken(ENTRY, "JSON") from error
    if not isinstance(facts, dict):
        raise LedgerBroken(ENTRY, "JSON")
    return facts


def _text(facts: Mapping[str, Any], key: str) -> str:
    value = facts.get(key, "")
    if not isinstance(value, str):
        raise LedgerBroken(ENTRY, key)
    return value


def _moment(facts: Mapping[str, Any], key: str) -> str:
    value = _text(facts, key)
    try:
        if stamp_of(datetime.strptime(value, _STAMP).replace(tzinfo=UTC)) == value:
            return value
    except ValueError:
        pass
    raise LedgerBroken(ENTRY, f"{key}: {value}")


_FILE_TYPES: Final = {"rows": int, "changes_identifier_data": bool, "columns": tuple}
"""Of the fields of a `SentFile` those that are no text."""


def _files(facts: Mapping[str, Any], entry: str) -> Iterator[SentFile]:
    listed = facts.get("files", [])
    if not isinstance(listed, list):
        raise LedgerBroken(entry, "files")
    for one in listed:
        try:
            said = {name: one[name] for name in SentFile._fields if name in one}
            file = SentFile(**{**said, "columns": tuple(said.get("columns", ()))})
            types_fit = all(
                type(value) is _FILE_TYPES.get(name, str) for name, value in zip(file._fields, file, strict=True)
            )
        except TypeError as error:
            raise LedgerBroken(entry, "files") from error
        if not types_fit or not _NAME.fullmatch(file.name) or not all(isinstance(one, str) for one in file.columns):
            raise LedgerBroken(entry, "files")
        yield file


# The files of one line a person


class PersonLine(NamedTuple):
    """A line of `people.tsv`: a person of an upload, and the record that the row was made from."""

    username: str
    previous: str
    """The username that Handshake had before; only where a job changes it."""
    path: str
    blob: str
    """The object of the record's file."""
    meaning: str
    """The checksum of what the record says: `records.meaning`."""
    jobs: tuple[str, ...]
    """The names of the files in the entry that hold a row of the person."""


class RowStatus(StrEnum):
    """What became of a row."""

    FAILED = "failed"
    SKIPPED = "skipped"
    EXCLUDED = "excluded"
    SENT = "sent"
    """It took effect: takes an earlier word back."""


class ResultLine(NamedTuple):
    """A line of `result.tsv`: what became of one row of an upload."""

    file: str
    """The name in the upload's entry."""
    username: str
    """As it was sent."""
    status: RowStatus
    message: str
    """The id of Handshake's message in handshake.yaml; "" when it is not one that is known."""
    text: str
    """What Handshake answered."""


_ESCAPES: Final = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_ESCAPED: Final = str.maketrans(_ESCAPES)
_UNESCAPE: Final = re.compile(r"\\(.)")
_PLAIN: Final = {escape[1]: text for text, escape in _ESCAPES.items()}


def lines_of(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as sorted lines of cells between tabs; tabs, line ends and backslashes are escaped."""
    return "".join(sorted("\t".join(cell.translate(_ESCAPED) for cell in row) + "\n" for row in rows)).encode(
        errors="surrogateescape"
    )


def cells_of(raw: bytes) -> Iterator[list[str]]:
    """Yield the cells of each line."""
    text = raw.decode(errors="surrogateescape").replace("\r\n", "\n")
    escaped = "\\" in text
    for line in text.split("\n"):
        if line:
            cells = line.split("\t")
            yield [_UNESCAPE.sub(_unescaped, cell) for cell in cells] if escaped else cells


def _unescaped(found: re.Match[str]) -> str:
    return _PLAIN.get(found[1], found[0])


def table_rows(raw: bytes, entry: str, name: str) -> Iterator[list[str]]:
    """Yield the rows of a table of an entry, its header first.

    Raises:
        LedgerBroken: it is no table.
    """
    try:
        yield from csv.reader(io.StringIO(raw.decode(errors="surrogateescape"), newline=""))
    except csv.Error as error:
        raise LedgerBroken(entry, name) from error


def people_tsv(people: Iterable[PersonLine]) -> bytes:
    """Return `people.tsv`."""
    return lines_of((*person[:-1], ";".join(person.jobs)) for person in people)


def read_people(raw: bytes, entry: str) -> Iterator[PersonLine]:
    """Yield the people of an upload.

    Raises:
        LedgerBroken: a line has not its six cells.
    """
    for cells in cells_of(raw):
        if len(cells) != len(PersonLine._fields):
            raise LedgerBroken(entry, PEOPLE)
        username, previous, path, blob, meaning, jobs = cells
        yield PersonLine(username, previous, path, blob, meaning, tuple(filter(None, jobs.split(";"))))


def result_tsv(results: Iterable[ResultLine]) -> bytes:
    """Return `result.tsv`."""
    return lines_of((line.file, line.username, line.status.value, line.message, line.text) for line in results)


def read_results(raw: bytes, entry: str) -> Iterator[ResultLine]:
    """Yield what became of rows.

    Raises:
        LedgerBroken: a line has not its five cells.
        LedgerNewer: a status is unknown here.
    """
    known = {status.value: status for status in RowStatus}
    for cells in cells_of(raw):
        if len(cells) != len(ResultLine._fields):
            raise LedgerBroken(entry, RESULT)
        if cells[2] not in known:
            raise LedgerNewer(cells[2])
        yield ResultLine(cells[0], cells[1], known[cells[2]], cells[3], cells[4])


def approved_tsv(meanings: Mapping[str, str]) -> bytes:
    """Return `approved.tsv` of meanings by username."""
    return lines_of(meanings.items())


def read_approved(raw: bytes, entry: str) -> dict[str, str]:
    """Return the meanings that were approved, by username.

    Raises:
        ApprovalBroken: a line has not its two cells.
    """
    found = {}
    for cells in cells_of(raw):
        if len(cells) != 2:
            raise ApprovalBroken(entry, APPROVED)
        found[cells[0]] = cells[1]
    return found


_DATE_NUMBER: Final = re.compile(r"(?:\d{8}_)?(?:\d+_)?")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_.-]")


def stored_names(names: Iterable[str]) -> list[str]:
    """Return the name in the tree for each uploaded file: without date and number, and each once."""
    found: list[str] = []
    for name in names:
        bare = _UNSAFE.sub("_", name[_DATE_NUMBER.match(name).end() :]).lstrip(".") or "students.csv"  # type: ignore[union-attr]
        stem, dot, suffix = bare.rpartition(".")
        stored, number = bare, 2
        while stored in found or stored in {ENTRY, PEOPLE, RESULT, OBSERVED, OBSERVED_OTHERS, ABSENT, APPROVED}:
            stored, number = f"{stem}_{number}{dot}{suffix}" if dot else f"{bare}_{number}", number + 1
        found.append(stored)
    return found
