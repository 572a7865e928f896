"""Events: what a change of a record meant, who made it, and when."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.records.record import Value


class EventKind(StrEnum):
    """What an event was, in the order in which those of one record are told."""

    GRADUATED = "graduated"
    RETURNED = "returned"
    USERNAME = "username-changed"
    EMAIL = "email-changed"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    CORRECTED = "corrected"
    REMOVED = "removed"


class Attribution(NamedTuple):
    """The commit that an event comes from, as it stands on the line."""

    commit: str
    """Where the change was made; of a merged branch, the commit on the branch."""
    author: str
    """`Name <address>`, as are all people here."""
    committer: str
    signed: bool
    """Whether the commit bears a signature; whether it is a good one, only `verify` asks."""
    merge: str
    """The commit that brought it onto the line; "" when it was made there."""
    date: str
    """When it came onto the line, ISO 8601; "" when git holds no date that there is."""
    backdated: bool
    """Whether that is before the date of the commit that it stands on."""
    pull_request: int
    """As the line's commit names it; 0: it names none."""
    place: int
    """Which commit of the line, counted from the first."""


NOWHERE: Final = Attribution("", "", "", signed=False, merge="", date="", backdated=False, pull_request=0, place=0)
"""Of an event that no single commit made."""


class Event(NamedTuple):
    """One change of one person's record."""

    event: EventKind
    username: str
    path: str
    old: str | Mapping[str, Value] | None
    """What stood there: a text, of a correction the value of each key, or nothing."""
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
    """A time in which a record could not be read, and its changes are told only afterwards."""

    path: str
    since: str
    """The commit of the line that broke it."""
    until: str
    """The commit that mended or deleted it; "" when it still is broken."""
