"""Compare words and headers as people type them: without case, accents and punctuation, and by similarity."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


INVISIBLE: Final = frozenset({"Cc", "Cf", "Co", "Cn"})
"""The Unicode categories of characters that cannot be seen."""


def folded(text: str) -> str:
    """Return `text` in lower case, without accents, and with punctuation between words as blanks."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(" " if char in "_-:.’'" else char for char in decomposed if not unicodedata.combining(char)).strip()


def without_accents(text: str) -> str:
    """Return a text with plain letters for those with accents."""
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def visible_header(header: str) -> str:
    """Return a header of a table in NFC, with single blanks, and without characters that cannot be seen."""
    spaced = "".join(" " if char.isspace() else char for char in header)
    seen = "".join(char for char in spaced if unicodedata.category(char) not in INVISIBLE)
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def normalize_header(header: str) -> str:
    """Return a header as the importer writes it: lower case, underscores for blanks, no quotes around it."""
    plain = visible_header(header).strip(" \"'").lower()
    return plain.replace(" :", ":").replace(": ", ":").replace(" ", "_")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most similar to `word`; "" when none is similar enough."""
    from difflib import get_close_matches  # noqa: PLC0415 - only where something is wrong

    by_fold = {folded(candidate): candidate for candidate in known}
    close = get_close_matches(folded(word), by_fold, n=1, cutoff=0.7)
    return by_fold[close[0]] if close else ""
