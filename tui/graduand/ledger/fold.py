"""Fold the entries of the ledger into what Handshake holds of each person.

The order is that in which things happened, never that of noting. Of an import file most lines say again what the person
was last sent; these are recognised as lines and not taken apart.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from itertools import chain, filterfalse
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import LedgerBroken
from graduand.ledger.entry import (
    DELIVERY,
    OBSERVED,
    OBSERVED_OTHERS,
    PEOPLE,
    RESULT,
    EntryKind,
    RowStatus,
    read_people,
    read_results,
)
from graduand.records.columns import mover
from graduand.records.kinds import CLEAR
from graduand.records.record import EMAIL, LABELS, USERNAME
from graduand.storage.cache_file import Deferred

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from graduand.ledger.entry import LedgerEntry, PersonLine, SentFile

    Files = Callable[[Iterable[tuple[LedgerEntry, str]]], Iterator[bytes]]
    """Returns the contents of files of entries, in their order."""

VERSION: Final = "graduand/fold/6"
"""Changes whenever the same entries give another state."""


class Outcome(NamedTuple):
    """What became of the last row of a person, when it did not take effect."""

    upload: str
    """The id of the upload."""
    status: RowStatus
    message: str
    """The id of Handshake's message in handshake.yaml; "" when it is not one that is known."""
    text: str
    address: str = ""
    """The address in the row."""
    seen: bool = False
    """Whether Handshake has shown the account since."""


class TakenBack(NamedTuple):
    """A row that a rollback took back."""

    rollback: str
    """The id of the rollback's entry."""
    meaning: str
    """The checksum of what the record said when it was sent."""


class PendingRow(NamedTuple):
    """A row that was delivered, and of which nothing says yet whether Handshake ran it."""

    delivery: str
    """The id of the delivery."""
    at: str
    """When it was sent, as entries have it."""
    cells: tuple[str, ...]
    """Below the columns of the state; a blank one says nothing."""

    @property
    def moment(self) -> tuple[str, str]:
        """When it was sent, then the id, as entries are ordered."""
        return self.at, self.delivery


class LedgerState(NamedTuple):
    """What Handshake holds of each person, as far as it was sent and did not fail, or was seen."""

    columns: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]
    """Cells below the columns, by username: `**CLEAR**` is known to be empty, "" is not known."""
    since: Deferred[Mapping[str, int | tuple[int, ...]]]
    """For each person the place in `moments` of the entry that gave the value: one for all cells, or one a cell."""
    moments: tuple[tuple[str, str], ...]
    """When the entries happened, and their ids, in that order."""
    observations: frozenset[str]
    """The ids of those that are observations."""
    outcomes: Mapping[str, Outcome]
    """By username, where the last row failed."""
    aliases: Mapping[str, str]
    """The present username by each former one."""
    ambiguous: frozenset[str]
    """Usernames that an account was to take and that another account already had."""
    taken_back: Mapping[str, TakenBack]
    """By the username of the record, where the last upload of the person was taken back."""
    sent_addresses: Mapping[str, str] = MappingProxyType({})
    """The address that was sent last, by username, where Handshake has shown another text since then."""
    pending: Mapping[str, PendingRow] = MappingProxyType({})
    """The row that was delivered last, by username, as long as nothing says whether it ran; `rows` is without it."""
    former_addresses: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """The addresses, in lower case, that uploads gave a person before the present one, by username."""

    def cells(self, username: str) -> dict[str, str]:
        """Return what is known of a person, by header."""
        row = self.rows.get(username, ())
        return {header: cell for header, cell in zip(self.columns, row, strict=False) if cell}

    def expected(self, username: str) -> tuple[str, ...]:
        """Return the cells of a person as if what was delivered had run; () when nothing is known."""
        held, pending = self.rows.get(username, ()), self.pending.get(username)
        if pending is None:
            return held
        return tuple(new or old for new, old in zip(pending.cells, held, strict=True)) if held else pending.cells

    def since_of(self, username: str, header: str) -> str:
        """Return the id of the entry since which a person's value is what it is; "" when it is not known."""
        since = self.since.value.get(username)
        if since is None or header not in self.columns:
            return ""
        at = self.columns.index(header)
        if not self.rows[username][at]:
            return ""
        return self.moments[since if isinstance(since, int) else since[at]][1]


