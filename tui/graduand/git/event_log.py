"""The event log: the events of a branch as plain tuples, which load fast and become events when they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, overload

from graduand.git.events import Attribution, Event, EventKind
from graduand.storage.cache_file import fits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_KINDS: Final = {kind.value: kind for kind in EventKind}
_KIND, _USERNAME = 0, 1
_FIELDS: Final = Event._fields.index("source")
_SOURCE: Final = -1
_LAST_DAY: Final = "9999-99-99"

Row = tuple[Any, ...]
"""The fields of an event, its kind as a text, and the number of its source in place of the source."""

_Values = str | dict[str, Any] | None
_PlainEvent = tuple[str, str, str, _Values, _Values, str, str, str, int]
_PlainSource = tuple[str, str, str, bool, str, str, bool, int, int, str, tuple[str, ...], tuple[str, ...]]


class EventLog(Sequence[Event]):
    """The events of a branch, in the order of its commits."""

    def __init__(self, rows: Sequence[Row] = (), sources: Sequence[Row] = ()) -> None:
        self.rows = rows
        self.sources = sources
        """The fields of each attribution."""
        self._attributions: dict[int, Attribution] = {}

    def require_sound(self) -> None:
        """Check that all rows and sources become events.

        Raises:
            ValueError: one does not.
        """
        numbers = {row[_SOURCE] for row in self.rows if row}
        sound = fits([*self.rows], list[_PlainEvent]) and fits([*self.sources], list[_PlainSource])
        if not sound or not {row[_KIND] for row in self.rows} <= _KINDS.keys():
            raise ValueError
        if not numbers <= {*range(len(self.sources))}:
            raise ValueError

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Event, ...]: ...
    def __getitem__(self, index: int | slice) -> Event | tuple[Event, ...]:
        if isinstance(index, slice):
            return tuple(map(self._event, self.rows[index]))
        return self._event(self.rows[index])

    def __iter__(self) -> Iterator[Event]:
        return map(self._event, self.rows)

    def _event(self, row: Row) -> Event:
        kind, username, path, old, new, reason, requested_by, effective_on, number = row
        source = self._attributions.get(number)
        if source is None:
            source = self._attributions[number] = Attribution(*self.sources[number])
        return Event(_KINDS[kind], username, path, old, new, reason, requested_by, effective_on, source)

    def select(
        self,
        kinds: Collection[EventKind] = (),
        people: Collection[str] = (),
        author: str = "",
        days: tuple[str, str] = ("", ""),
    ) -> Iterator[Event]:
        """Yield the events of some kinds, about some people, by an author, from day to day; what is empty is all.

        Of the author, or a co-author, a part of the name or address suffices, in any case; days are `yyyy-mm-dd`.
        """
        rows: Iterable[Row] = self.rows
        if kinds:
            values = {kind.value for kind in kinds}
            rows = [row for row in rows if row[_KIND] in values]
        if author or any(days):
            numbers = self._sources_of(author.casefold(), *days)
            rows = [row for row in rows if row[_SOURCE] in numbers]
        if people:
            rows = [row for row in rows if row[_USERNAME] in people]
        return map(self._event, rows)

    def _sources_of(self, author: str, since: str, until: str) -> set[int]:
        """Return the numbers of the sources by an author, from day to day; one without a date is older than all."""
        found = set()
        for number, fields in enumerate(self.sources):
            source = Attribution(*fields)
            authors = "\n".join((source.author, *source.co_authors)).casefold() if author else ""
            if since <= source.date[:10] <= (until or _LAST_DAY) and author in authors:
                found.add(number)
        return found

    def has_reviews(self) -> bool:
        """Return whether any event came by a pull request or a merge."""
        return any(source.pull_request or source.merge for source in (Attribution(*one) for one in self.sources))

    def usernames(self) -> set[str]:
        """Return the usernames that occur in events."""
        return {row[_USERNAME] for row in self.rows}

    def people(self) -> set[str]:
        """Return the usernames whose last event is no removal; all people with a record are among them."""
        last = {row[_USERNAME]: row[_KIND] for row in self.rows}
        return {username for username, kind in last.items() if kind != EventKind.REMOVED.value}

    def renamed(self) -> set[tuple[str, str]]:
        """Return the changes of username, from and to."""
        return {(str(event.old or ""), event.username) for event in self.select({EventKind.USERNAME})}

    def extended(self, events: Iterable[Event]) -> EventLog:
        """Return this log with more events at its end; none of them has a source that is in it."""
        numbers: dict[Attribution, int] = {}
        first = len(self.sources)
        rows = [
            (event.event.value, *event[1:_FIELDS], first + numbers.setdefault(event.source, len(numbers)))
            for event in events
        ]
        return EventLog([*self.rows, *rows], [*self.sources, *map(tuple, numbers)])
