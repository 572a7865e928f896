"""The vocabulary of each language: the words that the program understands, from `locale/<language>/words.toml`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any, Final, NamedTuple

from graduand.language import LANGUAGES, LOCALE, spoken
from graduand.similar import folded, without_accents


class Vocabulary(NamedTuple):
    """The words and forms of one language; see `locale/en/words.toml`."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    true: tuple[str, ...]
    false: tuple[str, ...]
    months: tuple[tuple[str, ...], ...]
    weekdays: tuple[tuple[str, ...], ...]
    nothing: tuple[str, ...]
    stays: tuple[str, ...]
    ordinals: tuple[str, ...]
    timestamps: tuple[str, ...]
    subject: str
    separator: str
    downloads: tuple[str, ...]
    dates: Mapping[str, str]
    date_orders: Mapping[str, tuple[str, ...]]
    filters: Mapping[str, tuple[str, ...]]
    states: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, tuple[str, ...]]
    jobs: Mapping[str, tuple[str, ...]]
    """By the id of what can be done in the interface: other words by which it is looked for."""


@cache
def vocabulary_of(language: str) -> Vocabulary:
    """Return the vocabulary of one of LANGUAGES."""
    import tomllib  # noqa: PLC0415 - most commands need no vocabulary

    text = (LOCALE / language / "words.toml").read_text(encoding="utf-8")
    return Vocabulary(**{name: _frozen(value) for name, value in tomllib.loads(text).items()})


def _frozen(value: Any) -> Any:  # noqa: ANN401 - whatever TOML can hold
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if isinstance(value, dict):
        return {name: _frozen(below) for name, below in value.items()}
    return value


def current_vocabulary() -> Vocabulary:
    """Return the vocabulary of the current language."""
    return vocabulary_of(spoken())


def vocabularies() -> tuple[Vocabulary, ...]:
    """Return the vocabulary of each of LANGUAGES."""
    return tuple(map(vocabulary_of, LANGUAGES))


class Meanings(Mapping[str, str]):
    """What each word of one table means, in all languages together; the tables are read at the first look-up."""

    def __init__(self, table: str, fold: Callable[[str], str] = str) -> None:
        """Set the table of words.toml, such as "states", and what is done to each of its words."""
        self._table = table
        self._fold = fold

    @cached_property
    def _words(self) -> dict[str, str]:
        tables: list[Mapping[str, tuple[str, ...]]] = [getattr(one, self._table) for one in vocabularies()]
        return {self._fold(word): meant for meant in tables[0] for table in tables for word in table[meant]}

    def __getitem__(self, word: str) -> str:
        """Return what a word means."""
        return self._words[word]

    def __iter__(self) -> Iterator[str]:
        """Return the words: all of the first meaning, in the order of LANGUAGES, then all of the next."""
        return iter(self._words)

    def suggested(self) -> Iterator[str]:
        """Return the words as they are suggested: those of the current language first."""
        own: Mapping[str, tuple[str, ...]] = getattr(current_vocabulary(), self._table)
        yield from (self._fold(word) for words in own.values() for word in words)
        yield from self

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self._words)


def means_yes(answer: str) -> bool:
    """Tell whether an answer is a word for "yes" in any language."""
    return any(answer.strip().casefold() in one.yes for one in vocabularies())


_TRUE: Final = "true"
_FALSE: Final = "false"


def truth_of(text: str) -> str:
    """Return "true" or "false" for a word that means it in any language; "" for any other text."""
    return _truths().get(text.casefold(), "")


@cache
def _truths() -> dict[str, str]:
    words = {word: _TRUE for one in vocabularies() for word in (*one.true, *one.yes)}
    words |= {word: _FALSE for one in vocabularies() for word in (*one.false, *one.no)}
    return words | {folded(word): truth for word, truth in words.items()}


@cache
def words_for_nothing() -> frozenset[str]:
    """Return the words of all languages for no value, in small letters, with and without accents."""
    words = frozenset(word.casefold() for one in vocabularies() for word in one.nothing)
    return words | {without_accents(word) for word in words}


def months() -> tuple[tuple[str, ...], ...]:
    """Return the names and abbreviations of each month, January first, in all languages together."""
    return tuple(
        tuple(dict.fromkeys(name for one in same for name in one))
        for same in zip(*(one.months for one in vocabularies()), strict=True)
    )
