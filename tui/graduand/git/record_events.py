"""Derive events from two states of one person's record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.git.events import Event, EventKind
from graduand.records.paths import username_of
from graduand.records.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from graduand.records.record import Value

_KIND: Final = "transition:kind"
_FORMER: Final = "transition:previous_username"
_EMAIL: Final = "email_address"
_ACCOUNT: Final = "transition:account:"
_BY_KIND: Final = {"graduated": EventKind.GRADUATED, "returned": EventKind.RETURNED}
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
    if _KIND in left:
        yield from _kind(was, new, left)
    if _FORMER in left or (old and "username" in left):
        yield from _username(was, new, left, renamed)
    if _EMAIL in left and old and new.text(_EMAIL):
        left.discard(_EMAIL)
        yield _event(EventKind.EMAIL, new, was.text(_EMAIL), new.text(_EMAIL))
    if "disabled" in left:
        yield from _account(was, new, left)
    if left and (old or new.text(_KIND) not in _BY_KIND):
        yield Event(EventKind.CORRECTED, owner(new), new.path, _part(was.values, left), _part(new.values, left))


def owner(record: Record) -> str:
    """Return the username of a record; the one of its file's name when it holds none."""
    name = record.values.get("username")
    return name if isinstance(name, str) else username_of(record.path)


def _kind(old: Record, new: Record, left: set[str]) -> Iterator[Event]:
    kind = _BY_KIND.get(new.text(_KIND))
    if kind:
        left.discard(_KIND)
        yield _event(kind, new, old.text(_KIND), new.text(_KIND))


def _username(old: Record, new: Record, left: set[str], renamed: Callable[[str, str], bool]) -> Iterator[Event]:
    former = new.text(_FORMER)
    if old.username and old.username != new.username:
        left -= {"username", _FORMER} if former == old.username else {"username"}
        yield _event(EventKind.USERNAME, new, old.username, new.username)
    elif _FORMER in left and former not in {"", new.username} and not renamed(former, new.username):
        left.discard(_FORMER)
        yield _event(EventKind.USERNAME, new, former, new.username)


def _account(old: Record, new: Record, left: set[str]) -> Iterator[Event]:
    kind = _BY_ACCOUNT.get(new.text("disabled"))
    if kind:
        left -= {"disabled", *(key for key in left if key.startswith(_ACCOUNT))}
        reason, requested_by, day = (new.text(f"{_ACCOUNT}{key}") for key in ("reason", "requested_by", "effective_on"))
        was = old.text("disabled") or None
        yield Event(kind, owner(new), new.path, was, new.text("disabled"), reason, requested_by, day)


def _event(kind: EventKind, new: Record, old: str, now: str) -> Event:
    return Event(kind, owner(new), new.path, old or None, now)


def _part(values: Mapping[str, Value], keys: set[str]) -> dict[str, Value]:
    return {key: values[key] for key in sorted(keys) if key in values}
