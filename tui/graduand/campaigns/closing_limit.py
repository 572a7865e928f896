"""Closings: how many accounts one change of records may close, and how to go on beyond that."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graduand.errors import Exit, PlanChanged, Trouble
from graduand.handshake.plan import beyond
from graduand.language import _

if TYPE_CHECKING:
    from graduand.records.institution import Limit


class TooManyClosings(Trouble):
    """More accounts would be closed in the records than the school allows without a second look."""

    exit_code: ClassVar = Exit.LIMIT

    def __init__(self, closing: int, people: int, limit: Limit, checksum: str) -> None:
        message = _(
            "{closing} accounts would be closed, of {people} people; the limit in institution.yaml is {limit}. Nothing "
            "was written. Two ways on: look at these people and repeat with --approve {checksum}, or take fewer."
        )
        super().__init__(message.format(closing=closing, people=people, limit=limit.spelt, checksum=checksum))


class Approval:
    """What a person has approved: exactly the change of this checksum, or nothing in particular."""

    def __init__(self, checksum: str, approved: str, command: str) -> None:
        """Hold what was approved against the change that is there now.

        Raises:
            PlanChanged: another change was approved.
        """
        if approved and approved != checksum:
            raise PlanChanged(approved, checksum, command)
        self.checksum = checksum
        self.given = bool(approved)

    def allow(self, closing: int, people: int, limit: Limit) -> None:
        """Let so many closings pass, among so many people.

        Raises:
            TooManyClosings: they are more than the limit allows, and nobody approved them.
        """
        if not self.given and beyond(limit, closing, people):
            raise TooManyClosings(closing, people, limit, self.checksum)
