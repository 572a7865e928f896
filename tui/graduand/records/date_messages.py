"""Messages for texts that are no date of the calendar."""

from __future__ import annotations

import re
from typing import Final

from graduand.language import _, quoted

_NUMBERS: Final = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})|(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_MONTHS: Final = 12
_LONGEST: Final = 31


def no_day(text: str) -> str:
    """Return a message that says why `text` is no date, and in which form a date is written."""
    if found := _NUMBERS.fullmatch(text):
        year, month, day = (int(part) for part in (found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)))
        month, day = (day, month) if month > _MONTHS else (month, day)
        if year and 1 <= month <= _MONTHS and _days(year, month) < day <= _LONGEST:
            message = _("{value} is no date: that month has {count} days. Write it as yyyy-mm-dd, such as {example}.")
            last = f"{year:04}-{month:02}-{_days(year, month):02}"
            return message.format(value=quoted(text), count=_days(year, month), example=last)
    return _("{value} is no date; write it as yyyy-mm-dd, such as {example}.").format(
        value=quoted(text), example="2026-06-30"
    )


def _days(year: int, month: int) -> int:
    from calendar import monthrange  # noqa: PLC0415 - only where something is wrong

    return monthrange(year, month)[1]
