"""Match the records before and after a commit that belong to the same person, whatever the paths of their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.records.record import FORMER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from graduand.records.record import Record

    _Key = Callable[[Record], str]


class RecordPair(NamedTuple):
    """A record before and after a commit; None: there is none."""

    old: Record | None
    new: Record | None

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths before and after."""
        return tuple(record.path for record in self if record is not None)


def match_people(files: Iterable[RecordPair]) -> Iterator[RecordPair]:
    """Yield one pair for each person of a commit, given one pair for each file.

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
        matched = {id(record) for pair in found for record in pair}
        old = [record for record in old if id(record) not in matched]
        new = [record for record in new if id(record) not in matched]
    yield from (RecordPair(record, None) for record in old)
    yield from (RecordPair(None, record) for record in new)


def _matched(old: list[Record], new: list[Record], before: _Key, after: _Key) -> Iterator[RecordPair]:
    waiting: dict[str, list[Record]] = {}
    for record in reversed(old):
        waiting.setdefault(before(record), []).append(record)
    for record in new:
        name = after(record)
        if name and waiting.get(name):
            yield RecordPair(waiting[name].pop(), record)


def _username(record: Record) -> str:
    return record.username


def _former(record: Record) -> str:
    return record.text(FORMER)


def _path(record: Record) -> str:
    return record.path
