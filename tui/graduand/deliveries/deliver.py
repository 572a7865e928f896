"""Deliver: send the files of a package into the school's folder, one by one, and note them in the ledger.

The order is: the journal, the file, the answer into the journal, the entry of the ledger, and the journal is removed.
Whatever breaks in between, the next delivery from this clone notes what was sent, or may have been, before it sends
anything; and nothing is ever noted that was not on its way.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from graduand.deliveries import journal
from graduand.deliveries.journal import SENT, STARTED, DeliveredFile, DeliveryJournal
from graduand.deliveries.package import PackageOptions, Packed, pack, sync_name
from graduand.deliveries.s3 import S3Folder, Target
from graduand.errors import DeliveredNotNoted, DeliveryUnanswered, NoDelivery, NotDelivered, Trouble, Usage
from graduand.git.checkout import Checkout
from graduand.language import _
from graduand.ledger.entry import PEOPLE, EntryKind, now, people_tsv, read_people
from graduand.ledger.ledger import NewFacts, note, note_on_newest
from graduand.patience import no_return
from graduand.uploads.exchange import NOTHING_ASKED, fetch_ledger, require_known, share_ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from graduand.deliveries.package import Package, PackedFile
    from graduand.git.program import Program
    from graduand.ledger.entry import LedgerEntry
    from graduand.ledger.ledger import Ledger
    from graduand.ledger.sync import Synced
    from graduand.records.institution import S3Place
    from graduand.uploads.exchange import Exchange
    from graduand.workspace import Workspace

    Progress = Callable[[int, int], None]


class DeliverOptions(NamedTuple):
    """How a delivery is made."""

    package: PackageOptions
    exchange: Exchange
    profile: str = ""
    again: bool = False
    """Also what was delivered already, or may have been."""
    dry_run: bool = False
    """Send nothing and note nothing."""


class Delivered(NamedTuple):
    """What a delivery came to."""

    packed: Packed
    files: tuple[DeliveredFile, ...] = ()
    """Sent, or with a dry run to be sent."""
    entry: str = ""
    """The id of the entry; "" when nothing was noted."""
    place: S3Place | None = None
    endpoint: str = ""
    """The address of the service where it is another one than Amazon's own."""
    is_verified: bool = True
    """Whether the answers repeat the checksums."""
    has_credentials: bool = True
    shared: Synced = NOTHING_ASKED


def is_broken_off(workspace: Workspace) -> bool:
    """Return whether an earlier delivery broke off and is not noted.

    Raises:
        NoGit, NotGit: there is no repository.
        NoDelivery: what is left of it cannot be read.
    """
    return journal.read_journal(Checkout(workspace.root).program) is not None


def note_broken_off(workspace: Workspace, exchange: Exchange) -> str:
    """Note what an earlier delivery that broke off has sent, or may have; return the id of the entry, or "".

    Raises:
        NoDelivery: another delivery is under way, or what is left cannot be read.
        Trouble: the ledger cannot be written.
    """
    program = Checkout(workspace.root).program
    if journal.read_journal(program) is None:
        return ""
    with journal.alone(program):
        left = journal.read_journal(program)
        fetched = fetch_ledger(program, exchange)
        entry = _noted(program, left) if left else ""
    if entry:
        share_ledger(program, fetched, exchange)
    return entry


