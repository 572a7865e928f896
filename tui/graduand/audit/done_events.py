"""The events of the ledger: whose rows were sent, failed or were taken back, and what Handshake showed of whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.git.events import NOWHERE, Event, EventKind
from graduand.ledger.entry import OBSERVED, OBSERVED_OTHERS, EntryKind, RowStatus, table_rows
from graduand.records.record import DISABLED, USERNAME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from graduand.audit.links import Links
    from graduand.git.events import Attribution
    from graduand.ledger.entry import LedgerEntry
    from graduand.ledger.ledger import Ledger

_LAST_DAY: Final = "9999-99-99"


class DoneFilter(NamedTuple):
    """A filter of the ledger's events."""

    kinds: Collection[EventKind]
    people: Collection[str]
    """Usernames; none: everybody."""
    author: str = ""
    """A part of the name or address of who noted it, in lower case."""
    since: str = ""
    until: str = ""

    def passes(self, entry: LedgerEntry) -> bool:
        """Return whether events of an entry pass, as to who noted it and when it happened."""
        return self.since <= entry.at[:10] <= (self.until or _LAST_DAY) and self.author in entry.by.casefold()


def done_events(ledger: Ledger, links: Links, wanted: DoneFilter) -> list[Event]:
    """Return the events of the ledger that pass a filter, in the order in which they happened.

    Of what was sent and never said by a record the event is always among those of everybody, and says what. That of a
    row which closed or reopened the account and left the rest for later says so.
    """
    found = [*_sent(ledger, links, wanted), *_failed(links, wanted), *_observed(ledger, links, wanted)]
    found += _delivered(ledger, links, wanted)
    order = {kind: place for place, kind in enumerate(EventKind)}
    return sorted(found, key=lambda event: (event.source.date, event.source.commit, event.username, order[event.event]))


def _source(entry: LedgerEntry) -> Attribution:
    return NOWHERE._replace(commit=entry.id, author=entry.by, committer=entry.by, date=entry.at)


def _event(links: Links, kind: EventKind, username: str, entry: LedgerEntry) -> Event:
    return Event(kind, username, links.lives.path_of(username), None, None, source=_source(entry))


def _sent(ledger: Ledger, links: Links, wanted: DoneFilter) -> Iterator[Event]:
    unsaid = {(one.upload, one.username): one for one in links.unsaid}
    for entry in ledger.uploads:
        back = entry.text("takes_back")
        kind = EventKind.TAKEN_BACK if back else EventKind.SENT
        bit = 1 << links.sent.bits[entry.id]
        if not wanted.passes(entry):
            continue
        if kind in wanted.kinds:
            usernames: Collection[str] = (
                [name for name in sorted(wanted.people) if links.sent.held.get(name, 0) & bit]
                if wanted.people
                else links.sent.usernames_in(entry.id)
            )
        else:
            usernames = [] if wanted.people else [name for upload, name in unsaid if upload == entry.id]
        for username in usernames:
            if not links.sent.took(links.lives.names_of(username)) & bit:
                continue
            never = unsaid.get((entry.id, username))
            alone = links.sent.alone.get(username, {}).get(links.sent.bits[entry.id])
            cells = never.cells if never else {DISABLED: alone[0]} if alone and not back else None
            event = _event(links, kind, username, entry)
            yield event._replace(
                path=event.path or (never.path if never else ""),
                old=back or None,
                new=cells,
                uploads=(entry.id,),
                linked="" if back else links.how(entry.id, username),
            )


def _delivered(ledger: Ledger, links: Links, wanted: DoneFilter) -> Iterator[Event]:
    if EventKind.DELIVERED not in wanted.kinds or not ledger.deliveries:
        return
    pending = ledger.state().pending
    asked = sorted(name for name in pending if not wanted.people or name in wanted.people)
    entries = {one.id: one for one in ledger.deliveries}
    for name in asked:
        entry = entries[pending[name].delivery]
        if wanted.passes(entry):
            yield _event(links, EventKind.DELIVERED, name, entry)._replace(uploads=(entry.id,))


def _failed(links: Links, wanted: DoneFilter) -> Iterator[Event]:
    if EventKind.FAILED not in wanted.kinds:
        return
    for one in links.sent.results:
        line = one.line
        is_asked = not wanted.people or line.username in wanted.people
        counts = one.upload in links.sent.bits and links.sent.counted >> links.sent.bits[one.upload] & 1
        if is_asked and counts and line.status is not RowStatus.SENT and wanted.passes(one.entry):
            event = _event(links, EventKind.FAILED, line.username, one.entry)
            yield event._replace(new=line.status.value, reason=line.text or line.message, uploads=(one.upload,))


def _observed(ledger: Ledger, links: Links, wanted: DoneFilter) -> Iterator[Event]:
    if EventKind.OBSERVED not in wanted.kinds:
        return
    noted = [
        one
        for one in ledger.entries
        if one.kind is EntryKind.OBSERVATION and one.id not in ledger.withdrawn and wanted.passes(one)
    ]
    listed = [(one, file.name) for one in noted for file in one.files if file.name in {OBSERVED, OBSERVED_OTHERS}]
    for (entry, name), raw in zip(listed, ledger.files(listed), strict=True):
        for cells in _rows(raw, entry.id, name, wanted.people):
            event = _event(links, EventKind.OBSERVED, cells[USERNAME], entry)
            yield event._replace(new={header: cell for header, cell in cells.items() if header != USERNAME})


def _rows(raw: bytes, entry: str, name: str, people: Collection[str]) -> Iterator[Mapping[str, str]]:
    """Yield the filled cells of people by header; all of them for none."""
    text = raw.decode(errors="surrogateescape")
    if people and not any(person in text for person in people):
        return
    table = table_rows(raw, entry, name)
    header = next(table, [])
    at = header.index(USERNAME) if USERNAME in header else -1
    for cells in table if at >= 0 else ():
        if len(cells) == len(header) and (not people or cells[at] in people):
            yield {name: cell for name, cell in zip(header, cells, strict=True) if cell}
