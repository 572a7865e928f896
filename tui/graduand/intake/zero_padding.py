"""Zeros: identifiers that are shorter than the others, as where a spreadsheet has eaten the zeros in front."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHARE: Final = 0.8
"""Of all identifiers made of figures, how many have one length before another one is strange."""
_ENOUGH: Final = 5


def usual_length(texts: Iterable[str]) -> int:
    """Return the length that nearly all identifiers made of figures have; 0 when there is none."""
    lengths = Counter(map(len, filter(str.isdigit, texts)))
    if not lengths:
        return 0
    length, times = lengths.most_common(1)[0]
    total = lengths.total()
    return length if total >= _ENOUGH and times >= total * _SHARE else 0


def expected_length(texts: Iterable[str], known: Iterable[str]) -> int:
    """Return the length that identifiers should have, by those `known` before and those of the file; 0: any."""
    return usual_length(known) or usual_length(texts)


def is_short(text: str, length: int) -> bool:
    """Tell whether an identifier of figures lacks some to have the usual length."""
    return len(text) < length and text.isascii() and text.isdigit()
