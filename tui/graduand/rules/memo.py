"""Remember in which cases a check finds nothing, by the values that it looked at.

A check runs once on a record that notes what the check asks for. When the check finds nothing, the way from question to
answer is added to a trie; of a later record with the same answers the check would find nothing either. What a check
looks at is observed, not declared, so no check can be skipped by mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

from graduand.records.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.records.record import Value
    from graduand.records.school import School
    from graduand.rules.rule import Check, Flaw

ROOM: Final = 20_000
"""Cases of a check that may be remembered; one that meets half as many new ones is judged each time from then on."""

DOMAIN: Final = "@domain"
"""The key under which it is noted that a check looked at `Record.domain`: most people share it, unlike the address."""


class Unrepeatable(Exception):
    """A check looked at something that is not noted: the path, the waivers, or all values at once."""


class ObservedValues(Mapping[str, "Value"]):
    """Values that note each key that they are asked for; they cannot be listed or counted."""

    def __init__(self, answers: Mapping[str, Value]) -> None:
        self._answers = answers
        self.seen: dict[str, Value | None] = {}
        """In the order of the first questions; None where the record has no such key."""

    def __getitem__(self, key: str) -> Value:
        value = self.seen[key] = self._answers.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        raise Unrepeatable

    def __len__(self) -> int:
        raise Unrepeatable


class ObservedRecord(Record):
    """A record of which only single values can be looked at, and the domain of the address."""

    @property
    def path(self) -> NoReturn:
        """Refused: it is each record's own."""
        raise Unrepeatable

    @property
    def waivers(self) -> NoReturn:
        """Refused: what is exempted is found nevertheless."""
        raise Unrepeatable

    @property
    def domain(self) -> str:
        """The domain of the address, in lower case."""
        return self.text(DOMAIN)

    def __iter__(self) -> NoReturn:
        raise Unrepeatable

    def __getitem__(self, index: Any) -> NoReturn:  # noqa: ANN401
        raise Unrepeatable

    def __eq__(self, other: object) -> NoReturn:
        raise Unrepeatable

    def __hash__(self) -> NoReturn:
        raise Unrepeatable


_Node = tuple[str, "dict[Value | None, _Node]"] | Literal[True] | None
"""The key that the check asks for next, and what follows each answer; True: it finds nothing; None: not known."""


class CheckMemo:
    """One check of one school's records on one day, and the cases in which it finds nothing."""

    def __init__(self, check: Check, school: School, on: str) -> None:
        self._check = check
        self.name = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
        self._school = school
        self._on = on
        self._root: _Node = None
        self._remembers = True
        self.misses = 0
        """How many records were new cases."""

    def is_quiet(self, answers: Mapping[str, Value]) -> bool:
        """Return whether it is remembered that the check finds nothing.

        `answers` are the values of the record, with its domain under `DOMAIN`.
        """
        node, answer = self._root, answers.get
        while node is not None and node is not True:
            node = node[1].get(answer(node[0]))
        return node is True

    def judge(self, record: Record, answers: Mapping[str, Value]) -> Sequence[Flaw]:
        """Return what the check finds; remember the case when it finds nothing."""
        if not self._remembers:
            return [*self._check(record, self._school, self._on)]
        values = ObservedValues(answers)
        try:
            flaws = [*self._check(ObservedRecord("", values), self._school, self._on)]
        except Unrepeatable:
            self._stop()
            return [*self._check(record, self._school, self._on)]
        self.misses += 1
        if self.misses > ROOM // 2:
            self._stop()
        elif not flaws:
            self._remember([*values.seen.items()])
        return flaws

    def _remember(self, seen: Sequence[tuple[str, Value | None]]) -> None:
        node: _Node = True
        for key, answer in reversed(seen):
            node = (key, {answer: node})
        self._root = _merged(self._root, node)

    def _stop(self) -> None:
        """Judge every record from now on."""
        self._root = None
        self._remembers = False


def _merged(known: _Node, new: _Node) -> _Node:
    """Return the trie `known` with the one way that `new` is; it is changed in place."""
    top, into = known, known
    while isinstance(into, tuple) and isinstance(new, tuple) and into[0] == new[0]:
        ((answer, below),) = new[1].items()
        if answer not in into[1]:
            into[1][answer] = below
            break
        into, new = into[1][answer], below
    return new if top is None else top
