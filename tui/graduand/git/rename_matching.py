"""Pairing: which records before a commit and after it are of the same person, wherever their files lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from graduand.records.record import Record

    _Key = Callable[[Record], str]

_FORMER = "transition:previous_username"


class Pair(NamedTuple):
    """A person's record before and after; None: there was none, or is none any more."""

    old: Record | None
    new: Record | None

    @property
    def paths(self) -> tuple[str, ...]:
        """Where it lay and where it lies."""
        return tuple(record.path for record in self if record is not None)


def pairs(files: Iterable[Pair]) -> Iterator[Pair]:
    """Return the people of a commit, given what each file said before and says after.

    The same username wins, then the former one that a record names, then the same file.
    """
    old: list[Record] = []
    new: list[Record] = []
    for file in files:
        if file.old and file.new and file.old.username == file.new.username:
            yield file
            continue
        if file.old:
            old.append(file.old)
        if file.new:
            new.append(file.new)
    for before, after in ((_username, _username), (_username, _former), (_path, _path)):
        if not old or not new:
            break
        found = list(_matched(old, new, before, after))
        yield from found
        taken = {id(record) for pair in found for record in pair}
        old = [record for record in old if id(record) not in taken]
        new = [record for record in new if id(record) not in taken]
    yield from (Pair(record, None) for record in old)
    yield from (Pair(None, record) for record in new)


def _matched(old: list[Record], new: list[Record], before: _Key, after: _Key) -> Iterator[Pair]:
    waiting: dict[str, list[Record]] = {}
    for record in reversed(old):
        waiting.setdefault(before(record), []).append(record)
    for record in new:
        name = after(record)
        if name and waiting.get(name):
            yield Pair(waiting[name].pop(), record)


def _username(record: Record) -> str:
    return record.username


def _former(record: Record) -> str:
    return record.text(_FORMER)


def _path(record: Record) -> str:
    return record.path
