"""What checks are told of records: the value of each key, and in place of values that few share, what many share."""

from __future__ import annotations

from itertools import repeat
from operator import itemgetter, ne
from typing import TYPE_CHECKING, Final

from graduand.records.record import EMAIL, FIRST_NAME, LAST_NAME, USERNAME, Value, domain_of, is_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Answer = Value | bool

OWN: Final = (USERNAME, EMAIL, FIRST_NAME, LAST_NAME)
"""Keys whose values differ from person to person."""
DERIVED: Final = ("@absent", "@domain", "@named-by-address")
"""What is made of those: which of them a record lacks, the domain, and whether the username is the address."""
ABSENT, DOMAIN, NAMED = DERIVED


def _derived(*own: Value | None) -> tuple[Answer, Answer, Answer]:
    """Return the answers to `DERIVED` of a record with these values of `OWN`."""
    username, address, _first, _last = own
    absent = tuple(key for key, value in zip(OWN, own, strict=True) if value is None) if None in own else ()
    return absent, domain_of(address), is_address(username, address)


def answers_of(values: Mapping[str, Value]) -> dict[str, Answer]:
    """Return all answers of a record with these values."""
    answers: dict[str, Answer] = {**values}
    answers[ABSENT], answers[DOMAIN], answers[NAMED] = _derived(*map(values.get, OWN))
    return answers


class People:
    """Records as columns: the same number is the same record in each; they are in no file, and without exemptions."""

    def __init__(self, columns: Mapping[str, Sequence[Value | None]], count: int) -> None:
        self.columns = columns
        self.count = count
        self._varying: dict[str, Sequence[Answer | None] | None] = {}

    def chosen(self, numbers: Sequence[int]) -> People:
        """Return these records; the first of them is number 0."""
        pick = itemgetter(*numbers) if len(numbers) > 1 else lambda column: tuple(map(column.__getitem__, numbers))
        return People({key: pick(column) for key, column in self.columns.items()}, len(numbers))

    def sample(self, most: int) -> People:
        """Return at most so many of the records, spread over all."""
        return self.chosen(range(0, self.count, -(-self.count // most)))

    def values(self, number: int) -> dict[str, Value]:
        """Return the values of a record."""
        return {key: value for key, column in self.columns.items() if (value := column[number]) is not None}

    def cases(self, keys: Iterable[str]) -> Sequence[tuple[Answer | None, ...]]:
        """Return for each record a tuple that is the same for two records if they have the same answers to `keys`."""
        varying = filter(None, map(self._column, keys))
        return [*zip(*varying, strict=True)] or [()] * self.count

    def _column(self, key: str) -> Sequence[Answer | None] | None:
        """Return the answers of all records to a key; None when they are all the same."""
        if key not in self._varying:
            found: dict[str, Sequence[Answer | None]] = {key: self.columns.get(key, ())}
            if key in DERIVED:
                own = ([*self.columns.get(one, repeat(None, self.count))] for one in OWN)
                found = dict(zip(DERIVED, zip(*map(_derived, *own), strict=True), strict=True))
            self._varying |= {key: column if _varies(column) else None for key, column in found.items()}
        return self._varying[key]


def _varies(column: Sequence[Answer | None]) -> bool:
    return any(map(ne, column, repeat(column[0]))) if column else False
