"""Drift: the records held against what Handshake holds, in both directions; each account is in one situation."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.git.checkout import Checkout
from graduand.handshake.effect import Status
from graduand.handshake.plan import change_of, plan_of
from graduand.handshake.row import HeldReason
from graduand.handshake.sendable import comparable
from graduand.handshake.state import Retry
from graduand.records.columns import mover
from graduand.records.paths import username_of
from graduand.records.record import ALUMNI, DISABLED, EMAIL, END, LABELS, USERNAME
from graduand.rules.handshake_state import ABOUT_ACCOUNTS, CLOSED_SEEN, IDS, OWN_ADDRESS, TAKEN_BACK, is_conflict
from graduand.uploads.absence import observations
from graduand.uploads.drift_table import ORDER, Cause, Situation
from graduand.uploads.known_state import known_well, read_known_state
from graduand.workspace import errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graduand.findings import Finding
    from graduand.handshake.plan import CellChange, PlannedChange
    from graduand.handshake.row_table import RowTable
    from graduand.index.index import Index
    from graduand.index.index_store import Progress
    from graduand.ledger.fold import LedgerState
    from graduand.ledger.ledger import Ledger
    from graduand.records.school import School
    from graduand.uploads.known_state import KnownState
    from graduand.workspace import Workspace


_ABOUT_CLOSED: Final = ABOUT_ACCOUNTS | {CLOSED_SEEN}


class DriftField(NamedTuple):
    """A column in which an account is not as its record says."""

    header: str
    held: str
    """What Handshake holds: `**CLEAR**` is empty, "" is not known."""
    wanted: str
    """What the record says; "" is nothing."""
    since: str
    """The id of the entry since which it is held; "" is not known."""
    why: Cause


class AccountDrift(NamedTuple):
    """An account, and how it stands to the records."""

    username: str
    """The record's, where there is one."""
    why: Cause
    fields: tuple[DriftField, ...] = ()
    since: str = ""
    """The id of the entry that shows it, where no field does."""

    @property
    def situation(self) -> Situation:
        """The situation of the account."""
        return self.why.situation


class Drift(NamedTuple):
    """All accounts that are known, held against all records."""

    accounts: tuple[AccountDrift, ...]
    """By cause, in the order of `ORDER`, then by username; the confirmed ones last."""
    not_told: tuple[str, ...]
    """Usernames of records of which nothing was ever sent or seen."""
    ordinary: int
    """Accounts without a record that the last export showed and nothing stood out in."""
    faulty: int
    """Records with errors, which are not compared."""
    seen_at: str
    """When Handshake showed last what it holds; "" when it never did."""
    complete_at: str
    """When an export last showed all accounts; "" when none did."""
    unread: str = ""
    """The sentence on entries of the ledger that cannot be read; "" when there is none."""

    def by_cause(self) -> dict[Cause, list[AccountDrift]]:
        """Return the accounts of each cause, in the order of `ORDER`."""
        found: dict[Cause, list[AccountDrift]] = {}
        for account in self.accounts:
            found.setdefault(account.why, []).append(account)
        return found


def drift_of(workspace: Workspace, on: str, progress: Progress | None = None, *, no_cache: bool = False) -> Drift:
    """Return the records, as they would be sent on the day `on`, held against what Handshake holds.

    Raises:
        NotGit, NoGit: there is no repository.
        LedgerMissing: this clone has a remote and no ledger.
        LedgerBroken, LedgerNewer, LedgerCut, LedgerIncomplete: what Handshake holds is not known here.
        SchemaBroken: a file of schema/ is broken.
    """
    program = Checkout(workspace.root).program
    known = read_known_state(program, workspace.importer, no_cache=no_cache, needs_ledger=True)
    index = workspace.read_index(on, progress, no_cache=no_cache)
    found = index.check().findings
    faulty = {finding.path for finding in errors(found) if not is_conflict(finding)}
    every = index.table(faulty, {page.cohort for page in index.pages})
    table = comparable(every, known.state, workspace.school)
    comparison = _Comparison(known, table, workspace.school, found)
    accounts = [*comparison.of_records(), *comparison.of_others(_here(index), on)]
    place = {cause: number for number, cause in enumerate(ORDER)}
    return Drift(
        tuple(sorted(accounts, key=lambda account: (place[account.why], account.username))),
        tuple(sorted(comparison.not_told)),
        _ordinary(known.ledger) + comparison.ordinary,
        len(faulty),
        known.last_seen,
        comparison.absence.at,
        known.ledger.unread,
    )


def _here(index: Index) -> set[str]:
    """Return all usernames that records have, present and former."""
    here = {*index.listed()[1], *map(username_of, index.paths)}
    return here.union(*(page.previous_usernames.values() for page in index.pages))


