"""The query: the words and filters, such as `kind:returned`, that are typed to find people."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.vocabulary import Meanings

if TYPE_CHECKING:
    from collections.abc import Iterable

_MARKS: Final = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\ufe20-\ufe2f]"
)
_ALIKE: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th", "’": "'"})
"""Letters that no normal form takes apart, and the apostrophe that word processors type."""


def folded(text: str) -> str:
    """Return `text` without case and accents, as people type it in a search."""
    small = text.casefold()
    if small.isascii():
        return small
    return _MARKS.sub("", unicodedata.normalize("NFKD", small)).translate(_ALIKE)


class Filter(NamedTuple):
    """One condition; `value` is folded."""

    key: str
    value: str
    negated: bool = False
    """Whether those are found for whom it does not hold."""


NOT: Final = "-"
"""Before a filter or a word: who is not so."""


KEYS: Final = Meanings("filters", folded)
"""What may be before the colon, in any language, and what it means."""

STATES: Final = Meanings("states", folded)
KINDS: Final = Meanings("kinds", folded)

_VALUES: Final[dict[str, Meanings]] = {"kind": KINDS, "state": STATES}


class Query(NamedTuple):
    """What was typed, taken apart; a person is found when all of it holds."""

    words: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    without: tuple[str, ...] = ()
    """Words that nothing of the person holds."""

    def narrows(self, other: Query) -> bool:
        """Tell whether `other` finds all that this query finds: letters were only added."""
        same = (self.filters, self.without) == (other.filters, other.without)
        return same and all(any(old in new for new in self.words) for old in other.words)


def query_of(text: str) -> Query:
    """Return the query that `text` asks; a filter that is not finished yet, or unknown, asks nothing."""
    words: list[str] = []
    without: list[str] = []
    filters: list[Filter] = []
    for part in folded(text).split():
        wanted = part.removeprefix(NOT)
        negated = wanted != part
        name, colon, value = wanted.partition(":")
        key = KEYS.get(name, "") if colon else ""
        if key and value:
            filters.append(Filter(key, _meant(key, value), negated))
        elif not key and wanted:
            (without if negated else words).append(wanted)
    return Query(tuple(words), tuple(filters), tuple(without))


def _meant(key: str, value: str) -> str:
    """Return the value that is meant by its beginning, where the values are known."""
    known = _VALUES.get(key)
    if known is None:
        return value
    return next((meaning for name, meaning in known.items() if name.startswith(value)), value)


def completed(text: str, cohorts: Iterable[str], rules: Iterable[str]) -> str:
    """Return `text` with its last word completed to a filter that exists; `text` itself when there is none."""
    rest, blank, last = text.rpartition(" ")
    typed = last.casefold()
    name, colon, value = typed.partition(":")
    if not typed:
        return text
    if not colon:
        found = next((key for key in KEYS.suggested() if key.startswith(folded(name)) and len(name) > 1), "")
        return f"{rest}{blank}{last}{found[len(typed) :]}:" if found else text
    key = KEYS.get(folded(name), "")
    words = _VALUES.get(key)
    known = words.suggested() if words else {"cohort": cohorts, "problem": rules}.get(key, ())
    found = next((one for one in known if folded(one).startswith(folded(value))), "")
    return f"{rest}{blank}{last}{found[len(value) :]}" if found else text
