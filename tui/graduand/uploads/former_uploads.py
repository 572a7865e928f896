"""Read what versions before the ledger noted in tags into entries of the ledger, once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from graduand import __version__
from graduand.errors import NoGit, NotGit, Unreadable
from graduand.git.checkout import Checkout
from graduand.git.snapshot import contents, entries, school_at
from graduand.git.upload_branch import base_of, is_commit, upload_branch
from graduand.handshake.job import jobs_of
from graduand.handshake.rollback import StatesAround, inverse_of
from graduand.handshake.row import row_of
from graduand.handshake.row_table import table_of
from graduand.handshake.state import Retry
from graduand.handshake.upload import files_of
from graduand.language import _
from graduand.ledger.entry import (
    PEOPLE,
    RESULT,
    EntryKind,
    Noting,
    ResultLine,
    RowStatus,
    SentFile,
    people_tsv,
    read_people,
    result_tsv,
    stamp_of,
    stored_names,
)
from graduand.ledger.fold import fold
from graduand.ledger.ledger import NewFacts, append_entries, entry_of, note_on_newest, read_ledger
from graduand.records.paths import username_of
from graduand.records.reading import read
from graduand.rules import judgement
from graduand.uploads.exchange import NOTHING_ASKED, ONLINE, fetch_ledger, share_ledger
from graduand.uploads.known_state import state_of
from graduand.uploads.note_upload import SentRows, people_lines, usernames_in
from graduand.uploads.unread_tags import TAG, unread_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graduand.git.upload_tags import UploadTag
    from graduand.handshake.row_table import RowTable
    from graduand.handshake.upload import File
    from graduand.ledger.branch import NewEntry
    from graduand.ledger.entry import LedgerEntry
    from graduand.ledger.fold import LedgerState
    from graduand.ledger.ledger import Ledger
    from graduand.ledger.sync import Synced
    from graduand.records.importer import Importer
    from graduand.records.school import School
    from graduand.uploads.exchange import Exchange
    from graduand.workspace import Workspace


class ReadUpload(NamedTuple):
    """A tag that was read into an entry."""

    tag: str
    entry: str
    """The id of the entry."""
    differing: tuple[str, ...]
    """The files that do not compile as noted, byte for byte."""
    lacking: tuple[str, ...]
    """People of the upload of whom its commit has no record that compiles."""


class SharedUploads(NamedTuple):
    """Uploads that were read from tags and shared."""

    uploads: tuple[ReadUpload, ...]
    fetched: Synced
    shared: Synced


def count_former_uploads(workspace: Workspace) -> int:
    """Return how many uploads and results are noted in tags and not in the ledger; 0 where there is no git."""
    try:
        return len(unread_tags(read_ledger(Checkout(workspace.root).program)))
    except (NoGit, NotGit):
        return 0


def share_former_uploads(workspace: Workspace, exchange: Exchange = ONLINE) -> SharedUploads:
    """Read what is noted in tags into the ledger as it is on the remote by now, and share it.

    Raises:
        As `read_former_uploads` and the exchange of a ledger do.
    """
    program = Checkout(workspace.root).program
    fetched = fetch_ledger(program, exchange)
    uploads = read_former_uploads(workspace)
    return SharedUploads(uploads, fetched, share_ledger(program, fetched, exchange) if uploads else NOTHING_ASKED)


def read_former_uploads(workspace: Workspace) -> tuple[ReadUpload, ...]:
    """Read the uploads and results that are noted in tags into entries; return the uploads.

    Each is compiled anew from its commit, with what was known then; the same tags give the same entries in every
    clone. All are read or none; a second time nothing is left to be read. The tags stay.

    Raises:
        Unreadable: a commit is not in this clone.
        SchemaBroken: its schema cannot be read.
        GitRefused, LedgerInUse, LedgerMoved, Busy, NotWritten: they could not be noted.
    """
    program = Checkout(workspace.root).program
    return note_on_newest(program, lambda ledger: _read(ledger, workspace.importer))


def _read(ledger: Ledger, importer: Importer) -> tuple[ReadUpload, ...]:
    tags = unread_tags(ledger)
    if not tags:
        return ()
    reading = _Reading(ledger, importer)
    for tag in tags:
        reading.add(tag)
    append_entries(ledger, reading.stamps[0], reading.new)
    return tuple(reading.uploads)


class _Reading:
    """The entries that tags are read into, one after the other."""

    def __init__(self, ledger: Ledger, importer: Importer) -> None:
        self._ledger = ledger
        self._program = ledger.program
        self._importer = importer
        self._branch = upload_branch(ledger.program)
        self.new: list[NewEntry] = []
        self.stamps: list[Noting] = []
        self.uploads: list[ReadUpload] = []
        self._of_tag = {tag: entry for entry in ledger.entries if (tag := entry.text(TAG))}
        self._files: dict[tuple[str, str], bytes] = {}

    def add(self, tag: UploadTag) -> None:
        """Make the entry of a tag."""
        if tag.is_upload:
            self._add_upload(tag)
        else:
            self._add_result(tag)

    def _add(self, tag: UploadTag, wanted: NewFacts) -> LedgerEntry:
        at = tag.moment
        if self.stamps and at <= self.stamps[-1].at:  # noted in the same second
            at = stamp_of(datetime.fromisoformat(self.stamps[-1].at) + timedelta(seconds=1))
        stamp = Noting(at, at, tag.tagger, __version__, wanted.main)
        entry, new = entry_of(stamp, wanted._replace(facts={**wanted.facts, TAG: tag.name}))
        self.stamps.append(stamp)
        self.new.append(new)
        self._of_tag[tag.name] = entry
        self._files |= {(entry.id, name): raw for name, raw in wanted.files.items()}
        return entry

    def _add_upload(self, tag: UploadTag) -> None:
        if not is_commit(self._program, tag.commit):
            raise Unreadable(tag.name, _("its commit is not in this clone (a shallow one?); fetch the whole history"))
        school, on = school_at(self._program, tag.commit), str(tag.says.get("on") or "")
        known = [entry for name, entry in self._of_tag.items() if _knew(tag, name)]
        folded = fold(known, self._read)
        taken_back = self._of_tag.get(str(tag.says.get("rollback_of") or ""))
        table = self._inverse(taken_back, known, folded, school) if taken_back else self._rows(tag, school, on)
        jobs = jobs_of(table, school, state_of(folded, school.importer))
        files = files_of(jobs, school, on, rehearsal=False)
        stored = dict(zip((file.name for file in files), stored_names(file.name for file in files), strict=True))
        changing = frozenset(file.name for file in files if file.setting.changes_identifier_data)
        sent = SentRows(tag.commit, {file.name: file.content for file in files}, stored, changing)
        people = people_lines(self._program, sent, [*stored], table.previous_usernames if taken_back else {})
        lacking = {*map(str, tag.says.get("usernames") or ())} - {*table.usernames}
        differing = _differing(tag, files)
        base = base_of(self._program, tag.commit, self._branch)
        facts = {
            "commit": tag.commit,
            "base": base,
            "on": on,
            "plan": tag.says.get("plan"),
            "takes_back": taken_back.id if taken_back else "",
            "batch": hashlib.sha256(tag.manifest.encode(errors="surrogateescape")).hexdigest(),
            "of_jobs": [*stored],
            "differs": differing,
            "lacking": len(lacking) or "",
        }
        listed = [_sent_file(file, stored[file.name]) for file in files]
        contained = {PEOPLE: people_tsv(people), **{stored[file.name]: file.content for file in files}}
        main = base if self._branch else tag.commit
        wanted = NewFacts(EntryKind.UPLOAD, "", main, listed, contained, facts, f"{len(people)} people")
        entry = self._add(tag, wanted)
        self.uploads.append(ReadUpload(tag.name, entry.id, tuple(differing), tuple(sorted(lacking))))

    def _rows(self, tag: UploadTag, school: School, on: str) -> RowTable:
        """Return the rows of the people of an upload, by their records at its commit."""
        usernames = {*map(str, tag.says.get("usernames") or ())}
        listed = (one for one in entries(self._program, tag.commit) if username_of(one.path) in usernames)
        records = [read(path, raw, school).record for path, raw in contents(self._program, listed)]
        checked = judgement.sound((record for record in records if record is not None), ())
        return table_of((row_of(one, school, on) for one in checked), [*school.columns])

    def _inverse(self, upload: LedgerEntry, known: Sequence[LedgerEntry], now: LedgerState, school: School) -> RowTable:
        """Return the rows that take an upload back."""
        (raw,) = self._read([(upload, PEOPLE)])
        people = {line.username: line.previous for line in read_people(raw, upload.id)}
        moments = (upload.moment, (upload.at, f"{upload.id}~"))
        around = (*(fold(known, self._read, before=moment) for moment in moments), now)
        before, after, present = (state_of(one, school.importer) for one in around)
        return inverse_of(people, StatesAround(before, after, present, now.aliases), school).table

    def _read(self, wanted: Iterable[tuple[LedgerEntry, str]]) -> Iterator[bytes]:
        for entry, name in wanted:
            made = self._files.get((entry.id, name))
            yield next(self._ledger.files([(entry, name)])) if made is None else made

    def _add_result(self, tag: UploadTag) -> None:
        upload = self._of_tag[str(tag.says["upload"])]
        held = {message.id for message in self._importer.messages if message.retry == Retry.HELD}
        answers: defaultdict[str, list[str]] = defaultdict(list)
        for failed in tag.says.get("failed") or ():
            answers[str(failed.get("row") or "")].append(str(failed.get("message") or ""))
        raws = self._read((upload, file.name) for file in upload.jobs)
        lines = [
            ResultLine(
                file.name,
                row,
                RowStatus.EXCLUDED if held.intersection(answers[row]) else RowStatus.FAILED,
                next(filter(None, answers[row]), ""),
                "",
            )
            for file, raw in zip(upload.jobs, raws, strict=True)
            for row in usernames_in(raw)
            if row in answers
        ]
        files = {RESULT: result_tsv(lines)}
        self._add(tag, NewFacts(EntryKind.RESULT, "", upload.main, (), files, {"of": upload.id}, upload.id))


def _knew(tag: UploadTag, other: str) -> bool:
    """Return whether an upload was compiled after another tag had been made."""
    kind = other.partition("/")[0]
    since = map(str, tag.says.get("since") or ())
    return any(last.partition("/")[0] == kind and other <= last for last in since)


def _differing(tag: UploadTag, files: Iterable[File]) -> dict[str, str]:
    """Return the files that do not compile as noted, with the checksums that were noted; "" of one that was not."""
    noted = {str(job.get("file")): str(job.get("sha256")) for job in tag.says.get("jobs") or ()}
    made = {file.name: file.sha256 for file in files}
    return {name: noted.get(name, "") for name in sorted({*noted, *made}) if noted.get(name) != made.get(name)}


def _sent_file(file: File, name: str) -> SentFile:
    setting = file.setting
    changes, column = setting.changes_identifier_data, setting.identifier_column
    return SentFile(name, file.sha256, file.rows, file.name, "students", column, changes, file.delivery, file.columns)