def _ordinary(ledger: Ledger) -> int:
    """Return how many people the last export showed of whom nothing was noted."""
    exports = [entry for entry in observations(ledger) if not entry.facts.get("by_hand")]
    count = exports[-1].facts.get("others", 0) if exports else 0
    return count if isinstance(count, int) else 0


class _Comparison:
    """Records and state while they are compared."""

    def __init__(self, known: KnownState, table: RowTable, school: School, findings: Iterable[Finding]) -> None:
        self._known = known
        self._folded = known.folded
        self._table = table
        self._school = school
        self._found: defaultdict[str, set[str]] = defaultdict(set)
        """What the rules beside Handshake find of each person; what is waived is not among it."""
        for finding in findings:
            if finding.rule in IDS:
                self._found[finding.username].add(finding.rule)
        self._taken: set[str] = set()
        self._state = known.state.below(table.columns)
        self.absence = known.absence
        self.not_told: list[str] = []
        self.ordinary = 0
        """Accounts in which something stood out once, and nothing does any more."""

    @cached_property
    def _sent(self) -> Mapping[str, tuple[str, ...]]:
        """The cells that were sent last, below the columns of the table, whatever was seen since."""
        sent = self._known.ledger.state_sent()
        move = mover(sent.columns, self._table.columns)
        return {username: move(row) for username, row in sent.rows.items()}

    # Ours to theirs

    def of_records(self) -> Iterator[AccountDrift]:
        """Yield how the account of each record stands; records whose account is not known are remembered."""
        for username, why in self._table.withheld.items():
            if why == HeldReason.CONFIDENTIAL:  # nothing is said of what the account holds
                self._taken.add(username)
                yield AccountDrift(username, Cause.CONFIDENTIAL)
        plan = plan_of(self._table, self._known.state, self._school)
        for username in plan.unchanged:
            yield self._of_record(username, None)
        for change in plan.changed:
            yield self._of_record(change.username, change)
        for place in plan.first:
            username = self._table.rows[place][self._table.columns.index(USERNAME)]
            if alias := self._folded.aliases.get(username, ""):
                self._taken.add(alias)
                held = self._state._replace(rows={username: self._state.rows[alias]})
                yield self._of_record(username, change_of(self._table, place, held, self._school), alias)
            elif found := self._of_nobody(username, place):
                yield found
            else:
                self.not_told.append(username)

    def _of_record(self, username: str, change: PlannedChange | None, name: str = "") -> AccountDrift:
        previous = self._table.previous_usernames.get(username, "")
        if change and change.status is Status.PENDING:
            return self._of_pending(username, change)
        name = name or (username if username in self._folded.rows else previous)
        if why := self._unclear(username, previous, name):
            return AccountDrift(username, why, since=self.absence.entry if why is Cause.WAS_THERE else "")
        closed = self._closed(username, name) if name in self._closed_accounts else None
        if closed or change is None or not change.cells:
            return closed or AccountDrift(username, Cause.AS_RECORDED)
        fields = tuple(self._field(name, change, cell) for cell in change.cells)
        return AccountDrift(username, min((field.why for field in fields), key=ORDER.index), fields)

    def _of_pending(self, username: str, change: PlannedChange) -> AccountDrift:
        delivery = self._folded.pending[username].delivery
        fields = tuple(
            DriftField(cell.header, cell.before, cell.after, delivery, Cause.DELIVERED) for cell in change.cells
        )
        return AccountDrift(username, Cause.DELIVERED, fields)

    def _unclear(self, username: str, previous: str, name: str) -> Cause | None:
        """Return why the account of a record cannot be compared; None when it can."""
        if username in self._folded.ambiguous:
            return Cause.TWO_ACCOUNTS
        if previous and {username, previous} <= self._folded.rows.keys():
            return Cause.BOTH_USERNAMES
        if name in self.absence.usernames:
            return Cause.WAS_THERE
        return None if name in self._folded.rows else Cause.FAILED  # it was sent once, and refused

    def _of_nobody(self, username: str, place: int) -> AccountDrift | None:
        """Return how a record stands of whose account nothing is known; None when nothing can be said."""
        if username in self._folded.ambiguous:
            return AccountDrift(username, Cause.TWO_ACCOUNTS)
        row = self._table.rows[place]
        address = row[self._table.columns.index(EMAIL)].casefold() if EMAIL in self._table.columns else ""
        if address and address in self._strangers:
            self._taken.add(self._strangers[address])
            return AccountDrift(username, Cause.ADDRESS_ELSEWHERE)
        if username in self.absence.usernames:
            return AccountDrift(username, Cause.NOT_THERE, since=self.absence.entry)
        return None

    @cached_property
    def _strangers(self) -> dict[str, str]:
        """The accounts whose username is an address, or that have one and no record, by address in small letters."""
        table = self._table
        here = {*table.usernames, *table.previous_usernames.values(), *table.withheld}
        columns = self._folded.columns
        at = columns.index(EMAIL) if EMAIL in columns else None
        found = {}
        for name, row in self._folded.rows.items():
            if name not in here:
                for text in (name, row[at] if at is not None else ""):
                    if "@" in text:
                        found[text.casefold()] = name
        return found

    @cached_property
    def _closed_accounts(self) -> frozenset[str]:
        columns = self._folded.columns
        if DISABLED not in columns:
            return frozenset()
        at = columns.index(DISABLED)
        return frozenset(name for name, row in self._folded.rows.items() if row[at] == "TRUE")

    def _closed(self, username: str, name: str) -> AccountDrift | None:
        """Return a closed account as what it is, unless the record says that it is, or shall be open or closed soon."""
        if self._said(username, DISABLED) or username in self._table.held_back:
            return None
        if not self._found[username] & _ABOUT_CLOSED:  # the rules are waived: it is meant so
            return None
        since = self._folded.since_of(name, DISABLED)
        why = Cause.CLOSED_SEEN if since in self._folded.observations else Cause.CLOSED_BY_UPLOAD
        return AccountDrift(username, why, (DriftField(DISABLED, "TRUE", "", since, why),))

    def _said(self, username: str, header: str) -> str:
        """Return what the row of a person says in a column."""
        if header not in self._table.columns:
            return ""
        return self._rows[username][self._table.columns.index(header)]

    @cached_property
    def _rows(self) -> dict[str, tuple[str, ...]]:
        return dict(zip(self._table.usernames, self._table.rows, strict=True))

    def _field(self, name: str, change: PlannedChange, cell: CellChange) -> DriftField:
        since = self._folded.since_of(name, cell.header)
        return DriftField(cell.header, cell.before, cell.after, since, self._why(name, change, cell, since))

    def _why(self, name: str, change: PlannedChange, cell: CellChange, since: str) -> Cause:
        username = change.username
        if TAKEN_BACK in self._found[username]:
            return Cause.TAKEN_BACK
        refused = self._known.state.retries.get(name) or self._known.state.retries.get(username)
        if username in self._table.withheld or (refused and refused.retry is Retry.HELD):
            return Cause.BY_HAND if username in self._table.withheld else Cause.EXCLUDED
        if change.status is Status.FAILED:
            return Cause.FAILED
        if OWN_ADDRESS in self._found[username] and cell.header == EMAIL:
            return Cause.OWN_ADDRESS
        sent = self._sent.get(name) if since in self._folded.observations else None
        if sent is None or sent[self._table.columns.index(cell.header)] != cell.after:
            return Cause.OUTSTANDING
        same = self._is_same(self._rows[username], sent)
        return Cause.SENT_IDENTICAL if same else Cause.CHANGED_THERE

    def _is_same(self, row: Sequence[str], sent: Sequence[str]) -> bool:
        """Return whether a row says nothing else than what was sent last; blank cells say nothing, but for labels."""
        cells = zip(self._table.columns, row, sent, strict=True)
        return all(cell == last or (not cell and header != LABELS) for header, cell, last in cells)

    # Theirs to ours

    def of_others(self, here: set[str], on: str) -> Iterator[AccountDrift]:
        """Yield how each account stands that has no record; `here` are the usernames of all records."""
        well = {*known_well(self._folded, self._school.year)}
        for name in self._folded.rows.keys() - here - self._taken:
            if name in self.absence.usernames:
                if name in well:
                    yield AccountDrift(name, Cause.WAS_THERE_NO_RECORD, since=self.absence.entry)
            elif name in self._folded.ambiguous:
                yield AccountDrift(name, Cause.TWO_ACCOUNTS)
            elif name in well:
                yield AccountDrift(name, Cause.SENT_NO_RECORD, since=self._folded.since_of(name, USERNAME))
            elif found := _stands_out(name, self._folded, self._school.year, on):
                yield found
            else:
                self.ordinary += 1


def _stands_out(name: str, folded: LedgerState, year: str, on: str) -> AccountDrift | None:
    """Return an account without a record in which something stands out; None where nothing does."""
    cells = folded.cells(name)
    end = cells.get(END, "")
    reasons = (
        (Cause.CLOSED_NO_RECORD, DISABLED, cells.get(DISABLED) == "TRUE"),
        (Cause.ALUMNI_NO_RECORD, year, cells.get(year) == ALUMNI),
        (Cause.PAST_END_NO_RECORD, END, "0" < end < on),
    )
    for why, header, stands in reasons:
        if stands:
            field = DriftField(header, cells[header], "", folded.since_of(name, header), why)
            return AccountDrift(name, why, (field,))
    return None
