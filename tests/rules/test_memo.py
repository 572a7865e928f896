"""What is remembered of a check changes no judgement, and a check that cannot be repeated is not remembered."""

from __future__ import annotations

import inspect
import random
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import pytest

from graduand.language import speak
from graduand.records.institution import read_institution
from graduand.records.kinds import CLEAR
from graduand.records.record import ATTENDING, START, Record
from graduand.records.school import school_of
from graduand.records.transition import Waiver
from graduand.rules import judgement, memo
from graduand.rules.answers import People, answers_of
from graduand.rules.identity import Identity, columns_of, person_of
from graduand.rules.memo import CheckMemo, ObservedRecord, ObservedValues, Unrepeatable, judge_by_cases
from graduand.rules.registry import FAMILIES, checks
from graduand.rules.rule import Flaw
from graduand.rules.values import loud_rows
from tests.bench.generator import records
from tests.rules.judged import ON, importer
from tests.rules.test_any_record import VALMONT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graduand.records.record import Value
    from graduand.records.school import School
    from graduand.rules.rule import Check

PATH: Final = "records/2026-spring/00412345.yaml"
SCHOOL: Final = school_of(VALMONT, importer())
KEEPING: Final = school_of(read_institution(b"own_domains: [valmont.example]"), importer())
OWN, REMEMBERED = checks()
EVERY: Final[list[Check]] = [*(one.check for one in OWN), *REMEMBERED]
DAYS: Final = ["2022-09-01", "2020-02-29", "2026-06-15", "2026-07-01", "2026-07-02", "2027-01-31", CLEAR]
VALUES: Final[dict[str, list[Value]]] = {
    "username": ["00412345", "412", "chloe@valmont.example", 'a"b'],
    "email_address": [
        *("chloe@valmont.example", "c.d@courriel.example", "chloe@univ-lyon.fr", "chloe@etu.valmont.example"),
        *("chloe@gmial.com", "chloe", "a b@univ-lyon.fr", "@gmial.com", "chloe@", CLEAR),
    ],
    "additional_email_addresses": [
        *(("c.d@courriel.example",), ("chloe@valmont.example", "x@univ-lyon.fr"), ("x@gmial.com", "x@gmial.com")),
        *(("chloe",), CLEAR),
    ],
    "assigned_to_email_address": ["b@valmont.example", "b@courriel.example", "b", CLEAR],
    "first_name": ["Chloé", "Petit", "C3", "x" * 51],
    "last_name": ["Dupont", "Petit", "=1"],
    "institution_year_name": ["Alumni", "alumni", "Master 1", CLEAR],
    "primary_education:major_names": [("Droit",), ("Droit", "Droit"), ("DROIT PUBLIC",), ("a;b",), CLEAR],
    "primary_education:primary_major_name": ["Droit", "Chimie", CLEAR],
    "primary_education:college_names": [("Lac",), ("Lac", "Rive, gauche"), CLEAR],
    "primary_education:primary_college_name": ["Lac", "Quai"],
    "primary_education:start_date": [*DAYS, "2026-02-30", "01/09/2022", "1900-01-01"],
    "primary_education:end_date": [*DAYS, "2025-00-10", "0000-01-01"],
    "primary_education:currently_attending": ["true", "false", "oui"],
    "system_label_names": [("a", "b"), CLEAR],
    "disabled": ["true", "false", "oui"],
    "transition:kind": ["graduated", "returned", "gone"],
    "transition:keeps_school_email": ["true", "false", "oui"],
    "transition:keeps_sso": ["true", "false"],
    "transition:personal_email:requested_on": [*DAYS],
    "transition:personal_email:answer_by": [*DAYS],
    "transition:account:reason": ["requested-by-student", "required-by-policy", "closed-by-mistake", "deceased", "x"],
    "transition:account:requested_by": ["student", "bureau"],
    "transition:account:effective_on": [*DAYS],
    "transition:previous_username": ["412", "00412345"],
    "transition:notes": ["Vu au guichet.", "a\tb"],
}
WAIVERS: Final = ((), (), (Waiver("GR302", "r", "2027-01-01", "b\u200b"),), (Waiver(),))


