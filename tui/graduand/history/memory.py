"""Memory: the events that were told already, kept in git's own folder and thrown away whenever in doubt."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, overload

from graduand import disk
from graduand.errors import NotWritten, Unreadable
from graduand.history.events import Event, Gap, Kind, Source

if TYPE_CHECKING:
    from graduand.history.program import Program

FORM: Final = "graduand/events/1"
"""The form of the file and the meaning of events; what bears another one is thrown away."""

_LIMIT: Final = 1 << 30
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

    def kinds(self) -> list[Kind]:
        """Return the kind of each event."""
        return [_KINDS[line[0]] for line in self.lines]

    def people(self) -> set[str]:
        """Return who may have a record after the last event; those who have one are among them."""
        there: dict[str, bool] = {}
        for line in self.lines:
            there[_unpacked(line[1:])[0]] = line[0] != _LETTERS[Kind.REMOVED]
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


class Memory(NamedTuple):
    """What is known of the line up to a commit."""

    head: str
    prefix: str
    """The way from the repository's root to the data's."""
    clock: int | None
    names: tuple[str, ...]
    chronicle: Chronicle
    gaps: tuple[Gap, ...]
    broken: tuple[tuple[str, str, str], ...]
    """Of each file that cannot be read its path, the object that could be ("" when none), and since when."""
    doubled: bool
    """Whether somebody has several records; then no more can be told without the whole history."""


def recall(program: Program, prefix: str) -> Memory | None:
    """Return what was kept of a data folder; None when there is nothing, or anything is wrong with it."""
    try:
        raw = disk.read(_place(program), _LIMIT)
        head, _line, body = raw.partition(b"\n")
        says = json.loads(head)
        if (says["form"], says["crc"], says["prefix"]) != (FORM, zlib.crc32(body), prefix):
            return None
        return _memory(says, body.decode(errors="surrogatepass").split("\n"))
    except (Unreadable, ValueError, KeyError, TypeError):
        return None


def keep(program: Program, memory: Memory) -> None:
    """Keep what is known; where the disk refuses, it is found again the next time."""
    chronicle = memory.chronicle
    lines = [" ".join(memory.names), *chronicle.sources, *chronicle.lines]
    body = "\n".join(lines).encode(errors="surrogatepass")
    says = memory._replace(names=(), chronicle=Chronicle())._asdict() | {
        "form": FORM,
        "crc": zlib.crc32(body),
        "chronicle": len(chronicle.sources),
    }
    with suppress(NotWritten):
        disk.keep(_place(program), json.dumps(says).encode() + b"\n" + body)


def _place(program: Program) -> Path:
    return Path(program.folder, "graduand", "events")


def _memory(says: dict[str, Any], lines: list[str]) -> Memory:
    end = 1 + int(says["chronicle"])
    return Memory(
        says["head"],
        says["prefix"],
        says["clock"],
        tuple(lines[0].split()),
        Chronicle(lines[1:end], lines[end:]),
        tuple(Gap(*gap) for gap in says["gaps"]),
        tuple((path, blob, since) for path, blob, since in says["broken"]),
        says["doubled"],
    )


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
