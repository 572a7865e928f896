"""Limit Markdown to the size of a comment or of a job summary."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.language import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class MarkdownTarget(StrEnum):
    """Where Markdown is shown."""

    comment = "comment"
    summary = "summary"


class SizeLimit(NamedTuple):
    """The maximum size of Markdown."""

    size: int
    encoding: str
    """The encoding whose units are counted."""
    unit: int
    """Bytes of a unit."""

    def size_of(self, text: str) -> int:
        """Return the size of a line with its line break, in units."""
        return len(text.encode(self.encoding, errors="replace")) // self.unit + 1

    def fitting(self, lines: Iterable[str], left: int) -> list[str]:
        """Return the first lines, as many as fit into `left` units."""
        fitting = []
        for text in lines:
            left -= self.size_of(text)
            if left < 0:
                break
            fitting.append(text)
        return fitting


COMMENT: Final = SizeLimit(65_536, "utf-16-le", 2)
"""A comment on a pull request, in UTF-16 units."""
SUMMARY: Final = SizeLimit(1 << 20, "utf-8", 1)
"""The summary of a job, in bytes."""
DESCRIPTION: Final = SizeLimit(60_000, "utf-8", 1)
"""The text of a pull request, in bytes: forges take what fits into a comment, their programs what fits on a line."""
RESERVED: Final = 1_000
"""Units that are reserved for the sentences on omitted lines."""


def limit_of(target: MarkdownTarget) -> SizeLimit:
    """Return the limit of a target."""
    return SUMMARY if target is MarkdownTarget.summary else COMMENT


def omission(lines: Sequence[str], shown: Sequence[str], before: str) -> Iterator[str]:
    """Return a sentence on the number of omitted lines; `shown` begins with the three lines of a head."""
    count = len(lines) - max(len(shown) - 3, 0)
    if count:
        message = ngettext("{count} more does not fit here.", "{count} more do not fit here.", count)
        yield f"{before}{message.format(count=count)}"
