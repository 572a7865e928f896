"""Compare words as people type them: without case, accents and punctuation, and by similarity."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def folded(text: str) -> str:
    """Return `text` in lower case, without accents, and with punctuation between words as blanks."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(" " if char in "_-:.’'" else char for char in decomposed if not unicodedata.combining(char)).strip()


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most similar to `word`; "" when none is similar enough."""
    from difflib import get_close_matches  # noqa: PLC0415 - only where something is wrong

    by_fold = {folded(candidate): candidate for candidate in known}
    close = get_close_matches(folded(word), by_fold, n=1, cutoff=0.7)
    return by_fold[close[0]] if close else ""
