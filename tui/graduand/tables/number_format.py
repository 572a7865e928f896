"""Show the number of a workbook's cell as its number format does: zeros, signs and letters around the digits."""

from __future__ import annotations

import operator
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_BUILT_IN_DATES: Final = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})
"""Numbers of the built-in formats that show a day or a time (ECMA-376 part 1, 18.8.30)."""

_TOKEN: Final = re.compile(r'"([^"]*)"|\\(.)|[_*].|\[([^\]]*)\]|(.)', re.DOTALL)
"""A quoted text, an escaped character, a blank as wide as a character, a bracket, any other character."""
_DATE_LETTERS: Final = frozenset("dmyhsDMYHS")
_LITERALS: Final = frozenset(" $-+():!^&'~{}<>=\u00a0\u202f")
"""Characters that a format shows without quotation marks."""
_CONDITION: Final = re.compile(r"(<=|>=|<>|<|>|=)(-?[0-9]+(?:\.[0-9]+)?)")
_COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}


class _Section(NamedTuple):
    """One of the parts of a format that semicolons separate."""

    condition: tuple[str, float] | None
    pattern: tuple[tuple[str, str], ...] | None
    """Pairs of a placeholder, "" for a literal, and the text; None: it is no pattern of whole digits."""


def is_date_format(number: int, code: str) -> bool:
    """Return whether a format shows a day or a time of day; elapsed hours such as [h] are neither."""
    if not code:
        return number in _BUILT_IN_DATES
    if code.lower().startswith("general"):
        return False
    for found in _TOKEN.finditer(code):
        if found[4] == ";":
            return False
        if found[3] and set(found[3].lower()) <= set("hms"):
            return False
        if found[4] and found[4] in _DATE_LETTERS:
            return True
    return False


def without_unshown(day: str, code: str) -> str:
    """Return the first day of a month, `yyyy-mm-dd`, without what a format does not show: a spreadsheet made it up.

    Other days, and all where the format shows one, are returned unchanged.
    """
    if not day.endswith("-01"):
        return day
    letters = _letters(code)
    if "d" in letters or "y" not in letters:
        return day
    return day[:7] if "m" in letters or not day.endswith("-01-01") else day[:4]


@lru_cache(maxsize=1_000)
def _letters(code: str) -> frozenset[str]:
    return frozenset(found[4].lower() for found in _TOKEN.finditer(code) if found[4])


def show_integer(value: int, code: str) -> str:
    """Return a whole number as a format shows it, without thousands marks; its digits where the format says no more."""
    sections = _sections(code)
    section, signed = _section_of(value, sections)
    if section is None or section.pattern is None:
        return str(value)
    shown = _fill(str(abs(value)), section.pattern)
    return f"-{shown}" if value < 0 and signed else shown


def _section_of(value: int, sections: tuple[_Section, ...]) -> tuple[_Section | None, bool]:
    """Return the section that a number is shown by, and whether a minus sign goes in front."""
    if any(section.condition for section in sections):
        fitting = (one for one in sections if one.condition is None or _meets(value, one.condition))
        return next(fitting, None), True
    if value < 0 and len(sections) > 1:
        return sections[1], False
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return (sections[0] if sections else None), True


def _meets(value: int, condition: tuple[str, float]) -> bool:
    sign, limit = condition
    return _COMPARISONS[sign](value, limit)


def _fill(digits: str, pattern: tuple[tuple[str, str], ...]) -> str:
    """Put digits into the placeholders of a pattern from the right; the first placeholder takes those left over."""
    missing = sum(1 for placeholder, _text in pattern if placeholder) - len(digits)
    shown: list[str] = []
    rest, zeros = iter(digits), False
    surplus = max(0, -missing)
    for placeholder, text in pattern:
        if not placeholder:
            shown.append(text)
        elif missing > 0:
            missing -= 1
            zeros = zeros or placeholder == "0"
            shown.append("0" if zeros else "")
        else:
            shown.extend(next(rest) for _digit in range(1 + surplus))
            surplus = 0
    return "".join(shown).strip()


@lru_cache(maxsize=1_000)
def _sections(code: str) -> tuple[_Section, ...]:
    """Return the sections of a format that show numbers; the one with @ shows text."""
    sections: list[_Section] = []
    tokens: list[re.Match[str]] = []
    for found in _TOKEN.finditer(f"{code};"):
        if found[4] == ";":
            if all(token[4] != "@" for token in tokens):
                sections.append(_section(tokens))
            tokens = []
        else:
            tokens.append(found)
    return tuple(sections)


def _section(tokens: list[re.Match[str]]) -> _Section:
    conditions = [found for token in tokens if token[3] and (found := _CONDITION.fullmatch(token[3]))]
    condition = (conditions[0][1], float(conditions[0][2])) if conditions else None
    pattern: list[tuple[str, str]] = []
    for token in tokens:
        quoted, escaped, _bracket, char = token.groups()
        if char and char in "0#?":
            pattern.append((char, char))
        elif (text := quoted or escaped or char) and (not char or char in _LITERALS):
            pattern.append(("", text))
        elif char and char != ",":
            return _Section(condition, None)
    if any(placeholder for placeholder, _text in pattern):
        return _Section(condition, tuple(pattern))
    return _Section(condition, None)
