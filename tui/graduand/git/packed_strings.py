"""Lines: many texts in one piece of memory, each of them made when it is looked at."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Self, overload

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBER: Final = "I"
"""How a number is kept: unsigned, of four bytes."""
_LOST: Final = "surrogatepass"
"""What was no UTF-8 comes back as it was."""


class PackedStrings(Sequence[str]):
    """Texts without line ends."""

    def __init__(self, raw: bytes | memoryview = b"", ends: array[int] | None = None) -> None:
        self.raw = raw
        """One after the other, each with a line end behind it."""
        self.ends = ends if ends is not None else array(NUMBER)
        """Where each ends; its line end is still its own."""

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        if isinstance(index, slice):
            return tuple(self[one] for one in range(*index.indices(len(self))))
        place = range(len(self.ends))[index]
        start = self.ends[place - 1] if place else 0
        return str(self.raw[start : self.ends[place] - 1], "utf-8", _LOST)

    def __iter__(self) -> Iterator[str]:
        yield from str(self.raw, "utf-8", _LOST).split("\n")[:-1]

    def longer(self, texts: Sequence[str]) -> Self:
        """Return these lines with more at their end."""
        lengths = [len(text) + 1 if text.isascii() else len(text.encode(errors=_LOST)) + 1 for text in texts]
        ends = array(NUMBER, accumulate(lengths, initial=len(self.raw)))[1:]
        return type(self)(
            bytes(self.raw) + "".join([f"{text}\n" for text in texts]).encode(errors=_LOST), self.ends + ends
        )