def deliver(workspace: Workspace, options: DeliverOptions, progress: Progress | None = None) -> Delivered:
    """Send a package and note it; with a dry run, return what would be sent.

    Raises:
        NoDelivery: it was delivered already, or another delivery is under way.
        Usage: the school's prefix is not known, or boto3 is not installed.
        NotDelivered, DeliveryUnanswered: a file did not arrive, or may have; what arrived before it is noted.
        DeliveredNotNoted: it was sent, and the ledger could not be written.
        Trouble: it cannot be packed, as `pack` says.
    """
    program = Checkout(workspace.root).program
    if options.dry_run:
        return _looked_at(workspace, options, pack(workspace, options.package))
    with journal.alone(program):
        if journal.read_journal(program):
            raise NoDelivery(_("An earlier delivery broke off and is not noted yet; repeat, which notes it first."))
        packed = pack(workspace, options.package)
        if packed.package is None:
            return Delivered(packed)
        require_known(program, packed.fetched)
        begun = _begun(workspace, options, packed, packed.package)
        folder = S3Folder(Target(_place(workspace), options.profile))
        begun = begun._replace(facts={**begun.facts, "endpoint": folder.endpoint or None})
        sending = _Sending(program, folder, begun)
        entry = sending.run(packed.package.files, progress)
        shared = share_ledger(program, packed.fetched, options.exchange) if entry else NOTHING_ASKED
    if sending.trouble:
        raise sending.trouble
    return Delivered(
        packed,
        sending.files,
        entry,
        _place(workspace),
        folder.endpoint,
        sending.is_verified,
        shared=shared,
    )


def _looked_at(workspace: Workspace, options: DeliverOptions, packed: Packed) -> Delivered:
    if packed.package is None:
        return Delivered(packed)
    begun = _begun(workspace, options, packed, packed.package)
    folder = S3Folder(Target(_place(workspace), options.profile))
    return Delivered(
        packed,
        begun.files,
        place=_place(workspace),
        endpoint=folder.endpoint,
        has_credentials=folder.has_credentials,
    )


def _place(workspace: Workspace) -> S3Place:
    place = workspace.institution.s3
    if not place.prefix:
        message = _(
            "schema/institution.yaml does not say into which folder of the bucket: write below s3 the prefix that "
            "Handshake's Support gave to the school, such as “prefix: importer-production-valmont”."
        )
        raise Usage(message)
    return place


# What is about to be sent


def _begun(workspace: Workspace, options: DeliverOptions, packed: Packed, package: Package) -> DeliveryJournal:
    place = _place(workspace)
    names = [sync_name(workspace, options.package.on, number) for number in range(1, len(package.files) + 1)]
    files = tuple(_to_send(name, one) for name, one in zip(names, package.files, strict=True))
    if not options.again:
        _require_new(packed.known.ledger, package, files, place)
    contents = {PEOPLE: people_tsv(package.people), **{one.listed.name: one.noted for one in package.files}}
    facts = {**package.facts, "bucket": place.bucket, "prefix": place.prefix, "attempt": secrets.token_hex(8)}
    return DeliveryJournal(now(), package.main, facts, contents, files)


def _to_send(name: str, one: PackedFile) -> DeliveredFile:
    return DeliveredFile(name, one.listed, hashlib.sha256(one.content).hexdigest(), len(one.content), one.rows)


def _require_new(ledger: Ledger, package: Package, files: tuple[DeliveredFile, ...], place: S3Place) -> None:
    """Check that neither a file of this name nor one of this compile was delivered.

    Raises:
        NoDelivery: one was.
    """
    names = {one.name for one in files}
    sums = {one.listed.sha256 for one in files} if not package.is_feed else set[str]()
    for entry in ledger.entries:
        if entry.kind is not EntryKind.DELIVERED or entry.id in ledger.withdrawn:
            continue
        there = (entry.text("bucket"), entry.text("prefix")) == (place.bucket, place.prefix)
        for sent in sent_files(entry):
            if there and sent.get("name") in names:
                message = _("{name} of this day was delivered already: {entry}. Send it again with --again.")
                raise NoDelivery(message.format(name=sent["name"], entry=entry.id))
        if sums & {file.sha256 for file in entry.jobs}:
            message = _("These files were delivered already: {entry}. Send them again with --again.")
            raise NoDelivery(message.format(entry=entry.id))
    batch = str(package.facts.get("batch", ""))
    ran = next((one.id for one in ledger.uploads if batch and one.text("batch") == batch and sums & _sums(one)), "")
    if ran:
        message = _("These files are noted as run already: {entry}. Send them again with --again.")
        raise NoDelivery(message.format(entry=ran))


