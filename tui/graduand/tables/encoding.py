"""Encoding: the text in the bytes of a foreign file, and what was taken for its encoding."""

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
"""What spreadsheets without Unicode write: on Windows, on an old Mac, in a console of Windows."""

_WORDED: Final = re.compile(
    "[A-Za-z][éèêëàâäáãåôöòóøîïìíûüùúçñœæßÉÈÊÀÂÄÔÖÎÇÑŒ]|[éèêëàâäáôöóîïíûüùúçñœæÉÈÀÇÎÔŒ’][A-Za-z]"
)
"""An accented letter, or an apostrophe, beside a plain letter, as words have them."""

_STILL_WORDS: Final = frozenset("’‘“”«»–—…\u00a0°º")
_SELDOM: Final = frozenset("ÿŽžŠšŸƒ")
"""Letters that Western names hardly have, and wrong readings of them often."""


_STRANGE: Final = re.compile(rb"[ -~]?[\x80-\xff]+[ -~]?")
_ENOUGH: Final = 2_000
"""Places with other letters than plain ones by which an encoding is told."""


class Decoded(NamedTuple):
    """A text, and what its bytes were taken for."""

    text: str
    encoding: str
    certain: bool
    """Whether the bytes say so themselves, and it is no guess."""


def decoded(raw: bytes, encoding: str = "") -> Decoded:
    """Return the text of a file; `encoding` names what it is in, where that is known.

    Raises:
        Usage: Python knows no such encoding, or the bytes are not in it.
    """
    if encoding:
        return _as_told(raw, encoding)
    for mark, name in MARKS.items():
        if raw.startswith(mark):
            return Decoded(raw[len(mark) :].decode(name, "replace"), name, certain=True)
    if name := _wide(raw):
        return Decoded(raw.decode(name, "replace"), name, certain=True)
    try:
        return Decoded(raw.decode(), "utf-8", certain=True)
    except UnicodeDecodeError:
        return _guessed(raw)


def _as_told(raw: bytes, encoding: str) -> Decoded:
    try:
        name = codecs.lookup(encoding).name
        text = raw.decode(name)
    except (LookupError, ValueError) as error:
        message = _("The file cannot be read as {encoding}; leave --encoding out, or try cp1252, mac-roman or utf-16.")
        raise Usage(message.format(encoding=quoted(encoding))) from error
    return Decoded(text.removeprefix("\ufeff"), name, certain=True)


def _wide(raw: bytes) -> str:
    """Return which UTF-16 a file without a mark is in: every other byte of plain letters is zero."""
    for start, name in enumerate(("utf-16-be", "utf-16-le")):
        half = raw[start:400:2]
        if len(half) > 1 and half.count(0) * 10 > len(half) * 9:
            return name
    return ""


def _guessed(raw: bytes) -> Decoded:
    """Return what is not UTF-8 as the encoding that makes words of it, unless it is UTF-8 with a little damage."""
    strange = b" ".join(islice((match[0] for match in _STRANGE.finditer(raw)), _ENOUGH))
    repaired = strange.decode("utf-8", "replace")
    foreign = len(repaired) - len(repaired.encode("ascii", "ignore"))
    if foreign > 2 * repaired.count("\ufffd"):
        return Decoded(raw.decode("utf-8", "replace"), "utf-8", certain=False)
    name = max(_OLD, key=lambda name: _likeness(strange.decode(name, "replace")))
    return Decoded(raw.decode(name, "replace"), name, certain=False)


def _likeness(text: str) -> int:
    """Tell how much a text looks like words: accented letters beside plain ones, and no signs among them."""
    odd = sum(
        char in _SELDOM or (char not in _STILL_WORDS and unicodedata.category(char) not in {"Ll", "Lu"})
        for char in text
        if not char.isascii()
    )
    return len(_WORDED.findall(text)) - 2 * odd - 4 * text.count("\ufffd")
