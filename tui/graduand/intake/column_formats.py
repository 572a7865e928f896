"""Readings: how each column of a table is to be read, by what it holds and by what somebody has said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.intake import date_formats
from graduand.intake.cell_values import CellReading
from graduand.intake.column_mapping import REASON
from graduand.intake.source_profile import SourceProfile
from graduand.intake.zero_padding import expected_length
from graduand.language import _, quoted, visible
from graduand.records.kinds import FieldKind
from graduand.similar import folded
from graduand.tables.spreadsheet import clean_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graduand.intake.column_mapping import ColumnMapping
    from graduand.intake.options import IntakeOptions
    from graduand.records.school import School
    from graduand.tables.table import Table


class ColumnMissing(Usage):
    """No column is what every file needs; somebody must say which one is."""

    def __init__(self, key: str, headers: Sequence[str]) -> None:
        self.key = key
        self.headers = tuple(headers)
        shown = ", ".join(quoted(header, 40) for header in headers[:_SHOWN]) + (" …" if headers[_SHOWN:] else "")
        message = _("No column is {key}; there are: {headers}. Name it, such as: --map 'HEADER={key}'")
        super().__init__(message.format(key=key, headers=shown))


_SHOWN: Final = 12
"""Headers that a sentence names."""


class DatesInDoubt(Usage):
    """In some columns nothing tells the day from the month; somebody must say it, once for each."""

    def __init__(self, doubts: Mapping[str, date_formats.Doubt]) -> None:
        self.doubts = dict(doubts)
        super().__init__(" ".join(_doubted(header, doubt) for header, doubt in doubts.items()))


def _doubted(header: str, doubt: date_formats.Doubt) -> str:
    days = _(" or ").join(date_formats.day_of(doubt.text, form) for form in doubt.readings)
    options = _(" or ").join(f"--dates {visible(repr(f'{header}={form}'), 200)}" for form in doubt.readings)
    message = _("In {column}, {value} may be {days}, and no other date tells which; say it with {options}.")
    if len(doubt.readings) == 1:
        message = _("In {column}, {value} may be a day as a spreadsheet counts them ({days}); say so with {options}.")
    return message.format(column=quoted(header), value=quoted(doubt.text), days=days, options=options)


class ColumnFormat(NamedTuple):
    """What is known before the cells are read."""

    school: School
    order: IntakeOptions
    source: SourceProfile
    usernames: Iterable[str]
    """Of people who have a record."""


def readings_of(table: Table, columns: Sequence[ColumnMapping], known: ColumnFormat) -> dict[str, CellReading]:
    """Return how each column that fills a key is to be read.

    Raises:
        DatesInDoubt: that cannot be told of some.
    """
    readings: dict[str, CellReading] = {}
    doubts: dict[str, date_formats.Doubt] = {}
    pad, meanings = pads(known.order, known.source), meanings_of(known.order, known.source)
    for column in columns:
        field = known.school.fields[column.key]
        by_fold = {folded(text): value for text, value in meanings.get(column.key, {}).items()}
        reading = CellReading(field, values=by_fold, width=pad.get(column.key, 0))
        texts = table.distinct[column.number - 1]
        if field.kind is FieldKind.DATE:
            form = told_form(column, known.order, known.source) or date_formats.form_of(
                map(clean_cell, table.distinct[column.number - 1])
            )
            if isinstance(form, date_formats.Doubt):
                doubts[column.header] = form
            else:
                reading = reading._replace(form=form)
        elif field.kind is FieldKind.IDENTIFIER and column.key not in pad:
            before = known.usernames if column.key == "username" else ()
            reading = reading._replace(length=expected_length(map(str.strip, texts), before))
        readings[column.key] = reading
    if doubts:
        raise DatesInDoubt(doubts)
    return readings


def pads(order: IntakeOptions, source: SourceProfile) -> dict[str, int]:
    """Return by key how many figures an identifier is filled up to; 0: none."""
    return {**source.pad, **order.pad}


def meanings_of(order: IntakeOptions, source: SourceProfile) -> dict[str, Mapping[str, str]]:
    """Return by key what texts of the file stand for."""
    found = dict(source.values)
    for key, pairs in order.meanings.items():
        found[key] = {**found.get(key, {}), **pairs}
    return found


def told_form(column: ColumnMapping, order: IntakeOptions, source: SourceProfile) -> str:
    """Return the form of a column's dates as somebody has said it; "" when nobody has."""
    told = {folded(name): form for name, form in order.dates.items()}
    here = told.get(folded(column.header), "") or told.get(folded(column.key), "")
    return here or source.dates.get(column.header, "")


def learnt(columns: Sequence[ColumnMapping], order: IntakeOptions, source: SourceProfile) -> SourceProfile:
    """Return what is known of an office's files after this one."""
    named = [column for column in columns if column.header and column.header != REASON]
    forms = {column.header: form for column in named if column.key and (form := told_form(column, order, source))}
    return SourceProfile(
        {**source.columns, **{column.header: column.key for column in named}},
        {**source.dates, **forms},
        meanings_of(order, source),
        pads(order, source),
    )
