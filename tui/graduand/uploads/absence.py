"""The absence: who was not in the last export that showed all accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.ledger.entry import ABSENT, OBSERVED, OBSERVED_OTHERS, PEOPLE, EntryKind, cells_of, read_people
from graduand.uploads.note_upload import usernames_in

if TYPE_CHECKING:
    from graduand.ledger.entry import LedgerEntry
    from graduand.ledger.ledger import Ledger


class Absence(NamedTuple):
    """Who was not in the last complete export, and was neither sent nor seen since."""

    usernames: frozenset[str] = frozenset()
    entry: str = ""
    at: str = ""


def absence_of(ledger: Ledger, failed: frozenset[str]) -> Absence:
    """Return who was not in the last complete export, and was neither sent nor seen since; `failed` rows count not."""
    seen = observations(ledger)
    last = next((entry for entry in reversed(seen) if entry.facts.get("complete") is True), None)
    if last is None:
        return Absence()
    (raw,) = ledger.files([(last, ABSENT)]) if any(file.name == ABSENT for file in last.files) else (b"",)
    absent = {cells[0] for cells in cells_of(raw)}
    later = [one for one in ledger.uploads if one.moment > last.moment] if absent else []
    for entry, people in zip(later, ledger.files((one, PEOPLE) for one in later), strict=True):
        sent = {name for person in read_people(people, entry.id) for name in (person.username, person.previous)}
        absent -= sent - failed
    shown = [
        (entry, file.name)
        for entry in seen
        if absent and entry.moment > last.moment
        for file in entry.files
        if file.name in {OBSERVED, OBSERVED_OTHERS}
    ]
    for table in ledger.files(shown):
        absent.difference_update(usernames_in(table))
    return Absence(frozenset(absent), last.id, last.at)


def observations(ledger: Ledger) -> list[LedgerEntry]:
    """Return the observations that count, in the order in which they were made."""
    found = (one for one in ledger.entries if one.kind is EntryKind.OBSERVATION and one.id not in ledger.withdrawn)
    return sorted(found, key=lambda entry: entry.moment)
