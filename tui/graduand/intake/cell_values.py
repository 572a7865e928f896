"""Cells: what stands in a foreign column, as the values that a record holds; each distinct text is looked at once."""

from __future__ import annotations

import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.findings import Severity
from graduand.intake import date_formats
from graduand.intake.zero_padding import is_short
from graduand.language import _, quoted
from graduand.records.kinds import CLEAR, FieldKind, matches, plain_shape
from graduand.rules.addresses import judge_domain
from graduand.rules.registry import RULES
from graduand.rules.values import close, judge_value, meant
from graduand.similar import folded, nearest
from graduand.tables.spreadsheet import clean_cell, split_items

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from graduand.records.field import Field
    from graduand.records.record import Value
    from graduand.records.school import School


class Wrong(NamedTuple):
    """A cell that no record can hold, and the sentence that says why."""

    reason: str


class CellReading(NamedTuple):
    """How the cells of one column are to be read."""

    field: Field
    form: str = ""
    """Of dates: which part comes first."""
    values: Mapping[str, str] = {}
    """What a text of the file stands for, by its fold; "" is blank."""
    width: int = 0
    """Figures that an identifier is filled up to with zeros in front; 0: none."""
    length: int = 0
    """Figures that an identifier should have; 0: any."""


_NOTHING: Final = frozenset({"null", "n/a", "na", "nan", "none", "nil", "-", "--", "n.c.", "nc"})
_SPEAKING: Final = frozenset({FieldKind.NAME, FieldKind.TEXT, FieldKind.NOTE, FieldKind.LIST, FieldKind.IDENTIFIER})
"""Kinds in which such a word may be somebody's name."""
_FAILED: Final = re.compile(r"#(?:REF|VALUE|VALEUR|NAME|NOM|DIV/0|N/A|NUM|NOMBRE|NULL|NUL)[!?]?", re.IGNORECASE)
_GARBLED: Final = re.compile(
    "[ÃÂ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|â€"
)
_NUMBER: Final = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)
_ITEMS: Final = re.compile(r"[;|\n]")


class ColumnValues(dict[str, "Value | Wrong | None"]):
    """The values of a column's texts, each made when it is first asked for."""

    def __init__(self, reading: CellReading, school: School, texts: Collection[str] = ()) -> None:
        """Begin with all `texts` of the column that can be taken as they stand: of most columns every one."""
        super().__init__()
        self._reading = reading
        self._school = school
        self.wrong = False
        """Whether any text so far was none."""
        pattern = plain_pattern(reading, school, texts)
        self.as_it_is = bool(pattern) and self._take_plain(list(texts), re.compile(f"(?:{pattern}\n)+"))
        """Whether every text is its own value."""

    def _take_plain(self, texts: list[str], plain: re.Pattern[str]) -> bool:
        """Look at many texts at once, and tell whether all are plain; where one is not, those near it get a look."""
        pieces = [texts[start : start + _AT_ONCE] for start in range(0, len(texts), _AT_ONCE)]
        sound = [piece for piece in pieces if _all_match(piece, plain)]
        if len(sound) < len(pieces):
            for piece in sound:
                self.update(zip(piece, piece, strict=True))
        return len(sound) == len(pieces)

    def __missing__(self, text: str) -> Value | Wrong | None:
        value = _read(text, self._reading, self._school)
        self.wrong = self.wrong or isinstance(value, Wrong)
        self[text] = value
        return value


_AT_ONCE: Final = 200
"""Texts that are looked at together."""


def _all_match(texts: Sequence[str], lines: re.Pattern[str]) -> bool:
    """Tell whether each text, as a line of its own, matches; one that holds a line break never does."""
    joined = "\n".join((*texts, ""))
    return joined.count("\n") == len(texts) and lines.fullmatch(joined) is not None


def plain_pattern(reading: CellReading, school: School, texts: Collection[str]) -> str:
    """Return the pattern of a text that can be taken as it stands; "" where every one needs a look."""
    field, kind = reading.field, reading.field.kind
    if reading.values or field.values or field.misspellings:
        return ""
    if kind is FieldKind.NAME:
        return rf"(?=[^\n]{{1,{field.max}}}\n){plain_shape(FieldKind.NAME)}"
    if kind is FieldKind.IDENTIFIER:  # without the sign + of a number that a spreadsheet has made
        return rf"[A-Za-z0-9][!-),-~]{{{max(reading.width, reading.length, 1) - 1},{field.max - 1}}}"
    if kind is FieldKind.PHONE:
        return rf"[0-9]{{1,{field.max}}}"
    return _address_pattern(field, school, texts) if kind is FieldKind.EMAIL else ""


_DOMAINS: Final = 200
_ATOMS: Final = r"(?=[A-Za-z0-9][^@*\n]{0,63}@)[A-Za-z0-9!#$%&'+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'+/=?^_`{|}~-]+)*"


def _address_pattern(field: Field, school: School, texts: Collection[str]) -> str:
    """Return the pattern of addresses at the domains that come again and again, and are judged once."""
    common = Counter(text.rpartition("@")[2] for text in texts).most_common(_DOMAINS)
    sound = [domain for domain, _times in common if not isinstance(judged(f"x@{domain}", field, school), Wrong)]
    domains = "|".join(re.escape(domain) for domain in sound if len(domain) < _DOMAINS)
    return f"{_ATOMS}@(?:{domains})" if domains else ""


