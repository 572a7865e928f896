"""Read the cells of a foreign column as values of a record; each distinct text is read once."""

from __future__ import annotations

import csv
import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.findings import Severity
from graduand.intake.column_formats import is_short
from graduand.intake.full_names import split_name
from graduand.language import _, quoted
from graduand.records.kinds import CLEAR, FieldKind, batches, matches, plain_shape
from graduand.records.record import END, USERNAME
from graduand.rules.addresses import judge_domain
from graduand.rules.registry import RULES
from graduand.rules.values import close, judge_value, meant
from graduand.similar import folded, nearest
from graduand.tables.cell_text import is_database_null, is_null, null_words
from graduand.tables.dates import is_elsewhere, parse_date
from graduand.tables.spreadsheet import clean_cell, split_items

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from graduand.intake.column_formats import ColumnFormat
    from graduand.records.field import Field
    from graduand.records.record import Value
    from graduand.records.school import School


class CellError(NamedTuple):
    """A cell that is no value of its key, and the sentence that says why."""

    reason: str


_SPREADSHEET_ERROR: Final = re.compile(
    r"(?i:#(?:REF|VALUE|VALEUR|NAME|NOM|DIV/0|N/[A-Z]|NV|NUM|NOMBRE|NULL|NUL)[!?]?|Err ?:[0-9]{3}|#GETTING_DATA)"
    r"|#[A-ZÀ-Ý/0-9_]+[!?]|#{3,}"
)
_LOST: Final = {
    FieldKind.NAME: re.compile(r"[^\W\d_]\?|\?[^\W\d_]"),
    FieldKind.TEXT: re.compile(r"[^\W\d_]\?[^\W\d_]"),
    FieldKind.LIST: re.compile(r"[^\W\d_]\?[^\W\d_]"),
}
"""By kind, what programs make of a letter that their encoding does not have."""
_MOJIBAKE: Final = re.compile(
    "[ÃÂ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|â€"
)
_NUMBER: Final = re.compile(
    r"[0-9](?:[.,][0-9]+)?E\+[0-9]+|[0-9]+[.,]0+|[1-9][0-9]{0,2}(?:([.,'’ ])[0-9]{3})(?:\1[0-9]{3})*(?:[.,]0+)?",
    re.IGNORECASE,
)
"""A number that a program has made of an identifier: 7.0E+5, 700101.0, 700,101."""
_FLOAT: Final = re.compile(r"\+?[0-9]+[.,]0+")
_LONGEST: Final = 100_000
"""Characters of the longest cell that is read."""
_SHORTEST_PHONE: Final = 6
"""Figures of the shortest telephone number."""
_NO_DAY: Final = ("1930", "2050")
"""The first year in which a day may be meant, and the first after them."""
_FIRST_DAY: Final = "1970-01-01"
"""What Unix calls day zero."""
_ITEMS: Final = re.compile(r"[;|\n]")


class ColumnValues(dict[str, "Value | CellError | None"]):
    """The values of a column's texts, each read when it is first asked for."""

    def __init__(self, column: ColumnFormat, school: School, texts: Collection[str] = ()) -> None:
        """Begin with the `texts` of the column that are their own values; in most columns all are."""
        super().__init__()
        self._format = column
        self._school = school
        self.has_errors = False
        """Whether a text read so far is an error."""
        pattern = plain_pattern(column, school, texts)
        if pattern:
            self.unchanged = self._match_batches(list(texts), pattern)
        else:
            self.unchanged = len(texts) <= _FEW and all(text == self[text] for text in texts)
        """Whether every text is its own value."""

    def _match_batches(self, texts: list[str], pattern: str) -> bool:
        """Match the texts in batches, and return whether all match; the texts of batches that do are stored."""
        pieces = [*batches(texts, pattern)]
        if all(are_plain for _texts, are_plain in pieces):
            return True
        for piece in (texts for texts, are_plain in pieces if are_plain):
            self.update(zip(piece, piece, strict=True))
        return False

    def __missing__(self, text: str) -> Value | CellError | None:
        value = _read(text, self._format, self._school)
        self.has_errors = self.has_errors or isinstance(value, CellError)
        self[text] = value
        return value


