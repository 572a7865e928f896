"""Noting an upload: an entry of the ledger that says which of its jobs ran, and whose rows they held."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.errors import NotAnUpload, Usage
from graduand.git.checkout import Checkout
from graduand.git.forge import pull_requests_between, repository_of, reviews_of
from graduand.git.proposed_commits import remotes_of
from graduand.git.snapshot import contents, entries
from graduand.git.upload_branch import base_of, contains, is_commit, upload_branch
from graduand.handshake.manifest_check import received
from graduand.handshake.upload import on_day
from graduand.language import _, quoted
from graduand.ledger.branch import ledger_remote
from graduand.ledger.entry import (
    DELIVERY,
    PEOPLE,
    EntryKind,
    PersonLine,
    SentFile,
    now,
    people_tsv,
    read_people,
    stored_names,
    table_rows,
)
from graduand.ledger.ledger import NewFacts, note, note_on_newest, open_ledger, read_ledger
from graduand.records.legacy_reader import read_past_record
from graduand.records.meaning import meaning_of
from graduand.records.paths import username_of
from graduand.records.record import FORMER, USERNAME
from graduand.storage import file_reader
from graduand.uploads.exchange import NOTHING_ASKED, ONLINE, fetch_ledger, require_known, share_ledger
from graduand.uploads.free_text import person_in
from graduand.uploads.times import day_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from graduand.git.forge import ForgeReview
    from graduand.git.program import Program
    from graduand.git.snapshot import TreeEntry
    from graduand.ledger.entry import LedgerEntry
    from graduand.ledger.ledger import Ledger
    from graduand.ledger.sync import Synced
    from graduand.uploads.exchange import Exchange
    from graduand.workspace import Workspace

_SIZE: Final = 64_000_000
_TABLE: Final = "CSV"


class NotingOptions(NamedTuple):
    """What is known of an upload besides its manifest."""

    jobs: tuple[str, ...] = ()
    """The names of the files that ran; none: all that are not noted yet."""
    ran_at: str = ""
    """When they ran, as entries have it; "" is now."""
    job_url: str = ""
    """Handshake's number of the job, or its address."""
    skipped: int | None = None
    """How many rows the job's page showed as skipped."""
    exchange: Exchange = ONLINE
    first: bool = False
    """Begin a ledger, though the remote could not be asked whether it holds one."""


class NotedUpload(NamedTuple):
    """An upload that is noted."""

    id: str
    """The id of its entry, or of the one that noted it before."""
    is_new: bool
    """Whether it was not noted before."""
    waiting: tuple[str, ...]
    """Files of the same compile that are not noted yet."""
    skipped_over: tuple[str, ...]
    """Those of them that come before a file that is noted."""
    overlap: tuple[str, ...]
    """People whom an upload held that was noted after the files were compiled."""
    fetched: Synced = NOTHING_ASKED
    shared: Synced = NOTHING_ASKED


NO_OPTIONS: Final = NotingOptions()


class _Build(NamedTuple):
    """A compiled upload as it lies in its folder."""

    says: Mapping[str, Any]
    """The manifest."""
    batch: str
    """The checksum of the manifest, by which entries of one compile are known."""
    files: Mapping[str, bytes]
    """By name, in the order of upload."""
    stored: Mapping[str, str]
    """The names of the files in the ledger."""
    reviews: tuple[ForgeReview, ...] = ()
    """What the forge says of the pull requests that came into it since the last upload."""


def _build(path: Path) -> _Build:
    says = received(path)
    names = [str(job["file"]) for job in says["jobs"]]
    files = {name: file_reader.read(path.with_name(name), _SIZE) for name in names}
    return _Build(says, batch_of(path), files, dict(zip(names, stored_names(names), strict=True)))


def batch_of(path: Path) -> str:
    """Return the checksum of a manifest, by which entries of one compile are known."""
    return hashlib.sha256(file_reader.read(path, _SIZE)).hexdigest()


