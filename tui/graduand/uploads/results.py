"""The results of an upload: the rows that failed, matched to their records, explained and noted."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import NotFailedRows, NothingNoted, Usage
from graduand.findings import Finding, Place
from graduand.git.checkout import Checkout
from graduand.git.upload_branch import upload_branch
from graduand.handshake.error_catalogue import error_catalogue
from graduand.handshake.failed_rows import FailedFile, is_header, read_failed
from graduand.handshake.state import Retry
from graduand.language import _
from graduand.ledger.entry import (
    PEOPLE,
    RESULT,
    EntryKind,
    ResultLine,
    RowStatus,
    read_people,
    read_results,
    result_tsv,
)
from graduand.ledger.ledger import NewFacts, note, note_both, note_on_newest, read_ledger
from graduand.records import files
from graduand.records.reading import read
from graduand.records.record import EMAIL, FORMER
from graduand.storage import file_reader
from graduand.tables import table_reader
from graduand.tables.match_people import MatchedBy, PersonMatch, RowIdentity, match_people
from graduand.uploads.exchange import NOTHING_ASKED, ONLINE, fetch_ledger, share_ledger
from graduand.uploads.note_upload import find_upload, usernames_in
from graduand.uploads.ran_delivery import find_delivery, ran_facts
from graduand.workspace import today

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from graduand.handshake.error_catalogue import Explanation
    from graduand.handshake.failed_rows import FailedRow
    from graduand.handshake.response import Response
    from graduand.ledger.entry import LedgerEntry, PersonLine
    from graduand.ledger.ledger import Ledger
    from graduand.ledger.sync import Synced
    from graduand.records.importer import Importer
    from graduand.records.record import Record
    from graduand.uploads.exchange import Exchange
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
    answer: str = ""
    """What Handshake answered."""


class Reconciled(NamedTuple):
    """What came back of an upload."""

    upload: str
    """The id of its entry."""
    ran_at: str
    """When it ran, as entries have it."""
    result: str
    """The id of the entry that notes it; "" when it was only looked at."""
    failures: tuple[Failure, ...]
    people: int
    """Whose rows the upload held."""
    is_new: bool = False
    """Whether the result was not noted before."""
    fetched: Synced = NOTHING_ASKED
    shared: Synced = NOTHING_ASKED


class ReconcileOptions(NamedTuple):
    """How failed rows are taken in."""

    upload: str = ""
    """The id of the upload; "" is the one whose rows the file repeats."""
    save: bool = True
    """Note them; otherwise they are only explained."""
    exchange: Exchange = ONLINE


def reconcile(workspace: Workspace, path: Path, options: ReconcileOptions, raw: bytes | None = None) -> Reconciled:
    """Take the failed rows in the file at `path` back to their records, and note them in the ledger.

    `raw` is what the file holds, when it has been read already. The
    same rows are noted once.

    Raises:
        NothingNoted: no upload is noted, so nothing can have failed.
        NotFailedRows: the file holds no failed rows.
        Usage: no upload of that id, or none that held these rows.
    """
    program, save = Checkout(workspace.root).program, options.save
    fetched = fetch_ledger(program, options.exchange) if save else NOTHING_ASKED
    before = read_ledger(program)
    if not before.uploads and not before.deliveries:
        raise NothingNoted
    failed = failed_rows(file_reader.read(path, SIZE) if raw is None else raw, str(path))
    failures = tuple(_failures(workspace, workspace.check(today()).records, failed))
    importer = workspace.importer

    def reconciled(ledger: Ledger) -> Reconciled:
        delivery = find_delivery(ledger, options.upload)
        every = sorted((*ledger.uploads, *ledger.deliveries), key=lambda entry: entry.moment)
        named = [delivery or find_upload(ledger, options.upload)] if options.upload else every
        chosen = [one for one in named if one.jobs]
        if not chosen:
            raise NothingNoted
        sent = _upload_of(ledger, _people_of(ledger, chosen), _asked(failed, failures))
        entry, people = sent.entry, sent.people
        lines = [*_lines(sent, failed, failures, importer)]
        known = _noted(ledger, entry, lines)
        result = _note(ledger, entry, lines) if save and lines and not known else known
        return Reconciled(entry.id, entry.at, result, failures, len(people), is_new=bool(result) and not known)

    found = note_on_newest(program, reconciled)
    shared = share_ledger(program, fetched, options.exchange) if save else NOTHING_ASKED
    return found._replace(fetched=fetched, shared=shared)


def _note(ledger: Ledger, entry: LedgerEntry, lines: Sequence[ResultLine]) -> str:
    """Note what became of rows; of a delivery they say besides that it ran."""
    program = ledger.program
    wanted = NewFacts(
        EntryKind.RESULT,
        main=upload_branch(program) or program.opened.head,
        files={RESULT: result_tsv(lines)},
    )
    if entry.kind is not EntryKind.DELIVERED:
        return note(ledger, wanted._replace(facts={"of": entry.id}, message=entry.id)).id
    return note_both(ledger, ran_facts(ledger, entry), wanted).id


_Sent = tuple["LedgerEntry", "Sequence[PersonLine]"]


class _SentRows(NamedTuple):
    """The upload whose rows failed."""

    entry: LedgerEntry
    people: Sequence[PersonLine]
    files: Mapping[str, frozenset[str]]
    """The usernames in each of its files."""
    sent_as: Mapping[str, str]
    """The username in its files by the one of each row that failed, for those that they hold."""


class _Asked(NamedTuple):
    """The rows of a file of failed rows."""

    rows: frozenset[str]
    """Their usernames."""
    found: frozenset[str]
    """Those that the file itself does not have: a record was found otherwise, and its former username may be meant."""


def _asked(failed: FailedFile, failures: Iterable[Failure]) -> _Asked:
    rows = frozenset(failure.row for failure in failures) - {""}
    return _Asked(rows, rows - {row.username for row in failed.rows})


def _people_of(ledger: Ledger, uploads: Iterable[LedgerEntry]) -> list[_Sent]:
    """Return each upload and the people in its rows, the last first."""
    listed = [*uploads][::-1]
    contents = ledger.files((one, PEOPLE) for one in listed)
    return [(one, [*read_people(raw, one.id)]) for one, raw in zip(listed, contents, strict=True)]


def _upload_of(ledger: Ledger, sent: Sequence[_Sent], asked: _Asked) -> _SentRows:
    """Return the last upload whose files held most of these rows.

    Who changes username stands in one file under the old one and in another under the new one, so the people of an
    upload only say which files to look into.

    Raises:
        Usage: none held any of them.
    """
    rows = asked.rows
    held = [
        len(rows & {name for person in people for name in (person.username, person.previous)}) for _e, people in sent
    ]
    if not rows:
        return _rows_in(ledger, sent[0], asked)
    found: list[_SentRows] = []
    for place in sorted(range(len(sent)), key=lambda place: -held[place]):
        if not held[place] or (found and len(found[-1].sent_as) >= held[place]):
            break
        found.append(_rows_in(ledger, sent[place], asked))
        found.sort(key=lambda one: len(one.sent_as))
    if not found or not found[-1].sent_as:
        raise Usage(_("No upload that is noted held any of these rows; note theirs first with: graduand uploaded"))
    return found[-1]


def _rows_in(ledger: Ledger, sent: _Sent, asked: _Asked) -> _SentRows:
    """Return which of these rows stand in the files of an upload."""
    entry, people = sent
    contents = ledger.files((entry, job.name) for job in entry.jobs)
    files = {job.name: frozenset(usernames_in(raw)) for job, raw in zip(entry.jobs, contents, strict=True)}
    usernames = frozenset[str]().union(*files.values())
    names = {row: row for row in asked.rows & usernames}
    for person in people:
        if person.username in asked.found - names.keys() and person.previous in usernames:
            names[person.username] = person.previous
    return _SentRows(entry, people, files, names)


def _lines(
    sent: _SentRows, failed: FailedFile, failures: Iterable[Failure], importer: Importer
) -> Iterator[ResultLine]:
    """Return what is noted of each row: the answers to one row stand in one line."""
    held = {message.id for message in importer.messages if message.retry == Retry.HELD}
    columns = {*failed.columns}
    answers: dict[str, list[Failure]] = {}
    for failure in failures:
        if failure.row in sent.sent_as:
            answers.setdefault(sent.sent_as[failure.row], []).append(failure)
    for row, found in answers.items():
        ran = [job for job in sent.entry.jobs if row in sent.files[job.name]]
        same = [job for job in ran if columns <= {*job.columns} or {*job.columns} <= columns]
        file = next((job.name for job in same if {*job.columns} == columns), (same or ran)[0].name)
        status = RowStatus.EXCLUDED if {one.message for one in found} & held else RowStatus.FAILED
        text = "; ".join(dict.fromkeys(one.answer for one in found))
        message = next((one.message for one in found if one.message), "")
        yield ResultLine(file, row, status, message, text)


def _noted(ledger: Ledger, entry: LedgerEntry, lines: Sequence[ResultLine]) -> str:
    """Return the result that notes the same already; "" when none does."""
    results = ledger.results_of(entry.id)
    for result, raw in zip(results, ledger.files((one, RESULT) for one in results), strict=True):
        if lines and {*lines} <= {*read_results(raw, result.id)}:
            return result.id
    return ""


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
        table = table_reader.read_csv(raw, is_header, is_torn=True)
    except table_reader.NotATable as other:
        raise NotFailedRows(path, other.found) from other
    except Usage as other:
        raise NotFailedRows(path, _("nothing says which encoding it is in")) from other
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
            answer.message,
        )


def _places(workspace: Workspace, record: Record) -> Mapping[str, Place]:
    raw = files.load(workspace.root, record.path)
    return {} if isinstance(raw, Finding) else read(record.path, raw, workspace.school).places
