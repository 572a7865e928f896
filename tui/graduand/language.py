"""The language of everything that a person reads: French or English, by gettext's catalogue."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

from graduand.catalogue import Catalogue

LANGUAGES = ("en", "fr")
_LOCALE = Path(__file__).parent / "locale"


class _Voice:
    """The language spoken now; one for the process, chosen once at its start."""

    language = "en"
    catalogue: Catalogue | None = None


def speak(language: str) -> None:
    """Speak `language` ("en" or "fr") from here on; an unknown one is English."""
    _Voice.language = language if language in LANGUAGES else "en"
    _Voice.catalogue = _french() if _Voice.language == "fr" else None


@cache
def _french() -> Catalogue:
    return Catalogue(_LOCALE / "fr" / "LC_MESSAGES" / "graduand.mo")


def spoken() -> str:
    """Return the language spoken now, "en" or "fr"."""
    return _Voice.language


def _(sentence: str) -> str:
    """Return the English `sentence` in the language spoken now."""
    forms = _Voice.catalogue.forms(sentence) if _Voice.catalogue else None
    return forms[0] if forms else sentence


def ngettext(one: str, many: str, count: int) -> str:
    """Return `one` or `many`, as `count` asks in the language spoken now."""
    forms = _Voice.catalogue.forms(one) if _Voice.catalogue else None
    if forms:
        return forms[count > 1]  # French: none is singular
    return one if count == 1 else many


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark `sentence` for the catalogue; `_` translates it when it is shown."""
    return sentence


class Words(NamedTuple):
    """One text in both languages, as the files of `schema/` hold it."""

    en: str
    fr: str

    def __str__(self) -> str:
        return self.fr if spoken() == "fr" else self.en


def both(sentence: str) -> tuple[str, str]:
    """Return the English `sentence` and its French, whatever is spoken now."""
    forms = _french().forms(sentence)
    return (sentence, forms[0] if forms else sentence)


def visible(text: str, width: int = 80) -> str:
    """Return `text` with every character shown that a terminal would obey or hide, cut at `width`.

    All text from a record, a file name or git passes here before it is put into a sentence.
    """
    if not text.isprintable():
        text = "".join(char if char.isprintable() else _named(char) for char in text)
    return text if len(text) <= width else text[: width - 1] + "…"


def _named(char: str) -> str:
    if char == "\n":
        return "⏎"
    if unicodedata.category(char) == "Zs":
        return char if char in "\u00a0\u202f" else f"<U+{ord(char):04X}>"
    return f"<U+{ord(char):04X}>"


def quoted(text: str, width: int = 80) -> str:
    """Return `text`, made visible, between the quotation marks of the language spoken now."""
    return f"«\u00a0{visible(text, width)}\u00a0»" if spoken() == "fr" else f"“{visible(text, width)}”"


def masked(text: str) -> str:
    """Return `text` with every e-mail address in it cut down to its first letter and its domain."""
    if "@" not in text:
        return text
    import re  # noqa: PLC0415 - seldom needed

    return re.sub(r"([^\s@;])[^\s@;]*@", r"\1•••@", text)
