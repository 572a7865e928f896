"""How many people have each value of a column of the list."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from graduand.index.people_list import exact_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graduand.index.people_list import PeopleList


class Frequency(NamedTuple):
    """A value, as `PeopleList.texts` has it, and how many people have it."""

    value: str
    """"" for no value."""
    people: int


def frequencies(people: PeopleList, numbers: Iterable[int], column: str) -> list[Frequency]:
    """Return how many of some people, by their numbers, have each value of one of COUNTED, the most frequent first.

    Values that an exact filter does not tell apart are one; who has several values is counted with each of them.
    """
    texts = people.texts(column)
    counts: Counter[str] = Counter()
    spelt: dict[str, str] = {}
    for text, number in Counter(map(texts.__getitem__, numbers)).items():
        values = dict(zip(exact_values(text), text.split("; "), strict=True))
        counts.update(dict.fromkeys(values, number))
        spelt = values | spelt
    return sorted((Frequency(spelt[value], number) for value, number in counts.items()), key=_most_first)


def _most_first(one: Frequency) -> tuple[int, str]:
    return -one.people, one.value