_FEW: Final = 1_000
"""Texts of a column in which most stand in many rows."""


def plain_pattern(column: ColumnFormat, school: School, texts: Collection[str]) -> str:
    """Return the pattern of texts that are their own values; "" when each text must be read by itself."""
    field, kind = column.field, column.field.kind
    if column.values or column.whole_name or field.values or field.misspellings:
        return ""
    if kind is FieldKind.NAME:
        nothing = "" if field.key in _FULL_NAME else rf"(?!(?i:{_nothing()})\n)"
        return rf"(?!(?:NULL|NaN|NaT|None)\n){nothing}(?=[^\n]{{1,{field.max}}}\n){plain_shape(FieldKind.NAME)}"
    if kind is FieldKind.IDENTIFIER:  # without numbers that a program has made, words for nothing, and entities
        letters = rf"[!-%'-),-~]{{{max(column.width, column.length, 1) - 1},{field.max - 1}}}"
        return rf"(?![0-9]+[.,'][0-9])(?!(?i:{_nothing()})\n)(?![^\n]*(?:''|\\['\"]|_x000|Err:))[A-Za-z0-9]{letters}"
    if kind is FieldKind.PHONE:
        lost = rf"(?![1-9][0-9]{{{column.length - 2}}}\n)" if column.length else ""
        return "" if column.width else rf"(?!00){lost}[0-9]{{{_SHORTEST_PHONE},{field.max}}}"
    return _address_pattern(field, school, texts) if kind is FieldKind.EMAIL else ""


@cache
def _nothing() -> str:
    """Return the pattern of the words for no value."""
    return "|".join(re.escape(word) for word in sorted(null_words()))


_DOMAINS: Final = 200
_LOCAL: Final = 64
"""Characters that an address may have before the @."""
_ATOMS: Final = r"(?=[A-Za-z0-9][^@*\n]{0,63}@)[A-Za-z0-9!#$%&'+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'+/=?^_`{|}~-]+)*"


def _address_pattern(field: Field, school: School, texts: Collection[str]) -> str:
    """Return the pattern of addresses at the most frequent domains that break no rule."""
    common = Counter(text.rpartition("@")[2] for text in texts).most_common(_DOMAINS)
    sound = [
        domain for domain, _times in common if not isinstance(check_value(f"x@{domain}", field, school), CellError)
    ]
    domains = "|".join(re.escape(domain) for domain in sound if len(domain) < field.max - _LOCAL)
    return f"{_ATOMS}@(?:{domains})" if domains else ""


def _read(raw: str, column: ColumnFormat, school: School) -> Value | CellError | None:
    field = column.field
    if len(raw) > _LONGEST:
        message = _("The cell has {count} characters, which no column takes.")
        return CellError(message.format(count=len(raw)))
    written = text = clean_cell(raw, field.kind)
    if column.values:
        text = column.values.get(folded(text), text)
    if column.whole_name and text:
        names = split_name(text, column.whole_name)
        if not names:
            message = _("It is not clear which words of {value} are the last name; write a comma behind it.")
            return CellError(message.format(value=quoted(text)))
        text = names[field.key]
    if not text or _stands_for_nothing(text, field):
        return CellError(_null_name(text, field.key)) if field.key in _FULL_NAME and text.isalpha() else None
    said_so = folded(written) in column.values
    if said := _damage(text, field.kind) or ("" if said_so else _number_damage(text, column)):
        return CellError(said)
    if field.kind is FieldKind.LIST and text != CLEAR:
        return _list(text, field, school)
    return _single(text, column, school)


def _stands_for_nothing(text: str, field: Field) -> bool:
    """Return whether a text stands for no value; of a first or last name, the rules name other words for none."""
    return is_database_null(text) if field.key in _FULL_NAME else is_null(text, field.kind)