NOTHING: Final = LedgerState(
    (), {}, Deferred[Mapping[str, int | tuple[int, ...]]].of({}), (), frozenset(), {}, {}, frozenset(), {}
)


def withdrawn_of(entries: Sequence[LedgerEntry]) -> frozenset[str]:
    """Return the ids of the entries that were withdrawn; a withdrawal can be withdrawn itself."""
    found = set[str]()
    for entry in reversed(entries):
        if entry.kind is EntryKind.WITHDRAWN and entry.id not in found:
            found.add(entry.text("of"))
    return frozenset(found)


def in_order(entries: Sequence[LedgerEntry], before: tuple[str, str] | None = None) -> list[LedgerEntry]:
    """Return the uploads, open deliveries and observations that count, in the order in which they happened.

    With `before`, only those that happened before that moment.
    """
    withdrawn = withdrawn_of(entries)
    counted = {EntryKind.UPLOAD, EntryKind.DELIVERED, EntryKind.OBSERVATION}
    over = withdrawn | ran_deliveries(entries, withdrawn)
    found = [entry for entry in entries if entry.kind in counted and entry.id not in over]
    return sorted((entry for entry in found if before is None or entry.moment < before), key=lambda entry: entry.moment)


def ran_deliveries(entries: Sequence[LedgerEntry], withdrawn: frozenset[str]) -> frozenset[str]:
    """Return the ids of the deliveries of which an upload says that they ran."""
    found = (entry.text(DELIVERY) for entry in entries if entry.kind is EntryKind.UPLOAD and entry.id not in withdrawn)
    return frozenset(found) - {""}


def can_go_on(state: LedgerState, later: Sequence[LedgerEntry]) -> bool:
    """Return whether entries noted later only add to a state, so that it need not be folded anew."""
    newest = state.moments[-1] if state.moments else ("", "")
    happened = {EntryKind.UPLOAD, EntryKind.DELIVERED, EntryKind.OBSERVATION}
    adds = happened | {EntryKind.APPROVAL, EntryKind.OPENED}
    return all(entry.kind in adds for entry in later) and all(
        entry.moment > newest and not entry.text("takes_back") and not entry.text(DELIVERY)
        for entry in later
        if entry.kind in happened
    )


def fold(
    entries: Sequence[LedgerEntry],
    files: Files,
    *,
    start: LedgerState = NOTHING,
    before: tuple[str, str] | None = None,
) -> LedgerState:
    """Return the state after entries, which are in the order of noting.

    Args:
        entries: All of the ledger; only those after `start` where `can_go_on` says so.
        files: Reads files of entries.
        start: The state before the entries.
        before: Only what happened before this moment counts.

    Raises:
        LedgerBroken: a file of an entry is not as graduand writes it.
        LedgerNewer: a later version wrote it.
    """
    ordered = in_order(entries, before)
    results = _results(entries, files)
    needed = [entry for entry in ordered if _needs_people(entry)]
    uploads = {entry.id: entry for entry in entries if entry.kind is EntryKind.UPLOAD}
    needed += [uploads[back] for entry in ordered if (back := entry.text("takes_back")) in uploads]
    needed = [*{entry.id: entry for entry in needed}.values()]
    people = {
        entry.id: [*read_people(raw, entry.id)]
        for entry, raw in zip(needed, files((entry, PEOPLE) for entry in needed), strict=True)
    }
    moments = [entry.moment for entry in ordered if entry.kind is not EntryKind.DELIVERED]
    folding = _Folding(start, _columns(ordered, start.columns), moments)
    listed = [(entry, file) for entry in ordered for file in _tables(entry)]
    contents = files((entry, file.name) for entry, file in listed)
    for entry, file in listed:
        raw = next(contents)
        if entry.kind is EntryKind.OBSERVATION:
            folding.observe(entry, file, raw)
        elif entry.kind is EntryKind.DELIVERED:
            folding.deliver(entry, file, raw)
        else:
            own = people.get(entry.id, ())
            folding.send(entry, file, raw, own, results.get((entry.id, file.name), {}))
            folding.note_taken_back(entry, own, people.get(entry.text("takes_back"), ()))
        del raw
    return folding.state()


