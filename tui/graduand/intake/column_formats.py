"""Find out how the cells of each column are to be read: forms of dates, lengths of identifiers, meanings of texts."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.intake.column_mapping import REFUSAL_REASON, must_be_fillable, required_column
from graduand.intake.full_names import ORDERS, keys_of
from graduand.intake.source_profile import SourceProfile
from graduand.language import _, quoted, visible
from graduand.records.kinds import FieldKind
from graduand.records.record import KIND, USERNAME
from graduand.records.transition import GRADUATED
from graduand.similar import folded
from graduand.tables.dates import DAY_FIRST, MONTH_FIRST, SERIAL, WRITTEN, parse_date, without_weekday
from graduand.tables.spreadsheet import clean_cell
from graduand.vocabulary import vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graduand.intake.column_mapping import ColumnMapping
    from graduand.intake.options import IntakeOptions
    from graduand.records.field import Field
    from graduand.records.school import School
    from graduand.tables.table import Table


class AmbiguousDate(NamedTuple):
    """A date with several readings, in a column where no date decides between them."""

    text: str
    readings: tuple[str, ...]
    """The possible forms of the column."""


def date_form(texts: Iterable[str]) -> str | AmbiguousDate:
    """Return the form of a column's dates, found from all of them; "" when each has only one reading."""
    day_first = month_first = False
    ambiguous = serial = ""
    for written in texts:
        text = without_weekday(written)
        match = WRITTEN.numeric.fullmatch(text)
        if not match:
            serial = serial or (text if WRITTEN.serial.fullmatch(text) else "")
            continue
        first, second = int(match[1]), int(match[2])
        if first > 12 >= second:
            day_first = True
        elif second > 12 >= first:
            month_first = True
        elif first != second:
            ambiguous = ambiguous or text
    if ambiguous and day_first is month_first:
        return AmbiguousDate(ambiguous, (DAY_FIRST, MONTH_FIRST))
    if serial:
        return AmbiguousDate(serial, (SERIAL,))
    return DAY_FIRST if day_first and not month_first else MONTH_FIRST if month_first and not day_first else ""


_SHARE: Final = 0.8
"""The share of all-digit identifiers that must have one length for it to be the usual one."""
_ENOUGH: Final = 5
"""All-digit identifiers from which a usual length is inferred."""


def usual_length(texts: Iterable[str]) -> int:
    """Return the length of nearly all all-digit identifiers; 0 when there is none."""
    lengths = Counter(map(len, filter(str.isdigit, texts)))
    if not lengths:
        return 0
    length, times = lengths.most_common(1)[0]
    total = lengths.total()
    return length if total >= _ENOUGH and times >= total * _SHARE else 0


def expected_length(texts: Iterable[str], known: Iterable[str]) -> int:
    """Return the expected length of identifiers, from those of the records, else from those of the file; 0: any."""
    return usual_length(known) or usual_length(texts)


def national_length(texts: Iterable[str]) -> int:
    """Return the length of telephone numbers with a zero in front, where nearly all of them have one; 0: any."""
    figures = (text if text.isdigit() else "".join(filter(str.isdigit, text)) for text in texts)
    return usual_length(number for number in figures if number.startswith("0") and not number.startswith("00"))


def is_short(text: str, length: int) -> bool:
    """Return whether an all-digit identifier has fewer digits than expected."""
    return len(text) < length and text.isascii() and text.isdigit()


class ColumnMissing(Usage):
    """A column that every file needs is missing, and must be named."""

    def __init__(self, key: str, headers: Sequence[str]) -> None:
        self.key = key
        self.headers = tuple(headers)
        shown = ", ".join(quoted(header, 40) for header in headers[:_SHOWN]) + (" …" if headers[_SHOWN:] else "")
        message = _("No column is {key}; there are: {headers}. Name it, such as: --map 'HEADER={key}'")
        super().__init__(message.format(key=key, headers=shown))


_SHOWN: Final = 12
"""Headers that a sentence names."""


class AmbiguousDates(Usage):
    """The order of day and month is unknown in some columns, and must be given for each."""

    def __init__(self, columns: Mapping[str, AmbiguousDate]) -> None:
        self.columns = dict(columns)
        super().__init__(" ".join(_question(header, one) for header, one in columns.items()))


def _question(header: str, one: AmbiguousDate) -> str:
    days = _(" or ").join(parse_date(one.text, form) for form in one.readings)
    options = _(" or ").join(f"--dates {visible(repr(f'{header}={_(form)}'), 200)}" for form in one.readings)
    message = _(
        "In {column}, {value} may be {days}, and no other date of this column tells which; say it with {options}."
    )
    if len(one.readings) == 1:
        message = _("In {column}, {value} may be a day as a spreadsheet counts them ({days}); say so with {options}.")
    return message.format(column=quoted(header), value=quoted(one.text), days=days, options=options)


