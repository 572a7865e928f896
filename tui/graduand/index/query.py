"""The query: the words and filters, such as `kind:returned`, that are typed to find people."""

from __future__ import annotations

import re
import unicodedata
from operator import eq, ge, gt, le, lt
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.vocabulary import Meanings, current_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
    exact: bool = False
    """Whether the whole text must be `value`, which was typed in quotes."""


NOT: Final = "-"
"""Before a filter or a word: who is not so."""


KEYS: Final = Meanings("filters", folded)
"""What may be before the colon, in any language, and what it means."""

STATES: Final = Meanings("states", folded)
KINDS: Final = Meanings("kinds", folded)

_VALUES: Final[dict[str, Meanings]] = {"kind": KINDS, "state": STATES}
_ACCOUNT: Final = ("closed", "reopened")
"""States that the column of the kind shows too."""
_NOBODY: Final = "?"
"""A state in which nobody is."""
_PART: Final = re.compile(r'-?[^\s":]+:"[^"]*"?|\S+')
"""A word, or a filter whose value may have blanks between quotes."""
_DATE: Final = re.compile(r"(?P<sign>[<>]=?)?(?P<date>\d{1,4}|\d{4}-\d{0,2}(-\d{0,2})?|(\d\d?/){1,2}\d{4})")


class DateCondition(NamedTuple):
    """Which dates are meant: of a year, a month or a day, or before or after it."""

    sign: str
    """<, <=, >, >=, or "" for within."""
    date: str
    """YYYY, YYYY-MM or YYYY-MM-DD; "" for no date at all."""

    @classmethod
    def of(cls, text: str) -> DateCondition | None:
        """Return what `text` means, such as <2026-07 or 31/05/2026; None when it is no date."""
        if not text:
            return cls("", "")
        found = _DATE.fullmatch(text)
        if not found:
            return None
        date = found["date"]
        if "/" in date:
            date = "-".join(part.zfill(2) for part in reversed(date.split("/")))
        return cls(found["sign"] or "", date)

    def holds(self, text: str) -> bool:
        """Tell whether a text of a record is such a date."""
        known = text[: len(self.date)] if self.date else text
        return _COMPARED[self.sign](known, self.date) and bool(text or not self.sign)


_COMPARED: Final[dict[str, Callable[[str, str], bool]]] = {"": eq, "<": lt, "<=": le, ">": gt, ">=": ge}


class NotUnderstood(NamedTuple):
    """A part of a search that no filter knows."""

    name: str
    """The filter, as it was typed."""
    value: str = ""
    """The value that it does not know; "" when there is no such filter."""


class Query(NamedTuple):
    """What was typed, taken apart; a person is found when all of it holds."""

    words: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    without: tuple[str, ...] = ()
    """Words that nothing of the person holds."""
    unknown: tuple[NotUnderstood, ...] = ()
    """What looks like a filter and is none; it is looked for as a word, or finds nobody."""

    def narrows(self, other: Query) -> bool:
        """Tell whether `other` finds all that this query finds: letters were only added."""
        same = (self.filters, self.without) == (other.filters, other.without)
        return same and all(any(old in new for new in self.words) for old in other.words)


def query_of(text: str) -> Query:
    """Return the query that `text` asks; a filter that is not finished yet, or unknown, asks nothing."""
    words: list[str] = []
    without: list[str] = []
    filters: list[Filter] = []
    unknown: list[NotUnderstood] = []
    for part in _PART.findall(folded(text)):
        wanted = part.removeprefix(NOT)
        negated = wanted != part
        name, colon, value = wanted.partition(":")
        key = KEYS.get(name, "") if colon else ""
        quoted = value[:1] == '"' and len(value) > 1 and value[-1] == '"'
        if key and value:
            meant, known = _exactly_meant(key, value.strip('"')) if quoted else _meant(key, value.strip('"'))
            if known:
                filters.append(Filter(key, meant, negated, quoted))
            else:
                unknown.append(NotUnderstood(name, value))
                filters.append(Filter("state", _NOBODY, negated))
        elif not key and wanted:
            (without if negated else words).append(wanted)
            if colon and name.isalpha():
                unknown.append(NotUnderstood(name))
    return Query(tuple(words), tuple(filters), tuple(without), tuple(unknown))


def _meant(key: str, value: str) -> tuple[str, bool]:
    """Return the value that is meant, by its beginning where the values are known, and whether it is known."""
    if key == "end":
        return value, DateCondition.of(value) is not None
    table = _VALUES.get(key)
    if table is None:
        return value, True
    value = value.replace(" ", "-")
    found = next((meaning for name, meaning in table.items() if name.startswith(value)), "")
    if not found and key == "kind":
        found = next((one for name, one in STATES.items() if one in _ACCOUNT and name.startswith(value)), "")
    return found or value, bool(found)


def _exactly_meant(key: str, value: str) -> tuple[str, bool]:
    """Return the value that is meant by all of what was typed in quotes, and whether it is known; "" is no value."""
    table = _VALUES.get(key)
    if table is None or not value:
        return value, True
    word = value.replace(" ", "-")
    found = table.get(word, "")
    if not found and key == "kind" and STATES.get(word, "") in _ACCOUNT:
        found = STATES[word]
    return found or value, bool(found) or key == "kind"  # a record may name a kind that there is not


def known_filters() -> tuple[str, ...]:
    """Return the filters, each by its first word in the current language."""
    return tuple(words[0] for words in current_vocabulary().filters.values())


def known_values(name: str) -> tuple[str, ...]:
    """Return what a filter knows, each by its first word in the current language; forms of dates of one for dates."""
    key = KEYS.get(name, "")
    words = current_vocabulary()
    if key == "end":
        return ("2026", "2026-06", "2026-06-30", "30/06/2026", "<2026-07", ">=2026-06")
    account = {name: words.states[name] for name in _ACCOUNT}
    tables = {"kind": {**words.kinds, **account}, "state": words.states}
    return tuple(one[0] for one in tables.get(key, {}).values())


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
