"""Remember in which cases a check finds nothing, by the values that it looked at.

A check runs once on a record that notes what the check asks for. When the check finds nothing, the way from question to
answer is added to a trie; of a later record with the same answers the check would find nothing either. What a check
looks at is observed, not declared, so no check can be skipped by mistake.

Of records in columns a check judges one for each case: those that agree in every key that it has ever asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

from graduand.records.record import Record
from graduand.rules.answers import ABSENT, DOMAIN, NAMED, OWN, answers_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graduand.records.record import Value
    from graduand.records.school import School
    from graduand.rules.answers import Answer, People
    from graduand.rules.rule import Check, Flaw

ROOM: Final = 20_000
"""Cases of a check that may be remembered; one that meets half as many new ones is judged each time from then on."""

_SAMPLE: Final = 500
"""Records in columns from which a check is learnt to ask for what it asks for."""


class Unrepeatable(Exception):
    """A check looked at something that is not noted: the path, the waivers, or all values at once."""


class ObservedValues(Mapping[str, Any]):
    """Values that note each key that they are asked for; they cannot be listed or counted."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self._answers = answers
        self.seen: dict[str, Answer | None] = {}
        """In the order of the first questions; None where the record has no such key."""

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401
        value = self.seen[key] = self._answers.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def __contains__(self, key: object) -> bool:
        return key not in self[ABSENT] if key in OWN else super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        raise Unrepeatable

    def __len__(self) -> int:
        raise Unrepeatable


class ObservedRecord(Record):
    """A record of which only single values can be looked at, and what is derived of them."""

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

    @property
    def is_named_by_address(self) -> bool:
        """Whether the username is the e-mail address."""
        return bool(self.values[NAMED])

    def __iter__(self) -> NoReturn:
        raise Unrepeatable

    def __getitem__(self, index: Any) -> NoReturn:  # noqa: ANN401
        raise Unrepeatable

    def __eq__(self, other: object) -> NoReturn:
        raise Unrepeatable

    def __hash__(self) -> NoReturn:
        raise Unrepeatable


_Node = tuple[str, "dict[Answer | None, _Node]"] | Literal[True] | None
"""The key that the check asks for next, and what follows each answer; True: it finds nothing; None: not known."""


class CheckMemo:
    """One check of one school's records on one day, and the cases in which it finds nothing."""

    def __init__(self, check: Check, school: School, on: str) -> None:
        self._check = check
        self.name = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
        self._school = school
        self._on = on
        self.root: _Node = None
        """The trie of the cases in which the check finds nothing."""
        self._remembers = True
        self._asked: dict[str, None] = {}
        """Every key that the check has asked for."""
        self.misses = 0
        """How many records were new cases."""

    def judge(self, record: Record, answers: Mapping[str, Answer]) -> Sequence[Flaw]:
        """Return what the check finds in a record of no known case; remember the case when it finds nothing."""
        if not self._remembers:
            return [*self._check(record, self._school, self._on)]
        values = ObservedValues(answers)
        try:
            flaws = [*self._check(ObservedRecord("", values), self._school, self._on)]
        except Unrepeatable:
            self._stop()
            return [*self._check(record, self._school, self._on)]
        self._asked |= dict.fromkeys(values.seen)
        self.misses += 1
        if self.misses > ROOM // 2:
            self._stop()
        elif not flaws:
            self._remember([*values.seen.items()])
        return flaws

    def loud_rows(self, people: People) -> Sequence[int]:
        """Return the numbers of the records in which the check may find something; in the others it finds nothing."""
        if people.count > _SAMPLE:
            self.loud_rows(people.sample(_SAMPLE))
        known = -1
        loud: set[tuple[Answer | None, ...]] = set()
        cases: Sequence[tuple[Answer | None, ...]] = ()
        while self._remembers and len(self._asked) > known:
            known = len(self._asked)
            cases = people.cases(self._asked)
            one_of_each = dict(zip(cases, range(people.count), strict=True))
            loud = {case for case, number in one_of_each.items() if self._is_loud(people.values(number))}
        if not self._remembers:
            return range(people.count)
        return [number for number, case in enumerate(cases) if case in loud] if loud else ()

    def _is_loud(self, values: Mapping[str, Value]) -> bool:
        return bool(judge_by_cases((self,), Record("", values)))

    def _remember(self, seen: Sequence[tuple[str, Answer | None]]) -> None:
        node: _Node = True
        for key, answer in reversed(seen):
            node = (key, {answer: node})
        self.root = _merged(self.root, node)

    def _stop(self) -> None:
        """Judge every record from now on."""
        self.root = None
        self._remembers = False


def judge_by_cases(memos: Iterable[CheckMemo], record: Record) -> list[Flaw]:
    """Return what the checks find in a record; a check in which it is a known case is not run."""
    flaws: list[Flaw] = []
    answers = answers_of(record.values)
    answer = answers.get
    for memo in memos:
        node = memo.root
        while node is not None and node is not True:
            node = node[1].get(answer(node[0]))
        if node is None:
            flaws += memo.judge(record, answers)
    return flaws


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
