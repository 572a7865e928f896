"""Granted: what the calendar proposes, written into the records within the school's limits."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from graduand.editing.closing_limit import Approval
from graduand.editing.commit_message import commit_message
from graduand.editing.proposal import still
from graduand.editing.transaction import apply
from graduand.handshake.plan import beyond

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from graduand.campaigns.due import Due
    from graduand.editing.transaction import Resumed
    from graduand.file_change import Saved
    from graduand.records.record import Value
    from graduand.workspace import Workspace


def changes_of(chosen: Iterable[Due]) -> dict[str, dict[str, Value | None]]:
    """Return what the records shall say, by path."""
    found: dict[str, dict[str, Value | None]] = {}
    for one in chosen:
        found.setdefault(one.record.path, {}).update(one.changes)
    return found


def checksum_of(chosen: Iterable[Due]) -> str:
    """Return what vouches that exactly these proposals were looked at."""
    return hashlib.sha256(json.dumps(changes_of(chosen), sort_keys=True).encode()).hexdigest()


def beyond_limit(workspace: Workspace, closing: int, people: int) -> str:
    """Return the school's limit, as a sentence names it, when so many closings go beyond it; "" otherwise."""
    limit = workspace.institution.limits.deactivations
    return limit.spelt if beyond(limit, closing, people) else ""


def make(
    workspace: Workspace,
    chosen: Sequence[Due],
    people: int,
    *,
    approve: str = "",
    commit: bool = True,
    tell: Callable[[Resumed], None] | None = None,
) -> tuple[Saved, ...]:
    """Write what is proposed into the records, all or none, in one commit; no file goes to Handshake by it.

    Args:
        workspace: where the records are.
        chosen: entries of a calendar that propose something.
        people: how many records the calendar has looked at.
        approve: the checksum of what may go beyond the limits; "" for nothing.
        commit: whether git records it, too.
        tell: hears what became of a save that was killed before.

    Raises:
        TooManyClosings: more accounts would close than the school's limits allow, and nobody approved them.
        PlanChanged: `approve` is the checksum of other proposals.
        SchemaBroken, Busy, ChangedOnDisk, NotWritten, NotGit, NotNow, NotCommitted: as for any edit.
    """
    closing = sum(one.closes for one in chosen)
    approval = Approval(checksum_of(chosen), approve, "graduand due")
    approval.allow(closing, people, workspace.institution.limits.deactivations)
    kind = "deactivated" if closing == len(chosen) else "graduated" if not closing else "corrected"
    reasons = {one.what for one in chosen if one.closes} if kind == "deactivated" else set()
    seen = {one.record.path: one.record for one in chosen}
    proposals = [still(workspace, seen[path], changes) for path, changes in changes_of(chosen).items()]
    return apply(
        workspace,
        proposals,
        *commit_message(kind, {one.record.username for one in chosen}, reasons),
        commit=commit,
        tell=tell,
    )