def flaws_of(memo: CheckMemo, record: Record) -> list[Flaw]:
    """Return what a remembered check finds, as the judgement asks it."""
    return judge_by_cases([memo], record)


def invented(count: int, seed: int) -> Iterator[Record]:
    """Return sound and broken records; most of what they hold, many hold."""
    chance = random.Random(seed)
    base = [dict(record.values) for record in records(30)]
    for number in range(count):
        if chance.random() < 0.4:
            values = {**chance.choice(base), "username": f"{number:08}"}
            keys = chance.sample(list(VALUES), chance.choice([0, 1, 2, 3]))
        else:
            values = {}
            keys = [key for key in VALUES if chance.random() < 0.5]
        values |= {key: chance.choice(VALUES[key]) for key in keys}
        for key in chance.sample(list(values), chance.choice([0, 0, 1])):
            del values[key]
        yield Record(chance.choice([PATH, f"records/a/{number:08}.yaml"]), values, chance.choice(WAIVERS))


def in_full(record: Record, school: School) -> list[Flaw]:
    """Return what all checks find in a record, none of them remembered."""
    return [flaw for check in EVERY for flaw in check(record, school, ON)]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("school", [SCHOOL, KEEPING], ids=["losing", "keeping"])
def test_what_is_remembered_changes_no_judgement(school: School, language: str) -> None:
    speak(language)
    for record in invented(3_000, seed=len(language) + len(school.own_domains)):
        assert judgement.judge(record, school, ON) == in_full(record, school), record

    misses = judgement.new_cases(school, ON)
    assert set(misses) == {CheckMemo(check, school, ON).name for check in REMEMBERED}
    assert all(misses.values())
    assert sum(misses.values()) < 3_000 * len(REMEMBERED) / 2  # most was remembered


@pytest.mark.parametrize("check", REMEMBERED, ids=lambda check: check.__name__)
def test_a_remembered_check_looks_at_single_values_only(check: Check) -> None:
    for record in invented(1_000, seed=3):
        values = ObservedValues(answers_of(record.values))
        flaws = [*check(ObservedRecord("", values), SCHOOL, ON)]  # or it raises Unrepeatable

        assert flaws == [*check(record, SCHOOL, ON)]


@pytest.mark.parametrize("share", [1, 3, 100, 2_000])
def test_records_in_columns_are_judged_as_one_by_one(share: int) -> None:
    judgement.forget()
    people = [Record("", record.values) for record in invented(2_000, seed=share)]
    keys = {key for record in people for key in record.values}
    columns = {key: [record.values.get(key) for record in people] for key in keys}
    rows = range(0, 2_000, share)

    judged = judgement.judge_rows(People(columns, len(people)), rows, SCHOOL, ON)

    found = {row: sorted(flaws) for row, flaws in judged}
    assert found == {row: flaws for row in rows if (flaws := sorted(in_full(people[row], SCHOOL)))}


def test_one_value_among_many_plain_ones_is_found() -> None:
    usernames = [f"{number:08}" for number in range(1_000)]
    broken = {7: "00 07", 500: "0" * 300, 501: "0050\n0501", 999: "é"}
    columns = {"username": [broken.get(number, username) for number, username in enumerate(usernames)]}

    assert {*loud_rows(People(columns, 1_000), SCHOOL)} == {*broken}


def test_records_in_columns_are_compared_by_what_single_ones_are() -> None:
    people = [*invented(300, seed=5)]
    columns = {key: [record.values.get(key) for record in people] for key in {*chain(*(one.values for one in people))}}

    compared = columns_of([record.path for record in people], People(columns, len(people)))

    assert [Identity(*person) for person in zip(*compared, strict=True)] == [*map(person_of, people)]