class ColumnFormat(NamedTuple):
    """How the cells of one column are to be read."""

    field: Field
    form: str = ""
    """The form of its dates, one of `FORMS`; "" when each date has only one reading."""
    values: Mapping[str, str] = {}
    """The values of texts, by folded text; "" is blank."""
    width: int = 0
    """Digits to which an identifier or a telephone number is padded with zeros; 0: none."""
    length: int = 0
    """Digits that an identifier, or a telephone number with a zero in front, is expected to have; 0: any."""
    whole_name: str = ""
    """The order of a column with first and last name, one of `ORDERS`; "" for other columns."""


def column_formats(
    table: Table, columns: Sequence[ColumnMapping], school: School, profile: SourceProfile, usernames: Iterable[str]
) -> dict[str, ColumnFormat]:
    """Return by key how each column is to be read.

    Args:
        table: The file.
        columns: The columns that fill a key.
        school: Its fields.
        profile: What is known of the source's files, the user's options included.
        usernames: Of all records; they say how long a username is.

    Raises:
        AmbiguousDates: the order of day and month of a column is unknown.
    """
    formats: dict[str, ColumnFormat] = {}
    ambiguous: dict[str, AmbiguousDate] = {}
    for whole in columns:
        for key in keys_of(whole.key) if whole.key in ORDERS else ():
            formats[key] = ColumnFormat(school.fields[key], whole_name=whole.key)
    for column in (column for column in columns if column.key not in ORDERS):
        field = school.fields[column.key]
        by_fold = dict.fromkeys(stay_words(), GRADUATED) if column.key == KIND else {}
        by_fold |= {folded(text): value for text, value in profile.values.get(column.key, {}).items()}
        found = ColumnFormat(field, values=by_fold, width=profile.pad.get(column.key, 0))
        texts = table.distinct[column.number - 1]
        if field.kind is FieldKind.DATE:
            form = profile.dates.get(column.header) or date_form(map(clean_cell, texts))
            if isinstance(form, AmbiguousDate):
                ambiguous[column.header] = form
            else:
                found = found._replace(form=form)
        elif column.key not in profile.pad:
            found = found._replace(length=_length(field, texts, usernames))
        formats[column.key] = found
    if ambiguous:
        raise AmbiguousDates(ambiguous)
    return formats


def _of_kind(
    name: str, columns: Sequence[ColumnMapping], school: School, option: str, kinds: Sequence[FieldKind]
) -> str:
    """Return the header of the column that an option names by header or key.

    Raises:
        Usage: there is no such column, or it is of another kind.
    """
    column = required_column(name, columns, school)
    if not {school.fields[key].kind for key in keys_of(column.key) if key} & {*kinds}:
        message = _("{option} is not about the column {header}.")
        raise Usage(message.format(option=option, header=quoted(column.header)))
    return column.header


def _length(field: Field, texts: Iterable[str], usernames: Iterable[str]) -> int:
    if field.kind is FieldKind.PHONE:
        return national_length(texts)
    if field.kind is FieldKind.IDENTIFIER:
        return expected_length(map(str.strip, texts), usernames if field.key == USERNAME else ())
    return 0


@cache
def stay_words() -> frozenset[str]:
    """Return the folded words of all languages for somebody who graduates and stays for another degree."""
    return frozenset(folded(word) for one in vocabularies() for word in one.stays)


def updated_profile(
    columns: Sequence[ColumnMapping], options: IntakeOptions, profile: SourceProfile, school: School
) -> SourceProfile:
    """Return a source's profile with what this file and the user's options add to it; the options win.

    Raises:
        Usage: an option names a column that the file does not have, or not of the kind that it is about.
    """
    named = [column for column in columns if column.header and column.header != REFUSAL_REASON]
    given = {
        _of_kind(name, columns, school, "--dates", (FieldKind.DATE,)): form for name, form in options.dates.items()
    }
    for name in options.pad:
        _of_kind(name, columns, school, "--pad", (FieldKind.IDENTIFIER, FieldKind.PHONE))
    for name in options.meanings:
        must_be_fillable(name, school)
        _of_kind(name, columns, school, "--value", tuple(FieldKind))
    dates = {**profile.dates, **given}
    forms = {column.header: dates[column.header] for column in named if column.key and column.header in dates}
    values = {key: {**profile.values.get(key, {}), **pairs} for key, pairs in options.meanings.items()}
    return SourceProfile(
        {**profile.columns, **{column.header: column.key for column in named}},
        {**profile.dates, **forms},
        {**profile.values, **values},
        {**profile.pad, **options.pad},
    )
