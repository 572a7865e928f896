"""Decode the bytes of a foreign file, and guess the encoding where the bytes do not say it."""

from __future__ import annotations

import codecs
import re
import unicodedata
from itertools import islice
from typing import Final, NamedTuple

from graduand.errors import Usage
from graduand.language import _, quoted
from graduand.tables.file_kind import is_binary

MARKS: Final = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
"""Byte order marks, longer ones before those that they begin with."""

_OLD: Final = ("cp1252", "mac-roman", "cp850")
"""Encodings of spreadsheets without Unicode: on Windows, on an old Mac, in a Windows console."""

_FREQUENT: Final = frozenset("éèêëàâäáãåôöóøîïíûüùúçñœæßÉÈÊËÀÂÄÅÔÖØÎÏÜÇÑŒÆÁÍÓÚ")
"""Letters that Western names often have."""
_PUNCTUATION: Final = frozenset("’‘“”«»–—…€\u00a0°º")
_RARE: Final = frozenset("ÿŽžŠšŸƒ")
"""Letters that Western names hardly have, and that a wrong encoding often yields."""

_NON_ASCII: Final = re.compile(rb"[ -~]{0,2}[\x80-\xff]+[ -~]{0,2}")
_FOREIGN: Final = re.compile("[^\x00-\x7f’‘“”«»–—…€\u00a0°º]{3}")
"""Three letters with accents or symbols in a row, which Western texts do not have."""
_CHARACTER: Final = 4
"""Bytes of a character of UTF-32."""
_SAMPLES: Final = 2_000
"""Places with non-ASCII bytes by which an encoding is guessed."""


class DecodedText(NamedTuple):
    """The text of a file and its encoding."""

    text: str
    encoding: str
    certain: bool
    """False: the encoding is a guess."""


def decode(raw: bytes, encoding: str = "") -> DecodedText:
    """Return the text of a file; "" as `encoding` means that it is unknown.

    Raises:
        Usage: Python knows no such encoding, the bytes are not in it, or they are in one that cannot be guessed.
    """
    if encoding:
        return _decode_as(raw, encoding)
    for mark, name in MARKS.items():
        if raw.startswith(mark):
            return DecodedText(raw[len(mark) :].decode(name, "replace"), name, certain=True)
    if name := _wide_without_mark(raw):
        return DecodedText(raw.decode(name, "replace"), name, certain=True)
    try:
        return DecodedText(raw.decode(), "utf-8", certain=True)
    except UnicodeDecodeError:
        return _guess(raw)


def _decode_as(raw: bytes, encoding: str) -> DecodedText:
    try:
        name = codecs.lookup(encoding).name
        text = raw.decode(name)
    except (LookupError, ValueError) as error:
        message = _("The file cannot be read as {encoding}; leave --encoding out, or try cp1252, mac-roman or utf-16.")
        raise Usage(message.format(encoding=quoted(encoding))) from error
    return DecodedText(text.removeprefix("\ufeff"), name, certain=True)


def _wide_without_mark(raw: bytes) -> str:
    """Return the UTF-16 or UTF-32 that a file without a byte order mark is in, "" for none, by the zeros of ASCII."""
    for start, name in ((1, "utf-32-le"), (0, "utf-32-be")):
        if len(raw) >= _CHARACTER * 2 and not any(
            raw[place:400:_CHARACTER].strip(b"\0") for place in range(start, start + 3)
        ):
            return name
    for start, name in enumerate(("utf-16-be", "utf-16-le")):
        half = raw[start:400:2]
        if len(half) > 1 and half.count(0) * 10 > len(half) * 9:
            return name
    return ""


def _guess(raw: bytes) -> DecodedText:
    """Decode as UTF-8 with a few damaged bytes, or as the older encoding whose text looks most like words."""
    sample = b" ".join(islice((match[0] for match in _NON_ASCII.finditer(raw)), _SAMPLES))
    repaired = sample.decode("utf-8", "replace")
    foreign = len(repaired) - len(repaired.encode("ascii", "ignore"))
    if foreign > 2 * repaired.count("\ufffd"):
        return DecodedText(raw.decode("utf-8", "replace"), "utf-8", certain=False)
    name = max(_OLD, key=lambda name: _word_score(f"  {sample.decode(name, 'replace')}  "))
    text = raw.decode(name, "replace")
    if len(_FOREIGN.findall(sample.decode(name, "replace"))) * 5 > len(sample.split(b" ")) and not is_binary(text):
        message = _("Nothing says which encoding the file is in; say it, such as: --encoding cp1251, or gb18030.")
        raise Usage(message)
    return DecodedText(text, name, certain=False)


def _word_score(text: str) -> int:
    """Return how much a text looks like words, with two blanks at each end: what is between its letters counts."""
    places = (place for place, char in enumerate(text) if not char.isascii())
    return sum(_char_score(text[place], text[place - 2 : place], text[place + 1 : place + 3]) for place in places)


def _char_score(char: str, before: str, behind: str) -> int:
    """Return how well a character fits between others: a letter among letters of its case, an apostrophe in a word."""
    in_word = before[-1].isalpha() or behind[0].isalpha()
    if char in _PUNCTUATION:
        return 2 if char == "’" and before[-1].isalpha() and behind[0].isalpha() else 0
    if char in _RARE or unicodedata.category(char) not in {"Ll", "Lu"}:
        return -8 if char == "\ufffd" else -4
    if char.islower():
        odd = behind[0].isupper() or (before.isupper() and not behind[0].islower())
    else:
        odd = before[-1].islower() or (before[-1].isupper() and behind[0].islower())
    return -5 if odd else (2 + (char in _FREQUENT)) if in_word else 0