def note_upload(workspace: Workspace, path: Path, options: NotingOptions = NO_OPTIONS) -> NotedUpload:
    """Note that jobs of the upload whose manifest is at `path` ran.

    Raises:
        NotAnUpload: no manifest, a draft, a rehearsal, changed files, a commit that is not here, or it takes back an
            upload that is not noted.
        Usage: a file that the manifest does not name, or a time that lies ahead.
        LedgerMissing: the remote could not be asked whether it holds a ledger, and this clone has none.
        GitRefused, LedgerInUse, Busy, NotWritten: the entry could not be written; nothing has changed.
    """
    build = _build(path)
    program = Checkout(workspace.root).program
    commit = str(build.says["commit"])
    if not is_commit(program, commit):
        raise NotAnUpload(path, _("its commit {commit} is not in this repository.").format(commit=quoted(commit[:12])))
    if options.ran_at > now():
        raise Usage(_("{time} lies ahead; say when the job ran.").format(time=quoted(options.ran_at)))
    fetched = fetch_ledger(program, options.exchange)
    if not options.first:
        require_known(program, fetched)
    build = build._replace(reviews=() if options.exchange.offline else _reviews(program, commit))
    noted = note_on_newest(program, lambda ledger: _note(ledger, build, path, options))
    return noted._replace(fetched=fetched, shared=share_ledger(program, fetched, options.exchange))


def _reviews(program: Program, commit: str) -> tuple[ForgeReview, ...]:
    """Return what the forge says by now of the pull requests that were merged since the last upload."""
    if not (remote := ledger_remote(program)):
        return ()
    last = next((one.text("commit") for one in reversed(read_ledger(program).uploads)), "")
    since = last if is_commit(program, last) else ""
    url = remotes_of(program).get(remote, "")
    return reviews_of(program, url, pull_requests_between(program, since, commit)) if repository_of(url).host else ()


def begin_ledger(workspace: Workspace, exchange: Exchange = ONLINE) -> tuple[bool, Synced]:
    """Open a ledger where nothing was ever sent, and share it; return whether there was none.

    Raises:
        GitRefused, LedgerInUse, Busy, NotWritten: it could not be opened.
    """
    program = Checkout(workspace.root).program
    fetched = fetch_ledger(program, exchange)
    opened = open_ledger(read_ledger(program))
    return opened, share_ledger(program, fetched, exchange)


def _note(ledger: Ledger, build: _Build, path: Path, options: NotingOptions) -> NotedUpload:
    names = [*build.files]
    before = {file.sent_as: entry.id for entry in _of_batch(ledger, build.batch) for file in entry.jobs}
    chosen = _chosen(names, options.jobs, before, path)
    if not chosen:
        last = before[options.jobs[-1].rpartition("/")[2] if options.jobs else names[-1]]
        return NotedUpload(last, is_new=False, waiting=_waiting(names, before), skipped_over=(), overlap=())
    back = str(build.says.get("takes_back") or "")
    if back and back not in {one.id for one in ledger.uploads}:
        raise NotAnUpload(path, _("it takes back {upload}, and no such upload is noted.").format(upload=quoted(back)))
    people = _people(ledger, build, chosen)
    entry = _append(ledger, build, people, chosen, options)
    noted = {*before, *chosen}
    waiting = _waiting(names, noted)
    furthest = max(names.index(name) for name in noted)
    return NotedUpload(
        entry.id,
        is_new=True,
        waiting=waiting,
        skipped_over=tuple(name for name in waiting if names.index(name) < furthest),
        overlap=_overlap(ledger, build, {name for person in people for name in (person.username, person.previous)}),
    )


