"""The shelf: what the objects that commits name say, read from one process shortly before it is needed."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, TypeVar

from graduand.records.bygone import read_bygone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from graduand.history.program import Program
    from graduand.records.record import Record

    Reader = Callable[[str, bytes], Record | None]

T = TypeVar("T")

_KEPT: Final = 15_000
"""Records after which those that nobody needs any more begin to go; many more than are ever asked for ahead."""

_MANY: Final = 100
"""Objects from which on the fast road repays the making of its pattern."""


class Shelf:
    """Records by the names of the objects that hold them."""

    def __init__(self, program: Program, fast: Callable[[], Reader]) -> None:
        """Nothing is read yet; `fast` makes the fast reader, when there is enough to read."""
        self._program = program
        self._fast = fast
        self._read: Reader = read_bygone
        self._answers = 0
        self._coming: dict[str, str] = {}
        """Objects that are asked for, in their order, and a path of each."""
        self._near: dict[str, Record | None] = {}
        self._far: dict[str, Record | None] = {}
        """Records that nobody has needed for a while; the next ones to go."""

    def record(self, name: str, path: str) -> Record | None:
        """Return the record in an object that was wanted before, as lying at `path`; None when it is none."""
        record = self._near[name] if name in self._near else self._far[name]
        return record if record is None or record.path == path else record._replace(path=path)

    def fetched(self, name: str, path: str) -> Record | None:
        """Return the record in an object that nobody wanted before."""
        content = next(self._program.blobs([name]))
        return None if content is None else read_bygone(path, content)

    def ready(self, steps: Iterable[T], wanted: Callable[[T], Iterable[tuple[str, str]]]) -> Iterator[T]:
        """Return the steps in their order, each when the objects that it wants, each with its path, are here."""
        waiting: deque[tuple[T, int]] = deque()

        def ask() -> Iterator[str]:
            asked = 0
            for step in steps:
                for name, path in wanted(step):
                    if self._lacks(name):
                        self._coming[name] = path
                        asked += 1
                        yield name
                waiting.append((step, asked))

        for answered, content in enumerate(self._program.blobs(ask()), 1):
            self._put(content)
            while waiting and waiting[0][1] <= answered:
                yield waiting.popleft()[0]
                if len(self._near) > _KEPT:
                    self._near, self._far = {}, self._near
        yield from (step for step, _asked in waiting)

    def _lacks(self, name: str) -> bool:
        """Tell whether an object must be asked for; one that is here will not go before it is used."""
        if name in self._near or name in self._coming:
            return False
        if name in self._far:
            self._near[name] = self._far[name]
            return False
        return True

    def _put(self, content: bytes | None) -> None:
        name = next(iter(self._coming))
        path = self._coming.pop(name)
        self._answers += 1
        if self._answers == _MANY:
            self._read = self._fast()
        self._near[name] = None if content is None else self._read(path, content) or read_bygone(path, content)