def _tables(entry: LedgerEntry) -> Iterator[SentFile]:
    if entry.kind is EntryKind.OBSERVATION:
        yield from (file for file in entry.files if file.name in {OBSERVED, OBSERVED_OTHERS})
    else:
        yield from entry.jobs


def _needs_people(entry: LedgerEntry) -> bool:
    return bool(entry.text("takes_back")) or any(file.changes_identifier_data for file in entry.jobs)


def _columns(ordered: Sequence[LedgerEntry], known: tuple[str, ...]) -> tuple[str, ...]:
    """Return all columns, those of the newest and widest file first."""
    headers = [file.columns for entry in reversed(ordered) for file in _tables(entry)]
    return tuple(dict.fromkeys(chain(known, *sorted(headers, key=len, reverse=True))))


def _results(entries: Sequence[LedgerEntry], files: Files) -> dict[tuple[str, str], dict[str, Outcome]]:
    """Return what became of rows, by upload and file, then by the username as it was sent; the later word wins."""
    withdrawn = withdrawn_of(entries)
    noted = [entry for entry in entries if entry.kind is EntryKind.RESULT and entry.id not in withdrawn]
    found: defaultdict[tuple[str, str], dict[str, Outcome]] = defaultdict(dict)
    for entry, raw in zip(noted, files((entry, RESULT) for entry in noted), strict=True):
        upload = entry.text("of")
        for line in read_results(raw, entry.id):
            found[upload, line.file][line.username] = Outcome(upload, line.status, line.message, line.text)
    return found


