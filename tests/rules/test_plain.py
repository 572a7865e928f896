"""The fast road of the judgement takes only records in which no rule finds anything, and reads them as the reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graduand.records.fast_reader import places
from graduand.records.institution import read_institution
from graduand.records.kinds import CLEAR, FieldKind, is_plain, plain_shape
from graduand.records.reading import read
from graduand.records.record import ATTENDING, Record
from graduand.records.school import school_of
from graduand.records.writing import canonical, modeline
from graduand.rules import account, addresses, dates, judgement, policy, values
from graduand.rules.plain import PlainReader
from tests.bench.generator import records
from tests.rules.judged import ON, importer
from tests.rules.test_any_record import VALMONT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from graduand.records.record import Value
    from graduand.rules.rule import Flaw

PATH: Final = "records/2026-spring/00412345.yaml"
EXAMPLES: Final = settings().max_examples
SCHOOL: Final = school_of(VALMONT, importer())
KEEPING: Final = school_of(read_institution(b"own_domains: [valmont.example]"), importer())
READERS: Final = [PlainReader(school, ON) for school in (SCHOOL, KEEPING)]
SOUND: Final = [canonical(record, SCHOOL.fields, modeline(record.path)) for record in records(30)]
DAYS: Final = ["2022-09-01", "2020-02-29", "2025-06-30", "2026-06-15", "2026-07-01", "2026-07-02", "2027-01-31", CLEAR]
VALUES: Final[dict[str, list[Value]]] = {
    "username": ["00412345", "00412345", "00412345", "412", "con", "chloe@valmont.example", 'a"b'],
    "email_address": [
        *("chloe@valmont.example", "c.d@courriel.example", "chloe@univ-lyon.fr", "chloe@etu.valmont.example"),
        *("chloe@gmial.com", "chloe", "é@valmont.example", "c+x@valmont.example", f"{'c' * 60}@valmont.example"),
    ],
    "first_name": ["Chloé", "Anne-Marie", "D’Arc", "N'Golo", "null", "Null", "C3", "x" * 51, "A  B", "Ив\u0061н"],
    "last_name": ["Dupont", "Nguyễn", "O’Brien", "DUPONT", "=1", " x", "a\u00a0b"],
    "campus_name": ["Centre", "a: b", "a #b", "Centre (rive)", "No", "true", "x" * 256, "*CLEAR*"],
    "institution_year_name": ["Alumni", "alumni", "Master 1"],
    "primary_education:education_level_name": ["Bachelors", "bachelor", "Masters"],
    "primary_education:major_names": [("Droit",), ("Droit", "Droit"), ("DROIT PUBLIC",), ("A", "B"), ("a;b",), CLEAR],
    "primary_education:start_date": [*DAYS, "2026-02-30", "01/09/2022", "1900-01-01"],
    "primary_education:end_date": [*DAYS, "2025-00-10", "2025-13-01", "0000-01-01"],
    "primary_education:currently_attending": ["true", "false", "oui"],
    "primary_education:cumulative_gpa": ["3.25", "4", "4.5", "3,2"],
    "mobile_number": ["0612345678", "+33612345678", "06 12"],
    "disabled": ["true", "false"],
    "transition:kind": ["graduated", "returned", "gone"],
    "transition:keeps_school_email": ["true", "false"],
    "transition:keeps_sso": ["true", "false"],
    "transition:personal_email:requested_on": [*DAYS],
    "transition:personal_email:answer_by": [*DAYS],
    "transition:account:reason": ["requested-by-student", "required-by-policy", "closed-by-mistake", "deceased", "x"],
    "transition:account:requested_by": ["student", "bureau"],
    "transition:account:effective_on": [*DAYS],
    "transition:notes": ["Vu au guichet.", "a: b", "n° 3", "x" * 5001],
}


NEEDED: Final = {"username", "email_address", "first_name", "last_name", "transition:kind"}
SELDOM: Final = {key for key in VALUES if ":account:" in key or key in {"disabled", "institution_year_name", ATTENDING}}


def probable(draw: st.DrawFn, choices: list[Value]) -> Value:
    """Return mostly the first of the choices: of many wrong values one is enough to leave the fast road."""
    return choices[0] if draw(st.integers(0, 9)) else draw(st.sampled_from(choices))


@st.composite
def written(draw: st.DrawFn) -> str:
    """A record in canonical form, each of its values right or wrong."""
    keys = [key for key in VALUES if draw(st.integers(0, 9)) < (9 if key in NEEDED else 1 if key in SELDOM else 5)]
    return canonical(Record(PATH, {key: probable(draw, VALUES[key]) for key in keys}), SCHOOL.fields, modeline(PATH))


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A sound record after a slip of the hand or two."""
    text = draw(st.sampled_from(SOUND) | written())
    for _slip in range(draw(st.integers(1, 2))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.sampled_from([0, 0, 1, 2, 20]))
        text = (
            text[:start]
            + draw(st.sampled_from(["", *"#:-\"' \n0aé", "\n  ", ": ", " #x", "\n- ", "null"]))
            + text[end:]
        )
    return text


