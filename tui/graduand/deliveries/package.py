"""The package: the files that one delivery sends, with what the ledger will note of them."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.errors import DeliveryLimitReached, NoCommit, NoDelivery, NotAnUpload, PlanChanged, Uncommitted
from graduand.feeds.check import check_feed
from graduand.feeds.limits import (
    breaches_of,
    changes_by,
    closed_text,
    moved_text,
    stops_for_closed,
    stops_for_moved,
)
from graduand.feeds.sync_file import SyncFile
from graduand.findings import Severity
from graduand.git.checkout import Checkout
from graduand.git.upload_branch import base_of, contains
from graduand.handshake.effect import Effect
from graduand.handshake.manifest_check import received
from graduand.handshake.plan import breaches, plan_of
from graduand.handshake.sendable import sendable
from graduand.handshake.upload import AHEAD, Override, entry_of, on_day, plan_checksum
from graduand.language import _, quoted, visible
from graduand.ledger.entry import SentFile, now, stored_names
from graduand.records.kinds import CLEAR, same_value
from graduand.records.record import LABELS, PRIVATE, USERNAME
from graduand.rules.handshake_state import is_conflict
from graduand.rules.registry import RULES
from graduand.storage import file_reader
from graduand.tables.table_reader import FileFormat
from graduand.uploads.approvals import RollbackToCover, require_approved, require_approved_rollback
from graduand.uploads.compiler import describe_breach, rows_to_cover
from graduand.uploads.exchange import NOTHING_ASKED, fetch_ledger, require_ledger
from graduand.uploads.free_text import person_in
from graduand.uploads.known_state import known_well, read_known_state
from graduand.uploads.note_upload import SentRows, batch_of, given_back, people_lines, sent_file, usernames_in
from graduand.uploads.recompile import CompiledFrom, Recompiler, went_early
from graduand.uploads.review_policy import UNREVIEWED, overrides_of, policy_in_force
from graduand.uploads.rollback import closing_in, withheld_of
from graduand.uploads.unread_tags import require_read
from graduand.workspace import errors, today

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from graduand.feeds.check import FeedCheck, FeedFinding
    from graduand.feeds.limits import AccountChanges
    from graduand.findings import Finding
    from graduand.handshake.plan import Breach, Plan
    from graduand.index.index import Index
    from graduand.ledger.entry import PersonLine
    from graduand.ledger.sync import Synced
    from graduand.records.institution import Institution
    from graduand.uploads.exchange import Exchange
    from graduand.uploads.known_state import KnownState
    from graduand.workspace import Workspace

_SIZE: Final = 64_000_000
_FORM: Final = FileFormat("utf-8", ",")
"""What the Importer reads [CSV]."""


class PackageOptions(NamedTuple):
    """What is to be delivered."""

    path: Path
    """A manifest, whose files lie beside it, or a sync file."""
    on: str
    """The day, `yyyy-mm-dd`, that the files are named for and the records are judged on."""
    approve: str = ""
    """The checksum that passes a limit."""
    skip_errors: bool = False
    unreviewed: str = ""
    """Why it is sent though nobody has reviewed the commit; "" if it must not be."""
    exchange: Exchange | None = None
    """How the ledger is fetched first; None: not at all."""


class PackedFile(NamedTuple):
    """One file, as it is sent and as the ledger notes it."""

    content: bytes
    listed: SentFile
    noted: bytes
    """What the ledger keeps of it."""
    rows: int
    """Of the content."""


class Package(NamedTuple):
    """Files to deliver together."""

    files: tuple[PackedFile, ...]
    people: tuple[PersonLine, ...]
    facts: Mapping[str, Any]
    main: str
    by_hand: tuple[str, ...]
    """Files of the same compile that go up by hand."""
    is_feed: bool


class Packed(NamedTuple):
    """What packing came to; without a package where something is wrong with records, or with rows of the file."""

    package: Package | None
    known: KnownState
    fetched: Synced
    findings: tuple[Finding, ...] = ()
    """Errors in the records of the people who are concerned."""
    checked: FeedCheck | None = None
    """What was found in a sync file."""
    stopping: tuple[FeedFinding, ...] = ()
    """Of these what keeps it from being delivered: what the file would undo."""


def pack(workspace: Workspace, options: PackageOptions) -> Packed:
    """Return the files to deliver, once the records, the limits and the ledger allow it; nothing is sent.

    Raises:
        NotGit, NoGit, NoCommit, Uncommitted: no commit answers for the records.
        NotAnUpload, NoDelivery, Usage: the file cannot be delivered as it is.
        NotReviewed, NotApproved: it may not be sent.
        DeliveryLimitReached: it goes beyond a limit.
        PlanChanged: another content was approved.
        LedgerMissing, LedgerBroken, LedgerNewer, LedgerCut: what Handshake holds is not known here.
    """
    checkout = Checkout(workspace.root)
    program = checkout.program
    workspace.set_program(program)
    fetched = fetch_ledger(program, options.exchange) if options.exchange else NOTHING_ASKED
    with checkout.status() as status:
        known = read_known_state(program, workspace.importer)
        require_read(known.ledger)
        require_ledger(known.ledger)
        known.ledger.require_sound()
        index = workspace.read_index(options.on)
        found = status()
    if not found.commit:
        raise NoCommit
    if found.changed:
        raise Uncommitted(found.changed)
    packing = _Packing(workspace, options, known, index, found.commit)
    packing.by = checkout.identity()
    packed = packing.upload() if options.path.suffix == ".json" else packing.sync_file()
    return packed._replace(fetched=fetched)


def sync_name(workspace: Workspace, on: str, number: int) -> str:
    """Return what the file of a day is called that is the first, second … one of that day."""
    first, more = workspace.importer.sync_names
    name = first if number == 1 else more
    return name.replace("{yyyymmdd}", on.replace("-", "")).replace("{number}", str(number))


class _Packing:
    def __init__(
        self, workspace: Workspace, options: PackageOptions, known: KnownState, index: Index, commit: str
    ) -> None:
        self._workspace = workspace
        self._options = options
        self._known = known
        self._index = index
        self._commit = commit
        self._program = known.ledger.program
        self._policy = policy_in_force(self._program, known.ledger, workspace.institution.review)
        self.by = ""
        """Who sends it; "" when git does not know."""
        self._passed: list[dict[str, Any]] = []
        """The limits that are passed on purpose."""

    def _facts(self, people: Sequence[PersonLine], more: Mapping[str, Any]) -> dict[str, Any]:
        facts = {
            "commit": self._commit,
            "base": base_of(self._program, self._commit, self._policy.tip),
            "branch": self._program.opened.branch,
            "published": True,
            "on": self._options.on,
            "ledger": self._known.ledger.head,
            **more,
        }
        facts["published"] = facts["published"] and contains(self._program, self._policy.tip, self._commit)
        if person_in(str(facts["branch"] or ""), {name for person in people for name in person[:2]}):
            facts["branch"] = None  # what an entry says of itself cannot be erased
        return facts

    def _package(self, files: Sequence[PackedFile], people: Sequence[PersonLine], more: Mapping[str, Any]) -> Package:
        main = self._policy.tip or self._program.opened.head
        return Package(tuple(files), tuple(people), self._facts(people, more), main, (), is_feed=False)

    def _faults(self, usernames: set[str] | None) -> tuple[Finding, ...]:
        """Return the errors of the people who are concerned; of everybody for None."""
        found = errors(self._index.findings)
        return tuple(one for one in found if usernames is None or one.username in usernames)

    # A compiled upload

    def _says(self) -> dict[str, Any]:
        """Return what the manifest says, if it is of this commit and of this day.

        Raises:
            NotAnUpload: it is not, or no file of it is for the automatic sync.
        """
        path = self._options.path
        says = received(path)
        if says["commit"] != self._commit:
            message = _("it was compiled from commit {commit}, and another one is checked out; compile it again.")
            raise NotAnUpload(path, message.format(commit=visible(str(says["commit"])[:12])))
        overrides = on_day(says, today())
        if any(one.get("what") == AHEAD for one in overrides):
            message = _(
                "it was compiled for {day}, and some rows wait for that day; deliver it then, or compile it again."
            )
            raise NotAnUpload(path, message.format(day=visible(str(says["on"]))))
        says["overrides"] = overrides
        if not any(job["delivery"] == "s3" for job in says["jobs"]):
            message = _(
                "it has no file for the automatic sync; with “delivery: s3” in institution.yaml compile it again."
            )
            raise NotAnUpload(path, message)
        return says

    def upload(self) -> Packed:
        says, path = self._says(), self._options.path
        jobs = [job for job in says["jobs"] if job["delivery"] == "s3"]
        names = [str(job["file"]) for job in says["jobs"]]
        contents = {name: file_reader.read(path.with_name(name), _SIZE) for name in names}
        wanted = {username for job in jobs for username in usernames_in(contents[job["file"]])}
        if found := self._faults(wanted):
            return Packed(None, self._known, NOTHING_ASKED, found)
        plan = self._plan_of(says, contents)
        self._require_limits(says, plan)
        passed = [one.get("what") for one in says.get("overrides", [])]
        unreviewed = () if UNREVIEWED in passed else self._unreviewed()
        if back := str(says.get("takes_back") or ""):
            rollback = RollbackToCover(back, str(says["plan"]), self._commit, closing_in(plan), self.by)
            require_approved_rollback(self._known.ledger, self._policy, rollback, at=now())
        else:
            self._require_approved(plan)
        return Packed(self._of_jobs(says, contents, unreviewed), self._known, NOTHING_ASKED)

    def _plan_of(self, says: Mapping[str, Any], contents: Mapping[str, bytes]) -> Plan:
        """Return what the files of a manifest change, once they are just what its commit and the ledger make.

        A manifest has a checksum and no signature, so whoever changes it by hand gives it another checksum.

        Raises:
            NotAnUpload: they are not, or that is not to be found out.
        """
        ledger, back = self._known.ledger, str(says.get("takes_back") or "")
        changing = frozenset(str(job["file"]) for job in says["jobs"] if job["changes_identifier_data"])
        stored = dict(zip(contents, stored_names(contents), strict=True))
        sent = SentRows(self._commit, contents, stored, changing)
        lines = people_lines(self._program, sent, contents, given_back(ledger, back))
        people = {line.username: line for line in lines}
        head, early = str(says.get("ledger") or ""), went_early(says)
        said = CompiledFrom(self._commit, head, str(says["on"]), people, back, early=early)
        came = Recompiler(ledger, self._known.folded).recompile_from(said)
        why = came.why_not
        if not why and back and withheld_of(self._index, came.table):
            why = _("it has rows of people of whom nothing may be sent")
        if not why and ([*map(entry_of, came.files)], plan_checksum(came.files)) != (says["jobs"], says.get("plan")):
            why = _("its files are not what its commit and the ledger make")
        if why:
            raise NotAnUpload(self._options.path, _("{why}; compile it again.").format(why=why))
        return plan_of(came.table, self._known.state, self._workspace.school)

    def _of_jobs(
        self, says: Mapping[str, Any], contents: Mapping[str, bytes], unreviewed: Sequence[Mapping[str, Any]]
    ) -> Package:
        jobs = {str(job["file"]): job for job in says["jobs"] if job["delivery"] == "s3"}
        stored = dict(zip(contents, stored_names(contents), strict=True))
        sent = SentRows(self._commit, contents, stored, frozenset())
        back = given_back(self._known.ledger, str(says.get("takes_back") or ""))
        people = people_lines(self._program, sent, jobs, back)
        files = [
            PackedFile(contents[name], sent_file(job, stored[name]), contents[name], int(job["rows"]))
            for name, job in jobs.items()
        ]
        more = {
            **{key: says.get(key) for key in ("branch", "published", "on", "plan", "takes_back", "ledger")},
            "overrides": [*says.get("overrides", []), *self._passed, *unreviewed],
            "made_by": says.get("version"),
            "batch": batch_of(self._options.path),
            "of_jobs": [*contents],
        }
        by_hand = tuple(name for name in contents if name not in jobs)
        return self._package(files, people, more)._replace(by_hand=by_hand)

    def _plan(self, usernames: set[str]) -> Plan:
        every = self._index.table((), {page.cohort for page in self._index.pages})
        table = sendable(every, self._known.state, self._workspace.school).table
        picked = table.picked(place for place, name in enumerate(table.usernames) if name in usernames)
        return plan_of(picked, self._known.state, self._workspace.school)

    def _unreviewed(self) -> tuple[dict[str, Any], ...]:
        """Return what is passed over on purpose so that the commit may be sent.

        Raises:
            NotReviewed: it is not that of the branch that uploads come from, and nobody says why it goes all the same.
        """
        why = self._options.unreviewed.strip()
        found = overrides_of(self._program, self._policy, self._commit, dirty=False, unreviewed=why, by=self.by)
        return tuple(one._asdict() for one in found)

    def _require_approved(self, plan: Plan, carried: Collection[str] | None = None) -> None:
        """Check that enough people have approved the rows that change something; of `carried` people only, if given.

        Raises:
            NotApproved: they have not.
        """
        wanted = rows_to_cover(self._commit, plan)
        if carried is not None:
            wanted = wanted._replace(rows={name: closes for name, closes in wanted.rows.items() if name in carried})
        if self._policy.approvals and wanted.rows:
            require_approved(self._known.ledger, self._policy, wanted, at=now())

    def _require_limits(self, says: Mapping[str, Any], plan: Plan) -> None:
        """Check that what the files change is within the limits still, or was passed when they were compiled.

        Raises:
            DeliveryLimitReached, PlanChanged: it is not.
        """
        passed = [one for one in says.get("overrides", []) if one.get("what") == "limit"]
        beyond_limit = [
            breach
            for breach in breaches(plan, self._workspace.institution, plan.people)
            if not any(one.get("which") == breach.what and breach.number <= int(one.get("number", 0)) for one in passed)
        ]
        self._pass([*map(_of_breach, beyond_limit)], str(says.get("plan", "")))

    def _pass(self, found: Sequence[_Beyond], checksum: str) -> None:
        """Check that what goes beyond a limit is approved.

        Raises:
            DeliveryLimitReached, PlanChanged: it is not.
        """
        if self._options.approve not in {"", checksum}:
            raise PlanChanged(self._options.approve, checksum, "graduand deliver")
        if found and not self._options.approve:
            raise DeliveryLimitReached(" ".join(one.sentence for one in found), checksum)
        self._passed = [Override("limit", one.number, self.by, one.sentence, one.which)._asdict() for one in found]

    # A sync file

    def sync_file(self) -> Packed:
        raw = file_reader.read(self._options.path.resolve(), _SIZE)
        importer = self._workspace.importer
        if len(raw) >= importer.file_bytes:
            message = _("The file has {size} MB; the Importer takes files below {limit} MB.")
            raise NoDelivery(message.format(size=len(raw) // 1_000_000, limit=importer.file_bytes // 1_000_000))
        _require_form(raw)
        checked = check_feed(self._workspace, raw, _FORM, self._index)
        if checked.rows > importer.file_rows:
            message = _("The file has {count} rows; the Importer takes at most {limit}.")
            raise NoDelivery(message.format(count=checked.rows, limit=importer.file_rows))
        stopping = tuple(
            one for one in checked.findings if RULES[one.rule].severity is Severity.ERROR and not one.is_held
        )
        faults = () if self._options.skip_errors else self._faults(None)
        faults = tuple(one for one in faults if not is_conflict(one))  # the rows of these people are as they were
        if stopping or faults:
            return Packed(None, self._known, NOTHING_ASKED, faults, checked, stopping)
        return Packed(self._of_rows(raw, checked), self._known, NOTHING_ASKED, checked=checked)

    def _of_rows(self, raw: bytes, checked: FeedCheck) -> Package:
        feed = SyncFile(raw, _FORM, self._workspace.school)
        columns = tuple(header for header in feed.places if header not in PRIVATE)
        rows = _FeedRows(feed, columns, self._ours(), self._known)
        different = sorted(rows.different(), key=lambda row: row[columns.index(USERNAME)])
        beyond_limits = rows.beyond_limits(self._workspace.institution, len(self._index.paths))
        self._pass([*beyond_limits], hashlib.sha256(raw).hexdigest())
        unreviewed = self._unreviewed()
        self._require_approved(*self._carried(columns, different))
        noted = _table(columns, different)
        name = sync_name(self._workspace, self._options.on, 1)
        (stored,) = stored_names([name])
        listed = SentFile(
            stored,
            hashlib.sha256(noted).hexdigest(),
            len(different),
            name,
            "students",
            USERNAME,
            delivery="s3",
            columns=columns,
        )
        sent = SentRows(self._commit, {name: noted}, {name: stored}, frozenset())
        people = people_lines(self._program, sent, [name], {})
        more = {"of_feed": True, "overrides": [*self._passed, *unreviewed]}
        package = self._package([PackedFile(raw, listed, noted, checked.rows)], people, more)
        return package._replace(is_feed=True)

    def _carried(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[Plan, set[str]]:
        """Return what the records of people in rows change, and of whom a row carries a part of that."""
        at = columns.index(USERNAME)
        cells = {row[at]: dict(zip(columns, row, strict=True)) for row in rows}
        plan = self._plan({*cells})
        return plan, {
            change.username
            for change in plan.differences
            if any(cells[change.username].get(cell.header) == cell.after for cell in change.cells)
        }

    def _ours(self) -> set[str]:
        """Return the usernames of people with a record, or of whom the ledger knows more than that they stand out."""
        usernames = {*self._index.listed()[1], *self._known.folded.pending}
        usernames |= {former for page in self._index.pages for former in page.previous_usernames.values()}
        return usernames | {*known_well(self._known.folded, self._workspace.school.year)}


def _require_form(raw: bytes) -> None:
    """Check that a file has the encoding and the separator that the Importer reads [CSV].

    Raises:
        NoDelivery: it has not.
    """
    try:
        head = raw.decode("utf-8").partition("\n")[0]
    except UnicodeDecodeError as error:
        message = _("The file is not in UTF-8, which the Importer wants (byte {place}); convert it where it is made.")
        raise NoDelivery(message.format(place=error.start + 1)) from error
    if "," not in head and (other := next((one for one in ";\t|" if one in head), "")):
        message = _("The cells of the file are separated by {other}; the Importer reads commas.")
        raise NoDelivery(message.format(other=quoted(other)))


class _Beyond(NamedTuple):
    """In what something goes beyond a limit."""

    which: str
    number: int
    sentence: str


class _FeedRows:
    """The rows of a sync file, held against what Handshake holds."""

    def __init__(self, feed: SyncFile, columns: Sequence[str], ours: set[str], known: KnownState) -> None:
        self._feed = feed
        self._columns = columns
        self._ours = ours
        self._known = known
        self._kinds = {header: feed.kinds[header] for header in columns}
        self.effective = 0
        """Rows that are not known to be just what Handshake holds, so that it does not skip them."""
        self.does = dict.fromkeys((Effect.EMAIL, Effect.DEACTIVATE, Effect.REACTIVATE), 0)
        """To how many people of ours each is done."""

    def different(self) -> Iterator[tuple[str, ...]]:
        """Yield the cells of those people of ours whose row is not just what Handshake is known to hold."""
        for row in self._feed.rows():
            self.effective += 1
            username = self._feed.username(row)
            if row.fits and username in self._ours:
                cells = self._feed.by_header(row)
                expected = self._known.state.cells(username)
                self.effective -= self._is_known(cells, expected)
                self._count(changes_by(cells, expected))
                if not self._is_known(cells, self._known.folded.cells(username)):
                    yield tuple(cells[header] for header in self._columns)

    def _is_known(self, cells: Mapping[str, str], held: Mapping[str, str]) -> bool:
        return all(
            same_value(kind, held.get(header, ""), cells[header])
            or (not cells[header] and (header != LABELS or held.get(header, CLEAR) == CLEAR))
            or {held.get(header), cells[header]} == {CLEAR, "FALSE"}
            for header, kind in self._kinds.items()
        )

    def _count(self, does: AccountChanges) -> None:
        self.does[Effect.EMAIL] += does.is_moved
        self.does[Effect.DEACTIVATE] += does.is_closed
        self.does[Effect.REACTIVATE] += does.is_reopened

    def beyond_limits(self, institution: Institution, people: int) -> Iterator[_Beyond]:
        """Yield in what the file goes beyond a limit of the school, or beyond what the automatic sync takes."""
        for breach in breaches_of(self.does, institution, people):
            yield _of_breach(breach)
        moved, closed = self.does[Effect.EMAIL], self.does[Effect.DEACTIVATE]
        if stops_for_moved(moved, self.effective):
            yield _Beyond(Effect.EMAIL, moved, moved_text(moved, self.effective))
        if stops_for_closed(closed, self.effective):
            yield _Beyond(Effect.DEACTIVATE, closed, closed_text(closed, self.effective))


def _of_breach(breach: Breach) -> _Beyond:
    return _Beyond(breach.what, breach.number, describe_breach(breach))


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
