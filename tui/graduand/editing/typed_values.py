"""Days as people type them, and as a record holds them."""

from __future__ import annotations

import re
from typing import Final

from graduand.rules.values import days_meant, is_day

_SHORT: Final = re.compile(r"([0-9]{1,2})[ ./-]([0-9]{1,2})(?:[ ./-]([0-9]{2}))?")
"""A day and a month, and perhaps the last two figures of the year."""


def typed_day(text: str, today: str) -> str:
    """Return the day `yyyy-mm-dd` that was typed, the day before the month; the same text when it is none.

    `31/5` is of the year of `today`, `31/5/26` of its century.
    """
    stripped = text.strip()
    if is_day(stripped):
        return stripped
    if short := _SHORT.fullmatch(stripped):
        day, month, year = short.groups()
        meant = f"{today[:2]}{year or today[2:4]}-{month:0>2}-{day:0>2}"
        return meant if is_day(meant) else text
    return next(iter(days_meant(stripped)), text)