def _append(
    ledger: Ledger, build: _Build, people: Sequence[PersonLine], chosen: Sequence[str], options: NotingOptions
) -> LedgerEntry:
    says, program = build.says, ledger.program
    branch = upload_branch(program)
    commit = str(says["commit"])
    copied = ("branch", "on", "plan", "approvals", "takes_back", "ledger")
    facts = {
        "commit": commit,
        "base": base_of(program, commit, branch),
        **{key: says.get(key) for key in copied},
        "published": bool(says.get("published")) and contains(program, branch, commit),
        "overrides": on_day(says, day_of(options.ran_at or now())),
        "made_by": says.get("version"),
        "batch": build.batch,
        "of_jobs": [*build.files],
        "job_url": options.job_url,
        "skipped": options.skipped,
        "reviews": [{**one._asdict(), "approved_by": [*one.approved_by]} for one in build.reviews],
        DELIVERY: _delivery_of(ledger, build.batch, chosen),
    }
    if person_in(str(says.get("branch") or ""), {name for person in people for name in person[:2]}):
        facts["branch"] = None  # what an entry says of itself cannot be erased
    sent = [sent_file(job, build.stored[str(job["file"])]) for job in says["jobs"] if job["file"] in chosen]
    files = {PEOPLE: people_tsv(people), **{build.stored[name]: build.files[name] for name in chosen}}
    message = f"{len(people)} people, {len(sent)} files"
    main = branch or program.opened.head
    return note(ledger, NewFacts(EntryKind.UPLOAD, options.ran_at, main, sent, files, facts, message))


def _delivery_of(ledger: Ledger, batch: str, chosen: Collection[str]) -> str:
    """Return the id of the delivery that sent these files, as far as nothing says yet that it ran; "" for none."""
    found = (one for one in ledger.deliveries if one.text("batch") == batch)
    return next((one.id for one in found if {file.sent_as for file in one.jobs} <= {*chosen}), "")


def _of_batch(ledger: Ledger, batch: str) -> Iterator[LedgerEntry]:
    return (entry for entry in ledger.uploads if entry.text("batch") == batch)


def _waiting(names: Iterable[str], noted: Iterable[str]) -> tuple[str, ...]:
    done = {*noted}
    return tuple(name for name in names if name not in done)


def _chosen(names: Sequence[str], wanted: Iterable[str], noted: Mapping[str, str], path: Path) -> list[str]:
    """Return the files to note, in the order of upload."""
    chosen = {name.rpartition("/")[2] for name in wanted} or {*names}
    if unknown := sorted(chosen - {*names}):
        message = _("{path} names no file {file}; it has: {known}.")
        known = ", ".join(quoted(name) for name in names)
        raise Usage(message.format(path=quoted(str(path), 200), file=quoted(unknown[0]), known=known))
    return [name for name in names if name in chosen and name not in noted]


def sent_file(job: Mapping[str, Any], name: str) -> SentFile:
    """Return a file of a manifest as the ledger lists it under a name."""
    return SentFile(
        name,
        str(job["sha256"]),
        int(job["rows"]),
        str(job["file"]),
        str(job["job_type"]),
        str(job["identifier_column"]),
        bool(job["changes_identifier_data"]),
        str(job["delivery"]),
        tuple(map(str, job["columns"])),
    )


def usernames_in(raw: bytes) -> list[str]:
    """Return the usernames in the rows of a file for import."""
    rows = table_rows(raw, _TABLE, USERNAME)
    header = next(rows, [])
    at = header.index(USERNAME) if USERNAME in header else len(raw)
    return [row[at] for row in rows if len(row) > at]


def _people(ledger: Ledger, build: _Build, chosen: Iterable[str]) -> list[PersonLine]:
    """Return the people in the rows of the chosen files, with what their records said at the commit."""
    changing = frozenset(str(job["file"]) for job in build.says["jobs"] if job["changes_identifier_data"])
    sent = SentRows(str(build.says["commit"]), build.files, build.stored, changing)
    return people_lines(ledger.program, sent, chosen, given_back(ledger, str(build.says.get("takes_back") or "")))


class SentRows(NamedTuple):
    """The files of an upload."""

    commit: str
    files: Mapping[str, bytes]
    """By name, in the order of upload."""
    stored: Mapping[str, str]
    """Their names in the ledger."""
    changing: frozenset[str]
    """The names of those that change identifiers."""


