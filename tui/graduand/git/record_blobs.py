"""Cache the records in git's objects, read from one process ahead of the commits that need them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from graduand.records.legacy_reader import read_past_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.git.program import Program
    from graduand.git.revision import FileChange, Revision
    from graduand.records.record import Record

_CACHED: Final = 15_000
"""Objects from which on unused ones are dropped; far more than one commit asks for, but for the first ones."""

FileVersion = tuple[str, str]
"""The name of an object, and one of its paths."""


class RecordBlobs:
    """The records in git's objects, by the names of the objects."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._asked: deque[FileVersion] = deque()
        """Objects that are asked for and not here yet, in their order."""
        self._recent: dict[str, Record | None] = {}
        self._older: dict[str, Record | None] = {}
        """Objects that no commit has needed for a while; the next ones to be dropped."""

    def record(self, name: str, path: str) -> Record | None:
        """Return the record in an object that the current commit names, with the path `path`; None when it is none."""
        record = self._recent[name] if name in self._recent else self._older[name]
        return record if record is None or record.path == path else record._replace(path=path)

    def fetch(self, name: str, path: str) -> Record | None:
        """Return the record in an object that no commit of the range names."""
        [raw] = self._program.blobs([name])
        return None if raw is None else read_past_record(path, raw)

    def prefetch(self, revisions: Iterable[Revision]) -> Iterator[Revision]:
        """Yield revisions in their order, each when the objects that it names are here."""
        waiting: deque[tuple[Revision, int]] = deque()

        def names() -> Iterator[str]:
            asked = 0
            for revision in revisions:
                for version in _versions(revision):
                    if self._lacks(version):
                        asked += 1
                        yield version[0]
                waiting.append((revision, asked))

        for answered, raw in enumerate(self._program.blobs(names()), 1):
            name, path = self._asked.popleft()
            self._recent[name] = None if raw is None else read_past_record(path, raw)
            while waiting and waiting[0][1] <= answered:
                yield waiting.popleft()[0]
                if len(self._recent) > _CACHED:
                    self._older, self._recent = self._recent, dict.fromkeys(name for name, _path in self._asked)
        yield from (revision for revision, _asked in waiting)

    def _lacks(self, version: FileVersion) -> bool:
        """Return whether an object must be asked for; one that is here stays until it is used."""
        name, _path = version
        if name in self._recent:
            return False
        if name in self._older:
            self._recent[name] = self._older[name]
            return False
        self._recent[name] = None
        self._asked.append(version)
        return True


def _versions(revision: Revision) -> Iterator[FileVersion]:
    """Yield the objects that say what a revision did, and which of the commits that it merged did it."""
    yield from _both(revision.changes)
    if revision.merged:
        paths = {change.path for change in revision.changes}
        for merged in revision.merged:
            yield from _both(change for change in merged.changes if change.path in paths)


def _both(changes: Iterable[FileChange]) -> Iterator[FileVersion]:
    for path, old, new in changes:
        if old:
            yield old, path
        if new:
            yield new, path
