"""The chronicle: events as lines of text, so that those of a long history are at hand at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, overload

from graduand.history.events import Event, Kind, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

_LETTERS: Final = dict(zip(Kind, "gruedDcx", strict=True))
_KINDS: Final = {letter: kind for kind, letter in _LETTERS.items()}


class Chronicle(Sequence[Event]):
    """Events as lines of text, each taken apart when it is looked at."""

    def __init__(self, sources: Sequence[str] = (), lines: Sequence[str] = ()) -> None:
        self.sources = sources
        self.lines = lines
        self._known: dict[int, Source] = {}

    def __len__(self) -> int:
        return len(self.lines)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> Chronicle: ...
    def __getitem__(self, index: int | slice) -> Event | Chronicle:
        if isinstance(index, slice):
            return Chronicle(self.sources, self.lines[index])
        line = self.lines[index]
        kind = _KINDS[line[0]]
        username, path, old, new, reason, requested_by, effective_on, source = _unpacked(line[1:])
        told = _several if kind is Kind.CORRECTED else _text
        return Event(
            kind, username, path, told(old), told(new), reason, requested_by, effective_on, self._source(int(source))
        )

    def wanted(
        self, kinds: Collection[Kind] = (), people: Collection[str] = (), fits: Callable[[Source], bool] | None = None
    ) -> Iterator[Event]:
        """Return the events of some kinds, about some people, from sources that fit; what is not given is all."""
        letters = "".join(letter for letter, kind in _KINDS.items() if not kinds or kind in kinds)
        verdicts: dict[str, bool] = {}
        for index, line in enumerate(self.lines):
            if line[0] not in letters or (people and _username(line) not in people):
                continue
            if fits:
                number = line[line.rfind("\t") + 1 :] if line[1] != "[" else _unpacked(line[1:])[-1]
                if number not in verdicts:
                    verdicts[number] = fits(self._source(int(number)))
                if not verdicts[number]:
                    continue
            yield self[index]

    def usernames(self) -> set[str]:
        """Return everybody about whom something is told."""
        return {_username(line) for line in self.lines}

    def people(self) -> set[str]:
        """Return who may have a record after the last event; those who have one are among them."""
        there: dict[str, bool] = {}
        for line in self.lines:
            there[_username(line)] = line[0] != _LETTERS[Kind.REMOVED]
        return {username for username, stays in there.items() if stays}

    def renamed(self) -> set[tuple[str, str]]:
        """Return every change of username, from and to."""
        letter = _LETTERS[Kind.USERNAME]
        fields = (_unpacked(line[1:]) for line in self.lines if line[0] == letter)
        return {(old, username) for username, _path, old, *_rest in fields}

    def longer(self, events: Iterable[Event]) -> Chronicle:
        """Return this chronicle with more events at its end."""
        sources = dict.fromkeys(self.sources)
        numbers = {line: number for number, line in enumerate(sources)}
        known: dict[Source, int] = {}
        lines = []
        for event in events:
            number = known.get(event.source, -1)
            if number < 0:
                number = known[event.source] = numbers.setdefault(_source_line(event.source), len(numbers))
            lines.append(_event_line(event, number))
        return Chronicle(tuple(numbers), (*self.lines, *lines))

    def _source(self, number: int) -> Source:
        if number not in self._known:
            commit, author, committer, signed, merge, date, backdated, pull_request, place = _unpacked(
                self.sources[number]
            )
            self._known[number] = Source(
                commit, author, committer, signed == "1", merge, date, backdated == "1", int(pull_request), int(place)
            )
        return self._known[number]


def _username(line: str) -> str:
    return line[1 : line.find("\t")] if line[1] != "[" else _unpacked(line[1:])[0]


def _source_line(source: Source) -> str:
    commit, author, committer, signed, merge, date, backdated, pull_request, place = source
    numbers = (str(pull_request), str(place))
    return _packed((commit, author, committer, "1" if signed else "", merge, date, "1" if backdated else "", *numbers))


def _event_line(event: Event, source: int) -> str:
    kind, username, path, old, new, reason, requested_by, effective_on, _source = event
    if kind is Kind.CORRECTED:
        old, new = (json.dumps(told) for told in (old, new))
    return _LETTERS[kind] + _packed(
        [username, path, str(old or ""), str(new or ""), reason, requested_by, effective_on, str(source)]
    )


def _packed(fields: Sequence[str]) -> str:
    line = "\t".join(fields)
    plain = line.count("\t") == len(fields) - 1 and "\n" not in line and line[:1] != "["
    return line if plain else json.dumps(fields)


def _unpacked(line: str) -> list[str]:
    return json.loads(line) if line[:1] == "[" else line.split("\t")


def _text(told: str) -> str | None:
    return told or None


def _several(told: str) -> dict[str, str | tuple[str, ...]]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in json.loads(told).items()}
