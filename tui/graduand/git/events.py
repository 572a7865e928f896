"""Define the events of the audit trail, and derive them from two states of one person's record."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.records.paths import username_of
from graduand.records.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from graduand.records.record import Value


class EventKind(StrEnum):
    """What an event was, in the order in which the events of one record are listed."""

    GRADUATED = "graduated"
    RETURNED = "returned"
    USERNAME = "username-changed"
    EMAIL = "email-changed"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    CORRECTED = "corrected"
    REMOVED = "removed"


class Attribution(NamedTuple):
    """The commit that an event comes from, and who made it."""

    commit: str
    """Where the change was made; of a merged branch, the commit on the branch."""
    author: str
    """`Name <address>`, as is the committer."""
    committer: str
    signed: bool
    """Whether the commit has a signature; whether it is a good one, only `verify` asks."""
    merge: str
    """The commit that merged it into the first-parent history; "" when it was made there."""
    date: str
    """When the first-parent commit was made, ISO 8601; "" when git holds no such date."""
    backdated: bool
    """Whether that is before the date of its parent."""
    pull_request: int
    """The number that the first-parent commit's message names; 0: none."""
    position: int
    """How many first-parent commits come before it."""


NOWHERE: Final = Attribution("", "", "", signed=False, merge="", date="", backdated=False, pull_request=0, position=0)
"""Of an event that no single commit made."""


class Event(NamedTuple):
    """One change of one person's record."""

    event: EventKind
    username: str
    path: str
    old: str | Mapping[str, Value] | None
    """The value before: a text, of a correction the value of each key, or None."""
    new: str | Mapping[str, Value] | None
    reason: str = ""
    requested_by: str = ""
    effective_on: str = ""
    source: Attribution = NOWHERE

    @property
    def cohort(self) -> str:
        """The folder below `records/`."""
        parts = self.path.split("/")
        return parts[1] if len(parts) > 2 else ""


class Gap(NamedTuple):
    """A range of commits in which a record's file could not be read; its changes are reported only afterwards."""

    path: str
    since: str
    """The first-parent commit that broke it."""
    until: str
    """The commit that repaired or deleted it; "" while it is still broken."""


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
    if _FORMER in left or "username" in left:
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
