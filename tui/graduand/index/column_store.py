"""Listing: many small values as columns, each made when somebody looks at it; as they were known the last time, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar, overload

from graduand.storage.cache_file import CacheFile

if TYPE_CHECKING:
    from graduand.workspace import Workspace

T = TypeVar("T")

_FORM: Final = "graduand/list/2"


class Listing(Sequence[T]):
    """Values that are made of one text from each column."""

    def __init__(self, make: Callable[..., T], columns: Sequence[Sequence[str]]) -> None:
        self.columns = columns
        self._make = make

    def __len__(self) -> int:
        return len(self.columns[0])

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Listing[T]: ...
    def __getitem__(self, index: int | slice) -> T | Listing[T]:
        if isinstance(index, slice):
            return Listing(self._make, [column[index] for column in self.columns])
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
    """Many texts in one, with a line for each; the first ones are there at once, the others when one is asked for."""

    _SCREEN: Final = 200
    """What a first look takes, on the largest screen."""

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


def keep(workspace: Workspace, columns: Sequence[Sequence[str]]) -> None:
    """Write the columns of a list for the next time, where there is git."""
    file = _cache_file(workspace)
    if file:
        file.write([_joined(column) for column in columns])


def last_known(workspace: Workspace) -> Sequence[Sequence[str]] | None:
    """Return the columns that were written last, whatever has happened to the records since; None: there are none."""
    file = _cache_file(workspace)
    columns = file.read() if file else None
    return None if columns is None else [_apart(column) for column in columns]


def _joined(column: Sequence[str]) -> str | list[str]:
    """Return a column as one text, which is read back faster; not one in which a text goes over several lines."""
    whole = "\n".join(column)
    return whole if column and whole.count("\n") == len(column) - 1 else [*column]


def _apart(column: str | list[str]) -> Sequence[str]:
    return StoredColumn(column) if isinstance(column, str) else column


def _cache_file(workspace: Workspace) -> CacheFile[list[str | list[str]]] | None:
    if not workspace.git_folder:
        return None
    return CacheFile(Path(workspace.git_folder, "graduand", "list"), _FORM, str(workspace.root.resolve()))