def _read(raw: str, reading: CellReading, school: School) -> Value | Wrong | None:
    field = reading.field
    text = clean_cell(raw, field.kind)
    if reading.values:
        text = reading.values.get(folded(text), text)
    if not text or (field.kind not in _SPEAKING and text.casefold() in _NOTHING):
        return None
    if text == CLEAR:
        return judged(CLEAR, field, school)
    if said := _spoilt(text) or (_short(text, reading) if field.kind is FieldKind.IDENTIFIER else ""):
        return Wrong(said)
    if field.kind is FieldKind.LIST:
        parts = split_items(text) or _ITEMS.split(text)
        items = tuple(dict.fromkeys(item for part in parts if (item := part.strip())))
        return judged(items, field, school) if items else None
    return judged(_meant(text, reading, school), field, school)


def _short(text: str, reading: CellReading) -> str:
    """Say what a spreadsheet has made of an identifier; "" when nothing."""
    if _NUMBER.fullmatch(text):
        message = _("{value} was an identifier before a spreadsheet made a number of it; take it from the source.")
        return message.format(value=quoted(text))
    if not reading.width and is_short(text, reading.length):
        message = _(
            "{value} has {count} figures and the others {length}: its zeros in front may be lost. "
            "Fill them up with --pad {pad}, or take it as it is with --pad {none}."
        )
        name = "" if reading.field.key == "username" else f"{reading.field.key}="
        return message.format(
            value=quoted(text), count=len(text), length=reading.length, pad=f"{name}{reading.length}", none=f"{name}0"
        )
    return ""


def _spoilt(text: str) -> str:
    """Say what a program has done to a text; "" when nothing."""
    if "\ufffd" in text:
        return _("{value} has lost a letter on its way; take it from the source.").format(value=quoted(text))
    if _FAILED.fullmatch(text):
        return _("{value} is an error of a spreadsheet.").format(value=quoted(text))
    if _GARBLED.search(text):
        right = _ungarbled(text)
        hint = _(" It may have been {right}.").format(right=quoted(right)) if right else ""
        return _("{value} was read in a wrong encoding before.").format(value=quoted(text)) + hint
    return ""


def _ungarbled(text: str) -> str:
    try:
        return text.encode("cp1252").decode()
    except UnicodeError:
        return ""


def _meant(text: str, reading: CellReading, school: School) -> str:
    """Return what a text stands for in its column, as near as it can be told."""
    field = reading.field
    allowed = school.year_values if field.key == school.year else field.values
    if allowed or field.misspellings:
        by_fold = {folded(value): value for value in allowed}
        return meant(field, text, allowed) or by_fold.get(folded(text), text)
    if field.kind is FieldKind.DATE:
        return date_formats.day_of(text, reading.form) or text
    if field.kind is FieldKind.IDENTIFIER and text.isascii() and text.isdigit():
        return text.zfill(reading.width)
    mend = _MENDED.get(field.kind)
    return mend(text) if mend else text


def _grade(text: str) -> str:
    """Return an average with at most two decimals; a third one is rounded."""
    point = text.replace(",", ".")
    if re.fullmatch(r"[0-4](?:\.[0-9]+)?", point) and not matches(FieldKind.GPA, point):
        return str(Decimal(point).quantize(Decimal("0.01"), ROUND_HALF_UP))
    return point if matches(FieldKind.GPA, point) else text


_MENDED: Final[Mapping[FieldKind, Callable[[str], str]]] = {
    FieldKind.BOOLEAN: lambda text: close(FieldKind.BOOLEAN, text) or text,
    FieldKind.GPA: _grade,
    FieldKind.PHONE: lambda text: close(FieldKind.PHONE, text.translate({ord("("): "", ord(")"): ""})) or text,
    FieldKind.EMAIL: lambda text: text.removeprefix("mailto:"),
}


def judged(value: Value, field: Field, school: School) -> Value | Wrong:
    """Return the value, or what the rules say against it by itself."""
    for flaw in judge_value(field, value, school):
        if RULES[flaw.rule].severity is Severity.ERROR:
            return Wrong(_listed(field, value, school) or flaw.message)
    if field.kind is FieldKind.EMAIL and isinstance(value, str) and value != CLEAR:
        for flaw in judge_domain(field.key, value, school):
            if RULES[flaw.rule].severity is Severity.ERROR:
                return Wrong(flaw.message)
    return value


def _listed(field: Field, value: Value, school: School) -> str:
    """Say how to name a value that is none of a closed list; "" where the list is open."""
    allowed = school.year_values if field.key == school.year else field.values
    if not allowed or not isinstance(value, str) or value in allowed:
        return ""
    close_one = nearest(value, allowed) or allowed[0]
    message = _("{value} is none of the values of {key}; say what it is, such as: --value {example}")
    return message.format(
        value=quoted(value), key=quoted(field.key), example=quoted(f"{field.key}:{value}={close_one}", 200)
    )
