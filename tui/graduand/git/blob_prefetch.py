"""The shelf: what the objects that commits name say, read from one process shortly before it is needed."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from graduand.records.legacy_reader import read_bygone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from graduand.git.first_parent import MainlineCommit
    from graduand.git.program import Program
    from graduand.records.fast_reader import FastReader
    from graduand.records.record import Record

_KEPT: Final = 15_000
"""Objects after which those that nobody needs any more begin to go; many more than are ever asked for ahead."""

_MANY: Final = 100
"""Objects from which on the fast road repays the making of its pattern."""


class Content:
    """What one object says, taken apart when somebody asks."""

    __slots__ = ("_raw", "_record", "_taken", "match")

    def __init__(self, raw: bytes | None, fast: FastReader | None) -> None:
        match = fast.match(raw) if fast and raw is not None else None
        self.match = match if match and match.lastindex else None
        """How it fits the pattern of the fast reader; None where the full one is needed."""
        self._raw = None if self.match else raw
        self._record: Record | None = None
        self._taken = False

    def record(self, path: str, fast: FastReader | None) -> Record | None:
        """Return the record that it is at `path`; None when it is none."""
        if not self._taken:
            self._taken = True
            if self.match and fast:
                self._record = fast.record_of(path, fast.texts(self.match))
            elif self._raw is not None:
                self._record = read_bygone(path, self._raw)
        record = self._record
        return record if record is None or record.path == path else record._replace(path=path)


class BlobPrefetch:
    """Objects by their names."""

    def __init__(self, program: Program, make: Callable[[], FastReader]) -> None:
        """Nothing is read yet; `make` makes the fast reader, when there is enough to read."""
        self._program = program
        self._make = make
        self.fast: FastReader | None = None
        """None as long as little was read."""
        self._answers = 0
        self._coming: deque[str] = deque()
        """Objects that are asked for, in their order."""
        self._near: dict[str, Content | None] = {}
        """None: it is coming."""
        self._far: dict[str, Content | None] = {}
        """Objects that nobody has needed for a while; the next ones to go."""

    def content(self, name: str) -> Content | None:
        """Return what an object says that was wanted before."""
        return self._near[name] if name in self._near else self._far[name]

    def record(self, name: str, path: str) -> Record | None:
        """Return the record in an object that was wanted before, as lying at `path`; None when it is none."""
        content = self.content(name)
        return content.record(path, self.fast) if content else None

    def fetched(self, name: str, path: str) -> Record | None:
        """Return the record in an object that nobody wanted before."""
        content = next(self._program.blobs([name]))
        return None if content is None else read_bygone(path, content)

    def ready(
        self, steps: Iterable[MainlineCommit], wanted: Callable[[MainlineCommit], Iterable[str]]
    ) -> Iterator[MainlineCommit]:
        """Return the steps in their order, each when the objects that it wants are here."""
        waiting: deque[tuple[MainlineCommit, int]] = deque()

        def ask() -> Iterator[str]:
            asked = 0
            for step in steps:
                for name in wanted(step):
                    if self._lacks(name):
                        asked += 1
                        yield name
                waiting.append((step, asked))

        for answered, raw in enumerate(self._program.blobs(ask()), 1):
            self._put(raw)
            while waiting and waiting[0][1] <= answered:
                yield waiting.popleft()[0]
                if len(self._near) > _KEPT:
                    self._let_go()
        yield from (step for step, _asked in waiting)

    def _lacks(self, name: str) -> bool:
        """Tell whether an object must be asked for; one that is here will not go before it is used."""
        if name in self._near:
            return False
        if name in self._far:
            self._near[name] = self._far[name]
            return False
        self._near[name] = None
        self._coming.append(name)
        return True

    def _put(self, raw: bytes | None) -> None:
        self._answers += 1
        if self._answers == _MANY:
            self.fast = self._make()
        self._near[self._coming.popleft()] = Content(raw, self.fast)

    def _let_go(self) -> None:
        """Keep what was needed of late, and what is coming."""
        self._far = self._near
        self._near = dict.fromkeys(self._coming)
