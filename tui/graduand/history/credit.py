"""Credit: which commit of a merged branch made a change; a merge is made by whoever pressed the button."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from graduand.history.differences import differences
from graduand.history.events import Event, Kind
from graduand.history.pairing import Pair, pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from graduand.history.line import Step
    from graduand.history.revision import Change, Revision
    from graduand.history.shelf import Shelf
    from graduand.records.record import Record


class Credit:
    """The commits that one step of the line merged, by the records that they touched."""

    def __init__(self, step: Step, shelf: Shelf) -> None:
        self._step = step
        self._shelf = shelf
        self._merged: defaultdict[str, list[Revision]] = defaultdict(list)
        for revision in step.merged:
            for change in revision.changes:
                self._merged[change.path].append(revision)
        self._order = {revision.name: number for number, revision in enumerate(step.merged)}
        self._new = {change.path: change.new for change in step.revision.changes}

    def of(self, event: Event, paths: Sequence[str]) -> Revision:
        """Return the commit that made what `event` tells of a record that lay at `paths`.

        It is the last one on the branch that tells the same; where none does and the branch ends
        otherwise than the merge, the merge itself.
        """
        touching = list({revision.name: revision for path in paths for revision in self._merged.get(path, ())}.values())
        if not touching:
            return self._step.revision
        taken = self._taken(touching, paths)
        if taken and len(touching) == 1:
            return touching[0]
        was: Record | None = None
        found: Revision | None = None
        for revision in sorted(touching, key=lambda revision: self._order[revision.name]):
            for pair in pairs(self._files(revision, paths)):
                before = pair.old or was
                was = pair.new or was
                if any(_same(event, other) for other in differences(before, pair.new, _never)):
                    found = revision
        return found or (touching[-1] if taken else self._step.revision)

    def _taken(self, touching: Iterable[Revision], paths: Sequence[str]) -> bool:
        """Tell whether the merge left the records as the branch had them at its end."""
        last: dict[str, str] = {}
        for revision in touching:
            last |= {change.path: change.new for change in revision.changes if change.path in paths}
        return all(self._new.get(path, new) == new for path, new in last.items())

    def _files(self, revision: Revision, paths: Sequence[str]) -> list[Pair]:
        return [
            Pair(self._record(change.old, change.path), self._record(change.new, change.path))
            for change in revision.changes
            if change.path in paths
        ]

    def _record(self, name: str, path: str) -> Record | None:
        return self._shelf.record(name, path) if name else None


def objects(step: Step) -> list[str]:
    """Return the names of the objects that tell what a step did, and who on its branch."""
    paths = {change.path for change in step.revision.changes}
    changes: list[Change] = list(step.revision.changes)
    for revision in step.merged:
        changes += [change for change in revision.changes if change.path in paths]
    return [name for change in changes for name in (change.old, change.new) if name]


def _same(event: Event, other: Event) -> bool:
    if event.event is not other.event:
        return False
    if event.event is Kind.CORRECTED:
        return bool(_items(event.new) & _items(other.new)) or bool(_items(event.old) & _items(other.old))
    return event.new == other.new


def _items(told: object) -> set[tuple[str, object]]:
    return set(told.items()) if isinstance(told, dict) else set()


def _never(_former: str, _username: str) -> bool:
    return False