def _single(text: str, column: ColumnFormat, school: School) -> Value | CellError:
    field = column.field
    value = text if text == CLEAR else _meant(text, column)
    if field.kind is FieldKind.DATE and is_elsewhere(text):
        message = _("{value} is an hour in Greenwich, and may be the next day here; have the day alone exported.")
        return CellError(message.format(value=quoted(text)))
    if field.kind is FieldKind.DATE and is_no_day(value) and field.key != END:
        return CellError(no_day_sentence(text, field.key))
    return check_value(value, field, school)


def _list(text: str, field: Field, school: School) -> Value | CellError | None:
    array = _ARRAY.fullmatch(text)
    parts = split_items(text) or (_array_items(array) if array else _ITEMS.split(text))
    stripped = (_BULLET.sub("", part.strip()) for part in parts)
    items: dict[str, str] = {}
    for item in stripped:
        if item and not is_null(item, FieldKind.LIST):
            items.setdefault(item.casefold(), item)
    return check_value(tuple(items.values()), field, school) if items else None


_ARRAY: Final = re.compile(r"\{([^{}]*)\}|\[('[^\[\]]*')\]")
"""A list as PostgreSQL or Python writes it."""
_BULLET: Final = re.compile(r"^[•·▪◦‣*–-] +")


def _array_items(found: re.Match[str]) -> list[str]:
    """Return the items of a list with commas between them, each in quotation marks or not."""
    quote = '"' if found[1] is not None else "'"
    return next(csv.reader([found[1] or found[2] or ""], quotechar=quote, skipinitialspace=True), [])


_FULL_NAME: Final = frozenset({"first_name", "last_name"})


def _null_name(text: str, key: str) -> str:
    message = _("{value} is a name or the word of a database for none; say which with --value {blank} or {name}.")
    return message.format(
        value=quoted(text), blank=quoted(f"{key}:{text}="), name=quoted(f"{key}:{text}={text.capitalize()}")
    )


def is_no_day(value: str) -> bool:
    """Return whether a date, `yyyy-mm-dd`, is one that programs write for an unknown or open day: 9999-12-31."""
    return matches(FieldKind.DATE, value) and (not _NO_DAY[0] <= value[:4] < _NO_DAY[1] or value == _FIRST_DAY)


def no_day_sentence(text: str, key: str) -> str:
    """Return the sentence on a date that stands for no day."""
    message = _("{value} stands for no day; leave the cell blank, or say so with --value {blank}.")
    return message.format(value=quoted(text), blank=quoted(f"{key}:{text}=", 200))


def _number_damage(text: str, column: ColumnFormat) -> str:
    """Return a sentence on what a program did to an identifier or a telephone number; "" when nothing is found."""
    if column.field.kind is FieldKind.IDENTIFIER:
        return _identifier_damage(text, column)
    return _phone_damage(text, column) if column.field.kind is FieldKind.PHONE else ""


def _phone_damage(text: str, column: ColumnFormat) -> str:
    """Return a sentence on what a program did to a telephone number; "" when nothing is found."""
    if _FLOAT.fullmatch(text):
        message = _("{value} was a telephone number before a program made a number of it; take it from the source.")
        return message.format(value=quoted(text))
    figures = close(FieldKind.PHONE, text)
    if figures.isdigit() and len(figures) < _SHORTEST_PHONE:
        return _("{value} is too short for a telephone number.").format(value=quoted(text))
    if column.length and len(figures) == column.length - 1 and figures[:1] not in {"0", "+"}:
        return _short(text, len(figures), column)
    return ""


def _identifier_damage(text: str, column: ColumnFormat) -> str:
    """Return a sentence on what a spreadsheet did to an identifier; "" when nothing is found."""
    if _NUMBER.fullmatch(text):
        message = _("{value} was an identifier before a spreadsheet made a number of it; take it from the source.")
        return message.format(value=quoted(text))
    if not column.width and is_short(text, column.length):
        return _short(text, len(text), column)
    return ""


