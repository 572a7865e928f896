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

_KEPT: Final = 30_000
"""Records that are kept, the ones last needed; many more than are ever asked for ahead."""

_MANY: Final = 500
"""Objects from which on the fast road repays the making of its pattern."""


class Shelf:
    """Records by the names of the objects that hold them."""

    def __init__(self, program: Program, fast: Callable[[], Reader]) -> None:
        """Nothing is read yet; `fast` makes the fast reader, when there is enough to read."""
        self._program = program
        self._fast = fast
        self._read: Reader = read_bygone
        self._records: dict[str, Record | None] = {}
        self._asked: set[str] = set()
        self._answers = 0

    def record(self, name: str, path: str) -> Record | None:
        """Return the record in an object that was wanted before, as lying at `path`; None when it is none."""
        record = self._records[name]
        return record and record._replace(path=path)

    def fetched(self, name: str, path: str) -> Record | None:
        """Return the record in an object that nobody wanted before."""
        content = next(self._program.blobs([name]))
        return None if content is None else read_bygone(path, content)

    def ready(self, steps: Iterable[T], wanted: Callable[[T], Iterable[str]]) -> Iterator[T]:
        """Return the steps in their order, each when the objects that it wants are here."""
        waiting: deque[tuple[T, int]] = deque()
        names: deque[str] = deque()

        def ask() -> Iterator[str]:
            asked = 0
            for step in steps:
                for name in wanted(step):
                    if self._needs(name):
                        names.append(name)
                        asked += 1
                        yield name
                waiting.append((step, asked))

        for answered, content in enumerate(self._program.blobs(ask()), 1):
            self._put(names.popleft(), content)
            while waiting and waiting[0][1] <= answered:
                yield waiting.popleft()[0]
                self._forget()
        yield from (step for step, _asked in waiting)

    def _needs(self, name: str) -> bool:
        """Note that an object will be needed; tell whether it must be asked for."""
        if not name or name in self._asked:
            if name in self._records:
                self._records[name] = self._records.pop(name)
            return False
        self._asked.add(name)
        return True

    def _put(self, name: str, content: bytes | None) -> None:
        self._answers += 1
        if self._answers == _MANY:
            self._read = self._fast()
        self._records[name] = None if content is None else self._read("", content) or read_bygone("", content)

    def _forget(self) -> None:
        while len(self._records) > _KEPT:
            name = next(iter(self._records))
            del self._records[name]
            self._asked.discard(name)
