"""Read the cells of a foreign column as values of a record; each distinct text is read once."""

from __future__ import annotations

import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.findings import Severity
from graduand.intake.column_formats import is_short
from graduand.intake.full_names import split_name
from graduand.language import _, quoted
from graduand.records.kinds import CLEAR, FieldKind, matches, plain_shape
from graduand.records.record import END, USERNAME
from graduand.rules.addresses import judge_domain
from graduand.rules.registry import RULES
from graduand.rules.values import close, judge_value, meant
from graduand.similar import folded, nearest
from graduand.tables.cell_text import is_null
from graduand.tables.dates import parse_date
from graduand.tables.spreadsheet import clean_cell, split_items

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from graduand.intake.column_formats import ColumnFormat
    from graduand.records.field import Field
    from graduand.records.record import Value
    from graduand.records.school import School


class CellError(NamedTuple):
    """A cell that is no value of its key, and the sentence that says why."""

    reason: str


_SPREADSHEET_ERROR: Final = re.compile(
    r"#(?:REF|VALUE|VALEUR|NAME|NOM|DIV/0|N/A|NUM|NOMBRE|NULL|NUL)[!?]?", re.IGNORECASE
)
_MOJIBAKE: Final = re.compile(
    "[ÃÂ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|â€"
)
_NUMBER: Final = re.compile(
    r"[0-9](?:[.,][0-9]+)?E\+[0-9]+|[0-9]+[.,]0+|[1-9][0-9]{0,2}(?:([.,'’ ])[0-9]{3})(?:\1[0-9]{3})*(?:[.,]0+)?",
    re.IGNORECASE,
)
"""A number that a program has made of an identifier: 7.0E+5, 700101.0, 700,101."""
_FLOAT: Final = re.compile(r"\+?[0-9]+[.,]0+")
_NO_DAY: Final = ("1930", "2100")
"""Years outside which a day stands for no day."""
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
            self.unchanged = self._match_batches(list(texts), re.compile(f"(?:{pattern}\n)+"))
        else:
            self.unchanged = len(texts) <= _FEW and all(text == self[text] for text in texts)
        """Whether every text is its own value."""

    def _match_batches(self, texts: list[str], plain: re.Pattern[str]) -> bool:
        """Match the texts in batches, and return whether all match; the texts of batches that do are stored."""
        pieces = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        matching = [piece for piece in pieces if _all_match(piece, plain)]
        if len(matching) < len(pieces):
            for piece in matching:
                self.update(zip(piece, piece, strict=True))
        return len(matching) == len(pieces)

    def __missing__(self, text: str) -> Value | CellError | None:
        value = _read(text, self._format, self._school)
        self.has_errors = self.has_errors or isinstance(value, CellError)
        self[text] = value
        return value


_BATCH: Final = 200
"""Texts that are matched together."""
_FEW: Final = 1_000
"""Texts of a column in which most stand in many rows."""


def _all_match(texts: Sequence[str], lines: re.Pattern[str]) -> bool:
    """Return whether all texts match, each as one line; a text with a line break never does."""
    joined = "\n".join((*texts, ""))
    return joined.count("\n") == len(texts) and lines.fullmatch(joined) is not None


