"""What programs write into the cells of their exports: words for nothing, entities of HTML, addresses with names."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache
from typing import Final

from graduand.records.kinds import FieldKind, same_value
from graduand.vocabulary import words_for_nothing

_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LINE_BREAK: Final = re.compile(r"<(?:br|/?(?:div|li|p|tr))(?:\s[^<>]*)?/?>", re.IGNORECASE)
_TAG: Final = re.compile(
    r"</?(?:a|b|big|center|em|font|i|mark|ol|small|span|strong|sub|sup|td|u|ul)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_TIMES: Final = 5
"""Times that a text may have been encoded: “&amp;eacute;” is an é."""
_CONTROL: Final = re.compile(r"_x000[9AaDd]_")
"""A tabulator or line break as a workbook writes it."""
_ESCAPED: Final = re.compile(r"\\(['\"])|(?<=[^\W\d_])'(?='[^\W\d_])")
"""A quotation mark with a backslash in front, and the first of two apostrophes, as databases write them."""
_FORMULA_TEXT: Final = re.compile(r'="([^"]*)"')
"""A text as a formula, so that a spreadsheet keeps its zeros."""

_NAMED_ADDRESS: Final = re.compile(r"([^<>]*)<\s*([^<>\s]+@[^<>\s]+)\s*>")
_MAILTO: Final = re.compile(r"(?:mailto|smtp): ?([^?\s]+)(?:\?.*)?", re.IGNORECASE)
_SEVERAL: Final = re.compile(r"[\s;,/]+")
_QUOTES: Final = ("''", '""', "‘’", "“”", "«»", "<>", "()", "[]")
_INTERNATIONAL: Final = re.compile(r"[(]?(?:\+|(?=(?:[^0-9]*[0-9]){11})00)[0-9 ./()\u00a0\u202f\u2010-\u2013-]*")

_DATABASE: Final = frozenset(
    {"NULL", "(null)", "(NULL)", "<null>", "<NULL>", "[NULL]", "[null]", "\\N", "NaN", "NaT", "<NA>", "None"}
)
"""What databases and programs write for no value, letter by letter."""
_SHORT: Final = frozenset({"na", "nc", "nd", "nr"})
"""Abbreviations for no value that may be words of a name or a programme."""
_FREE: Final = frozenset({FieldKind.NAME, FieldKind.TEXT, FieldKind.NOTE, FieldKind.LIST, FieldKind.IDENTIFIER})


def is_database_null(text: str) -> bool:
    """Return whether a text is what a database or program writes for no value, letter by letter."""
    return text in _DATABASE


def is_null(text: str, kind: FieldKind) -> bool:
    """Return whether a text stands for no value in a column of that kind.

    Among names, words count in small letters only, as Nil and Blank are names too.
    """
    if text in _DATABASE or (kind is not FieldKind.NOTE and _is_signs(text)):
        return True
    inside = text[1:-1] if text[:1] + text[-1:] in {"()", "[]", "<>", "{}"} else text
    word = inside.casefold()
    if kind is FieldKind.NAME:
        is_no_name = inside != text or text.islower() or "/" in text or " " in text
        return is_no_name and word in null_words()
    if kind is FieldKind.PHONE and not text.strip("0 ."):
        return True
    return word in null_words() or (kind not in _FREE and word in _SHORT)


def _is_signs(text: str) -> bool:
    """Return whether a text holds nothing but punctuation, such as — or --/--/----; ### is a number out of sight."""
    return "##" not in text and all(char in "|=~+<>^` " or unicodedata.category(char).startswith("P") for char in text)


@cache
def null_words() -> frozenset[str]:
    """Return the words for no value of all languages and of databases, in small letters."""
    return words_for_nothing() | {*map(str.casefold, _DATABASE)}


