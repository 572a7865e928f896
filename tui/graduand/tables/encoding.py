"""Decode the bytes of a foreign file, and guess the encoding where the bytes do not say it."""

from __future__ import annotations

import codecs
import re
import unicodedata
from itertools import islice
from typing import Final, NamedTuple

from graduand.errors import Usage
from graduand.language import _, quoted

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

_WORD_LIKE: Final = re.compile(
    "[A-Za-z][éèêëàâäáãåôöòóøîïìíûüùúçñœæßÉÈÊÀÂÄÔÖÎÇÑŒ]|[éèêëàâäáôöóîïíûüùúçñœæÉÈÀÇÎÔŒ’][A-Za-z]"
)
"""An accented letter, or an apostrophe, next to an ASCII letter, as in words."""

_PUNCTUATION: Final = frozenset("’‘“”«»–—…\u00a0°º")
_RARE: Final = frozenset("ÿŽžŠšŸƒ")
"""Letters that Western names hardly have, and that a wrong encoding often yields."""

_NON_ASCII: Final = re.compile(rb"[ -~]?[\x80-\xff]+[ -~]?")
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
        Usage: Python knows no such encoding, or the bytes are not in it.
    """
    if encoding:
        return _decode_as(raw, encoding)
    for mark, name in MARKS.items():
        if raw.startswith(mark):
            return DecodedText(raw[len(mark) :].decode(name, "replace"), name, certain=True)
    if name := _utf16_without_mark(raw):
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


def _utf16_without_mark(raw: bytes) -> str:
    """Return the UTF-16 that a file without a byte order mark is in, "" for none: every other byte of ASCII is zero."""
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
    name = max(_OLD, key=lambda name: _word_score(sample.decode(name, "replace")))
    return DecodedText(raw.decode(name, "replace"), name, certain=False)


def _word_score(text: str) -> int:
    """Return how much a text looks like words: accented letters next to ASCII ones count, symbols count against."""
    odd = sum(
        char in _RARE or (char not in _PUNCTUATION and unicodedata.category(char) not in {"Ll", "Lu"})
        for char in text
        if not char.isascii()
    )
    return len(_WORD_LIKE.findall(text)) - 2 * odd - 4 * text.count("\ufffd")
