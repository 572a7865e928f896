"""Text that is noted in an entry as people wrote it: it must name nobody, since no erasure reaches it."""

from __future__ import annotations

import re
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container


def person_in(text: str, *usernames: Container[str]) -> str:
    """Return a username that a text holds as words, as a branch `close-00412345` does; "" where it holds none."""
    words = [word.span() for word in re.finditer(r"[^\W_]+", text)]
    parts = (text[start:end] for (start, _), (_, end) in combinations_with_replacement(words, 2))
    return next((part for part in parts if any(part in known for known in usernames)), "")