class _Folding:
    """The state while entries are laid on it."""

    def __init__(self, start: LedgerState, columns: tuple[str, ...], moments: Sequence[tuple[str, str]]) -> None:
        self.columns = columns
        move = mover(start.columns, columns)
        self.rows: dict[str, tuple[str, ...]] = (
            dict(start.rows) if start.columns == columns else {name: move(row) for name, row in start.rows.items()}
        )
        self.since: dict[str, int | tuple[int, ...]] = dict(start.since.value)
        if start.columns != columns:  # the known columns come first, and what is added is not known
            more = (0,) * (len(columns) - len(start.columns))
            self.since = {name: at if isinstance(at, int) else (*at, *more) for name, at in self.since.items()}
        self._texts: dict[str, str] = {}
        self.moments = [*start.moments, *moments]
        self._places = {moment[1]: place for place, moment in enumerate(self.moments)}
        self.observations = set(start.observations)
        self.outcomes = dict(start.outcomes)
        self.aliases = dict(start.aliases)
        self.ambiguous = set(start.ambiguous)
        self.taken_back = dict(start.taken_back)
        self.sent_addresses = dict(start.sent_addresses)
        self.pending = (
            dict(start.pending)
            if start.columns == columns
            else {name: one._replace(cells=move(one.cells)) for name, one in start.pending.items()}
        )
        self.former_addresses = dict(start.former_addresses)
        self._newest: defaultdict[tuple[str, bytes], set[bytes]] = defaultdict(set)
        """By kind of entry and header, the lines that are the newest word of somebody."""
        self._lines: dict[str, tuple[set[bytes], bytes]] = {}
        """The newest line of each person, and the set that holds it."""
        self._took_effect: set[str] = set()

    def state(self) -> LedgerState:
        """Return the state as it is now."""
        return LedgerState(
            self.columns,
            self.rows,
            Deferred.of(self.since),
            tuple(self.moments),
            frozenset(self.observations),
            self.outcomes,
            self.aliases,
            frozenset(self.ambiguous),
            self.taken_back,
            self.sent_addresses,
            self.pending,
            self.former_addresses,
        )

    def deliver(self, entry: LedgerEntry, file: SentFile, raw: bytes) -> None:
        """Remember the rows of a delivery; nothing says yet whether they took effect."""
        told = self._told(entry, file, raw)
        for username, row in zip(told.usernames, told.rows, strict=True):
            known = self.pending.get(username)
            if known is None or known.moment < entry.moment:
                self._forget_line(username)  # also what repeats an older word says now whether it ran
                self.pending[username] = PendingRow(entry.id, entry.at, row)

    def _settle(self, username: str, entry: LedgerEntry) -> None:
        """Forget what was delivered of a person before an upload ran that says what holds."""
        pending = self.pending.get(username)
        if pending and pending.moment < entry.moment:
            del self.pending[username]

    def send(
        self,
        entry: LedgerEntry,
        file: SentFile,
        raw: bytes,
        people: Iterable[PersonLine],
        results: Mapping[str, Outcome],
    ) -> None:
        """Lay a file of an upload on the state, but for the rows that did not take effect."""
        previous = {
            person.username: person.previous
            for person in people
            if person.previous and file.changes_identifier_data and file.name in person.jobs
        }
        back = bool(entry.text("takes_back"))
        self._took_effect = set()
        for username in results:  # a row that failed is told, even if it says what is known
            self._forget_line(username)
        told = self._told(entry, file, raw)
        for username, line, row in zip(told.usernames, told.lines, told.rows, strict=True):
            former = previous.get(username, "") if previous else ""
            if self.pending:
                self._settle(username, entry)
                self._settle(former, entry)
            outcome = results.get(username) if results else None
            if outcome and outcome.status is not RowStatus.SENT:
                account = former if former in self.rows else username
                self._fail(account, outcome._replace(address=self._address(row)))
                continue
            if former:
                self._rename(former, username, self._address(row))
            self._note_former_address(username, row)
            self._lay(username, line, row, told)
            self.sent_addresses.pop(username, None)
            if self.outcomes or back or self.taken_back:
                self._succeed(username, former, back=back)

    def _address(self, row: Sequence[str]) -> str:
        return row[self.columns.index(EMAIL)] if row and EMAIL in self.columns else ""

    def _note_former_address(self, username: str, row: Sequence[str]) -> None:
        """Remember the address that an upload gave a person, where this row gives another."""
        held, address = self._address(self.rows.get(username, ())), self._address(row)
        if not held or not address or held == address or held.casefold() == address.casefold():
            return
        if self._was_sent(username):
            known = self.former_addresses.get(username, ())
            former = [one for one in (*known, held.casefold()) if one != address.casefold()]
            self.former_addresses[username] = tuple(dict.fromkeys(former))

    def _fail(self, account: str, outcome: Outcome) -> None:
        self._forget_line(account)
        self.outcomes[account] = outcome

    def _succeed(self, username: str, former: str, *, back: bool) -> None:
        self.outcomes.pop(username, None)
        self.outcomes.pop(former, None)
        if back:
            self._took_effect |= {username, former}
        else:
            self.taken_back.pop(username, None)

    def note_taken_back(self, entry: LedgerEntry, people: Iterable[PersonLine], sent: Iterable[PersonLine]) -> None:
        """Remember whom a rollback has put back, and what their records said; `sent` are the people it is about."""
        names = {person.username: person.previous for person in people}
        took = self._took_effect | {names[name] for name in self._took_effect if name in names}
        self._took_effect = set()
        for person in sent:
            if took & {person.username, person.previous} - {""}:
                self.taken_back[person.username] = TakenBack(entry.id, person.meaning)

    def observe(self, entry: LedgerEntry, file: SentFile, raw: bytes) -> None:
        """Lay what Handshake showed on the state: a blank cell is empty, and no account moves."""
        self.observations.add(entry.id)
        told = self._told(entry, file, raw)
        at = self.columns.index(EMAIL) if EMAIL in file.columns else -1
        for username, line, row in zip(told.usernames, told.lines, told.rows, strict=True):
            if username in self.pending:
                self._observe_pending(username, row, entry, told)
            if at >= 0 and username in self.rows:
                self._compare_address(username, self.rows[username][at], row[at])
            self._lay(username, line, row, told)
            if username in self.outcomes:
                self.outcomes[username] = self.outcomes[username]._replace(seen=True)

    def _observe_pending(self, username: str, row: tuple[str, ...], entry: LedgerEntry, told: _Told) -> None:
        """Hold what was delivered against what Handshake shows since: a row takes effect as a whole, or not at all."""
        pending = self.pending[username]
        if pending.moment > entry.moment:
            return
        held = self.rows.get(username, ("",) * len(self.columns))
        new = [at for at, cell in enumerate(pending.cells) if cell and not _is_alike(cell, held[at])]
        shown = [at for at in new if at in told.places]
        if new and not shown:
            return
        del self.pending[username]
        if all(_is_alike(pending.cells[at], row[at]) for at in shown):
            self._lay(username, b"", pending.cells, told._replace(places=range(len(self.columns))))

    def _compare_address(self, username: str, held: str, seen: str) -> None:
        """Remember the address that was sent last when Handshake shows another text for the first time since."""
        known = held in {"", CLEAR, seen} or username in self.sent_addresses
        if not known and self._was_sent(username):
            self.sent_addresses[username] = held

    def _was_sent(self, username: str) -> bool:
        """Return whether any value of a person comes from an upload."""
        since = self.since[username]
        places = {since} if isinstance(since, int) else {*since}
        return any(self.moments[place][1] not in self.observations for place in places)

    def _rename(self, former: str, username: str, address: str) -> None:
        """Move an account to its new username, if the old one is known and no other account has the new one."""
        if former == username or former not in self.rows:
            return
        if username in self.rows:
            if not self._is_seen_again(former, username, address):
                self.ambiguous.add(username)
                return
            self._fill(former, username)
        self._forget_line(former)
        self.rows[username] = self.rows.pop(former)
        self.since[username] = self.since.pop(former)
        self.aliases = {old: username if new == former else new for old, new in self.aliases.items() if old != username}
        self.aliases[former] = username
        if former in self.outcomes:
            self.outcomes[username] = self.outcomes.pop(former)
        if former in self.sent_addresses:
            self.sent_addresses[username] = self.sent_addresses.pop(former)
        if former in self.former_addresses:
            self.former_addresses[username] = self.former_addresses.pop(former)

    def _is_seen_again(self, former: str, username: str, address: str) -> bool:
        """Return whether an account that was only seen is the one that moves: an export may show it before it is noted.

        The address in the row that moves it, or the one that is known of it, tells.
        """
        if self._was_sent(username):
            return False
        own = {one.casefold() for one in (address, self._address(self.rows[former])) if one not in {"", CLEAR}}
        return self._address(self.rows[username]).casefold() in own

    def _fill(self, former: str, username: str) -> None:
        """Give the old username what is known of the account under the new one too, which is no longer listed."""
        self._forget_line(username)
        seen, seen_since = self.rows.pop(username), self.since.pop(username)
        held, since = self.rows[former], self.since[former]
        width = range(len(held))
        self.rows[former] = tuple(new or old for new, old in zip(seen, held, strict=True))
        before = [since] * len(held) if isinstance(since, int) else since
        after = [seen_since] * len(held) if isinstance(seen_since, int) else seen_since
        self.since[former] = tuple(after[at] if seen[at] else before[at] for at in width)

    def _told(self, entry: LedgerEntry, file: SentFile, raw: bytes) -> _Told:
        """Return what a file says that is not the newest word of a person already.

        Raises:
            LedgerBroken: its header or a row is not what the entry says.
        """
        try:
            return self._read(entry, file, raw)
        except csv.Error as error:
            raise LedgerBroken(entry.id, file.name) from error

    def _read(self, entry: LedgerEntry, file: SentFile, raw: bytes) -> _Told:
        head = raw[: raw.find(b"\n") + 1]
        header = next(csv.reader([head.decode(errors="surrogateescape")]), [])
        if USERNAME not in header or not set(header) <= set(self.columns):
            raise LedgerBroken(entry.id, file.name)
        known = self._newest[entry.kind, head]
        # A row that changes identifiers may move an account, also when it repeats the person's line.
        lines, cells = _fresh_rows(raw, len(head), set() if file.changes_identifier_data else known)
        intern = self._texts.setdefault
        rows = [tuple(map(intern, row, row)) for row in cells]  # equal texts are one object
        if any(len(row) != len(header) for row in rows):
            raise LedgerBroken(entry.id, file.name)
        at = header.index(USERNAME)
        usernames = [row[at] for row in rows]
        # What Handshake shows blank is empty, and a blank cell of labels that is sent clears them [FAQ].
        seen = entry.kind is EntryKind.OBSERVATION
        cleared = [seen or name == LABELS for name in header]
        if any(cleared):
            rows = [
                tuple(cell or (CLEAR if clear else "") for cell, clear in zip(row, cleared, strict=True))
                for row in rows
            ]
        if header != [*self.columns]:
            rows = [*map(mover(tuple(header), self.columns), rows)]
        places = [self.columns.index(name) for name in header]
        return _Told(usernames, lines, rows, places, known, self._places.get(entry.id, 0))

    def _lay(self, username: str, line: bytes, new: tuple[str, ...], told: _Told) -> None:
        """Lay the cells of a person on what is known; a blank one leaves what is there."""
        if known := self._lines.get(username):
            known[0].discard(known[1])
        if line:
            told.known.add(line)
            self._lines[username] = (told.known, line)
        elif known:
            del self._lines[username]
        old = self.rows.get(username)
        if old is None:
            self.rows[username], self.since[username] = new, told.place
        elif new != old:
            row, was = [*old], self.since[username]
            since = [was] * len(old) if isinstance(was, int) else [*was]
            for at in told.places:
                if new[at] and new[at] != row[at]:
                    row[at], since[at] = new[at], told.place
            self.rows[username] = tuple(row)
            self.since[username] = tuple(since)

    def _forget_line(self, username: str) -> None:
        """What is said next of this person is no repetition, whatever it is."""
        known = self._lines.pop(username, None)
        if known:
            known[0].discard(known[1])


