"""The column store: many small values as columns of text, written for the next time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, TypeVar, overload

from graduand.storage.cache_file import CacheFile

T = TypeVar("T")

_FORMAT: Final = "graduand/list/3"


class ColumnList(Sequence[T]):
    """Values that are made of one text from each column when they are asked for."""

    def __init__(self, make: Callable[..., T], columns: Sequence[Sequence[str]]) -> None:
        self.columns = columns
        self._make = make

    def __len__(self) -> int:
        return len(self.columns[0])

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> ColumnList[T]: ...
    def __getitem__(self, index: int | slice) -> T | ColumnList[T]:
        if isinstance(index, slice):
            return ColumnList(self._make, [column[index] for column in self.columns])
        return self._make(*(column[index] for column in self.columns))

    def __iter__(self) -> Iterator[T]:
        return map(self._make, *self.columns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(_same, self, other))

    def __hash__(self) -> int:
        return hash(tuple(map(tuple, self.columns)))


def _same(one: object, other: object) -> bool:
    return one == other


class StoredColumn(Sequence[str]):
    """Many texts as the lines of one; only the first ones are split off before another one is asked for."""

    _SCREEN: Final = 200
    """Lines of the largest screen."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._first = text.split("\n", self._SCREEN)[: self._SCREEN]

    @cached_property
    def _all(self) -> list[str]:
        return self._text.split("\n")

    @cached_property
    def _count(self) -> int:
        return self._text.count("\n") + 1

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, int) and 0 <= index < len(self._first):
            return self._first[index]
        return self._all[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)


class ColumnStore:
    """The columns of one list in a file below git's own folder."""

    def __init__(self, git_folder: str, root: Path) -> None:
        shape, place = list[str | list[str]], Path(git_folder, "graduand", "list")
        self._file = CacheFile[list[str | list[str]]](place, _FORMAT, str(root.resolve()), shape=shape)

    def put(self, columns: Sequence[Sequence[str]]) -> None:
        """Write the columns."""
        self._file.write([_joined(column) for column in columns])

    def columns(self) -> Sequence[Sequence[str]] | None:
        """Return the columns that were written last, whatever has happened to the records since."""
        columns = [_apart(column) for column in self._file.read() or ()]
        return columns if len({*map(len, columns)}) == 1 else None


def _joined(column: Sequence[str]) -> str | list[str]:
    """Return a column as one text, which is read back faster, unless one of its texts has several lines."""
    whole = "\n".join(column)
    return whole if column and whole.count("\n") == len(column) - 1 else [*column]


def _apart(column: str | list[str]) -> Sequence[str]:
    return StoredColumn(column) if isinstance(column, str) else column
