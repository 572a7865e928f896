"""Items grouped under headings that can be folded, as rows of a list."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Item = TypeVar("Item")


class Heading(NamedTuple):
    """The row above the items of one group."""

    key: str
    size: int
    folded: bool


@dataclass(frozen=True)
class Outline(Generic[Item]):
    """Groups of items, and which are folded; a row is found by its number without a list of all rows."""

    groups: Mapping[str, Sequence[Item]]
    """None is empty."""
    folded: frozenset[str] = frozenset()

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys of the groups, in their order."""
        return tuple(self.groups)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        """The row of each heading, and at the end how many rows there are."""
        heights = (1 + (0 if key in self.folded else len(self.groups[key])) for key in self.keys)
        return (0, *accumulate(heights))

    def __len__(self) -> int:
        return self._starts[-1]

    def _group_at(self, row: int) -> int:
        return bisect_right(self._starts, row) - 1

    def at(self, row: int) -> Heading | Item:
        """Return what stands in a row."""
        key, start = self.key_at(row), self._starts[self._group_at(row)]
        if row == start:
            return Heading(key, len(self.groups[key]), key in self.folded)
        return self.groups[key][row - start - 1]

    def key_at(self, row: int) -> str:
        """Return the key of the group that a row belongs to."""
        return self.keys[self._group_at(row)]

    def row_of(self, key: str, item: int = -1) -> int:
        """Return the row of an item of a group; of its heading, when no item is named or the group is folded."""
        start = self._starts[self.keys.index(key)]
        return start if key in self.folded else start + 1 + item

    def folding(self, key: str) -> Outline[Item]:
        """Return the outline with a group folded, or unfolded again."""
        return replace(self, folded=self.folded ^ {key})

    def step(self, row: int, by: int) -> tuple[Outline[Item], int]:
        """Return the row of the next item, or with -1 of the one before, its group unfolded; the ends meet."""
        number = self._group_at(row)
        item = row - self._starts[number] - 1 + by
        if not 0 <= item < len(self.groups[self.keys[number]]):
            number = (number + by) % len(self.keys)
            item = 0 if by > 0 else len(self.groups[self.keys[number]]) - 1
        outline = replace(self, folded=self.folded - {self.keys[number]})
        return outline, outline.row_of(self.keys[number], item)
