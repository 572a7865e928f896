"""Dates: days as registrars and spreadsheets write them; which part comes first, for a whole column."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.similar import folded
from graduand.vocabulary import months, vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterable

DAY_FIRST: Final = "dd/mm/yyyy"
MONTH_FIRST: Final = "mm/dd/yyyy"
SERIAL: Final = "serial"
"""Days since 30 December 1899, as a spreadsheet counts them."""
FORMS: Final = (DAY_FIRST, MONTH_FIRST, SERIAL)

_ISO: Final = re.compile(r"([0-9]{4})[-/. ]?([0-9]{1,2})[-/. ]?([0-9]{1,2})(?:[T ].*)?")
_FIGURES: Final = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}|[0-9]{2})(?:[T ,].*)?")
_SERIAL: Final = re.compile(r"[2-6][0-9]{4}(?:\.0+)?")
_ZERO: Final = date(1899, 12, 30)


class Doubt(NamedTuple):
    """A date that could be two days, in a column in which nothing tells which."""

    text: str
    readings: tuple[str, ...]
    """The forms that the column could be in."""


def form_of(texts: Iterable[str]) -> str | Doubt:
    """Return the form of a column's dates, from all of them; "" where every one speaks for itself."""
    day_first = month_first = False
    doubtful = serial = ""
    for text in texts:
        match = _FIGURES.fullmatch(text)
        if not match:
            serial = serial or (text if _SERIAL.fullmatch(text) else "")
            continue
        first, second = int(match[1]), int(match[2])
        if first > 12 >= second:
            day_first = True
        elif second > 12 >= first:
            month_first = True
        elif first != second:
            doubtful = doubtful or text
    if doubtful and day_first is month_first:
        return Doubt(doubtful, (DAY_FIRST, MONTH_FIRST))
    if serial:
        return Doubt(serial, (SERIAL,))
    return DAY_FIRST if day_first and not month_first else MONTH_FIRST if month_first and not day_first else ""


def day_of(text: str, form: str) -> str:
    """Return the day that `text` is, `yyyy-mm-dd`; "" when it is none."""
    if match := _ISO.fullmatch(text):
        return _day(match[1], int(match[2]), int(match[3]))
    if match := _FIGURES.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        if form == MONTH_FIRST or (not form and second > 12):
            first, second = second, first
        return _day(match[3], second, first)
    if match := _day_before_month().fullmatch(text):
        return _day(match[3], _months_by_name().get(folded(match[2]), 0), int(match[1]))
    if match := _month_before_day().fullmatch(text):
        return _day(match[3], _months_by_name().get(folded(match[1]), 0), int(match[2]))
    if form == SERIAL and _SERIAL.fullmatch(text):
        return (_ZERO + timedelta(days=int(text.partition(".")[0]))).isoformat()
    return ""


@cache
def _day_before_month() -> re.Pattern[str]:
    """Return the pattern of dates such as “1er juin 2026”, “1st June 2026”, “1-Jun-26”."""
    return re.compile(
        rf"([0-9]{{1,2}})(?:{_ordinals()})?[-/. ]+([^\W\d_]{{3,}})[-/., ]+([0-9]{{4}}|[0-9]{{2}})(?:[T ].*)?"
    )


@cache
def _month_before_day() -> re.Pattern[str]:
    """Return the pattern of dates such as “June 1st, 2026”."""
    return re.compile(rf"([^\W\d_]{{3,}})[-/. ]+([0-9]{{1,2}})(?:{_ordinals()})?,? +([0-9]{{4}})(?:[T ].*)?")


def _ordinals() -> str:
    return "|".join(re.escape(ending) for one in vocabularies() for ending in one.ordinals)


@cache
def _months_by_name() -> dict[str, int]:
    return {folded(name): number for number, names in enumerate(months(), 1) for name in names}


def _day(year: str, month: int, day: int) -> str:
    whole = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 69 else 1900)
    try:
        return date(whole, month, day).isoformat()
    except ValueError:
        return ""
