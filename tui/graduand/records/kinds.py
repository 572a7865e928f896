"""The kinds of values: what the text of a column may look like; text is checked, never converted."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from graduand.language import _, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


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


CLEAR: Final = "**CLEAR**"
"""The importer's word for "wipe this field" [FAQ]; a blank cell means "leave as it is"."""

FORMULA_STARTS: Final = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""First characters of a formula in a spreadsheet, full-width ones included; plus and minus also begin numbers."""


class FieldKind(StrEnum):
    """The kinds of text."""

    IDENTIFIER = "identifier"
    EMAIL = "email"
    NAME = "name"
    TEXT = "text"
    PHONE = "phone"
    DATE = "date"
    BOOLEAN = "boolean"
    GPA = "gpa"
    CHOICE = "choice"
    LIST = "list"
    NOTE = "note"
    WAIVERS = "waivers"


_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP_LABEL = r"[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
EMAIL_PATTERN: Final = rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_TOP_LABEL}"
"""An e-mail address: dot-atoms and a domain with a dot (RFC 5321, without quoting)."""

PATTERNS: Final[Mapping[FieldKind, str]] = {
    FieldKind.IDENTIFIER: r"[!-~]+",
    FieldKind.EMAIL: EMAIL_PATTERN,
    FieldKind.PHONE: r"\+?[0-9]+",
    FieldKind.DATE: r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    FieldKind.BOOLEAN: r"true|false",
    FieldKind.GPA: r"[0-3](?:\.[0-9]{1,2})?|4(?:\.0{1,2})?",
}
"""The pattern of a whole text of the kind, for rules, JSON Schema and reader."""

_DAY = (
    "(?!0000)[0-9]{4}-(?:(?:0[13-9]|1[0-2])-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13578]|1[02])-31)"
)
"""Days that every year has; not 29 February."""

_WORD = "[A-Za-zÀ-ÖØ-öø-ÿĀ-žƠơƯưȘ-țẀ-\u1eff]"
_PLAIN: Final = {
    FieldKind.NAME: rf"{_WORD}+(?:[ '’-]{_WORD}+)*",
    FieldKind.TEXT: rf"(?:{_WORD}|[0-9(])(?:{_WORD}|[0-9 '’,.()&/:+-])*(?<! )",
    FieldKind.NOTE: rf"(?:{_WORD}|[0-9 '’,.()&/:+;!?°«»\"%#@\n\u00a0\u202f-])*",
    FieldKind.CHOICE: r"[A-Za-z](?:[A-Za-z/ -]*[A-Za-z])?",
    FieldKind.IDENTIFIER: r"[A-Za-z0-9][!#-)+-\[\]-~]*",
    FieldKind.EMAIL: rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,20}}(?:\.[A-Za-z0-9_-]{{1,20}}){{0,2}}@(?:{_LABEL}\.)+{_TOP_LABEL}",
    FieldKind.PHONE: r"\+?[0-9]{10}",
    FieldKind.DATE: _DAY,
    FieldKind.BOOLEAN: PATTERNS[FieldKind.BOOLEAN],
    FieldKind.GPA: PATTERNS[FieldKind.GPA],
}
"""Patterns of texts that break no rule of their own: nothing is hidden, composed, or looks like something else."""


def plain_shape(kind: FieldKind) -> str:
    """Return the pattern of texts of the kind, on one line, that break no rule of their own; "" when there is none."""
    return _PLAIN.get(kind, "").replace(r"\n", "")


class _Shapes(dict[FieldKind, "Callable[[str], object] | None"]):
    """Compiled patterns by kind, compiled when first used; None: every text matches."""

    def __init__(self, patterns: Mapping[FieldKind, str]) -> None:
        self._patterns = patterns

    def __missing__(self, kind: FieldKind) -> Callable[[str], object] | None:
        pattern = self._patterns.get(kind)
        self[kind] = re.compile(pattern).fullmatch if pattern is not None else None
        return self[kind]


_BATCH: Final = 200
"""Texts that are matched together."""
_SHAPES: Final = _Shapes(PATTERNS)
_PLAINLY: Final = _Shapes(_PLAIN)


def matches(kind: FieldKind, text: str) -> bool:
    """Return whether the whole of `text` matches the pattern of `kind`; every text does where there is none."""
    shape = _SHAPES[kind]
    return shape is None or shape(text) is not None


def is_plain(kind: FieldKind, text: str) -> bool:
    """Return True for a text that certainly breaks no rule of its own; False means that it may."""
    plainly = _PLAINLY[kind]
    return plainly is not None and plainly(text) is not None


def batches(texts: Sequence[str], pattern: str) -> Iterator[tuple[Sequence[str], bool]]:
    """Yield the texts in batches, and whether all of a batch match the pattern, each as one line.

    One search for many texts is several times faster than one for each; a text with a line break never matches.
    """
    lines = re.compile(f"(?:{pattern}\n)+")
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        joined = "\n".join((*batch, ""))
        yield batch, joined.count("\n") == len(batch) and lines.fullmatch(joined) is not None


def same_value(kind: FieldKind, one: object, other: object) -> bool:
    """Return whether two values mean the same.

    Addresses and booleans do whatever their capitals are, averages as numbers, and the items of a cell, which have
    semicolons between them, in any order.
    """
    if one == other or not isinstance(one, str) or not isinstance(other, str):
        return one == other
    if kind in {FieldKind.EMAIL, FieldKind.BOOLEAN}:
        return one.casefold() == other.casefold()
    if kind is FieldKind.GPA and matches(kind, one) and matches(kind, other):
        return float(one) == float(other)
    if kind is FieldKind.LIST:
        return _items(one) == _items(other)
    return False


def _items(cell: str) -> frozenset[str]:
    return frozenset(item for text in cell.split(";") if (item := text.strip()))
