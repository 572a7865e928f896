"""Words of the reference pages that the program itself never says, and the marks of Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.language import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def says(english: str, french: str) -> str:
    """Return a text of these pages, which the program itself never says, in the current language."""
    return str(Words({"en": english, "fr": french}))


def head(word: str) -> str:
    """Return a word with a colon, as the current language writes it."""
    return word + says(":", "\u00a0:")


def plain(words: str) -> str:
    """Return a text of people with the signs of Markdown made plain; an empty text is shown as code."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|" else char for char in words).replace('""', '`""`')


def part(both: str, mark: str) -> str:
    """Return of a text of a JSON Schema, which has English, a mark and French, what is in the current language."""
    english, _mark, french = both.partition(mark)
    return says(english, french or english)


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Return the lines of a table; its cells are Markdown already."""
    heads = tuple(heads)
    yield ""
    for cells in (heads, ("---",) * len(heads), *rows):
        yield f"| {' | '.join(cells)} |"
    yield ""
