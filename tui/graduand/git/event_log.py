"""The chronicle: events as lines of text, so that those of a long history are at hand at once."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import compress
from typing import TYPE_CHECKING, Final, NamedTuple, overload

from graduand.git.events import Attribution, Event, EventKind
from graduand.git.packed_strings import NUMBER, PackedStrings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from types import ModuleType

_LETTERS: Final = dict(zip(EventKind, "gruedDcx", strict=True))
_KINDS: Final = {ord(letter): kind for kind, letter in _LETTERS.items()}


class EventColumns(NamedTuple):
    """What is kept of events: each has a letter for its kind, the number of its source, and a line for all else."""

    sources: PackedStrings = PackedStrings()
    lines: PackedStrings = PackedStrings()
    kinds: bytes | memoryview = b""
    numbers: array[int] = array(NUMBER)
    authors: PackedStrings = PackedStrings()
    """Everybody who wrote a commit; one may be there twice."""
    by: array[int] = array(NUMBER)
    """Which of the authors each source has."""
    days: array[int] = array(NUMBER)
    """On which day each source came onto the line, 20261123; 0 when git holds none."""


class Chronicle(Sequence[Event]):
    """Events, each made when it is looked at."""

    def __init__(self, columns: EventColumns = EventColumns()) -> None:  # noqa: B008 - a value, which nobody changes
        self.columns = columns
        self._known: dict[int, Attribution] = {}

    def __len__(self) -> int:
        return len(self.columns.lines)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Event, ...]: ...
    def __getitem__(self, index: int | slice) -> Event | tuple[Event, ...]:
        if isinstance(index, slice):
            return tuple(self[one] for one in range(*index.indices(len(self))))
        return self._event(index, self.columns.lines[index])

    def __iter__(self) -> Iterator[Event]:
        yield from map(self._event, range(len(self)), self.columns.lines)

    def _event(self, index: int, line: str) -> Event:
        kind = _KINDS[self.columns.kinds[index]]
        username, path, old, new, reason, requested_by, effective_on = _unpacked(line)
        told = _several if kind is EventKind.CORRECTED else _text
        source = self._source(self.columns.numbers[index])
        return Event(kind, username, path, told(old), told(new), reason, requested_by, effective_on, source)

    def wanted(
        self,
        kinds: Collection[EventKind] = (),
        people: Collection[str] = (),
        author: str = "",
        days: tuple[str, str] = ("", ""),
    ) -> Iterator[Event]:
        """Return the events of some kinds, about some people, by an author, from day to day; what is empty is all.

        Of the author a part of the name or address will do, in any case; days are `yyyy-mm-dd`.
        """
        found: Collection[int] = range(len(self))
        if kinds:
            letters = {ord(_LETTERS[kind]) for kind in kinds}
            found = list(compress(found, map(letters.__contains__, self.columns.kinds)))
        if author or any(days):
            fitting = self._fitting(author.casefold(), *days)
            numbers = map(self.columns.numbers.__getitem__, found)
            found = list(compress(found, map(fitting.__contains__, numbers)))
        if people:
            usernames = [_username(line) for line in self.columns.lines]
            found = [index for index in found if usernames[index] in people]
        return iter(self) if len(found) == len(self) else (self[index] for index in found)

    def _fitting(self, author: str, since: str, until: str) -> set[int]:
        """Return the numbers of the sources that fit."""
        columns = self.columns
        first, last = _day(since), _day(until) or _NEVER
        found = {number for number, day in enumerate(columns.days) if first <= day <= last}
        if author:
            authors = {number for number, name in enumerate(columns.authors) if author in name.casefold()}
            found = {number for number in found if columns.by[number] in authors}
        return found

    def usernames(self) -> set[str]:
        """Return everybody about whom something is told."""
        return {_username(line) for line in self.columns.lines}

    def people(self) -> set[str]:
        """Return who may have a record after the last event; those who have one are among them."""
        removed = ord(_LETTERS[EventKind.REMOVED])
        there = {
            _username(line): kind != removed for line, kind in zip(self.columns.lines, self.columns.kinds, strict=True)
        }
        return {username for username, stays in there.items() if stays}

    def renamed(self) -> set[tuple[str, str]]:
        """Return every change of username, from and to."""
        return {(str(event.old or ""), event.username) for event in self.wanted({EventKind.USERNAME})}

    def longer(self, events: Iterable[Event]) -> Chronicle:
        """Return this chronicle with more events at its end, none of which has a source that is in it."""
        scroll = Scroll(self)
        scroll.write(events)
        return scroll.chronicle()

    def _source(self, number: int) -> Attribution:
        if number not in self._known:
            fields = _unpacked(self.columns.sources[number])
            commit, author, committer, signed, merge, date, backdated, pull_request, place = fields
            self._known[number] = Attribution(
                commit, author, committer, signed == "1", merge, date, backdated == "1", int(pull_request), int(place)
            )
        return self._known[number]


class Model(NamedTuple):
    """An event that others are like."""

    letter: str
    rest: str
    """What stands behind the username and the path; "" where the line cannot be put together so."""
    event: Event

    def line(self, username: str, path: str) -> str:
        """Return the line of an event that is alike."""
        return _event_line(self.event._replace(username=username, path=path))


def model_of(event: Event) -> Model:
    """Return an event as a model of others."""
    line = _event_line(event._replace(username="", path=""))
    return Model(_LETTERS[event.event], line[1:] if line[0] == "\t" else "", event)


class Scroll:
    """A chronicle that is being written on: events whose sources are not in it yet."""

    def __init__(self, before: Chronicle) -> None:
        self._before = before.columns
        self._sources: dict[Attribution, int] = {}
        self._lines: list[str] = []
        self._kinds: list[str] = []
        self._numbers = array(NUMBER)

    def write(self, events: Iterable[Event]) -> None:
        """Write events, one after the other."""
        for event in events:
            self._kinds.append(_LETTERS[event.event])
            self._lines.append(_event_line(event))
            self._numbers.append(self.source(event.source))

    def write_alike(self, source: int, username: str, path: str, models: Sequence[Model]) -> None:
        """Write events that are as others are, but of another person, and from a source with this number."""
        plain = username.isprintable() and path.isprintable() and username[:1] != "["
        for model in models:
            self._kinds.append(model.letter)
            self._lines.append(
                f"{username}\t{path}{model.rest}" if plain and model.rest else model.line(username, path)
            )
            self._numbers.append(source)

    def source(self, source: Attribution) -> int:
        """Return the number of a source."""
        return len(self._before.sources) + self._sources.setdefault(source, len(self._sources))

    def chronicle(self) -> Chronicle:
        """Return all that was written, and what was there before."""
        before, sources = self._before, self._sources
        names = dict.fromkeys(source.author for source in sources)
        authors = {name: len(before.authors) + number for number, name in enumerate(names)}
        return Chronicle(
            EventColumns(
                before.sources.longer([_source_line(source) for source in sources]),
                before.lines.longer(self._lines),
                bytes(before.kinds) + "".join(self._kinds).encode(),
                before.numbers + self._numbers,
                before.authors.longer([name.replace("\n", " ") for name in authors]),
                before.by + array(NUMBER, [authors[source.author] for source in sources]),
                before.days + array(NUMBER, [_day(source.date[:10]) for source in sources]),
            )
        )


_NEVER: Final = 99_99_99_99


def _day(date: str) -> int:
    return int(date.replace("-", "") or 0)


def _username(line: str) -> str:
    return line[: line.find("\t")] if line[0] != "[" else _unpacked(line)[0]


def _source_line(source: Attribution) -> str:
    commit, author, committer, signed, merge, date, backdated, pull_request, place = source
    numbers = (str(pull_request), str(place))
    return _packed((commit, author, committer, "1" if signed else "", merge, date, "1" if backdated else "", *numbers))


def _event_line(event: Event) -> str:
    kind, username, path, old, new, reason, requested_by, effective_on, _source = event
    if kind is EventKind.CORRECTED:
        old, new = (_json().dumps(told) for told in (old, new))
    return _packed((username, path, str(old or ""), str(new or ""), reason, requested_by, effective_on))


def _packed(fields: Sequence[str]) -> str:
    line = "\t".join(fields)
    plain = line.count("\t") == len(fields) - 1 and "\n" not in line and line[:1] != "["
    return line if plain else _json().dumps(fields)


def _unpacked(line: str) -> list[str]:
    return _json().loads(line) if line[:1] == "[" else line.split("\t")


def _text(told: str) -> str | None:
    return told or None


def _several(told: str) -> dict[str, str | tuple[str, ...]]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in _json().loads(told).items()}


def _json() -> ModuleType:
    import json  # noqa: PLC0415 - seldom needed

    return json
