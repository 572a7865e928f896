"""The events of one person after the other, under all usernames that the person has had."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from graduand.git.events import EventKind
from graduand.handshake.sendable import ACCOUNT_COLUMNS
from graduand.records.record import EFFECTIVE_ON, of_account

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.git.event_log import EventLog
    from graduand.git.events import Event

ACCOUNT_KINDS = frozenset({EventKind.DEACTIVATED, EventKind.REACTIVATED})

EventKey = tuple[str, str, str]
"""The commit, the username and the kind of an event."""


def key_of(event: Event) -> EventKey:
    """Return what tells an event from all others of a history."""
    return event.source.commit, event.username, event.event.value


class Lives:
    """The events of a history by person."""

    def __init__(self, events: EventLog, renames: Iterable[tuple[str, str]] = ()) -> None:
        """Take `renames` into account besides those that are events: changes of username, from and to."""
        self._log = events
        self._groups = _groups([*events.renamed(), *renames])

    def names_of(self, username: str) -> frozenset[str]:
        """Return all usernames of the person who has or had this one."""
        return self._groups.get(username, frozenset([username]))

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, row in enumerate(self._log.rows):
            places[row[1]].append(place)
        return dict(places)

    def events_of(self, username: str) -> Iterator[Event]:
        """Yield the events of a person, oldest first."""
        names = self.names_of(username)
        found = [place for name in names for place in self._places.get(name, ())]
        return (self._log[place] for place in (sorted(found) if len(names) > 1 else found))

    def path_of(self, username: str) -> str:
        """Return the path of a person's record in the last event under this username; "" where there is none."""
        places = self._places.get(username)
        return str(self._log.rows[places[-1]][2]) if places else ""

    def after(self, event: Event) -> list[Event]:
        """Return the events of a person after a change of the account, up to the next one."""
        found: list[Event] = []
        past = False
        for one in self.events_of(event.username):
            if past and one.event in ACCOUNT_KINDS:
                break
            if past:
                found.append(one)
            past = past or key_of(one) == key_of(event)
        return found


def _groups(renames: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    groups: dict[str, frozenset[str]] = {}
    for pair in renames:
        joined = frozenset[str]().union(*(groups.get(name, frozenset([name])) for name in pair if name))
        groups |= dict.fromkeys(joined, joined)
    return groups


def is_held(event: Event, later: Iterable[Event], on: str) -> bool:
    """Return whether a file of the day `on` held back a change of the account.

    `later` are the events of the person from then on up to the record that the file was made from: the day of the
    change may have been corrected.
    """
    day = event.effective_on
    for one in later:
        if one.event is EventKind.CORRECTED:
            old, new = (values if isinstance(values, dict) else {} for values in (one.old, one.new))
            if EFFECTIVE_ON in old or EFFECTIVE_ON in new:
                day = str(new.get(EFFECTIVE_ON, ""))
    return bool(day and on) and day > on


def goes_alone(event: Event, address: str) -> bool:
    """Return whether a row that closes or reopens an account, with this address, and says no more carries a change."""
    if event.event is EventKind.EMAIL:
        return str(event.new or "").casefold() == address.casefold()
    if event.event is EventKind.CORRECTED:
        keys = {key for values in (event.old, event.new) if isinstance(values, dict) for key in values}
        return all(key in ACCOUNT_COLUMNS or of_account(key) for key in keys)
    return event.event in ACCOUNT_KINDS or event.event is EventKind.USERNAME
