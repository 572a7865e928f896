"""Forgetting: the use case of deleting a person's record and keeping no more than what keeps it from coming back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand import disk
from graduand.errors import NoSuchPerson
from graduand.intake.lists import TOMBSTONES, Tombstones, read_tombstones, written
from graduand.intake.office import LIMIT
from graduand.nearest import nearest
from graduand.proposal import Proposal
from graduand.proposals import apply
from graduand.records import files
from graduand.records.paths import username_of

if TYPE_CHECKING:
    from graduand.saved import Saved
    from graduand.workspace import Workspace


class Forgotten(NamedTuple):
    """What is gone, and what is kept."""

    saved: tuple[Saved, ...]
    path: str
    """Where the record was."""


def forget(workspace: Workspace, username: str, basis: str, on: str) -> Forgotten:
    """Delete the record of a person and note, as a checksum, that no file brings it back; one commit.

    Raises:
        NoSuchPerson: there is no such record.
        NotWritten, NotNow, Busy: nothing was written.
        NotCommitted: git refused; all is written.
    """
    by_username = {username_of(path): path for path in files.find(workspace.root).paths}
    if username not in by_username:
        raise NoSuchPerson(username, nearest(username, by_username))
    path, stones = by_username[username], workspace.root / TOMBSTONES
    before = disk.read(stones, LIMIT) if stones.exists() else None
    known = Tombstones() if before is None else read_tombstones(before)
    proposals = (
        Proposal(path, None, disk.read(workspace.root / path), ""),
        Proposal(TOMBSTONES, None, before, written(known.with_one(username, on, basis))),
    )
    saved = apply(workspace, proposals, f"Removed: {username}", {"Graduand-Kind": "removed"})
    return Forgotten(saved, path)
