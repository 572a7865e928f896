"""What a save came to: how many accounts close or open, who is new, which values differ."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from graduand.records.legacy_reader import read_past_record
from graduand.records.paths import is_record_path
from graduand.records.record import DISABLED, EFFECTIVE_ON, FORMER, of_account

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graduand.file_change import SavedFile
    from graduand.records.record import Record


class SavedChanges(NamedTuple):
    """What the records say now that they did not say before."""

    people: tuple[str, ...]
    """The usernames, sorted."""
    new: int
    removed: int
    closings: Mapping[str, int]
    """Accounts that are to be closed, by the day; "" where there is none."""
    reopenings: int
    withdrawn: int
    """Closings that the records do not ask for any more."""
    values: Mapping[str, int]
    """The people in whose record a value differs, by key; those of the account and of new records are left out."""
    others: int
    """Files that are no records."""


def saved_changes(saved: Sequence[SavedFile]) -> SavedChanges:
    """Return what was changed by the files of a save."""
    new = removed = reopenings = withdrawn = 0
    closings: Counter[str] = Counter()
    values: Counter[str] = Counter()
    people: list[str] = []
    for username, old, record in _pairs(saved):
        people.append(username)
        new += old is None
        removed += record is None
        was, now = (one.text(DISABLED) if one else "" for one in (old, record))
        if now == "true" != was and record:
            closings[record.text(EFFECTIVE_ON)] += 1
        reopenings += now == "false" != was
        withdrawn += was == "true" and now == "" and record is not None
        if old and record:
            keys = {key for key, _value in old.values.items() ^ record.values.items()}
            values.update(key for key in keys if key not in {DISABLED, FORMER} and not of_account(key))
    others = sum(not is_record_path(one.path) for one in saved)
    return SavedChanges(tuple(sorted(people)), new, removed, closings, reopenings, withdrawn, values, others)


def _pairs(saved: Sequence[SavedFile]) -> Iterator[tuple[str, Record | None, Record | None]]:
    """Yield each person's username, and the record before and after; None: there was none.

    One that could not be read before, as after a merge, counts as the one after.
    """
    before: dict[str, Record] = {}
    after: dict[str, Record] = {}
    unread: set[str] = set()
    for one in saved:
        for found, raw in ((before, one.before), (after, one.after)) if is_record_path(one.path) else ():
            record = read_past_record(one.path, raw) if raw is not None else None
            if record:
                found[record.username] = record
            elif raw is not None:
                unread.add(one.path)
    for name, record in after.items():
        former = name if name in before else record.text(FORMER)
        yield name, record if record.path in unread else before.pop(former, None), record
    yield from ((name, gone, None) for name, gone in before.items())
