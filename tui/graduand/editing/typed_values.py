"""What people type, and what a record holds for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from graduand.records.kinds import FieldKind
from graduand.rules.values import close, days_meant, is_day

if TYPE_CHECKING:
    from graduand.records.field import Field

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


def typed_value(field: Field, text: str, today: str) -> str:
    """Return what a record holds for a text typed into `field`: dates, yes and no as it writes them, all else as is."""
    if field.kind is FieldKind.DATE:
        return typed_day(text, today)
    if field.kind is FieldKind.BOOLEAN:
        return close(field.kind, text.strip()) or text
    return text