def _is_alike(one: str, other: str) -> bool:
    """Return whether two cells mean the same: letters, the order of a list, and empty or FALSE make no difference."""
    if one == other or {one, other} == {"FALSE", CLEAR}:
        return True
    return sorted(one.casefold().split(";")) == sorted(other.casefold().split(";"))


class _Told(NamedTuple):
    """What a file says anew: columns of equal length."""

    usernames: Sequence[str]
    lines: Sequence[bytes]
    """b"" where a cell holds a line end."""
    rows: Sequence[tuple[str, ...]]
    """Below the columns of the state."""
    places: Sequence[int]
    """The places of the file's columns in the state."""
    known: set[bytes]
    """The lines below this header that are the newest word of somebody."""
    place: int
    """The place of the entry among those that happened."""


def _fresh_rows(raw: bytes, start: int, known: set[bytes]) -> tuple[list[bytes], Iterable[list[str]]]:
    """Return the lines from a place on that are not `known`, and the cells of each."""
    lines = raw[start:].split(b"\n")
    if not lines[-1]:
        lines.pop()
    # A cell holds a line end, or the lines end as graduand does not end them.
    if b"\r" in raw or (b'"' in raw and any(line.count(b'"') % 2 for line in lines if b'"' in line)):
        rows = [*csv.reader(io.StringIO(_text(raw[start:]), newline=""))]
        return [b""] * len(rows), rows
    fresh = [*filterfalse(known.__contains__, lines)] if known else lines
    return fresh, map(_cells, fresh)


def _cells(line: bytes) -> list[str]:
    text = _text(line)
    return next(csv.reader([text])) if '"' in text else text.split(",")


def _text(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")
