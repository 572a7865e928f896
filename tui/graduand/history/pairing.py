"""Pairing: which records before a commit and after it are of the same person, wherever their files lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.records.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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
        else:
            old += [file.old] if file.old else []
            new += [file.new] if file.new else []
    for key in (_username, _former, _path):
        found = list(_matched(old, new, key)) if old and new else []
        yield from found
        taken = {id(record) for pair in found for record in pair}
        old = [record for record in old if id(record) not in taken]
        new = [record for record in new if id(record) not in taken]
    yield from (Pair(record, None) for record in old)
    yield from (Pair(None, record) for record in new)


def _matched(
    old: list[Record], new: list[Record], key: Callable[[Record, bool], str]
) -> Iterator[Pair]:
    waiting: dict[str, list[Record]] = {}
    for record in reversed(old):
        waiting.setdefault(key(record, False), []).append(record)
    for record in new:
        name = key(record, True)
        if name and waiting.get(name):
            yield Pair(waiting[name].pop(), record)


def _username(record: Record, _after: bool) -> str:
    return record.username


def _former(record: Record, after: bool) -> str:
    return record.text(_FORMER) if after else record.username


def _path(record: Record, _after: bool) -> str:
    return record.path