def decode_entities(text: str) -> str:
    """Return a text without what web pages, workbooks and databases encode: entities, tags, escaped signs.

    Entities of control characters stay, and so does every backslash that is not in front of a quotation mark.
    """
    for _time in range(_TIMES):
        if "&" not in text or ";" not in text:
            break
        text = _ENTITY.sub(_character, text)
    if "<" in text:
        text = _TAG.sub("", _LINE_BREAK.sub("\n", text))
    if "_x000" in text:
        text = _CONTROL.sub("\n", text)
    if found := _FORMULA_TEXT.fullmatch(text.strip()):
        text = found[1]
    if text[:2] != '["' and ("\\" in text or "''" in text):  # the items of a list may be written as JSON
        return _ESCAPED.sub(r"\1", text)
    return text


def _character(found: re.Match[str]) -> str:
    character = html.unescape(found[0])
    hidden = not character or any(unicodedata.category(one) in {"Cc", "Cs", "Co"} for one in character)
    return found[0] if hidden else character


def bare_address(text: str) -> str:
    """Return the address in a text such as “Zoe <zoe@mail.example>”, “'zoe@mail.example'” or “mailto:zoe@mail.example”.

    A text that names two different addresses is returned unchanged.
    """
    bare = _unquoted(text.strip().rstrip(";,").rstrip())
    if named := _NAMED_ADDRESS.fullmatch(bare):
        address = bare_address(named[2])
        before = _unquoted(named[1].strip())
        return address if "@" not in before or before.casefold() == address.casefold() else text
    linked = _MAILTO.fullmatch(bare)
    bare = linked[1] if linked else bare
    several = _SEVERAL.split(bare) if bare.count("@") > 1 else []
    return several[0] if len({*map(str.casefold, several)}) == 1 else bare


def without_quotes(text: str) -> str:
    """Return a text without the quotation marks that are around all of it."""
    bare = _unquoted(text) if text[:1] in '"“«' else text
    return text if '"' in bare else bare


def _unquoted(text: str) -> str:
    for first, last in _QUOTES:
        if len(text) > 1 and text[0] == first and text[-1] == last:
            return text[1:-1].strip()
    return text


def bare_phone(text: str) -> str:
    """Return a telephone number with the code of its country as `+` and figures, and any other text without “tel:”.

    A zero that is dialled only inside the country goes: +33 (0)6 and +33 06 are +336, but +39 06 stays +3906. A number
    with letters or an extension, one of no country, and one too long or too short for its country are left as written.
    """
    bare = text[4:].strip() if text[:4].lower() == "tel:" else text
    if not _INTERNATIONAL.fullmatch(bare):
        return bare
    import phonenumbers  # noqa: PLC0415 - most columns hold no such number

    try:
        number = phonenumbers.parse(re.sub("^[(]?00", "+", bare).replace("\u202f", " "), None)
    except phonenumbers.NumberParseException:
        return bare
    possible = phonenumbers.is_possible_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if possible else bare


_APOSTROPHES: Final = str.maketrans(dict.fromkeys("’‘\u02bc\u00b4`", "'"))


def means_same(kind: FieldKind, one: object, other: object) -> bool:
    """Return whether a value of a foreign table says what a record says, written otherwise.

    More is the same here than for `same_value`, which decides what is sent: the form of an apostrophe, the order of a
    list, and whether a telephone number has the code of its country.
    """
    if same_value(kind, one, other):
        return True
    if isinstance(one, tuple) and isinstance(other, tuple):
        return {*map(_plain_text, one)} == {*map(_plain_text, other)}
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    if kind is FieldKind.PHONE:
        return _same_number(bare_phone(one), bare_phone(other))
    return kind in {FieldKind.NAME, FieldKind.TEXT} and _plain_text(one) == _plain_text(other)


def _plain_text(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_APOSTROPHES)


def _same_number(one: str, other: str) -> bool:
    """Return whether two telephone numbers are equal, or one is the other as it is dialled inside the country."""
    if one == other or one.startswith("+") is other.startswith("+"):
        return one == other
    whole, national = (one, other) if one.startswith("+") else (other, one)
    figures = "".join(filter(str.isdigit, national))
    if whole[1:] == figures:
        return True
    import phonenumbers  # noqa: PLC0415 - most columns hold no such number

    try:
        number = phonenumbers.parse(whole, None)
    except phonenumbers.NumberParseException:
        return False
    inside = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "".join(filter(str.isdigit, inside)) == figures