def people_lines(
    program: Program, sent: SentRows, chosen: Iterable[str], taken_back: Mapping[str, str]
) -> list[PersonLine]:
    """Return the people in the rows of the chosen files, with what their records said at the commit.

    `taken_back` has the present username by the one that a rollback gives back.
    """
    in_file = {name: usernames_in(raw) for name, raw in sent.files.items()}
    changing = {username for name in sent.changing for username in in_file[name]}
    wanted = {*chain.from_iterable(in_file.values())}
    listed = {username_of(one.path): one for one in entries(program, sent.commit)}
    raw_of = dict(contents(program, (one for username, one in listed.items() if username in wanted)))
    previous = {**taken_back}
    for username in changing & listed.keys() - previous.keys():
        path = listed[username].path
        record = read_past_record(path, raw_of[path]) if path in raw_of else None
        if former := record.text(FORMER) if record else "":
            previous[username] = former
    present = {former: username for username, former in previous.items()}
    jobs: defaultdict[str, list[str]] = defaultdict(list)
    for name in chosen:
        for username in in_file[name]:
            person = username if username in changing else present.get(username, username)
            jobs[person].append(sent.stored[name])
    return [_person(username, previous, listed, raw_of, names) for username, names in jobs.items()]


def _person(
    username: str,
    previous: Mapping[str, str],
    listed: Mapping[str, TreeEntry],
    raw_of: Mapping[str, bytes],
    names: Iterable[str],
) -> PersonLine:
    entry = listed.get(username)
    path, blob = (entry.path, entry.blob) if entry else ("", "")
    meaning = meaning_of(path, raw_of[path]) if path in raw_of else ""
    return PersonLine(username, previous.get(username, ""), path, blob, meaning, tuple(dict.fromkeys(names)))


def given_back(ledger: Ledger, upload: str) -> dict[str, str]:
    """Return the present username by the one that a rollback of an upload gives back; nothing for ""."""
    taken = [entry for entry in ledger.entries if entry.id == upload]
    people = [
        person
        for entry, raw in zip(taken, ledger.files((one, PEOPLE) for one in taken), strict=True)
        for person in read_people(raw, entry.id)
    ]
    return {person.previous: person.username for person in people if person.previous}


def _overlap(ledger: Ledger, build: _Build, usernames: set[str]) -> tuple[str, ...]:
    """Return the people whom an upload of another compile held that was noted since the files were compiled."""
    commits = [one.commit for one in ledger.stored]
    compiled_at = str(build.says.get("ledger") or "")
    start = commits.index(compiled_at) + 1 if compiled_at in commits else 0
    later = [
        entry
        for entry in ledger.entries[start:]
        if entry.kind is EntryKind.UPLOAD and entry.text("batch") != build.batch and entry.id not in ledger.withdrawn
    ]
    found = set[str]()
    for entry, raw in zip(later, ledger.files((one, PEOPLE) for one in later), strict=True):
        for person in read_people(raw, entry.id):
            found |= {person.username, person.previous} & usernames
    return tuple(sorted(found - {""}))


def find_upload(ledger: Ledger, upload: str) -> LedgerEntry:
    """Return the noted upload of that id, or the one that ran last when it is "".

    The beginning of an id is enough where no other begins so.

    Raises:
        Usage: there is none, or more than one.
    """
    found = [entry for entry in ledger.uploads if entry.id.startswith(upload)] if upload else [*ledger.uploads[-1:]]
    pending = next((entry.id for entry in ledger.deliveries if upload and entry.id.startswith(upload)), "")
    if pending and not found:
        message = _("{id} was delivered, and is not known to have run; when it has, say so: graduand uploaded {id}")
        raise Usage(message.format(id=pending))
    if len(found) != 1:
        known = ", ".join(entry.id for entry in ledger.uploads[-5:]) or _("none")
        raise Usage(_("No upload {name} is noted; the last ones: {known}.").format(name=quoted(upload), known=known))
    return found[0]
