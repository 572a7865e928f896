"""Decode the bytes of a YAML file; refuse encodings and characters that could mislead a reader."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from graduand.findings import Place
from graduand.language import _, ngettext

LIMIT: Final = 65_536
"""Bytes; a larger file never reaches a parser."""


class Fault(NamedTuple):
    """Why a text is refused: rule, place and message."""

    rule: str
    place: Place
    message: str
    field: str = ""


class Refused(Exception):
    """A text is refused; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


_MARKER = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: |$)|^={7}$|^ +(?:<{7}|>{7}) ", re.MULTILINE)
"""The marks of git; indented ones, as an editor that formats leaves them, only where no text is likely to have them."""
UNSEEN: Final = (
    "\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\uffff\U000e0000-\U000e0fff"
)
"""Invisible characters that no file may contain, as the inside of a pattern's brackets; line feeds are allowed."""

_UNSEEN: Final = re.compile(f"[{UNSEEN}]")


def text_of(raw: bytes, limit: int = LIMIT) -> str:
    """Return the text of a file's bytes.

    Raises:
        Refused: too large, not UTF-8, a byte order mark, foreign line ends, an invisible
            character, or the marks of an unfinished merge (GR001 to GR006).
    """
    if len(raw) > limit:
        message = ngettext(
            "The file is larger than {limit} byte.",
            "The file is larger than {limit} bytes; a record is never so long.",
            limit,
        )
        raise Refused(Fault("GR001", Place(), message.format(limit=limit)))
    if raw[:3] == b"\xef\xbb\xbf" or raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        message = _(
            "The file begins with a byte order mark (Excel and Notepad write one); save it as UTF-8 without BOM."
        )
        raise Refused(Fault("GR003", Place(), message))
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Refused(_not_utf8(raw, error)) from error
    _refuse_unseen(text)
    return text


def with_line_feeds(raw: bytes) -> bytes:
    """Return the bytes with the line ends that a record has, where an editor of Windows wrote others."""
    return raw.replace(b"\r\n", b"\n")


def place_at(text: str, index: int) -> Place:
    """Return the line and column of the character at `index`."""
    return Place(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def _not_utf8(raw: bytes, error: UnicodeDecodeError) -> Fault:
    before = raw[: error.start].decode()
    message = _("Byte {byte} is not UTF-8 (in Windows-1252 it would be “{char}”); save the file as UTF-8.")
    byte = raw[error.start : error.start + 1]
    return Fault(
        "GR002",
        place_at(before, len(before)),
        message.format(byte=f"0x{byte.hex().upper()}", char=byte.decode("cp1252", "replace")),
    )


def _refuse_unseen(text: str) -> None:
    if "\r" in text:
        place = place_at(text, text.index("\r"))
        raise Refused(
            Fault(
                "GR004", place, _("The line ends as on Windows (CRLF) or an old Mac; save the file with LF line ends.")
            )
        )
    if marker := _MARKER.search(text):
        message = _("The marks of an unfinished merge stand here; join the two versions with: graduand resolve")
        raise Refused(Fault("GR006", place_at(text, marker.start()), message))
    if unseen := _UNSEEN.search(text):
        char = unseen.group()
        if char == "\t":
            message = _("A tab stands here; YAML is indented with blanks. Replace it by blanks.")
        else:
            message = _("An invisible character stands here ({code}); delete it.").format(code=f"U+{ord(char):04X}")
        raise Refused(Fault("GR005", place_at(text, unseen.start()), message))