def test_sound_records_in_columns_are_judged_by_the_case() -> None:
    judgement.forget()
    people = [*records(2_000)]
    columns = {key: [record.values.get(key) for record in people] for key in people[0].values}
    [*judgement.judge_rows(People(columns, 2_000), range(2_000), KEEPING, ON)]

    assert all(misses < 1_000 for misses in judgement.new_cases(KEEPING, ON).values())


def test_usual_records_are_few_cases() -> None:
    school = school_of(read_institution(b"own_domains: [valmont.example]"), importer())
    for record in records(2_000):
        judgement.judge(record, school, ON)

    assert all(misses < 1_000 for misses in judgement.new_cases(school, ON).values()), judgement.new_cases(school, ON)


def test_every_check_of_a_family_is_in_the_registry() -> None:
    named = [
        member
        for family in FAMILIES
        for name, member in vars(family).items()
        if inspect.isfunction(member) and name.startswith("check_") and member.__module__ == family.__name__
    ]

    assert sorted(named, key=repr) == sorted(EVERY, key=repr)


LOOKS: Final[dict[str, Callable[[Record], Any]]] = {
    "the path": lambda record: record.path,
    "the cohort": lambda record: record.cohort,
    "the waivers": lambda record: record.waivers,
    "all values": lambda record: dict(record.values),
    "their keys": lambda record: record.values.keys() >= {"username"},
    "their number": lambda record: len(record.values),
    "whether there are any": lambda record: bool(record.values),
    "unpacked": lambda record: [*record],
    "by number": lambda record: record[1],
    "compared": lambda record: record == Record("", {}),
    "replaced": lambda record: record._replace(values={}),
    "as a dictionary": lambda record: record._asdict(),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_check_that_looks_at_more_is_judged_each_time(look: Callable[[Record], Any]) -> None:
    asked = []

    def check(record: Record, _school: School, _on: str) -> Iterator[Flaw]:
        record.text(START)
        asked.append(look(record))
        yield from ()

    with pytest.raises(Unrepeatable):
        list(check(ObservedRecord("", ObservedValues({})), SCHOOL, ON))

    once = CheckMemo(check, SCHOOL, ON)
    record = Record(PATH, {"username": "a"})
    assert [flaws_of(once, record) for _turn in range(3)] == [[], [], []]
    assert len(asked) == 3


def of_names(record: Record, _school: School, _on: str) -> Iterator[Flaw]:
    JUDGED.append(record.text("first_name"))
    if "last_name" in record.values and record.text("first_name") == record.text("last_name"):
        yield Flaw("GR412", "last_name", f"Both are {record.text('last_name')}.")


JUDGED: Final[list[str]] = []


def test_only_what_was_looked_at_makes_a_case_and_only_silence_is_remembered() -> None:
    JUDGED.clear()
    memory = CheckMemo(of_names, SCHOOL, ON)
    people = [
        Record(PATH, {"username": f"{turn}", "first_name": first, "last_name": last, ATTENDING: f"{turn}"})
        for turn in range(3)
        for first, last in (("Petit", "Petit"), ("Paul", "Petit"), ("Petit", "Paul"), ("Paul", "Paul"))
    ] + [Record(PATH, {"first_name": "Paul"})] * 2

    found = [bool(flaws_of(memory, person)) for person in people]

    assert found == [True, False, False, True] * 3 + [False, False]
    assert JUDGED == ["Petit", "Paul", "Petit", "Paul"] + ["Petit", "Paul"] * 2 + ["Paul"]
    assert memory.misses == 9


def test_a_check_of_too_many_cases_is_judged_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "ROOM", 6)
    JUDGED.clear()
    memory = CheckMemo(of_names, SCHOOL, ON)
    people = [Record(PATH, {"first_name": name, "last_name": "x"}) for name in "abcdx"]
    for person in [*people, *people]:
        assert bool(flaws_of(memory, person)) is (person.text("first_name") == "x")

    assert JUDGED == list("abcdxabcdx")
    assert memory.misses == 4
