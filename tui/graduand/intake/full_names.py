"""Split a column that holds the first and the last name together, in the order that the user names."""

from __future__ import annotations

from typing import Final

LAST_FIRST: Final = "last_name,first_name"
FIRST_LAST: Final = "first_name,last_name"
ORDERS: Final = (LAST_FIRST, FIRST_LAST)
"""What a column of whole names can be mapped to."""


def keys_of(key: str) -> tuple[str, ...]:
    """Return the keys that a column fills: two for one of `ORDERS`."""
    return tuple(key.split(",")) if key in ORDERS else (key,)


def split_name(text: str, order: str) -> dict[str, str]:
    """Return first and last name by key; empty where it is not clear which words are which.

    A comma separates last and first name. Without one, names of two words are split, and those whose last name alone
    is written in capitals.
    """
    last, comma, first = (part.strip() for part in text.partition(","))
    if not comma:
        last, first = _without_comma(text.split(), order)
    if not last or not first or "," in first or (comma and order == FIRST_LAST):
        return {}
    return {"last_name": last, "first_name": first}


def _without_comma(words: list[str], order: str) -> tuple[str, str]:
    turned = words if order == LAST_FIRST else words[::-1]
    capitals = next((number for number, word in enumerate(turned) if not _is_capitals(word)), 0)
    count = capitals or (1 if len(words) == len(ORDERS) else 0)
    last, first = turned[:count], turned[count:]
    if order == FIRST_LAST:
        last, first = last[::-1], first[::-1]
    return (" ".join(last), " ".join(first)) if count else ("", "")


def _is_capitals(word: str) -> bool:
    return word.isupper() and len(word.strip(".")) > 1