def plain_pattern(column: ColumnFormat, school: School, texts: Collection[str]) -> str:
    """Return the pattern of texts that are their own values; "" when each text must be read by itself."""
    field, kind = column.field, column.field.kind
    if column.values or column.whole_name or field.values or field.misspellings:
        return ""
    if kind is FieldKind.NAME:
        return rf"(?!(?:NULL|NaN|NaT|None)\n)(?=[^\n]{{1,{field.max}}}\n){plain_shape(FieldKind.NAME)}"
    if kind is FieldKind.IDENTIFIER:  # without numbers that a program has made, words for nothing, and entities
        letters = rf"[!-%'-),-~]{{{max(column.width, column.length, 1) - 1},{field.max - 1}}}"
        return rf"(?![0-9]+[.,'][0-9])(?!(?i:null|none|nan|nil|nat|n/a)\n)[A-Za-z0-9]{letters}"
    if kind is FieldKind.PHONE:
        return rf"(?!00)[0-9]{{1,{field.max}}}"
    return _address_pattern(field, school, texts) if kind is FieldKind.EMAIL else ""


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
    written = text = clean_cell(raw, field.kind)
    if column.values:
        text = column.values.get(folded(text), text)
    if column.whole_name and text:
        names = split_name(text, column.whole_name)
        if not names:
            message = _("It is not clear which words of {value} are the last name; write a comma behind it.")
            return CellError(message.format(value=quoted(text)))
        text = names[field.key]
    if not text:
        return None
    if is_null(text, field.kind):
        return CellError(_null_name(text, field.key)) if field.key in _FULL_NAME and text.isalpha() else None
    said_so = folded(written) in column.values
    if said := _damage(text) or ("" if said_so else _number_damage(text, column)):
        return CellError(said)
    if field.kind is FieldKind.LIST and text != CLEAR:
        return _list(text, field, school)
    return _single(text, column, school)


def _single(text: str, column: ColumnFormat, school: School) -> Value | CellError:
    field = column.field
    value = text if text == CLEAR else _meant(text, column)
    if field.kind is FieldKind.DATE and is_no_day(value) and field.key != END:
        return CellError(no_day_sentence(text, field.key))
    return check_value(value, field, school)


def _list(text: str, field: Field, school: School) -> Value | CellError | None:
    parts = split_items(text) or _ITEMS.split(text)
    stripped = (part.strip() for part in parts)
    items = tuple(dict.fromkeys(item for item in stripped if item and not is_null(item, FieldKind.LIST)))
    return check_value(items, field, school) if items else None


_FULL_NAME: Final = frozenset({"first_name", "last_name"})


def _null_name(text: str, key: str) -> str:
    message = _("{value} is a name or the word of a database for none; say which with --value {blank} or {name}.")
    return message.format(
        value=quoted(text), blank=quoted(f"{key}:{text}="), name=quoted(f"{key}:{text}={text.capitalize()}")
    )


def is_no_day(value: str) -> bool:
    """Return whether a date, `yyyy-mm-dd`, is one that programs write for an unknown or open day: 9999-12-31."""
    return matches(FieldKind.DATE, value) and not _NO_DAY[0] <= value[:4] < _NO_DAY[1]


def no_day_sentence(text: str, key: str) -> str:
    """Return the sentence on a date that stands for no day."""
    message = _("{value} stands for no day; leave the cell blank, or say so with --value {blank}.")
    return message.format(value=quoted(text), blank=quoted(f"{key}:{text}=", 200))


def _number_damage(text: str, column: ColumnFormat) -> str:
    """Return a sentence on what a program did to an identifier or a telephone number; "" when nothing is found."""
    if column.field.kind is FieldKind.IDENTIFIER:
        return _identifier_damage(text, column)
    if column.field.kind is FieldKind.PHONE and _FLOAT.fullmatch(text):
        message = _("{value} was a telephone number before a program made a number of it; take it from the source.")
        return message.format(value=quoted(text))
    return ""


def _identifier_damage(text: str, column: ColumnFormat) -> str:
    """Return a sentence on what a spreadsheet did to an identifier; "" when nothing is found."""
    if _NUMBER.fullmatch(text):
        message = _("{value} was an identifier before a spreadsheet made a number of it; take it from the source.")
        return message.format(value=quoted(text))
    if not column.width and is_short(text, column.length):
        message = _(
            "{value} has {count} figures and the others {length}: its zeros in front may be lost. "
            "Fill them up with --pad {pad}, or take it as it is with --pad {none}."
        )
        name = "" if column.field.key == USERNAME else f"{column.field.key}="
        return message.format(
            value=quoted(text), count=len(text), length=column.length, pad=f"{name}{column.length}", none=f"{name}0"
        )
    return ""


def _damage(text: str) -> str:
    """Return a sentence on what a program did to a text; "" when nothing is found."""
    if "\ufffd" in text:
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
    return normal_form(text) if normal_form else text


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
