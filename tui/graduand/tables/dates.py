"""Parse dates as people write them and as spreadsheets save them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import Final, NamedTuple

from graduand.language import N_
from graduand.similar import folded
from graduand.vocabulary import months, vocabularies

DAY_FIRST: Final = N_("dd/mm/yyyy")
MONTH_FIRST: Final = N_("mm/dd/yyyy")
SERIAL: Final = "serial"
"""Days since 30 December 1899, the date numbers of spreadsheets."""
_YEAR_LAST: Final = re.compile(r"([^\W\d_]{3,} +[0-9]{1,2}) +[0-9]{1,2}:[0-9:.]+ (?:[A-Z]{2,5} )?([0-9]{4})")
"""A date whose year is behind the time and the zone, as Java and Unix write it."""
_ZONE: Final = r"(?: ?(?:Z|[A-Z]{2,5}))?(?: ?[+-][0-9]{2}(?::?[0-9]{2})?)?"
_TIME: Final = (
    r"(?:(?:T|,? (?:(?:à|at) )?|,)[0-9]{1,2}(?: ?[:.hH] ?[0-9]{0,2}){0,3}(?:[.,]?[0-9]+)?(?: ?[AaPp]\.?[Mm]\.?)?"
    rf"{_ZONE}(?: ?(?:\([^()]*\)|\[[^\[\]]*\]))?|{_ZONE})"
)
"""A time of the day and a zone behind a date, or nothing."""
_MIDNIGHT_ELSEWHERE: Final = re.compile(
    r".*[T ](?:1[2-9]|2[0-3]):00:00(?:\.0+)? ?(?:Z|UTC|GMT|\+00:?00|\+00)(?: ?\([^()]*\))?"
)
"""A full hour of the afternoon in Greenwich, as programs write the midnight of a zone east of it."""
_DAY_ZERO: Final = date(1899, 12, 30)
_MONTHS: Final = 12
_YEAR_DIGITS: Final = 4
_SERIAL_DIGITS: Final = 5


class DateSyntax(NamedTuple):
    """The forms of dates that are accepted."""

    iso: re.Pattern[str]
    """Year, month and day."""
    numeric: re.Pattern[str]
    """Two numbers, day and month in either order, and the year."""
    serial: re.Pattern[str]
    """A number of days."""
    pivot: int
    """Years of two digits are in this century below the pivot, else in the last."""
    month_names: bool
    """Whether months may be names."""


WRITTEN: Final = DateSyntax(
    iso=re.compile(
        r"(?=[0-9]{8}(?![0-9])|[0-9]{4}[-/. ][0-9]{1,2}[-/. ])([0-9]{4})[-/. ]?([0-9]{1,2})[-/. ]?([0-9]{1,2})" + _TIME
    ),
    numeric=re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}|[0-9]{2})" + _TIME),
    serial=re.compile(r"[2-6][0-9]{4}(?:[.,][0-9]+)?"),
    pivot=69,
    month_names=True,
)
"""Dates of a foreign file, with any time of the day."""

SAVED: Final = DateSyntax(
    iso=re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]0?0:00(?::00)?)?"),
    numeric=re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?: 0?0:00(?::00)?)?"),
    serial=re.compile(r"[2-7]\d{4}"),
    pivot=100,
    month_names=False,
)
"""Dates of a record that a spreadsheet has saved, with midnight as the only time of the day."""


def parse_date(text: str, form: str, syntax: DateSyntax = WRITTEN) -> str:
    """Return a date as `yyyy-mm-dd`; "" if the text is no date.

    The form is DAY_FIRST, MONTH_FIRST or SERIAL; "" accepts dates that have one reading, and the day first in others.
    A text with anything but a time behind the date is none, and neither is a moment that `is_elsewhere`.
    """
    if is_elsewhere(text):
        return ""
    if syntax.month_names:
        text = without_weekday(text)
    if match := syntax.iso.fullmatch(text):
        return _iso(match[1], int(match[2]), int(match[3]), syntax.pivot)
    if match := syntax.numeric.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        if form == MONTH_FIRST or (not form and second > _MONTHS):
            first, second = second, first
        return _iso(match[3], second, first, syntax.pivot)
    if form == SERIAL and syntax.serial.fullmatch(text):
        return (_DAY_ZERO + timedelta(days=int(text[:_SERIAL_DIGITS]))).isoformat()
    return _with_month_name(_YEAR_LAST.sub(r"\1 \2", text), syntax.pivot) if syntax.month_names else ""


def is_elsewhere(text: str) -> bool:
    """Return whether a text is a moment in Greenwich whose day is another one where it was written."""
    return _MIDNIGHT_ELSEWHERE.fullmatch(text) is not None


def without_weekday(text: str) -> str:
    """Return a date without the day of the week in front of it."""
    found = None if text[:1].isdigit() else _weekday().match(text)
    return text[found.end() :] if found else text


@cache
def _weekday() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for one in vocabularies() for day in one.weekdays for name in day)
    return re.compile(rf"(?:{names})\.?,? +(?=\S)", re.IGNORECASE)


def _with_month_name(text: str, pivot: int) -> str:
    if match := _day_before_month().fullmatch(text):
        return _iso(match[3], _months_by_name().get(folded(match[2]), 0), int(match[1]), pivot)
    if match := _month_before_day().fullmatch(text):
        return _iso(match[3], _months_by_name().get(folded(match[1]), 0), int(match[2]), pivot)
    return ""


@cache
def _day_before_month() -> re.Pattern[str]:
    """Return the pattern of dates such as “1er juin 2026”, “1st June 2026”, “1-Jun-26”."""
    return re.compile(
        rf"([0-9]{{1,2}})(?:{_ordinals()})?[-/. ]+([^\W\d_]{{3,}})[-/., ]+([0-9]{{4}}|[0-9]{{2}}){_TIME}", re.IGNORECASE
    )


@cache
def _month_before_day() -> re.Pattern[str]:
    """Return the pattern of dates such as “June 1st, 2026”."""
    return re.compile(rf"([^\W\d_]{{3,}})[-/. ]+([0-9]{{1,2}})(?:{_ordinals()})?,? +([0-9]{{4}}){_TIME}", re.IGNORECASE)


def _ordinals() -> str:
    return "|".join(re.escape(ending) for one in vocabularies() for ending in one.ordinals)


@cache
def _months_by_name() -> dict[str, int]:
    return {folded(name): number for number, names in enumerate(months(), 1) for name in names}


def _iso(year: str, month: int, day: int, pivot: int) -> str:
    whole = int(year)
    if len(year) != _YEAR_DIGITS:
        whole += 2000 if whole < pivot else 1900
    try:
        return date(whole, month, day).isoformat()
    except ValueError:
        return ""
