"""One record compared with those who share something is judged as among all."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

import pytest

from graduand.index.neighbours import Neighbours
from graduand.records.kinds import CLEAR
from graduand.records.record import Record
from graduand.rules import judgement
from graduand.rules.identity import person_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graduand.records.record import Value
    from graduand.rules.cross_record import Rest, Shared
    from graduand.rules.rule import Flaw

NAMES: Final = ("a1", "A1", "b2", "c3", "d@valmont.example", "D@valmont.example", "e@valmont.example")
VALUES: Final[dict[str, tuple[Value, ...]]] = {
    "username": NAMES,
    "email_address": (*NAMES[4:], "f@mail.example", CLEAR),
    "card_id": ("c1", "C1", CLEAR),
    "auth_identifier": (*NAMES, CLEAR),
    "transition:previous_username": NAMES,
    "additional_email_addresses": (("d@valmont.example", "g@mail.example"), ("E@valmont.example",), CLEAR),
    "first_name": ("Zoë", "zoe", "Maud"),
    "last_name": ("Obi",),
    "transition:kind": ("graduated", "returned"),
    "primary_education:major_names": (("Droit",), ("droit", "Arts"), ("arts",), ("Arts", "Droit public"), CLEAR),
}
COHORTS: Final = ("2025-spring", "2026-spring", "2026-spring/a1")


def school(chance: random.Random, people: int) -> list[Record]:
    """Return records that share much, in the order of their paths."""
    paths = {f"records/{chance.choice(COHORTS)}/{number:04}.yaml" for number in range(people)}
    return [
        Record(path, {key: chance.choice(values) for key, values in VALUES.items() if chance.random() < 0.5})
        for path in sorted(paths)
    ]


def columns_of(records: Iterable[Record]) -> list[list[Any]]:
    return [*map(list, zip(*map(person_of, records), strict=True))]


def among_all(records: list[Record], record: Record, old: str) -> list[Flaw]:
    """Return what is wrong with a record when all are judged."""
    every = [one for one in records if one.path not in {old, record.path}]
    judged = judgement.judge_all(sorted([*every, record], key=lambda one: one.path))
    return sorted(one.flaw for one in judged if one.path == record.path)


@pytest.mark.parametrize("people", [1, 2, 5, 30, 520])
def test_nothing_is_lost_and_nothing_invented(people: int) -> None:
    chance = random.Random(people)
    for _turn in range(max(3, 300 // people)):
        records = school(chance, people)
        neighbours = Neighbours(columns_of(records))
        for _key in range(20):
            old = chance.choice(records)
            new = chance.choice(records)._replace(path=chance.choice([old.path, "records/2026-spring/new.yaml"]))

            assert sorted(neighbours.flaws(new, instead_of=old.path)) == among_all(records, new, old.path)


def test_nobody_is_known_before_the_records_are_read() -> None:
    assert Neighbours(()).flaws(Record("records/a/b.yaml", {"username": "b"}), instead_of="records/a/b.yaml") == ()


def test_others_are_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    others = [
        Record(f"records/2026-spring/{n:05}.yaml", {"username": f"{n:05}", "card_id": f"c{n}"}) for n in range(900)
    ]
    neighbours = Neighbours(columns_of(others))
    compared: list[int] = []
    judge = judgement.judge_columns

    def counting(columns: Sequence[Sequence[Any]], rest: Rest) -> Iterator[Shared]:
        compared.append(len(columns[0]))
        return judge(columns, rest)

    monkeypatch.setattr(judgement, "judge_columns", counting)
    neighbours.flaws(others[7]._replace(values={"username": "00007", "card_id": "C8"}), instead_of=others[7].path)

    assert compared == [2]
