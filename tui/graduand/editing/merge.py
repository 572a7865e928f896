"""Merging: the use case of two changes of one record that met: what was, mine and theirs, field by field."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from graduand.editing.draft import Draft, Held, Unread, held, keys, opened
from graduand.records import files
from graduand.records.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.workspace import Workspace


class Side(StrEnum):
    """Whose value is taken where two changes met."""

    BASE = "base"
    """What both began from."""
    MINE = "mine"
    THEIRS = "theirs"


class Conflict(NamedTuple):
    """One key that both sides changed, and not to the same."""

    key: str
    base: Held | None
    mine: Held | None
    theirs: Held | None

    def of(self, side: Side) -> Held | None:
        """Return the value of one side."""
        return {Side.BASE: self.base, Side.MINE: self.mine, Side.THEIRS: self.theirs}[side]


class MergeDifference(NamedTuple):
    """My draft, and what the file holds by now."""

    mine: Draft
    merged: Draft
    """What only one side changed, brought together on the file as it is now; with its comments."""
    conflicts: tuple[Conflict, ...]
    taken: tuple[str, ...]
    """The keys that only they changed, whose values are in `merged`."""


def on_disk(workspace: Workspace, draft: Draft) -> Draft | Unread | None:
    """Return what the draft's file holds now, also when it has moved meanwhile; None when it is gone."""
    if (workspace.root / draft.path).exists():
        return opened(workspace, draft.path)
    name = draft.path.rpartition("/")[2]
    moved = [path for path in files.find(workspace.root).paths if path.rpartition("/")[2] == name]
    return opened(workspace, moved[0]) if len(moved) == 1 else None


def difference(mine: Draft, theirs: Draft) -> MergeDifference:
    """Hold my draft against the file as it is now."""
    merged = theirs
    conflicts: list[Conflict] = []
    taken: list[str] = []
    for key in sorted(keys(mine.original, mine.record, theirs.record)):
        base, my, their = held(mine.original, key), held(mine.record, key), held(theirs.record, key)
        if their == base:
            merged = merged.set(key, my)
        elif my == base:
            taken.append(key)
        elif my != their:
            conflicts.append(Conflict(key, base, my, their))
    return MergeDifference(mine, merged, tuple(conflicts), tuple(taken))


def settled(difference: MergeDifference, sides: Mapping[str, Side]) -> Draft:
    """Return the draft in which each conflict has the value of the side that was chosen for its key.

    Raises:
        KeyError: for a conflict nothing was chosen.
    """
    draft = difference.merged
    for conflict in difference.conflicts:
        draft = draft.set(conflict.key, conflict.of(sides[conflict.key]))
    return draft


def alone(draft: Draft) -> Draft:
    """Return the draft as that of a record that has no file any more; saving it brings the person back."""
    return Draft(Record(draft.record.path, {}), draft.record, None, draft.comments)


def instead(draft: Draft, broken: bytes) -> Draft:
    """Return the draft as one that takes the place of a file that nobody can read whole; `broken` is what it holds."""
    empty = Record(draft.path, {})
    return Draft(empty, draft.record, broken, draft.comments)
