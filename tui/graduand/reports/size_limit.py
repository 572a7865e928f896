"""Size limits of Markdown: how much a comment or a job summary holds, and what of a page fits into it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.language import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Place(StrEnum):
    """Where Markdown must fit."""

    comment = "comment"
    summary = "summary"


class Room(NamedTuple):
    """How much a place holds."""

    size: int
    encoding: str
    """In which the place counts: units of two bytes, or bytes."""
    unit: int

    def used(self, text: str) -> int:
        """Return how much of the room a line takes, its end included."""
        return len(text.encode(self.encoding, errors="replace")) // self.unit + 1

    def fitting(self, lines: Iterable[str], left: int) -> list[str]:
        """Return the first lines, as many as fit into what is left."""
        taken = []
        for text in lines:
            left -= self.used(text)
            if left < 0:
                break
            taken.append(text)
        return taken


COMMENT: Final = Room(65_536, "utf-16-le", 2)
"""A comment on a pull request, in characters; those beyond the basic plane are counted as two, to be safe."""
SUMMARY: Final = Room(1 << 20, "utf-8", 1)
"""The summary of a job, in bytes."""
RESERVED: Final = 1_000
"""For the sentences that say what is left out."""


def room_of(place: Place) -> Room:
    """Return how much a place holds."""
    return SUMMARY if place is Place.summary else COMMENT


def left_out(lines: Sequence[str], taken: Sequence[str], before: str) -> Iterator[str]:
    """Say how many of the lines, which follow three of a head, were not taken."""
    count = len(lines) - max(len(taken) - 3, 0)
    if count:
        message = ngettext("{count} more does not fit here.", "{count} more do not fit here.", count)
        yield f"{before}{message.format(count=count)}"