def taken(path: str, text: str, reader: PlainReader) -> bool:
    """Hold the fast road against the full one; tell whether it was taken."""
    values = reader.values_of(text.encode())
    if values is not None:
        assert read(path, text.encode(), reader.school) == (Record(path, values), (), places(text))
    plain = reader.read(path, text.encode())
    if plain is None:
        return False
    record = Record(path, reader.values(plain))
    assert read(path, text.encode(), reader.school)[:2] == (record, ())
    assert judgement.judge(record, reader.school, ON) == []
    return True


@given(text=written())
@settings(max_examples=10 * EXAMPLES)
def test_in_what_the_fast_road_takes_no_rule_finds_anything(text: str) -> None:
    for reader in READERS:
        taken(PATH, text, reader)


@given(text=mutated())
@settings(max_examples=10 * EXAMPLES)
def test_the_fast_road_takes_no_slip_for_a_sound_record(text: str) -> None:
    for reader in READERS:
        taken(PATH, text, reader)


def test_the_fast_road_takes_what_is_usual() -> None:
    _losing, keeping = READERS
    usual = [(record.path, canonical(record, KEEPING.fields, modeline(record.path))) for record in records(200)]

    assert [path for path, text in usual if not taken(path, text, keeping)] == []


class Watched(Mapping[str, "Value"]):
    """Values that remember who has asked for which."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.values_of = values
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> Value:
        self.asked.add(key)
        return self.values_of[key]

    def __iter__(self) -> Iterator[str]:
        self.asked.add("all of them")
        return iter(self.values_of)

    def __len__(self) -> int:
        return len(self.values_of)


FAMILIES: Final[dict[str, tuple[Iterable[str], Callable[[Record], Iterator[Flaw]]]]] = {
    "study": ((*dates.READS, SCHOOL.year), lambda record: dates.judge(record, SCHOOL, ON)),
    "account": (account.READS, lambda record: account.judge(record, SCHOOL, ON)),
    "policy": (policy.READS, lambda record: policy.judge(record, SCHOOL, ON)),
    "addresses": (
        (*addresses.READS, "additional_email_addresses", "assigned_to_email_address"),
        lambda record: addresses.judge(record, SCHOOL),
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
@given(data=st.data())
def test_a_family_looks_at_no_more_than_it_says(family: str, data: st.DataObject) -> None:
    reads, judge = FAMILIES[family]
    keys = [key for key in VALUES if data.draw(st.booleans())]
    watched = Watched({key: data.draw(st.sampled_from(VALUES[key])) for key in keys})

    list(judge(Record(PATH, watched)))

    assert watched.asked <= set(reads)


def test_the_plain_days_are_days_of_the_calendar() -> None:
    days = [date(2023, 1, 1) + timedelta(number) for number in range(365)]

    assert all(is_plain(FieldKind.DATE, day.isoformat()) for day in days)
    assert not any(
        is_plain(FieldKind.DATE, text)
        for text in ("2023-02-29", "2024-02-29", "2023-04-31", "2023-00-01", "2023-13-01", "2023-01-00", "0000-01-01")
    )


@pytest.mark.parametrize("kind", [kind for kind in FieldKind if plain_shape(kind)])
@given(data=st.data())
def test_a_plain_text_breaks_no_rule_of_its_own(kind: FieldKind, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(plain_shape(kind), fullmatch=True))

    assert not text or not list(values._look(kind, text))
