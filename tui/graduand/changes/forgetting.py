"""Forgetting: the use case of deleting a person's record and keeping no more than what keeps it from coming back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand import disk
from graduand.changes.proposal import Proposal
from graduand.changes.proposals import apply
from graduand.changes.recorded import described
from graduand.errors import NoSuchPerson
from graduand.intake.lists import TOMBSTONES, Tombstones, read_tombstones, written
from graduand.intake.office import LIMIT
from graduand.nearest import nearest
from graduand.records import files
from graduand.records.paths import username_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from graduand.changes.proposals import Resumed
    from graduand.saved import Saved
    from graduand.workspace import Workspace


class Forgotten(NamedTuple):
    """What is gone, and what is kept."""

    saved: tuple[Saved, ...]
    paths: tuple[str, ...]
    """Where the record was; a person may have had several."""


def forget(
    workspace: Workspace, username: str, basis: str, on: str, *, tell: Callable[[Resumed], None] | None = None
) -> Forgotten:
    """Delete the record of a person and note, as a checksum, that no file brings it back; one commit.

    `tell` hears what became of a save that was killed before. Raises:
        NoSuchPerson: there is no such record.
        NotWritten, NotNow, Busy: nothing was written.
        NotCommitted: git refused; all is written.
    """
    everybody = files.find(workspace.root).paths
    paths = tuple(path for path in everybody if username_of(path) == username)
    if not paths:
        raise NoSuchPerson(username, nearest(username, map(username_of, everybody)))
    stones = workspace.root / TOMBSTONES
    before = disk.read(stones, LIMIT) if stones.exists() else None
    known = Tombstones() if before is None else read_tombstones(before)
    proposals = (
        *(Proposal(path, None, disk.read(workspace.root / path), "") for path in paths),
        Proposal(TOMBSTONES, None, before, written(known.with_one(username, on, basis))),
    )
    saved = apply(workspace, proposals, *described("removed", [username]), tell=tell)
    return Forgotten(saved, paths)
