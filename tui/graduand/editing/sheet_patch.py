"""Patches: what a sheet that came back would change, looked at before it is written."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from graduand.campaigns.closing_limit import Approval
from graduand.editing.commit_message import described
from graduand.editing.transaction import apply

if TYPE_CHECKING:
    from collections.abc import Callable

    from graduand.editing.proposal import Proposal
    from graduand.editing.transaction import Resumed
    from graduand.file_change import Saved
    from graduand.workspace import Workspace


class SheetRow(NamedTuple):
    """One row that changes a record, or about which something is to be told."""

    line: int
    username: str
    proposal: Proposal | None
    """None: nothing changes."""
    told: tuple[str, ...] = ()
    """What was put right on the way, in sentences."""
    errors: tuple[str, ...] = ()
    """What the rules have against the record as it would be, and had not before."""

    @property
    def closes(self) -> bool:
        """Whether the row closes the account."""
        return self.proposal is not None and any(
            one.key == "disabled" and one.after == "true" for one in self.proposal.alterations
        )


class RefusedRow(NamedTuple):
    """One row that is not taken."""

    line: int
    username: str
    why: str


class Patch(NamedTuple):
    """What a sheet would change."""

    rows: tuple[SheetRow, ...]
    unchanged: int
    refused: tuple[RefusedRow, ...]
    ignored: tuple[str, ...]
    """Headers of columns that no field bears."""
    people: int
    """All records there are."""

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """The records as they shall be."""
        return tuple(row.proposal for row in self.rows if row.proposal)

    def counts(self) -> Counter[str]:
        """Return how many records each field changes in."""
        return Counter(one.key for proposal in self.proposals for one in proposal.alterations)

    @property
    def closing(self) -> int:
        """How many accounts would close."""
        return sum(row.closes for row in self.rows)

    @property
    def checksum(self) -> str:
        """What vouches that exactly this patch was looked at."""
        whole = "\0".join(f"{proposal.path}\0{proposal.text}" for proposal in self.proposals)
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def take(
    workspace: Workspace, patch: Patch, *, approve: str = "", tell: Callable[[Resumed], None] | None = None
) -> tuple[Saved, ...]:
    """Write the patch into the records, all or nothing, in one commit.

    `tell` hears what became of a save that was killed before. Raises:
        TooManyClosings, PlanChanged: more accounts would close than the limits allow, or another patch was approved.
        Busy, ChangedOnDisk, NotWritten, NotGit, NotNow, NotCommitted: as for any edit.
    """
    approval = Approval(patch.checksum, approve, "graduand sheet")
    approval.allow(patch.closing, patch.people, workspace.institution.limits.deactivations)
    rows = [row for row in patch.rows if row.proposal]
    reasons = {
        row.proposal.record.text("transition:account:reason")
        for row in rows
        if row.closes and row.proposal and row.proposal.record
    }
    kind = "deactivated" if rows and all(row.closes for row in rows) else "corrected"
    said = described(kind, [row.username for row in rows], reasons if kind == "deactivated" else ())
    return apply(workspace, patch.proposals, *said, tell=tell)
