"""Define the events of the audit trail."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    uploads: tuple[str, ...] = ()
    """The uploads that carried it, as far as a query has looked for them."""

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
