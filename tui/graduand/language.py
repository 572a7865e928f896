"""The language of all text that people read: messages from gettext's catalogues, and texts that come in several."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from gettext import NullTranslations

ENGLISH: Final = "en"
LOCALE: Final = Path(__file__).parent / "locale"
LANGUAGES: Final = (ENGLISH, *sorted({folder.name for folder in LOCALE.iterdir() if folder.is_dir()} - {ENGLISH}))
"""English, which the sentences of the code are written in, and one language for each other folder of `locale/`."""


class _Current:
    """The current language; one for the process, set once at its start."""

    language = ENGLISH


def speak(language: str) -> None:
    """Set the current language; one that is not in LANGUAGES sets English."""
    _Current.language = language if language in LANGUAGES else ENGLISH


def spoken() -> str:
    """Return the current language, one of LANGUAGES."""
    return _Current.language


@cache
def _catalogue(language: str) -> NullTranslations:
    """Return the compiled messages of a language; no messages, if there is no readable file of them."""
    from gettext import GNUTranslations, NullTranslations  # noqa: PLC0415 - English needs none

    try:
        with (LOCALE / language / "LC_MESSAGES" / "graduand.mo").open("rb") as file:
            return GNUTranslations(file)
    except OSError:
        return NullTranslations()


def translated(sentence: str, language: str) -> str:
    """Return the translation of the English `sentence`; the sentence itself, if the catalogue has none."""
    return sentence if language == ENGLISH else _catalogue(language).gettext(sentence)


def translations(sentence: str) -> tuple[str, ...]:
    """Return the English `sentence` in each of LANGUAGES."""
    return tuple(translated(sentence, language) for language in LANGUAGES)


def _(sentence: str) -> str:
    """Return the translation of the English `sentence` into the current language."""
    return translated(sentence, _Current.language)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the translation of `one` or `many`, by the plural rule of the current language."""
    if _Current.language == ENGLISH:
        return one if count == 1 else many
    return _catalogue(_Current.language).ngettext(one, many, count)


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Return `sentence` as it is; the name marks it for the catalogue, and `_` translates it where it is shown."""
    return sentence


class Words(NamedTuple):
    """One text by language; `str()` of it is the text in the current language.

    A language without a text of its own gets the catalogue's translation of the English one.
    """

    texts: Mapping[str, str]
    """Holds "en"."""

    def __str__(self) -> str:
        return self.in_language(spoken())

    def in_language(self, language: str) -> str:
        """Return the text in `language`; in English, if there is no translation."""
        return self.texts.get(language) or translated(self.texts[ENGLISH], language)

    def in_each(self) -> tuple[str, ...]:
        """Return the text in each of LANGUAGES."""
        return tuple(self.in_language(language) for language in LANGUAGES)


def visible(text: str, width: int = 80) -> str:
    """Return `text` with control and invisible characters spelt out, cut at `width` characters.

    All text from a record, a file name or git passes through this before it is put into a sentence.
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
    """Return `text`, made visible, in the quotation marks of the current language."""
    return _("“{text}”").format(text=visible(text, width))


def masked(text: str) -> str:
    """Return `text` with each e-mail address reduced to its first letter and its domain."""
    if "@" not in text:
        return text
    import re  # noqa: PLC0415 - rarely needed

    return re.sub(r"([^\s@;“])[^\s@;“]*@", r"\1•••@", text)


def masked_pair(before: str, after: str) -> tuple[str, str]:
    """Return two texts with their addresses masked; where they would look the same, what differs is shown too."""
    return _apart((before, after), (masked(before), masked(after)))


def reduced(text: str) -> str:
    """Return `text` reduced to its first letter, and an address to that and its domain."""
    return masked(text) if "@" in text or len(text) < 2 else f"{text[0]}•••"


def reduced_pair(before: str, after: str) -> tuple[str, str]:
    """Return two texts reduced to their first letters; where they would look the same, what differs is shown too."""
    return _apart((before, after), (reduced(before), reduced(after)))


def _apart(texts: tuple[str, str], hidden: tuple[str, str]) -> tuple[str, str]:
    if hidden[0] != hidden[1] or texts[0] == texts[1]:
        return hidden
    pairs = enumerate(zip(*texts, strict=False))
    at = next((place for place, (one, other) in pairs if one != other), min(map(len, texts)))
    before, after = (_hidden_but(text, at) for text in texts)
    return before, after


def _hidden_but(text: str, at: int) -> str:
    """Return a text reduced to its first letter, the character at a place, and its domain if it is an address."""
    name, mark, domain = text.partition("@")
    shown = f"{name[at : at + 1]}•••" if at < len(name) else ""
    return f"{text[:1]}•••{shown}{mark}{domain}"
