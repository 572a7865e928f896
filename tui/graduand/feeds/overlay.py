"""Lay the cells of outstanding rows over the school's nightly sync file."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import FeedLimitReached, NoCommit, NotApproved, Uncommitted
from graduand.feeds.known_people import KnownPeople
from graduand.feeds.limits import (
    AccountChanges,
    breaches_of,
    changes_by,
    closed_text,
    moved_text,
    stops_for_closed,
    stops_for_moved,
)
from graduand.feeds.sync_file import SyncFile
from graduand.git.checkout import Checkout
from graduand.handshake.effect import Effect
from graduand.handshake.plan import plan_of
from graduand.language import _
from graduand.ledger.entry import now
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.record import EMAIL, END, LABELS, LOGIN, START, USERNAME
from graduand.rules.sync_feed import day_of, left_behind_by
from graduand.storage import atomic
from graduand.tables.cell_text import means_same
from graduand.tables.csv_overlay import CsvOverlay, OverlaidRows
from graduand.uploads import compiler
from graduand.uploads.approvals import RowsToCover, coverage
from graduand.uploads.exchange import NOTHING_ASKED, fetch_ledger
from graduand.uploads.known_state import read_known_state
from graduand.uploads.review_policy import policy_in_force, require_reviewed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from graduand.feeds.sync_file import SyncRow
    from graduand.handshake.plan import Plan
    from graduand.handshake.upload import Upload
    from graduand.index.index_store import Progress
    from graduand.ledger.sync import Synced
    from graduand.rules.sync_feed import FeedPerson
    from graduand.tables.table_reader import FileFormat
    from graduand.uploads.exchange import Exchange
    from graduand.uploads.known_state import KnownState
    from graduand.uploads.review_policy import PolicyInForce
    from graduand.workspace import Workspace

_NEVER: Final = frozenset({USERNAME, LOGIN})
"""Columns that the sync never changes [SENS]."""
_NOT_ADDED: Final = _NEVER | {LABELS}
"""The same, and the column in which a blank cell wipes [IMP]."""
_BATCH: Final = 1_000
"""Rows that are looked at together."""


class OverlayOptions(NamedTuple):
    """What is to be laid over a sync file."""

    on: str
    """The day, `yyyy-mm-dd`, that decides what is held back."""
    file: FileFormat
    rehearse: bool = False
    """Handshake does not run the file, so no limit stops it."""
    spill: bool = False
    """Who goes beyond what the sync takes, and who is not in the file, goes into a manual job."""
    exchange: Exchange | None = None
    """How the ledger is fetched first; None: not at all."""


class NotLaid(NamedTuple):
    """A row over which nothing was laid, though a record speaks of the person."""

    line: int
    username: str
    why: str
    """As a sentence."""


class Overlay(NamedTuple):
    """A sync file with cells laid over it."""

    content: bytes
    rows: int
    """Rows over which anything was laid."""
    cells: int
    added: tuple[str, ...]
    """The headers of the columns that were added."""
    not_laid: tuple[NotLaid, ...]
    """What somebody has to look at."""
    held: int
    """Rows of people who are held back, excluded or kept out; they stay as they are."""
    by_upload: int
    """People in the file of whom something is outstanding that only an upload brings in: a login, or labels."""
    not_in_file: tuple[str, ...]
    """Usernames of people with something outstanding who are not in the file."""
    spilled: tuple[str, ...]
    """Usernames of people in the file who go beyond what the sync takes."""
    upload: Upload | None
    """The manual job of the last two; None where it was not asked for, or nobody is in it."""
    known: KnownState
    plan: Plan
    faulty: int
    """Records with errors; nothing is laid over the rows of their people."""
    guessed: str
    """The encoding of the file where it is a guess, and cells were written that depend on it."""
    fetched: Synced = NOTHING_ASKED


class _Laid(NamedTuple):
    line: int
    username: str
    cells: Mapping[str, str]
    does: AccountChanges


def overlay(
    workspace: Workspace,
    raw: bytes,
    options: OverlayOptions,
    progress: Progress | None = None,
    *,
    no_cache: bool = False,
) -> Overlay:
    """Return a sync file with the cells of outstanding rows laid over it; nothing is written.

    Raises:
        Usage: it is no sync file.
        NotGit, NoGit, NoCommit, Uncommitted: no commit answers for the records.
        NotReviewed: the commit that is checked out is not that of the upload branch; a file keeps no trace of a reason.
        NotApproved: of a manual job, a row was not approved by enough people.
        FeedLimitReached: it would go beyond what the sync takes, or beyond a limit of the school.
        LedgerMissing, LedgerBroken, LedgerNewer, LedgerCut: what Handshake holds is not known here.
        LedgerRewound, LedgerLost, LedgerOfOthers, LedgerInUse: as `uploads.exchange.fetch_ledger`.
        SchemaBroken, ForgetKeyMissing: it is not known who must be kept out.
    """
    checkout = Checkout(workspace.root)
    workspace.set_program(checkout.program)
    with checkout.status() as status:
        fetched = fetch_ledger(checkout.program, options.exchange) if options.exchange else NOTHING_ASKED
        known = read_known_state(checkout.program, workspace.importer, no_cache=no_cache, needs_ledger=True)
        index = workspace.read_index(options.on, progress, no_cache=no_cache)
        found = status()
    if not found.commit:
        raise NoCommit
    if found.changed:
        raise Uncommitted(found.changed)
    known.ledger.require_sound()
    policy = policy_in_force(checkout.program, known.ledger, workspace.institution.review)
    if not options.rehearse:
        require_reviewed(checkout.program, policy, found.commit)
    people = KnownPeople(workspace, index)
    plan = plan_of(people.table, known.state, workspace.school)
    laying = _Overlaying(workspace, people, known, plan, options)
    return laying.result(raw, found.commit, policy)._replace(fetched=fetched)


class _Overlaying:
    def __init__(
        self, workspace: Workspace, people: KnownPeople, known: KnownState, plan: Plan, options: OverlayOptions
    ) -> None:
        self._workspace = workspace
        self._school = workspace.school
        self._people = people
        self._known = known
        self._plan = plan
        self._options = options
        self._not_laid: list[NotLaid] = []
        self._held = 0
        self._rows = 0
        """Rows that are not known to be just what Handshake holds."""
        self._by_upload = set[str]()
        self._seen: dict[str, int] = {}
        """The first line of each username that a record speaks of."""

    def result(self, raw: bytes, commit: str, policy: PolicyInForce) -> Overlay:
        feed = SyncFile(raw, self._options.file, self._school)
        writer = CsvOverlay(feed.text)
        laid = [one for one in self._laid(feed) if self._can_be_written(one, writer)]
        laid = self._approved(laid, commit, policy)
        spilled = self._spilled(laid)
        beyond_sync = {one.username for one in spilled}
        laid = [one for one in laid if one.username not in beyond_sync]
        self._require_limits(laid)
        used = {header for one in laid for header in one.cells}
        added = tuple(header for header in self._school.columns if header in used and header not in feed.places)
        places = {**feed.places, **{header: place for place, header in enumerate(added, len(feed.headers))}}
        cells = {one.line: {places[header]: cell for header, cell in one.cells.items()} for one in laid}
        rows = OverlaidRows(feed.starts, feed.fitting, cells, added)
        written = any(not cell.isascii() for one in laid for cell in one.cells.values())
        guessed = feed.text.encoding if written and not feed.text.certain else ""
        del feed
        missing = tuple(sorted(self._outstanding() - self._seen.keys()))
        return Overlay(
            writer.overlaid(raw, rows),
            len(laid),
            sum(map(len, cells.values())),
            added,
            tuple(self._not_laid),
            self._held,
            len(self._by_upload),
            missing,
            tuple(sorted(beyond_sync)),
            self._manual({*missing, *beyond_sync}, commit),
            self._known,
            self._plan,
            self._people.faulty,
            guessed,
        )

    def _laid(self, feed: SyncFile) -> Iterator[_Laid]:
        rows = feed.rows()
        while batch := [*islice(rows, _BATCH)]:
            names = [feed.username(row) for row in batch]
            kept_out = self._people.kept_out(names)
            for row, username in zip(batch, names, strict=True):
                self._rows += 1
                person = self._people.of(username) if username else None
                if username in kept_out:
                    self._held += 1
                elif person is not None and (laid := self._of_person(feed, row, username, person)):
                    yield laid

    def _of_person(self, feed: SyncFile, row: SyncRow, username: str, person: FeedPerson) -> _Laid | None:
        """Return what is laid over the row of a person; None when it is nothing."""
        cells = feed.by_header(row) if row.fits else {}
        why = self._why_not(row, username, cells, person)
        if why:
            self._not_laid.append(NotLaid(row.line, username, why))
        excluded = person.is_excluded or person.is_excluded_here
        if excluded or person.conflict:
            self._held += 1
        if why or excluded or person.conflict:
            return None
        new = dict(self._new_cells(cells, person))
        if not new:
            self._rows -= self._is_held_already(cells, person.expected)
            return None
        held = person.expected if person.expected.get(EMAIL) else {**person.expected, EMAIL: cells.get(EMAIL, "")}
        return _Laid(row.line, username, new, changes_by(new, held))

    def _why_not(self, row: SyncRow, username: str, cells: Mapping[str, str], person: FeedPerson) -> str:
        """Return why a row of somebody of whom a record speaks is left as it is; "" when nothing stands against it."""
        line = self._seen.setdefault(username, row.line)
        if name := person.username_now or person.username_new:
            return _("Handshake or the record has another username: {username}.").format(username=name)
        if not person.said:
            return ""
        if not row.fits:
            return _("The row has another number of cells than the header.")
        if line != row.line:
            return _("Line {line} has the same username.").format(line=line)
        left_behind = left_behind_by(cells, person, self._school)
        return left_behind.message if left_behind else ""

    def _is_held_already(self, cells: Mapping[str, str], held: Mapping[str, str]) -> bool:
        """Return whether Handshake is known to hold each cell of a row, so that it skips the row."""
        return bool(held) and all(not cell or held.get(header) == cell for header, cell in cells.items())

    def _new_cells(self, cells: Mapping[str, str], person: FeedPerson) -> Iterator[tuple[str, str]]:
        """Yield what the record says otherwise than the row, or than Handshake holds where the row says nothing."""
        for header, wanted in person.said.items():
            there, held = cells.get(header, ""), person.held.get(header, "")
            if there == wanted or (not there and self._is_kept(header, wanted, held)):
                continue
            if header in _NEVER or (header == LABELS and LABELS not in cells):
                if held != wanted:
                    self._by_upload.add(person.said[USERNAME])
            elif not self._means(header, there, wanted) and not _knows_end(header, wanted, cells, person):
                yield header, wanted

    def _is_kept(self, header: str, wanted: str, held: str) -> bool:
        """Return whether Handshake keeps what the record says where a cell is blank, which wipes labels."""
        return header != LABELS and (held == wanted or (wanted == "FALSE" and held == CLEAR))

    def _means(self, header: str, there: str, wanted: str) -> bool:
        kind = self._school.columns[header].kind
        return means_same(kind, there, wanted) or (kind is FieldKind.DATE and day_of(there) == wanted)

    def _can_be_written(self, laid: _Laid, writer: CsvOverlay) -> bool:
        wrong = next((header for header, cell in laid.cells.items() if not writer.writes(cell)), "")
        if wrong:
            why = _("The encoding of the file cannot write {column}.").format(column=wrong)
            self._not_laid.append(NotLaid(laid.line, laid.username, why))
        return not wrong

    def _approved(self, laid: list[_Laid], commit: str, policy: PolicyInForce) -> list[_Laid]:
        """Return what enough people have approved; who lacks it is named."""
        if self._options.rehearse or not policy.approvals:
            return laid
        rows = {one.username: one.does.is_closed for one in laid}
        found = coverage(self._known.ledger, policy, RowsToCover(commit, rows, {}), at=now())
        lacking = {lack.username: lack.sentence for lack in found.lacking}
        if "" in lacking:
            raise NotApproved([lacking[""]], len(lacking))
        for one in laid:
            if one.username in lacking:
                why = _("Not approved by enough people who did not make the change: {who}.")
                self._not_laid.append(NotLaid(one.line, one.username, why.format(who=lacking[one.username])))
        return [one for one in laid if one.username not in lacking]

    # Limits

    def _spilled(self, laid: list[_Laid]) -> list[_Laid]:
        """Return whose rows would stop the automatic sync [AUTORUN][SENS]; what is taken out makes it shorter.

        Raises:
            FeedLimitReached: somebody's would, and they are not to go into a manual job.
        """
        if self._options.rehearse:
            return []
        moved, closed = [one for one in laid if one.does.is_moved], [one for one in laid if one.does.is_closed]
        rows, out = self._rows, list[_Laid]()
        while True:
            if stops_for_moved(len(moved), rows):
                beyond_share, said = moved, moved_text(len(moved), rows)
            elif stops_for_closed(len(closed), rows):
                beyond_share, said = closed, closed_text(len(closed), rows)
            else:
                return out
            if not self._options.spill:
                raise FeedLimitReached(said, can_spill=True)
            names = {one.username for one in beyond_share}
            out += beyond_share
            rows -= len(beyond_share)
            moved = [one for one in moved if one.username not in names]
            closed = [one for one in closed if one.username not in names]

    def _require_limits(self, laid: list[_Laid]) -> None:
        """Check that what is laid over the file is within the school's limits.

        Raises:
            FeedLimitReached: it is not.
        """
        numbers = {
            Effect.DEACTIVATE: sum(one.does.is_closed for one in laid),
            Effect.REACTIVATE: sum(one.does.is_reopened for one in laid),
            Effect.EMAIL: sum(one.does.is_moved for one in laid),
        }
        people = len(self._people.table.rows)
        found = () if self._options.rehearse else breaches_of(numbers, self._workspace.institution, people)
        for breach in found:
            raise FeedLimitReached(compiler.describe_breach(breach), can_spill=False)

    # Who is not in the file

    def _outstanding(self) -> set[str]:
        """Return whose row differs from what Handshake holds, or failed; nobody who is held back."""
        usernames = self._plan.table.usernames
        names = {usernames[place] for place in self._plan.places((), changed=True)}
        return {name for name in names if not self._people.is_held(name)}

    def _manual(self, usernames: set[str], commit: str) -> Upload | None:
        if not self._options.spill or not usernames:
            return None
        table = self._people.table
        chosen = table.picked(place for place, name in enumerate(table.usernames) if name in usernames)
        school = replace(self._school, institution=replace(self._workspace.institution, delivery="manual"))
        order = compiler.CompileOptions(self._options.on, rehearse=self._options.rehearse)
        upload = compiler.upload_of(chosen, school, self._known, order)
        rows = compiler.rows_to_cover(commit, plan_of(chosen, self._known.state, self._school))
        return compiler.vouched(self._workspace, upload._replace(commit=commit), self._known, rows=rows)


def _knows_end(header: str, wanted: str, cells: Mapping[str, str], person: FeedPerson) -> bool:
    """Return whether the file has the end date that the record of a returner does not know, and would wipe."""
    if header != END or wanted != CLEAR:
        return False
    start = day_of(person.said.get(START, "")) or day_of(cells.get(START, ""))
    return bool(start) and day_of(cells.get(END, "")) >= start


def write_manual_job(workspace: Workspace, upload: Upload, folder: Path) -> None:
    """Write the files of a manual job, its card and its manifest.

    Raises:
        NotWritten, InTheWay: they could not be written; nothing has changed.
    """
    compiler.write_upload(upload, workspace.school, folder)


def write_overlay(path: Path, content: bytes, *, overwrite: bool) -> None:
    """Write a sync file that only the user can read.

    Raises:
        NotWritten, InTheWay: it could not be written; nothing has changed.
    """
    atomic.put_private(path, content, overwrite=overwrite)
