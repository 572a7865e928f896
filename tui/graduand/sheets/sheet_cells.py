"""Write a record's values as cells of a sheet, and read them after a spreadsheet has saved it."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.language import _, quoted
from graduand.records.kinds import CLEAR, FieldKind, matches, no_day, same_value
from graduand.similar import folded
from graduand.tables.cell_text import is_null
from graduand.tables.dates import DAY_FIRST, MONTH_FIRST, SAVED, SERIAL, parse_date
from graduand.tables.spreadsheet import clean_cell, guarded, is_converted, join_items, split_items, unguarded
from graduand.vocabulary import truth_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from graduand.records.field import Field
    from graduand.records.record import Value

REMOVE: Final = "**REMOVE**"
"""A cell that removes the key from the record; a blank cell leaves it unchanged."""

_BARE: Final = frozenset({FieldKind.DATE, FieldKind.BOOLEAN, FieldKind.GPA})
"""Kinds that need no guard: a spreadsheet converts and saves them as the same day, truth value or number."""


class Dates(StrEnum):
    """The order in which a spreadsheet writes day, month and year."""

    DMY = "dmy"
    MDY = "mdy"


class ParsedCell(NamedTuple):
    """The value of a cell, None when it removes the key, or why it is refused."""

    value: Value | None
    remark: str = ""
    """A sentence on what was corrected."""
    refused: str = ""
    """A sentence on why the cell is refused."""


def cell_of(field: Field, value: Value | None) -> str:
    """Return the cell for a value; blank for None."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        joined = ";".join(value)
        plain = _items(joined) == value and "|" not in joined  # which separates items in other files
        return guarded(joined if plain else join_items(value))
    return value if field.kind in _BARE and matches(field.kind, value) else guarded(value)


def parse_cell(cell: str, field: Field, before: Value | None, dates: Dates | None) -> ParsedCell:
    """Return the value of a cell of a field whose value in the record is `before`; a blank cell leaves it unchanged."""
    cell = cell.replace("\r\n", "\n")
    there = cell_of(field, before)
    text = clean_cell(cell.strip(), field.kind)
    if cell == there or not text or text in {unguarded(there).strip(), clean_cell(there, field.kind)}:
        return ParsedCell(before)
    if is_null(text, field.kind) or (isinstance(before, str) and same_value(field.kind, text, before)):
        return ParsedCell(before)
    if text.upper() == REMOVE:
        return ParsedCell(None)
    if text == CLEAR:
        return ParsedCell(CLEAR)
    if field.kind is FieldKind.DATE:
        return _day(text, dates)
    return _KINDS.get(field.kind, _text)(text, before)


def _text(text: str, _before: Value | None) -> ParsedCell:
    return ParsedCell(text)


def _list(text: str, before: Value | None) -> ParsedCell:
    items = _items(text)
    return ParsedCell(before if items == before else items)


def _items(text: str) -> tuple[str, ...]:
    """Return the items of a list, separated by semicolons, or written as JSON if items contain semicolons."""
    return split_items(text) or tuple(item.strip() for item in re.split("[;\n]", text) if item.strip())


def _boolean(text: str, _before: Value | None) -> ParsedCell:
    found = truth_of(folded(text))
    if found:
        return ParsedCell(found)
    return ParsedCell(None, refused=_("{value} is neither true nor false.").format(value=quoted(text)))


def _grade(text: str, before: Value | None) -> ParsedCell:
    plain = text.replace(",", ".")
    if not matches(FieldKind.GPA, plain):
        return ParsedCell(None, refused=_("{value} is no average, such as 3.25.").format(value=quoted(text)))
    same = isinstance(before, str) and matches(FieldKind.GPA, before) and Decimal(plain) == Decimal(before)
    return ParsedCell(before if same else plain)


def _digits(text: str, before: Value | None) -> ParsedCell:
    if isinstance(before, str) and is_converted(text, before):
        message = _("A spreadsheet has made {written} of {text}; it stays as it was.")
        return ParsedCell(before, remark=message.format(written=quoted(text), text=quoted(before)))
    return ParsedCell(text)


_KINDS: Final[dict[FieldKind, Callable[[str, Value | None], ParsedCell]]] = {
    FieldKind.LIST: _list,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.GPA: _grade,
    FieldKind.IDENTIFIER: _digits,
    FieldKind.PHONE: _digits,
}

_FORMS: Final = {Dates.DMY: DAY_FIRST, Dates.MDY: MONTH_FIRST}


def _day(text: str, dates: Dates | None) -> ParsedCell:
    form = SERIAL
    if local := SAVED.numeric.fullmatch(text):
        order = dates or _evident(int(local[1]), int(local[2]))
        if order is None:
            message = _("{value} could be two days; say with --dates dmy or --dates mdy which number is the day.")
            return ParsedCell(None, refused=message.format(value=quoted(text)))
        form = _FORMS[order]
    found = parse_date(text, form, SAVED)
    return ParsedCell(found) if found else ParsedCell(None, refused=no_day(text))


def _evident(one: int, two: int) -> Dates | None:
    """Return the order of the two numbers before the year where only one is possible."""
    if one > 12 or one == two:
        return Dates.DMY
    return Dates.MDY if two > 12 else None


def dates_order(cells: Iterable[tuple[str, str]]) -> Dates | None:
    """Return the order of a sheet's dates, from pairs of a cell and the record's value; None: unknown.

    Evidence is a date that has one reading only, or that equals the record's in one order only. Contradictory
    evidence means unknown.
    """
    said: set[Dates] = set()
    for cell, before in cells:
        local = SAVED.numeric.fullmatch(cell.strip())
        if not local or local[1] == local[2]:
            continue
        one, two = int(local[1]), int(local[2])
        month_first, day_first = f"-{one:02}-{two:02}", f"-{two:02}-{one:02}"
        order = _evident(one, two)
        if order is None and before.endswith(day_first):
            order = Dates.DMY
        elif order is None and before.endswith(month_first):
            order = Dates.MDY
        said |= {order} if order else set()
    return said.pop() if len(said) == 1 else None
