"""The results of an upload: the rows that failed, matched to their records, explained and noted."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import NotFailedRows, NothingNoted
from graduand.findings import Finding, Place
from graduand.git import upload_tags
from graduand.git.checkout import Checkout
from graduand.handshake.error_catalogue import error_catalogue
from graduand.handshake.failed_rows import FailedFile, is_header, read_failed
from graduand.records import files
from graduand.records.reading import read
from graduand.records.record import EMAIL, FORMER
from graduand.storage import file_reader
from graduand.tables import table_reader
from graduand.tables.match_people import MatchedBy, PersonMatch, RowIdentity, match_people
from graduand.uploads.note_upload import find_upload
from graduand.workspace import today

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from graduand.handshake.error_catalogue import Explanation
    from graduand.handshake.failed_rows import FailedRow
    from graduand.handshake.response import Response
    from graduand.records.record import Record
    from graduand.workspace import Workspace


_AS_SENT = frozenset({MatchedBy.USERNAME, MatchedBy.FORMER})
"""Where the file's own username is the one that was sent."""


SIZE: Final = table_reader.SIZE
"""Bytes of the largest failed-rows file."""


class Failure(NamedTuple):
    """One answer to one row: whose it is, why, what cures it, and the line to open."""

    username: str
    """Empty: no record matches."""
    row: str
    """The username as it was sent."""
    path: str
    place: Place
    field: str
    message: str
    """The message's id in handshake.yaml; empty: not one that is known."""
    cause: str
    cure: str
    match_note: str
    """How the row was found to be this person's, where the username alone did not say."""


class Reconciled(NamedTuple):
    """What came back of an upload."""

    upload: str
    result: str
    """The tag that notes it; empty when it was only looked at."""
    failures: tuple[Failure, ...]
    people: int
    """Whose rows the upload held."""


def reconcile(workspace: Workspace, path: Path, upload: str, *, note: bool, raw: bytes | None = None) -> Reconciled:
    """Take the failed rows in the file at `path` back to their records, and note them beside the upload.

    `upload` "" is the last one; `raw` is what the file holds, when it has been read already. The
    same rows are noted once.

    Raises:
        NothingNoted: no upload is noted, so nothing can have failed.
        NotFailedRows: the file holds no failed rows.
        Usage: no upload of that name.
    """
    program = Checkout(workspace.root).program
    tags = tuple(tag for tag in upload_tags.noted(program, upload_tags.UPLOAD) if tag.says)
    if not tags:
        raise NothingNoted
    tag = find_upload(tags, upload)
    failed = failed_rows(file_reader.read(path, SIZE) if raw is None else raw, str(path))
    records = workspace.check(today()).records
    failures = tuple(_failures(workspace, records, failed))
    message = {
        "schema": "graduand/result/1",
        "upload": tag.name,
        "failed": [
            {"username": one.username, "row": one.row, "field": one.field, "message": one.message} for one in failures
        ],
    }
    there = [result.name for result in upload_tags.noted(program, upload_tags.RESULT) if result.says == message]
    result = there[0] if there else ""
    if note and failures and not there:
        text = json.dumps(message, ensure_ascii=False, indent=2) + "\n"
        result = upload_tags.note(program, upload_tags.RESULT, str(tag.says.get("commit") or tag.commit), text)
    return Reconciled(tag.name, result, failures, len(tag.says.get("usernames", [])))


def _people(records: tuple[Record, ...]) -> tuple[frozenset[str], dict[str, str], dict[str, str]]:
    """Return all usernames, and whose each address and each former username is."""
    return (
        frozenset(record.username for record in records),
        {record.text(EMAIL): record.username for record in records},
        {former: record.username for record in records if (former := record.text(FORMER))},
    )


def failed_rows(raw: bytes, path: str = "-") -> FailedFile:
    """Return the failed rows in the bytes of a file.

    Raises:
        NotFailedRows: it is another file, or its end is missing.
    """
    try:
        table = table_reader.read_csv(raw, is_header)
    except table_reader.NotATable as other:
        raise NotFailedRows(path, other.found) from other
    return read_failed(table, path)


def _failures(workspace: Workspace, records: tuple[Record, ...], failed: FailedFile) -> Iterator[Failure]:
    explain = cache(error_catalogue(workspace.importer).explain)
    by_username = {record.username: record for record in records}
    identities = [RowIdentity(row.username, row.email) for row in failed.rows]
    for row, found in zip(failed.rows, match_people(identities, *_people(records)), strict=True):
        record = by_username.get(found.username)
        places = _places(workspace, record) if record else {}
        yield from _answers(row, found, places, record.path if record else "", explain)


def _answers(
    row: FailedRow,
    one: PersonMatch,
    places: Mapping[str, Place],
    path: str,
    explain: Callable[[Response], Explanation],
) -> Iterator[Failure]:
    for answer in row.answers:
        found = explain(answer)
        place = places.get(found.field, Place())
        yield Failure(
            one.username,
            row.username if one.how in _AS_SENT or not one.username else one.username,
            path,
            place,
            found.field,
            found.message,
            found.cause,
            found.cure,
            one.note,
        )


def _places(workspace: Workspace, record: Record) -> Mapping[str, Place]:
    raw = files.load(workspace.root, record.path)
    return {} if isinstance(raw, Finding) else read(record.path, raw, workspace.school).places
