"""Derive events from two states of one person's record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.git.events import Event, EventKind
from graduand.records.paths import username_of
from graduand.records.record import ACCOUNT, ANSWER_BY, ASKED_ON, DISABLED, EMAIL, FORMER, KIND, USERNAME, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from graduand.records.record import Value

_ACCOUNT: Final = f"{ACCOUNT}:"
_BY_KIND: Final = {
    "graduated": EventKind.GRADUATED,
    "returned": EventKind.RETURNED,
    "left": EventKind.LEFT,
}
_BY_ACCOUNT: Final = {"true": EventKind.DEACTIVATED, "false": EventKind.REACTIVATED}
_EMPTY: Final = Record("", {})


def differences(old: Record | None, new: Record | None, renamed: Callable[[str, str], bool]) -> Iterator[Event]:
    """Yield the events between two states of a record, each changed key in one of them; None: there is no record.

    `renamed` says whether a change of username, from and to, was reported before.
    """
    if new is None:
        if old is not None:
            yield Event(EventKind.REMOVED, owner(old), old.path, None, None)
        return
    was = old or _EMPTY
    left = {key for key, _value in was.values.items() ^ new.values.items()} if old else set(new.values)
    if KIND in left:
        yield from _kind(was, new, left)
    if FORMER in left or (old and USERNAME in left):
        yield from _username(was, new, left, renamed)
    if EMAIL in left and old and new.text(EMAIL):
        left.discard(EMAIL)
        yield _event(EventKind.EMAIL, new, was.text(EMAIL), new.text(EMAIL))
    yield from _request(old, new, left)
    if DISABLED in left:
        yield from _account(was, new, left)
    if left and (old or new.text(KIND) not in _BY_KIND):
        yield Event(EventKind.CORRECTED, owner(new), new.path, _part(was.values, left), _part(new.values, left))


def owner(record: Record) -> str:
    """Return the username of a record; the one of its file's name when it holds none."""
    name = record.values.get(USERNAME)
    return name if isinstance(name, str) else username_of(record.path)


def _kind(old: Record, new: Record, left: set[str]) -> Iterator[Event]:
    kind = _BY_KIND.get(new.text(KIND))
    if kind:
        left.discard(KIND)
        yield _event(kind, new, old.text(KIND), new.text(KIND))


def _username(old: Record, new: Record, left: set[str], renamed: Callable[[str, str], bool]) -> Iterator[Event]:
    former = new.text(FORMER)
    if old.username and old.username != new.username:
        left -= {USERNAME, FORMER} if former == old.username else {USERNAME}
        yield _event(EventKind.USERNAME, new, old.username, new.username)
    elif FORMER in left and former not in {"", new.username} and not renamed(former, new.username):
        left.discard(FORMER)
        yield _event(EventKind.USERNAME, new, former, new.username)


def _account(old: Record, new: Record, left: set[str]) -> Iterator[Event]:
    kind = _BY_ACCOUNT.get(new.text(DISABLED))
    if kind:
        left -= {DISABLED, *(key for key in left if key.startswith(_ACCOUNT))}
        reason, requested_by, day = (new.text(f"{_ACCOUNT}{key}") for key in ("reason", "requested_by", "effective_on"))
        was = old.text(DISABLED) or None
        yield Event(kind, owner(new), new.path, was, new.text(DISABLED), reason, requested_by, day)


def _request(old: Record | None, new: Record, left: set[str]) -> Iterator[Event]:
    asked = left & {ASKED_ON, ANSWER_BY}
    if old and asked and new.text(ASKED_ON):
        left -= asked
        values = (_part(old.values, asked), _part(new.values, asked))
        yield Event(EventKind.ADDRESS_REQUESTED, owner(new), new.path, *values)


def _event(kind: EventKind, new: Record, old: str, now: str) -> Event:
    return Event(kind, owner(new), new.path, old or None, now)


def _part(values: Mapping[str, Value], keys: set[str]) -> dict[str, Value]:
    return {key: values[key] for key in sorted(keys) if key in values}
