"""Credit: which commit of a merged branch made a change; a merge is made by whoever pressed the button."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from graduand.git.events import Event, EventKind
from graduand.git.record_events import differences
from graduand.git.rename_matching import Pair, pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graduand.git.blob_prefetch import BlobPrefetch
    from graduand.git.first_parent import MainlineCommit
    from graduand.git.revision import FileChange, Revision
    from graduand.records.record import Record


class Credit:
    """The commits that one step of the line merged, by the records that they touched."""

    def __init__(self, step: MainlineCommit, shelf: BlobPrefetch) -> None:
        self._step = step
        self._shelf = shelf
        self._touching: defaultdict[str, list[tuple[int, FileChange]]] = defaultdict(list)
        for number, revision in enumerate(step.merged):
            for change in revision.changes:
                self._touching[change.path].append((number, change))
        self._new = {change.path: change.new for change in step.revision.changes}

    def of(self, event: Event, paths: Iterable[str]) -> Revision:
        """Return the commit that made what `event` tells of a record that lay at `paths`.

        It is the last one on the branch that tells the same; where none does and the branch ends
        otherwise than the merge, the merge itself.
        """
        touching = [one for path in dict.fromkeys(paths) for one in self._touching.get(path, ())]
        last = {change.path: change.new for _number, change in touching}
        taken = bool(last) and all(self._new.get(path, new) == new for path, new in last.items())
        by_commit: defaultdict[int, list[FileChange]] = defaultdict(list)
        for number, change in sorted(touching):
            by_commit[number].append(change)
        found = self._telling(event, by_commit) if len(by_commit) > 1 or not taken else -1
        if found < 0 and not taken:
            return self._step.revision
        return self._step.merged[found if found >= 0 else max(by_commit)]

    def _telling(self, event: Event, by_commit: Mapping[int, Iterable[FileChange]]) -> int:
        """Return the number of the last commit that tells the same; -1 when none does."""
        found = -1
        was: Record | None = None
        for number, changes in by_commit.items():
            for pair in pairs([self._file(change) for change in changes]):
                told = differences(pair.old or was, pair.new, _never)
                was = pair.new or was
                if any(_same(event, other) for other in told):
                    found = number
        return found

    def _file(self, change: FileChange) -> Pair:
        old, new = (self._shelf.record(name, change.path) if name else None for name in (change.old, change.new))
        return Pair(old, new)


def objects(step: MainlineCommit) -> Iterator[str]:
    """Return the names of the objects that tell what a step did, and who on its branch."""
    for changes in (step.revision.changes, *_merged_changes(step)) if step.merged else (step.revision.changes,):
        for _path, old, new in changes:
            if old:
                yield old
            if new:
                yield new


def _merged_changes(step: MainlineCommit) -> Iterator[list[FileChange]]:
    paths = {change.path for change in step.revision.changes}
    for revision in step.merged:
        yield [change for change in revision.changes if change.path in paths]


def _same(event: Event, other: Event) -> bool:
    if event.event is not other.event:
        return False
    if event.event is EventKind.CORRECTED:
        return bool(_items(event.new) & _items(other.new)) or bool(_items(event.old) & _items(other.old))
    return event.new == other.new


def _items(told: object) -> set[tuple[str, object]]:
    return set(told.items()) if isinstance(told, dict) else set()


def _never(_former: str, _username: str) -> bool:
    return False
