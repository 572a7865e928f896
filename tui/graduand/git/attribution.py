"""Attribute an event to the commit that made the change: of a merged branch, the commit on the branch."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from graduand.git.events import OF_KEYS, Attribution, Event, is_nobody
from graduand.git.record_events import differences
from graduand.git.rename_matching import RecordPair, match_people
from graduand.git.revision import APPROVED, CO_AUTHORED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graduand.git.record_blobs import RecordBlobs
    from graduand.git.revision import FileChange, Revision
    from graduand.records.record import Record


def attribution_of(revision: Revision, mainline: Revision, *, backdated: bool) -> Attribution:
    """Return the attribution to `revision`, which is `mainline` itself or a commit that it merged."""
    stamp, author, pull_request = mainline.committer, mainline.author.who, mainline.pull_request
    is_merged = revision is not mainline
    trailers = [*(revision.trailers if is_merged else ()), *mainline.trailers]
    # What a forge squashed, it committed for the author in the name of who merged it.
    squashed_by = stamp.who if pull_request and stamp.who != author and not is_nobody(stamp.who) else ""
    return Attribution(
        commit=revision.name,
        author=revision.author.who if is_merged else author,
        committer=revision.committer.who if is_merged else stamp.who,
        signed=revision.signed,
        merge=mainline.name if is_merged else "",
        date=stamp.date,
        backdated=backdated,
        pull_request=pull_request,
        position=mainline.position,
        merged_by=author if is_merged else squashed_by,
        approved_by=tuple(dict.fromkeys(who for word, who in trailers if word in APPROVED)),
        co_authors=tuple(dict.fromkeys(who for word, who in trailers if word == CO_AUTHORED)),
    )


class MergedBranch:
    """The commits that a first-parent commit merged, by the files that they changed."""

    def __init__(self, mainline: Revision, merged: tuple[Revision, ...], blobs: RecordBlobs) -> None:
        self._mainline = mainline
        self._merged = merged
        self._blobs = blobs
        self._by_path: defaultdict[str, list[tuple[int, FileChange]]] = defaultdict(list)
        for number, revision in enumerate(merged):
            for change in revision.changes:
                self._by_path[change.path].append((number, change))
        self._new = {change.path: change.new for change in mainline.changes}

    def author_of(self, event: Event, paths: Iterable[str]) -> Revision:
        """Return the commit that made `event` in a record that lay at `paths`.

        It is the last one on the branch with the same event. Where none has it, it is the last one that changed the
        file, or the merge itself when the file differs from the branch's last version.
        """
        changes = [one for path in dict.fromkeys(paths) for one in self._by_path.get(path, ())]
        last = {change.path: change.new for _number, change in changes}
        unchanged = bool(last) and all(self._new.get(path, new) == new for path, new in last.items())
        by_commit: defaultdict[int, list[FileChange]] = defaultdict(list)
        for number, change in sorted(changes):
            by_commit[number].append(change)
        found = self._last_with(event, by_commit) if len(by_commit) > 1 or not unchanged else -1
        if found < 0 and not unchanged:
            return self._mainline
        return self._merged[found if found >= 0 else max(by_commit)]

    def _last_with(self, event: Event, by_commit: Mapping[int, Iterable[FileChange]]) -> int:
        """Return the number of the last commit that has the same event; -1 when none has."""
        found = -1
        was: Record | None = None
        for number, changes in by_commit.items():
            for pair in match_people([self._pair(change) for change in changes]):
                events = differences(pair.old or was, pair.new, _never)
                was = pair.new or was
                if any(_same(event, other) for other in events):
                    found = number
        return found

    def _pair(self, change: FileChange) -> RecordPair:
        old, new = (self._blobs.record(name, change.path) if name else None for name in (change.old, change.new))
        return RecordPair(old, new)


def _same(event: Event, other: Event) -> bool:
    if event.event is not other.event:
        return False
    if event.event in OF_KEYS:
        return bool(_items(event.new) & _items(other.new)) or bool(_items(event.old) & _items(other.old))
    return event.new == other.new


def _items(values: object) -> set[tuple[str, object]]:
    return set(values.items()) if isinstance(values, dict) else set()


def _never(_former: str, _username: str) -> bool:
    return False
