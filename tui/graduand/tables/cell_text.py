"""What programs write into the cells of their exports: words for nothing, entities of HTML, addresses with names."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

from graduand.records.kinds import FieldKind

_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LINE_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)
_WRITTEN_TWICE: Final = 2
"""Times that a text may have been encoded: “&amp;eacute;” is an é."""

_NAMED_ADDRESS: Final = re.compile(r"([^<>]*)<\s*([^<>\s]+@[^<>\s]+)\s*>")
_MAILTO: Final = re.compile(r"mailto:([^?\s]+)(?:\?.*)?", re.IGNORECASE)
_QUOTES: Final = ("''", '""', "‘’", "“”", "«»", "<>", "()", "[]")
_INTERNATIONAL: Final = re.compile(r"[(]?(?:\+|(?=(?:[^0-9]*[0-9]){11})00)[0-9 ./()\u00a0\u202f\u2010-\u2013-]*")

_DATABASE: Final = frozenset(
    {"NULL", "(null)", "(NULL)", "<null>", "<NULL>", "[NULL]", "[null]", "\\N", "NaN", "NaT", "<NA>", "None"}
)
"""What databases and programs write for no value, letter by letter."""
_WORDS: Final = frozenset({*map(str.casefold, _DATABASE), "nil", "n/a"})
_SIGNS: Final = frozenset({"na", "-", "--", "n.c.", "nc"})
_CAUTIOUS: Final = frozenset({FieldKind.NAME})
"""Kinds in which only the exact spelling means no value: Nan and Nil are names."""
_FREE: Final = frozenset({FieldKind.NAME, FieldKind.TEXT, FieldKind.NOTE, FieldKind.LIST, FieldKind.IDENTIFIER})


def is_null(text: str, kind: FieldKind) -> bool:
    """Return whether a text stands for no value in a column of that kind."""
    if kind in _CAUTIOUS:
        return text in _DATABASE
    word = text.casefold()
    return word in _WORDS or (kind not in _FREE and word in _SIGNS)


def decode_entities(text: str) -> str:
    """Return a text with the characters that entities of HTML stand for; those of control characters stay."""
    for _time in range(_WRITTEN_TWICE):
        if "&" not in text or ";" not in text:
            break
        text = _ENTITY.sub(_character, text)
    return _LINE_BREAK.sub("\n", text) if "<" in text else text


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
    return linked[1] if linked else bare


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
