"""The nearest right word to a wrong one."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def folded(text: str) -> str:
    """Return `text` without case, accents and the marks that people put between words."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(" " if char in "_-:.’'" else char for char in apart if not unicodedata.combining(char)).strip()


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that `word` most likely means; "" when none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only where something is wrong

    by_fold = {folded(candidate): candidate for candidate in known}
    close = get_close_matches(folded(word), by_fold, n=1, cutoff=0.7)
    return by_fold[close[0]] if close else ""