def _sums(entry: LedgerEntry) -> set[str]:
    return {file.sha256 for file in entry.jobs}


def sent_files(entry: LedgerEntry) -> Iterator[Mapping[str, Any]]:
    """Yield what a delivery says of each file that was sent: name, sha256, size, rows, etag, answered."""
    sent = entry.facts.get("sent")
    yield from (one for one in (sent if isinstance(sent, list) else ()) if isinstance(one, dict))


# Sending


class _Sending:
    def __init__(self, program: Program, folder: S3Folder, begun: DeliveryJournal) -> None:
        self._program = program
        self._folder = folder
        self._journal = begun
        self.is_verified = True
        """Whether the answers repeat the checksums."""
        self.trouble: Trouble | None = None
        """Why not all files were sent."""

    @property
    def files(self) -> tuple[DeliveredFile, ...]:
        """The files as far as they were sent."""
        return tuple(one for one in self._journal.files if one.state)

    def run(self, files: tuple[PackedFile, ...], progress: Progress | None) -> str:
        """Send the files one by one, and note those that were on their way; return the id of the entry, or "".

        Raises:
            DeliveredNotNoted: the ledger, or the journal, could not be written.
            Stopped: whoever waited has stopped it before anything was sent.
        """
        no_return()
        for place, file in enumerate(files):
            self._mark(place, STARTED)
            try:
                arrived = self._folder.put(self._journal.files[place].name, file.content, progress)
            except DeliveryUnanswered as unanswered:
                self.trouble = unanswered
                break
            except NotDelivered as refused:
                self._mark(place, journal.WAITING)
                self.trouble = refused
                break
            self.is_verified = self.is_verified and arrived.is_verified
            self._mark(place, SENT, arrived.etag)
        return self._note()

    def _mark(self, place: int, state: str, etag: str = "") -> None:
        self._journal = self._journal.with_file(place, state, etag)
        try:
            journal.write_journal(self._program, self._journal)
        except Trouble as trouble:
            if state == SENT:  # it is written down as under way, which is not wrong
                raise DeliveredNotNoted(self._journal.files[place].name, str(trouble)) from trouble
            raise

    def _note(self) -> str:
        names = ", ".join(one.name for one in self.files)
        try:
            return _noted(self._program, self._journal)
        except Trouble as trouble:
            raise DeliveredNotNoted(names, str(trouble)) from trouble


def _noted(program: Program, left: DeliveryJournal) -> str:
    """Append the entry of what was sent, unless it is there, and remove the journal; return the id of the entry."""
    files = [one for one in left.files if one.state]
    entry = note_on_newest(program, lambda ledger: _appended(ledger, left, files)) if files else ""
    journal.remove_journal(program)
    return entry


def _appended(ledger: Ledger, left: DeliveryJournal, files: list[DeliveredFile]) -> str:
    facts = {**left.facts, "sent": [_sent_fact(one) for one in files]}
    for entry in ledger.entries:  # it was killed between the entry and the end
        if entry.kind is EntryKind.DELIVERED and entry.text("attempt") == left.facts["attempt"]:
            return entry.id
    names = {one.listed.name for one in files}
    lines = (line._replace(jobs=tuple(job for job in line.jobs if job in names)) for line in _people(left))
    people = [line for line in lines if line.jobs]
    contents = {PEOPLE: people_tsv(people), **{name: left.contents[name] for name in names}}
    listed = [one.listed for one in files]
    message = f"{len(people)} people, {len(files)} files"
    return note(ledger, NewFacts(EntryKind.DELIVERED, left.at, left.main, listed, contents, facts, message)).id


def _people(left: DeliveryJournal) -> Iterator[Any]:
    return read_people(left.contents[PEOPLE], PEOPLE)


def _sent_fact(one: DeliveredFile) -> dict[str, object]:
    fact: dict[str, object] = {"file": one.listed.name, "name": one.name, "sha256": one.sha256, "size": one.size}
    return {**fact, "rows": one.rows, "etag": one.etag, "answered": one.state == SENT}
