"""Limit how many accounts one change of records may close without approval."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graduand.errors import Exit, PlanChanged, Trouble
from graduand.handshake.plan import beyond
from graduand.language import _

if TYPE_CHECKING:
    from graduand.records.institution import Limit


class TooManyClosings(Trouble):
    """More accounts would be closed in the records than the school allows without approval."""

    exit_code: ClassVar = Exit.LIMIT

    def __init__(self, closing: int, people: int, limit: Limit, checksum: str) -> None:
        message = _(
            "{closing} accounts would be closed, of {people} people; the limit in institution.yaml is {limit}. Nothing "
            "was written. Two ways on: look at these people and repeat with --approve {checksum}, or take fewer."
        )
        super().__init__(message.format(closing=closing, people=people, limit=limit.spelt, checksum=checksum))


class Approval:
    """The approval of one change, by its checksum, or of none."""

    def __init__(self, checksum: str, approved: str, command: str) -> None:
        """Compare the checksum that was approved, "" for none, with that of the change.

        Raises:
            PlanChanged: they differ.
        """
        if approved and approved != checksum:
            raise PlanChanged(approved, checksum, command)
        self.checksum = checksum
        self.given = bool(approved)

    def allow(self, closing: int, people: int, limit: Limit) -> None:
        """Allow so many closings among so many people.

        Raises:
            TooManyClosings: they exceed the limit, and were not approved.
        """
        if not self.given and beyond(limit, closing, people):
            raise TooManyClosings(closing, people, limit, self.checksum)
