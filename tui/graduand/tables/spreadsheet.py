"""Write and read cells that a spreadsheet neither runs as formulas nor turns into numbers or dates."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.records.kinds import FORMULA_STARTS, FieldKind
from graduand.tables.cell_text import bare_address, bare_phone, decode_entities, without_quotes
from graduand.vocabulary import current_vocabulary, months, vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BOM: Final = "\ufeff"
"""The byte order mark, without which Excel reads a CSV file as Windows-1252."""

_GUARD: Final = "'"
_SAFE_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,14}")
"""A number that a spreadsheet saves unchanged."""


def separator() -> str:
    """Return the separator that spreadsheets in the current language expect."""
    return current_vocabulary().separator


@cache
def _converted() -> re.Pattern[str]:
    """Return the pattern of texts with letters which a spreadsheet converts to a number, date, time or truth value.

    The spreadsheet's language is unknown, so the words of all languages are in it.
    """
    names = "|".join(re.escape(name) for month in months() for name in month)
    truths = "|".join(re.escape(word) for one in vocabularies() for word in (*one.true, *one.false))
    return re.compile(
        rf"\d+(?:[.,]\d+)?e[+-]?\d+|\d{{1,2}}(?::\d\d)* ?[ap]\.?m?\.?|{truths}"
        rf"|\d{{1,4}}[ /.-]?(?:{names})\.?(?:[ /.-]?\d{{2,4}})?|(?:{names})\.?[ /.-]?\d{{1,4}}",
        re.IGNORECASE,
    )


def guarded(text: str) -> str:
    """Return `text`, with an apostrophe in front when a spreadsheet would run or convert it."""
    return f"{_GUARD}{text}" if _needs_guard(text) else text


def unguarded(cell: str) -> str:
    """Return the text of a cell without the apostrophe that `guarded` put in front."""
    return cell[1:] if cell.startswith(_GUARD) and _needs_guard(cell[1:]) else cell


def _needs_guard(text: str) -> bool:
    """Return whether a spreadsheet would run or convert `text`."""
    bare = text.strip()
    if bare[:1] in FORMULA_STARTS or bare[:1] == "\0" or text[:1] in {"\t", "\r", "\n", _GUARD}:
        return True
    if any(map(str.isalpha, bare)):
        return _converted().fullmatch(bare) is not None
    return any(map(str.isdigit, bare)) and _SAFE_NUMBER.fullmatch(bare) is None


_BLANKS: Final = re.compile(r"[\s\u00a0\u202f]+")
_SEVERAL_LINES: Final = frozenset({FieldKind.LIST, FieldKind.NOTE})
_FREE: Final = frozenset({FieldKind.LIST, FieldKind.NOTE, FieldKind.TEXT})
"""Kinds of text in which quotation marks around all of it may be meant."""


def clean_cell(cell: str, kind: FieldKind = FieldKind.TEXT) -> str:
    """Return the text of a cell: without guard, composed letters (NFC), single blanks, none around it.

    A line break in a cell is a blank like any other, except in notes and lists, which may have several lines.
    What programs encode is decoded, invisible characters at the ends are cut off, and so are quotation marks around
    all of it; of an address with a name, the address stays.
    """
    text = decode_entities(_without_apostrophes(cell)).rstrip(_CONTROLS)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.strip(_UNSEEN))
    if kind in _SEVERAL_LINES:
        return text.strip()
    text = _BLANKS.sub(" ", text).strip()
    if kind not in _FREE:
        text = without_quotes(text)
    bare = _BARE.get(kind)
    return bare(text) if bare else text


def _without_apostrophes(cell: str) -> str:
    """Return a cell without its guard, or without the apostrophes around all of it."""
    inside = cell[1:-1]
    if inside and cell[0] == cell[-1] == _GUARD and _GUARD not in inside and inside[0] not in FORMULA_STARTS:
        return inside
    return unguarded(cell)


_CONTROLS: Final = "".join(map(chr, (*range(32), 127)))
_UNSEEN: Final = "".join(
    map(chr, (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF))
)
"""Invisible characters: of no width, or of the direction of writing."""
_BARE: Final = {FieldKind.EMAIL: bare_address, FieldKind.PHONE: bare_phone}


def join_items(items: Sequence[str]) -> str:
    """Return a list as one text, a JSON array, so that items may hold any character."""
    return json.dumps(items, ensure_ascii=False)


def split_items(text: str) -> tuple[str, ...]:
    """Return the items of a text that `join_items` made; none for any other text."""
    if not (text.startswith('["') and text.endswith('"]')):
        return ()
    try:
        found = json.loads(text)
    except ValueError:
        return ()
    return tuple(found) if all(isinstance(item, str) and item for item in found) else ()


def as_csv(rows: Iterable[Sequence[str]], delimiter: str, *, bom: bool = True) -> str:
    """Return rows of cells as CSV for a spreadsheet; the cells are written unchanged."""
    page = io.StringIO(newline="")
    csv.writer(page, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return (BOM if bom else "") + page.getvalue()


NUMBER: Final = re.compile(r"([+-]?)([0-9]{1,40})(?:[.,]([0-9]{0,40}))?(?:[eE]([+-]?[0-9]{1,3}))?")
_DIGITS: Final = 15
"""Significant digits that a spreadsheet stores of a number; it writes zeros for the others."""


class Precision(NamedTuple):
    """The significant digits that are left of a number, and how it was rounded."""

    digits: int
    rounding: str


def precision_of(found: re.Match[str]) -> Precision:
    """Return the precision of a number: the digits before the "E", or as many as a spreadsheet stores."""
    _sign, whole, fraction, exponent = found.groups()
    if not exponent:
        return Precision(_DIGITS, ROUND_DOWN)
    return Precision(max(1, len(f"{whole}{fraction or ''}".lstrip("0"))), ROUND_HALF_UP)


def number_of(found: re.Match[str], precision: Precision) -> Decimal:
    """Return the number that `NUMBER` found, rounded to a precision."""
    sign, whole, fraction, exponent = found.groups()
    context = Context(prec=precision.digits, rounding=precision.rounding)
    return context.create_decimal(f"{sign}{whole}.{fraction or '0'}E{exponent or '0'}")


def is_converted(written: str, text: str) -> bool:
    """Return whether a spreadsheet may have converted `text` to `written`: zeros, signs or last digits are lost."""
    left, whole = NUMBER.fullmatch(written), NUMBER.fullmatch(text)
    if not left or not whole or written == text:
        return False
    precision = precision_of(left)
    return number_of(left, precision) == number_of(whole, precision)