def _short(text: str, count: int, column: ColumnFormat) -> str:
    message = _(
        "{value} has {count} figures and the others {length}: its zeros in front may be lost. "
        "Fill them up with --pad {pad}, or take it as it is with --pad {none}."
    )
    name = "" if column.field.key == USERNAME else f"{column.field.key}="
    return message.format(
        value=quoted(text), count=count, length=column.length, pad=f"{name}{column.length}", none=f"{name}0"
    )


def _damage(text: str, kind: FieldKind) -> str:
    """Return a sentence on what a program did to a text; "" when nothing is found."""
    lost = _LOST.get(kind)
    if "\ufffd" in text or ("?" in text and lost and lost.search(text)):
        return _("{value} has lost a letter on its way; take it from the source.").format(value=quoted(text))
    if _SPREADSHEET_ERROR.fullmatch(text):
        return _("{value} is an error of a spreadsheet.").format(value=quoted(text))
    if _MOJIBAKE.search(text):
        right = _ungarbled(text)
        hint = _(" It may have been {right}.").format(right=quoted(right)) if right else ""
        return _("{value} was read in a wrong encoding before.").format(value=quoted(text)) + hint
    return ""


def _ungarbled(text: str) -> str:
    try:
        return text.encode("cp1252").decode()
    except UnicodeError:
        return ""


def _meant(text: str, column: ColumnFormat) -> str:
    """Return the text of the value that a cell means: its listed value, date, padded identifier or normal form."""
    field = column.field
    if field.values or field.misspellings:
        by_fold = {folded(value): value for value in field.values}
        return meant(field, text) or by_fold.get(folded(text), text)
    if field.kind is FieldKind.DATE:
        return parse_date(text, column.form) or text
    if field.kind is FieldKind.IDENTIFIER and text.isascii() and text.isdigit():
        return text.zfill(column.width)
    normal_form = _NORMAL_FORMS.get(field.kind)
    value = normal_form(text) if normal_form else text
    return value.zfill(column.width) if field.kind is FieldKind.PHONE and value.isdigit() else value


def _grade(text: str) -> str:
    """Return a grade point average with at most two decimals; a third one is rounded."""
    point = text.replace(",", ".")
    if re.fullmatch(r"[0-4](?:\.[0-9]+)?", point) and not matches(FieldKind.GPA, point):
        return str(Decimal(point).quantize(Decimal("0.01"), ROUND_HALF_UP))
    return point if matches(FieldKind.GPA, point) else text


_NORMAL_FORMS: Final[Mapping[FieldKind, Callable[[str], str]]] = {
    FieldKind.BOOLEAN: lambda text: close(FieldKind.BOOLEAN, text) or text,
    FieldKind.GPA: _grade,
    FieldKind.PHONE: lambda text: close(FieldKind.PHONE, text.translate({ord("("): "", ord(")"): ""})) or text,
}


def check_value(value: Value, field: Field, school: School) -> Value | CellError:
    """Return the value, or the first error that the rules find in it alone."""
    for flaw in judge_value(field, value, school):
        if RULES[flaw.rule].severity is Severity.ERROR:
            return CellError(_not_listed(field, value) or flaw.message)
    if field.kind is FieldKind.EMAIL and isinstance(value, str) and value != CLEAR:
        for flaw in judge_domain(field.key, value, school):
            if RULES[flaw.rule].severity is Severity.ERROR:
                return CellError(flaw.message)
    return value


def _not_listed(field: Field, value: Value) -> str:
    """Return how to map a value that is not in a closed list, as a sentence; "" when there is no list."""
    if not field.values or not isinstance(value, str) or value in field.values:
        return ""
    close_one = nearest(value, field.values) or field.values[0]
    message = _("{value} is none of the values of {key}; say what it is, such as: --value {example}")
    return message.format(
        value=quoted(value), key=quoted(field.key), example=quoted(f"{field.key}:{value}={close_one}", 200)
    )
