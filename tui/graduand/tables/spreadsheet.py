"""Spreadsheet: CSV that a spreadsheet opens without running, rounding or dating what stands in its cells."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.language import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BOM: Final = "\ufeff"
"""Without it Excel takes a CSV for Windows-1252."""

_GUARD: Final = "'"
_RUN: Final = frozenset("=+-@\0\uff1d\uff0b\uff0d\uff20")
"""What a formula begins with, in full width too; the sign of a number is among them."""
_MONTHS: Final = (
    "jan|january|janv|janvier|feb|february|fév|févr|février|mar|march|mars|apr|april|avr|avril|may|mai|jun|june|juin"
    "|jul|july|juil|juillet|aug|august|août|sep|sept|september|septembre|oct|october|octobre|nov|november|novembre"
    "|dec|december|déc|décembre"
)
_PLAIN: Final = re.compile(r"0|[1-9][0-9]{0,14}")
"""A number that comes back as it was."""
_TAKEN: Final = re.compile(
    rf"\d+(?:[.,]\d+)?e[+-]?\d+|\d{{1,2}}(?::\d\d)* ?[ap]\.?m?\.?|true|false|vrai|faux"
    rf"|\d{{1,4}}[ /.-]?(?:{_MONTHS})\.?(?:[ /.-]?\d{{2,4}})?|(?:{_MONTHS})\.?[ /.-]?\d{{1,4}}",
    re.IGNORECASE,
)
"""Texts with letters that a spreadsheet takes for a number, a date, a time or a truth value."""


def separator() -> str:
    """Return the separator that a spreadsheet expects where the language spoken now is at home."""
    return ";" if spoken() == "fr" else ","


def guarded(text: str) -> str:
    """Return `text` behind an apostrophe when a spreadsheet would run it or alter it."""
    return f"{_GUARD}{text}" if _needs_guard(text) else text


def unguarded(cell: str) -> str:
    """Return the text that `guarded` made a cell of; other cells are their own text."""
    return cell[1:] if cell.startswith(_GUARD) and _needs_guard(cell[1:]) else cell


def _needs_guard(text: str) -> bool:
    """Tell whether a spreadsheet would take `text` for something else."""
    bare = text.strip()
    if bare[:1] in _RUN or text[:1] in {"\t", "\r", "\n", _GUARD}:
        return True
    if any(map(str.isalpha, bare)):
        return _TAKEN.fullmatch(bare) is not None
    return any(map(str.isdigit, bare)) and _PLAIN.fullmatch(bare) is None


def listed(items: Sequence[str]) -> str:
    """Return a list as one text, whatever signs its items hold."""
    return json.dumps(items, ensure_ascii=False)


def items_of(text: str) -> tuple[str, ...]:
    """Return the items that `listed` made a text of; none of any other text."""
    if not (text.startswith('["') and text.endswith('"]')):
        return ()
    try:
        found = json.loads(text)
    except ValueError:
        return ()
    return tuple(found) if all(isinstance(item, str) and item for item in found) else ()


def as_csv(rows: Iterable[Sequence[str]], parted_by: str, *, bom: bool = True) -> str:
    """Return rows of cells as CSV for a spreadsheet; the cells are taken as they are."""
    page = io.StringIO(newline="")
    csv.writer(page, delimiter=parted_by, lineterminator="\r\n").writerows(rows)
    return (BOM if bom else "") + page.getvalue()


NUMBER: Final = re.compile(r"([+-]?)([0-9]{1,40})(?:[.,]([0-9]{0,40}))?(?:[eE]([+-]?[0-9]{1,3}))?")
_DIGITS: Final = 15
"""Digits that a spreadsheet keeps of a number; it writes zeros for the others."""


class Precision(NamedTuple):
    """How much of a number was left."""

    digits: int
    rounding: str


def precision_of(found: re.Match[str]) -> Precision:
    """Return how much is left of a number: the digits before the "E", or as many as a spreadsheet keeps."""
    _sign, whole, fraction, exponent = found.groups()
    if not exponent:
        return Precision(_DIGITS, ROUND_DOWN)
    return Precision(max(1, len(f"{whole}{fraction or ''}".lstrip("0"))), ROUND_HALF_UP)


def number_of(found: re.Match[str], precision: Precision) -> Decimal:
    """Return the number that `NUMBER` found, as far as so much precision leaves it."""
    sign, whole, fraction, exponent = found.groups()
    context = Context(prec=precision.digits, rounding=precision.rounding)
    return context.create_decimal(f"{sign}{whole}.{fraction or '0'}E{exponent or '0'}")


def is_spoilt(written: str, text: str) -> bool:
    """Tell whether a spreadsheet may have made `written` of `text`: zeros, signs or last digits are gone."""
    left, whole = NUMBER.fullmatch(written), NUMBER.fullmatch(text)
    if not left or not whole or written == text:
        return False
    precision = precision_of(left)
    return number_of(left, precision) == number_of(whole, precision)
