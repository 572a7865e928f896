"""Rules GR1: columns and values; each text must fit the kind of its column, and some columns each other."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

from graduand.language import N_, _, quoted, spoken, visible
from graduand.records.kinds import CLEAR, FORMULA_STARTS, FieldKind, batches, is_plain, matches, no_day, plain_shape
from graduand.records.record import COLLEGES, KIND, LABELS, LISTED, MAJORS, MINORS, WAIVE
from graduand.rules import characters
from graduand.rules.rule import Flaw, OwnCheck, error, note, warning
from graduand.similar import folded, nearest
from graduand.vocabulary import truth_of, words_for_nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from graduand.records.field import Field
    from graduand.records.record import Record, Value
    from graduand.records.school import School
    from graduand.rules.answers import People

RULES: Final = (
    error(
        "GR101",
        N_("Unknown key"),
        N_("The importer skips a header that it does not know, so what stands there would be lost without a word."),
        N_("Write the key as the finding says, or delete the line."),
        "IMP",
        "AUTORUN",
    ),
    error(
        "GR102",
        N_("Retired column"),
        N_("Handshake does not list this header any more."),
        N_("Use the column that took its place, or delete the line."),
        "IMP",
    ),
    error(
        "GR103",
        N_("Column of the other region"),
        N_("The year column bears another name in Europe than in the United States."),
        N_("Use the name of your region, or correct the region in institution.yaml."),
        "ALU",
        "IMP",
        "EU",
    ),
    error(
        "GR104",
        N_("Value missing"),
        N_("Without this value the importer skips or refuses the row."),
        N_("Fill it in."),
        "ERR",
        "IMP",
    ),
    warning(
        "GR105",
        N_("Value expected by the region"),
        N_("The European file specification asks for it; a new account without it may be refused."),
        N_("Fill it in; for a person who has one name only, waive this rule."),
        "EU",
    ),
    error(
        "GR106",
        N_("Not a date"),
        N_("The importer takes dates as yyyy-mm-dd."),
        N_("Write year, month and day with figures and hyphens, such as 2026-06-15."),
        "DATE",
    ),
    error(
        "GR107",
        N_("Neither true nor false"),
        N_("The importer knows TRUE and FALSE only; a record writes them true and false."),
        N_("Write true or false."),
        "IMP",
    ),
    error(
        "GR108",
        N_("Not a grade point average"),
        N_("The importer takes 0 to 4 with at most two decimals."),
        N_("Convert the average to the scale of 4, or delete the line: absent leaves it as it is."),
        "IMP",
    ),
    error(
        "GR109",
        N_("Not one of the values"),
        N_("The list is closed and case-sensitive; any other value fails the row or is ignored."),
        N_("Write one of the values, letter by letter."),
        "IMP",
        "CSV",
    ),
    error(
        "GR110",
        N_("Too long"),
        N_("Handshake refuses longer texts in this column."),
        N_("Shorten the text."),
        "IMP",
    ),
    error(
        "GR111",
        N_("Figures in a name"),
        N_("Handshake refuses figures in names."),
        N_("Write the number in Roman figures: Louis XIV."),
        "IMP",
        waivable=True,
    ),
    error(
        "GR112",
        N_("This column cannot be wiped"),
        N_("“**CLEAR**” does not work in true-or-false columns, and an account cannot be without its key values."),
        N_("Write a value, or delete the line."),
        "FAQ",
    ),
    error(
        "GR113",
        N_("Almost “**CLEAR**”"),
        N_("Only the exact word wipes a field; anything else would be imported as a text."),
        N_('Write "**CLEAR**": capitals, two asterisks on each side, in quotes.'),
        "FAQ",
    ),
    error(
        "GR114",
        N_("Invisible character in a value"),
        N_(
            "A reviewer must see what the importer will read; control, direction and zero-width "
            "characters hide or disguise text."
        ),
        N_("Type the value again by hand."),
    ),
    error(
        "GR115",
        N_("Space at the edge, or a special space"),
        N_("The importer is not known to trim cells; a blank at the edge makes another text of it."),
        N_("Delete the blank, or replace the special blank by an ordinary one."),
    ),
    error(
        "GR116",
        N_("Begins like a formula"),
        N_(
            "A spreadsheet that opens the upload would run it; an upload is never altered, so such a "
            "value may not go in."
        ),
        N_("Write the value without the first character; if it is really so, waive this rule."),
        waivable=True,
    ),
    error(
        "GR117",
        N_("Semicolon in an item of a list"),
        N_("The importer separates the items of a list by semicolons."),
        N_("Make two items of it."),
        "IMP",
    ),
    error(
        "GR118",
        N_("Accents composed in two ways"),
        N_("The same letters can be stored in two ways; the two look alike and are not equal."),
        N_("Type the value again by hand (in Unicode's words: normalise it to NFC)."),
    ),
    error(
        "GR119",
        N_("Foreign character in an identifier"),
        N_("An identifier with a look-alike letter, an accent or a blank matches no account."),
        N_("Type it again by hand, in plain letters and figures."),
        "SSO",
    ),
    error(
        "GR120",
        N_("Line break in a value"),
        N_("Line breaks inside a cell crash the importer's analysis."),
        N_("Write the value on one line; only notes may have several."),
        "FAIL",
    ),
    error(
        "GR121",
        N_("An item appears twice"),
        N_("A list names each thing once."),
        N_("Delete one of the two."),
        "IMP",
    ),
    error(
        "GR123",
        N_("The main one is not in the list"),
        N_("The main major or college must be one of those listed beside it."),
        N_("Add it to the list, letter by letter, or correct it."),
        "IMP",
    ),
    error(
        "GR124",
        N_("A college with a comma beside others"),
        N_("The importer cannot take several colleges when the name of one has a comma."),
        N_("Send that college alone, or write its name without the comma."),
        "IMP",
        waivable=True,
    ),
    error(
        "GR125",
        N_("Not a phone number"),
        N_("The importer takes figures with an optional plus sign in front."),
        N_("Write figures only: no blanks, dots or brackets."),
        "IMP",
    ),
    warning(
        "GR126",
        N_("A phone number that is not ten figures long"),
        N_("Handshake's pages disagree: one takes any number, the other refuses all but ten domestic figures."),
        N_("Write ten figures, or delete the line to be safe."),
        "ERR",
        "IMP",
    ),
    warning(
        "GR127",
        N_("Letters of two scripts in one word"),
        N_("A look-alike letter (a Cyrillic “\u0430” in a Latin name) is a slip or a disguise."),
        N_("Type the name again by hand; if it is really so, waive this rule."),
    ),
    warning(
        "GR128",
        N_("All capitals"),
        N_("Majors, minors and colleges appear on the profile as they are sent; capitals are for abbreviations."),
        N_("Write it as it should be read: Économie, not ÉCONOMIE."),
        "IMP",
    ),
    warning(
        "GR129",
        N_("Not one of the values known"),
        N_(
            "The list is inferred: Handshake's pages for your region give it for another kind of file. What Handshake "
            "itself shows in an export that was noted (graduand observe) is a value all the same."
        ),
        N_("Write one of the values; or, if your Handshake shows this one, list level_values in institution.yaml."),
        "FDS",
        "EU",
    ),
    note(
        "GR131",
        N_("Labels are replaced as a whole"),
        N_("The list of labels that is sent replaces all that the person has; a blank cell would wipe them."),
        N_("Make sure that the list is complete, or delete it to leave the labels as they are."),
        "IMP",
        "FAQ",
    ),
    warning(
        "GR133",
        N_("Wiping is not confirmed for this column"),
        N_("No page of Handshake says what “**CLEAR**” does in this column."),
        N_("Try it with one person first, or correct the value by hand in Handshake."),
        "FAQ",
    ),
    warning(
        "GR134",
        N_("A placeholder instead of a name"),
        N_("Programs write a sign or a word where a person has one name only; the profile would show it to employers."),
        N_("Write the one name as last name and waive the rule on the first name, or ask the person."),
        "IMP",
    ),
)

_FULL_NAME: Final = frozenset({"first_name", "last_name"})
_PLACEHOLDERS: Final = frozenset(
    {"fnu", "lnu", "nfn", "nln", "nmn", "unk", "unknown", "unnamed", "noname", "nofirstname", "nolastname", "na"}
    | {"null", "none", "inconnu", "inconnue", "sansprenom", "sansnom", "xx", "xxx", "xxxx", "tbd", "test"}
)
"""Words for a missing name, without signs and accents, in small letters."""
_SURNAMES: Final = frozenset({"na", "null", "none", "test"})
"""Those of them that are surnames too, which people write with a capital first: Na, Null."""
_SHOWN_AS_SENT: Final = frozenset({MAJORS, MINORS, COLLEGES, *LISTED})
"""Columns that the profile shows exactly as they are sent."""
_ACRONYM: Final = 5
_TEN_FIGURES: Final = 10
_LISTED_LABELS: Final = 10
"""Labels that a message lists."""
_REMEMBERED: Final = 5000
"""Values without a flaw of one column that are remembered; those that differ from person to person fill it once."""


def check_missing(record: Record, school: School, _on: str) -> Iterator[Flaw]:
    """Return a flaw for each value that every record needs and this one lacks."""
    for header in school.region.required_values:
        if header not in record.values:
            message = _("{field} is missing; every row needs it.")
            yield Flaw("GR104", header, message.format(field=quoted(header)))
    if KIND not in record.values:
        message = _("{field} is missing: it is “graduated” or “returned”.")
        yield Flaw("GR104", KIND, message.format(field=quoted("transition: kind")))
    for header in school.region.expected_values:
        if header not in record.values:
            message = _("{field} is missing, and the file specification of your region asks for it.")
            yield Flaw("GR105", header, message.format(field=quoted(header)))


def check_values(record: Record, school: School, _on: str) -> Sequence[Flaw]:
    """Return what is wrong with each value by itself."""
    known = _known_values(school)
    flaws: list[Flaw] = []
    for key, value in record.values.items():
        if value not in known[key]:
            flaws += judge_value(school.fields[key], value, school)
    return flaws


def loud_rows(people: People, school: School) -> Iterator[int]:
    """Return the numbers of the records in columns of which a value by itself is wrong."""
    for key, column in people.columns.items():
        field = school.fields[key]
        values = cast("set[Value]", {*column} - {None})
        loud = {value for value in _doubtful(field, values, school) if judge_value(field, value, school)}
        yield from (number for number, value in enumerate(column) if value in loud) if loud else ()


def _doubtful(field: Field, values: set[Value], school: School) -> Iterator[Value]:
    """Return the values of a column but those in batches of plain ones, in which `judge_value` finds nothing."""
    shape = plain_shape(field.kind) if field.key in _judged_by_shape(school) else ""
    texts = [value for value in values if isinstance(value, str)] if shape else []
    yield from values.difference(texts)
    for batch, are_plain in batches(texts, shape):
        if not are_plain or max(map(len, batch)) > field.max:
            yield from batch


@lru_cache(maxsize=4)
def _known_values(_school: School) -> defaultdict[str, set[Value]]:
    """Return the values, by key, in which `judge_value` has found nothing before."""
    return defaultdict(set)


def judge_value(field: Field, value: Value, school: School) -> Sequence[Flaw]:
    """Return what is wrong with one value by itself."""
    known = _known_values(school)[field.key]
    if value in known:
        return ()
    if field.values:
        flaws = _of_listed(field.key, value, school, spoken())
    else:
        flaws = () if _is_plain(field, value, school) else _judge_value(field, value)
    if not flaws and len(known) < _REMEMBERED:
        known.add(value)
    return flaws


@lru_cache(maxsize=_REMEMBERED)
def _of_listed(key: str, value: Value, school: School, _language: str) -> Sequence[Flaw]:
    """Return what is wrong with a value of a column with a list; thousands of records may have the same one."""
    return tuple(_judge_value(school.fields[key], value))


def _is_plain(field: Field, value: Value, school: School) -> bool:
    """Return True for a text of which the shape and the length already say that nothing is wrong with it."""
    if not isinstance(value, str) or field.key not in _judged_by_shape(school):
        return False
    return len(value) <= field.max and is_plain(field.kind, value)


@lru_cache(maxsize=4)
def _judged_by_shape(school: School) -> frozenset[str]:
    """Return the keys in whose plain texts `_text` finds nothing: there is no list of values and no word to avoid."""
    words = {school.year, *_FULL_NAME, *_SHOWN_AS_SENT}
    return frozenset(key for key, one in school.fields.items() if not one.values and not one.misspellings) - words


def _judge_value(field: Field, value: Value) -> Sequence[Flaw]:
    if value == CLEAR:
        return [*_cleared(field)]
    if isinstance(value, str):
        return _text(field, field.key, value)
    return [*_list(field, value)]


def check_waiver_texts(record: Record, _school: School, _on: str) -> Iterator[Flaw]:
    """Return what is hidden in the texts of exemptions."""
    for index, waiver in enumerate(record.waivers):
        for name, text in waiver._asdict().items():
            for rule, message in _seen(FieldKind.NOTE, text, spoken()):
                yield Flaw(rule, f"{WAIVE}:{index}:{name}", message)


def _cleared(field: Field) -> Iterator[Flaw]:
    if not field.clear:
        message = _("“**CLEAR**” cannot stand in {field}; write a value, or delete the line.")
        yield Flaw("GR112", field.key, message.format(field=quoted(field.key)))
    elif field.clear_certainty == "unknown":
        message = _("Handshake does not document what “**CLEAR**” does in {field}.")
        yield Flaw("GR133", field.key, message.format(field=quoted(field.key)))


def _list(field: Field, texts: tuple[str, ...]) -> Iterator[Flaw]:
    seen: set[str] = set()
    for index, text in enumerate(texts):
        key = f"{field.key}:{index}"
        yield from _text(field, key, text)
        if ";" in text:
            message = _("{value} holds a semicolon, which would make two items of it.")
            yield Flaw("GR117", key, message.format(value=quoted(text)))
        same = text.casefold() if field.item is FieldKind.EMAIL else text
        if same in seen:
            yield Flaw("GR121", key, _("{value} appears twice in this list.").format(value=quoted(text)))
        seen.add(same)
    if field.key == LABELS:
        message = _("These labels replace all that the person has: {labels}.")
        labels = ", ".join(quoted(text) for text in texts[:_LISTED_LABELS]) + (
            " …" if len(texts) > _LISTED_LABELS else ""
        )
        yield Flaw("GR131", field.key, message.format(labels=labels))


def _text(field: Field, key: str, text: str) -> Sequence[Flaw]:
    flaws: list[Flaw] = []
    kind = field.item if field.kind is FieldKind.LIST else field.kind
    if len(text) > field.max:
        message = _("{value} has {length} characters; {field} takes {max}.")
        message = message.format(value=quoted(text, 40), length=len(text), field=quoted(field.key), max=field.max)
        flaws.append(Flaw("GR110", key, message))
    if not is_plain(kind, text):
        flaws += [Flaw(rule, key, message) for rule, message in _seen(kind, text, spoken())]
    right = meant(field, text)
    if right or (field.values and text not in field.values):
        open_list = field.is_open and not right
        flaws.append(Flaw("GR129" if open_list else "GR109", key, _not_allowed(field, text, right)))
    if field.key in _FULL_NAME and _is_placeholder(text):
        message = _("{value} is no name but stands for a missing one.")
        flaws.append(Flaw("GR134", key, message.format(value=quoted(text))))
    if field.key in _SHOWN_AS_SENT and text.isupper() and len(text) > _ACRONYM:
        message = _("{value} is all capitals and would be shown so.")
        flaws.append(Flaw("GR128", key, message.format(value=quoted(text))))
    return flaws


def _is_placeholder(text: str) -> bool:
    """Return whether a text is a sign or a word that programs write where a name is missing."""
    if not text.strip():
        return False  # what cannot be seen is found as such
    letters = "".join(char for char in folded(text) if char.isalpha())
    if letters in _PLACEHOLDERS:
        return not (letters in _SURNAMES and text.isalpha() and text.istitle())
    is_no_name = not text.isalpha() or text.islower()
    return not letters or (is_no_name and text.strip("()[]<>").casefold() in words_for_nothing())


def meant(field: Field, text: str) -> str:
    """Return the value meant by a known misspelling; "" when `text` is none, or is a value of either region."""
    if text in field.values or text in field.counterparts or not field.misspellings:
        return ""
    words = (*field.counterparts.items(), *field.misspellings.items(), *((value, value) for value in field.values))
    right = {folded(word): right for word, right in words}.get(folded(text), "")
    return right if right != text else ""


def _not_allowed(field: Field, text: str, right: str) -> str:
    if counterpart := field.counterparts.get(text):
        message = _("{value} is a value of Handshake's other region; in yours it corresponds to {right}.")
        return message.format(value=quoted(text), right=quoted(counterpart))
    right = right or nearest(text, field.values)
    if right:
        return _written_here(text, right)
    message = _("{value} is none of the values of {field}: {allowed}.")
    return message.format(
        value=quoted(text), field=quoted(field.key), allowed=", ".join(visible(value) for value in field.values)
    )


def _written_here(text: str, right: str) -> str:
    return _("{value} is written {right} here.").format(value=quoted(text), right=quoted(right))


@lru_cache(maxsize=65_536)
def _seen(kind: FieldKind, text: str, _language: str) -> tuple[tuple[str, str], ...]:
    """Return the rules that a text of this kind breaks by itself, with messages."""
    return tuple(_look(kind, text))


def _look(kind: FieldKind, text: str) -> Iterator[tuple[str, str]]:
    yield from characters.judge(kind, text)
    if "*" in text and text.strip("* ").upper() == "CLEAR":
        yield (
            "GR113",
            _('{value} is not the word that wipes a field; that one is "**CLEAR**".').format(value=quoted(text)),
        )
    if kind is FieldKind.NOTE:
        return
    if (text[0] in FORMULA_STARTS or text[0] in "\t\r") and kind is not FieldKind.PHONE:
        message = _("{value} begins with {char}; a spreadsheet that opens the upload would run it as a formula.")
        yield "GR116", message.format(value=quoted(text), char=quoted(text[0]))
    yield from _SHAPES[kind](text)


def _no_shape(_text: str) -> Iterator[tuple[str, str]]:
    yield from ()


def _date(text: str) -> Iterator[tuple[str, str]]:
    if not is_day(text):
        yield "GR106", _not_a_date(text)


def _email(text: str) -> Iterator[tuple[str, str]]:
    if not matches(FieldKind.EMAIL, text):
        yield "GR301", _no_address(text)


def _boolean(text: str) -> Iterator[tuple[str, str]]:
    if not matches(FieldKind.BOOLEAN, text):
        message = _("{value} is neither true nor false; write true or false.")
        yield "GR107", _meant_or(FieldKind.BOOLEAN, text, message)


def _grade(text: str) -> Iterator[tuple[str, str]]:
    if not matches(FieldKind.GPA, text):
        message = _("{value} is no average from 0 to 4 with at most two decimals and a point, such as 3.25.")
        yield "GR108", _meant_or(FieldKind.GPA, text, message)


def _phone(text: str) -> Iterator[tuple[str, str]]:
    if not matches(FieldKind.PHONE, text):
        message = _("{value} is no phone number of figures with an optional + in front.")
        yield "GR125", _meant_or(FieldKind.PHONE, text, message)
    elif (count := len(text.removeprefix("+"))) != _TEN_FIGURES:
        message = _("{value} has {count} figures; ten are safe.")
        yield "GR126", message.format(value=quoted(text), count=count)


def _meant_or(kind: FieldKind, text: str, message: str) -> str:
    """Return how a text must be written; `message` when that is not clear."""
    right = close(kind, text)
    return _written_here(text, right) if right else message.format(value=quoted(text))


def _name(text: str) -> Iterator[tuple[str, str]]:
    if any(char.isdigit() for char in text):
        yield "GR111", _("{value} holds figures, which Handshake refuses in a name.").format(value=quoted(text))
    if char := characters.stranger(text):
        message = _("{value} mixes letters of two scripts in one word: {char} is {name}.")
        name = f"U+{ord(char):04X} {unicodedata.name(char)}"
        yield "GR127", message.format(value=quoted(text), char=quoted(char), name=name)


def _no_address(address: str) -> str:
    """Return why a text is no address."""
    shown = quoted(address)
    if address.count("@") != 1:
        return _("{value} has {count} @ signs; an address has one.").format(value=shown, count=address.count("@"))
    if not address.isascii():
        strange = next(char for char in address if not char.isascii())
        message = _("{value} holds {char} ({code}), which no address has; it may only look like a plain letter.")
        return message.format(value=shown, char=quoted(strange), code=f"U+{ord(strange):04X}")
    if " " in address:
        return _("{value} holds a blank.").format(value=shown)
    if "." not in address.rpartition("@")[2]:
        return _("{value} has no complete domain, such as mail.example.").format(value=shown)
    return _("{value} is no address that mail could reach.").format(value=shown)


def _identifier(text: str) -> Iterator[tuple[str, str]]:
    char = next((char for char in text if not matches(FieldKind.IDENTIFIER, char)), "")
    if char:
        message = _("{value} holds {char} ({code}); an identifier has plain letters, figures and signs only.")
        yield "GR119", message.format(value=quoted(text), char=quoted(char), code=f"U+{ord(char):04X}")


_SHAPES: Final[Mapping[FieldKind, Callable[[str], Iterator[tuple[str, str]]]]] = defaultdict(
    lambda: _no_shape,
    {
        FieldKind.NAME: _name,
        FieldKind.DATE: _date,
        FieldKind.IDENTIFIER: _identifier,
        FieldKind.EMAIL: _email,
        FieldKind.BOOLEAN: _boolean,
        FieldKind.GPA: _grade,
        FieldKind.PHONE: _phone,
    },
)
"""By kind, what is checked of a text besides its characters."""
_TRUTH: Final = {
    **dict.fromkeys(("on", "1", "1.0", "t", "x", "✓", "✔", "☑"), "true"),
    **dict.fromkeys(("off", "0", "0.0", "f", "☐"), "false"),
}
"""What programs write for a box with a tick and one without, besides the words of each language."""


def close(kind: FieldKind, text: str) -> str:
    """Return what a text in a wrong form means; "" when that is not clear."""
    if kind is FieldKind.BOOLEAN:
        return _TRUTH.get(text.casefold()) or truth_of(text)
    right = text.replace(",", ".") if kind is FieldKind.GPA else re.sub(r"[\s./\u2010-\u2015-]", "", text)
    return right if matches(kind, right) else ""


_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[ ./-]([0-9]{1,2})[ ./-]([0-9]{4})(?:[T ][0-9]{1,2}[:h].*)?")
_YEAR_FIRST: Final = re.compile(
    r"(?![0-9]{5,7}(?![0-9]))([0-9]{4})([ ./-]?)([0-9]{1,2})\2([0-9]{1,2})(?:[T ][0-9]{1,2}[:h].*)?"
)


def days_meant(text: str) -> tuple[str, ...]:
    """Return the days that a date in another form can mean: none, one, or two where day and month may be swapped."""
    if turned := _DAY_FIRST.fullmatch(text):
        day, month, year = turned.groups()
        read = [f"{year}-{month:0>2}-{day:0>2}", f"{year}-{day:0>2}-{month:0>2}"]
    elif straight := _YEAR_FIRST.fullmatch(text):
        year, _sign, month, day = straight.groups()
        read = [f"{year}-{month:0>2}-{day:0>2}"]
    else:
        return ()
    return tuple(dict.fromkeys(meant for meant in read if is_day(meant) and meant != text))


def _not_a_date(text: str) -> str:
    days = days_meant(text)
    if len(days) > 1:
        message = _("{value} is written {right} here if the day comes first, and {other} if the month does.")
        return message.format(value=quoted(text), right=quoted(days[0]), other=quoted(days[1]))
    if days:
        return _written_here(text, days[0])
    return no_day(text)


def real_day(text: str) -> str:
    """Return `text` when it is a day of the calendar, and so comparable with others; "" otherwise."""
    return text if is_day(text) else ""


@lru_cache(maxsize=16_384)
def is_day(text: str) -> bool:
    """Return whether a text is a day of the calendar, written `yyyy-mm-dd`."""
    if not matches(FieldKind.DATE, text):
        return False
    from datetime import date  # noqa: PLC0415 - most commands see few distinct days

    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def check_lists(record: Record, _school: School, _on: str) -> Iterator[Flaw]:
    """Return what is wrong with lists beside the values that they must contain, and with several colleges."""
    for main, listed in LISTED.items():
        text = record.text(main)
        if text and text != CLEAR and text not in record.texts(listed):
            close = nearest(text, record.texts(listed))
            hint = _(" The list has {close}.").format(close=quoted(close)) if close else ""
            message = _("{value} is not in {list}.").format(value=quoted(text), list=quoted(listed))
            yield Flaw("GR123", main, message + hint)
    colleges = record.texts(COLLEGES)
    if len(colleges) > 1:
        for index, college in enumerate(colleges):
            if "," in college:
                message = _("{value} has a comma and cannot stand beside another college.")
                yield Flaw("GR124", f"{COLLEGES}:{index}", message.format(value=quoted(college)))


def _none(_people: People, _school: School) -> tuple[int, ...]:
    """Return no numbers: records in columns have no exemptions."""
    return ()


OWN_CHECKS: Final = (OwnCheck(check_values, loud_rows), OwnCheck(check_waiver_texts, _none))
CHECKS: Final = (check_missing, check_lists)
