"""Find characters that are invisible, or look like others."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from graduand.language import _, quoted
from graduand.records.kinds import FieldKind

if TYPE_CHECKING:
    from collections.abc import Iterator


def judge(kind: FieldKind, text: str) -> Iterator[tuple[str, str]]:
    """Return the rules that characters of a text break, with messages: hidden ones, special blanks, composition."""
    hidden = [char for index, char in enumerate(text) if _is_hidden(kind, text, index)]
    if hidden:
        names = ", ".join(f"U+{ord(char):04X}" for char in dict.fromkeys(hidden))
        yield "GR114", _("{value} holds an invisible character ({names}).").format(value=quoted(text), names=names)
    if kind is not FieldKind.NOTE:
        if "\n" in text:
            yield "GR120", _("{value} goes over several lines; write it on one.").format(value=quoted(text))
        odd = dict.fromkeys(char for char in text if char != " " and unicodedata.category(char) == "Zs")
        if odd:
            names = ", ".join(f"U+{ord(char):04X}" for char in odd)
            message = _("{value} holds a special blank ({names}); replace it by an ordinary one.")
            yield "GR115", message.format(value=quoted(text), names=names)
        elif text != text.strip(" "):
            yield "GR115", _("{value} begins or ends with a blank; delete it.").format(value=quoted(text))
    if unusual := _unusual(text):
        message = _(
            "{value} holds a letter in another form than usual ({names}); the two look alike and are not equal."
        )
        yield "GR118", message.format(value=quoted(text), names=", ".join(f"U+{ord(char):04X}" for char in unusual))


def _unusual(text: str) -> tuple[str, ...]:
    """Return the characters that NFC would change, except for those that keyboards of some scripts produce.

    Those are Indic and Hebrew letters that NFC takes apart, Chinese and Japanese variants, the order of vowel signs.
    """
    if unicodedata.is_normalized("NFC", text):
        return ()
    usual = [unicodedata.normalize("NFC", char) for char in text]
    loose = "".join(
        norm if len(norm) > 1 or unicodedata.name(char, "").startswith("CJK COMPATIBILITY") else char
        for char, norm in zip(text, usual, strict=True)
    )
    if sorted(unicodedata.normalize("NFC", loose)) == sorted(loose):
        return ()
    return tuple(
        dict.fromkeys(
            char for char, norm in zip(text, usual, strict=True) if unicodedata.combining(char) or norm != char
        )
    )


_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\ufdd0-\ufdef\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
"""Invisible characters of the categories letter, mark and symbol, or unassigned."""
_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_JOINING: Final = re.compile("[\u0600-\u0dff\u1000-\u109f\u1780-\u18af]")
"""Scripts in which a joiner between two letters changes their shapes."""
_VIRAMA: Final = 9


def _is_hidden(kind: FieldKind, text: str, index: int) -> bool:
    char, before, after = text[index], text[index - 1 : index], text[index + 1 : index + 2]
    if char in "\u180e\u200c\u200d":
        return not _is_joined(kind, before, after)
    if _SELECTORS.match(char):
        bases = {"Lo", "Nd", "Po", "Sm", "So"} if kind is FieldKind.NOTE else {"Lo"}
        return not before or unicodedata.category(before) not in bases
    return char != "\n" and (
        unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
        or ord(char) & 0xFFFE == 0xFFFE
        or _UNSEEN.match(char) is not None
    )


def _is_joined(kind: FieldKind, before: str, after: str) -> bool:
    """Return whether a joiner between the two is visible: in the shapes of letters, or as one emoji in a note."""
    if not before:
        return False
    if kind is FieldKind.NOTE and after and unicodedata.category(after) == "So":
        return True
    return unicodedata.combining(before) == _VIRAMA or (
        _JOINING.match(before) is not None and _JOINING.match(after) is not None
    )


_ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
"""Scripts whose letters look alike; Chinese, Japanese and others are mixed in ordinary texts."""


def stranger(text: str) -> str:
    """Return a letter of another script than the rest of its word; "" when there is none."""
    for word in re.split(r"[\s-]", text):
        letters: dict[str, str] = {}
        for char in word:
            script = unicodedata.name(char, "").partition(" ")[0]
            if script in _ALIKE:
                letters[script] = letters.get(script, "") + char
        if len(letters) > 1:
            return min(letters.values(), key=lambda found: (len(found), found.isascii()))[0]
    return ""
