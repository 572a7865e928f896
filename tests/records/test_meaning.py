"""The meaning: what a record says, apart from how it is written."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from graduand.records.meaning import meaning_of
from graduand.records.reading import read
from graduand.records.writing import canonical
from tests.people import SCHOOL, sound_people
from tests.repository import GRADUATE

if TYPE_CHECKING:
    from graduand.records.record import Record

PATH = "records/2026-spring/00412345.yaml"


def meaning(text: str) -> str:
    return meaning_of(PATH, text.encode())


def test_it_is_the_checksum_of_the_record_as_canonical_json() -> None:
    said = {
        "username": "00412345",
        "email_address": "chloe.dupont@valmont.example",
        "first_name": "Chloé",
        "last_name": "Dupont",
        "primary_education": {"end_date": "2026-06-15"},
        "transition": {"kind": "graduated"},
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert meaning(GRADUATE) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "same",
    [
        GRADUATE.replace("\n", "\r\n"),
        "# asked by phone\n" + GRADUATE,
        GRADUATE.replace("Dupont\n", '"Dupont"  # as on the card\n'),
        "last_name: Dupont\n" + GRADUATE.replace("last_name: Dupont\n", ""),
    ],
)
def test_how_it_is_written_does_not_matter(same: str) -> None:
    assert same != GRADUATE
    assert meaning(same) == meaning(GRADUATE)


@pytest.mark.parametrize(
    "other",
    [
        GRADUATE.replace("Dupont", "dupont"),
        GRADUATE + "  notes: x\n",
        GRADUATE + "  waive:\n    - rule: GR505\n      reason: x\n      until: 2027-01-01\n      by: y\n",
        GRADUATE + "unknown_key: kept\n",
    ],
)
def test_what_it_says_does(other: str) -> None:
    assert meaning(other) != meaning(GRADUATE)


def test_what_is_no_record_means_nothing() -> None:
    assert meaning("- a\n- b\n") == ""


WAIVERS = (
    "  waive:\n    - {until: 2027-01-01, rule: GR505, by: y, reason: asked}\n"
    "    - {reason: x, until: 2027-02-01, by: z, rule: GR504}\n"
)


@pytest.mark.parametrize(
    "text",
    [
        GRADUATE,
        GRADUATE + WAIVERS,
        GRADUATE.replace("transition:", "system_label_names: [b, 'a b']\ncampus_name: \"**CLEAR**\"\ntransition:"),
        GRADUATE + "  notes: |\n    Asked by phone.\n\n    Twice: on Monday.\n",
        GRADUATE.replace("Dupont", "'No'").replace("Chloé", "'1e5'"),
    ],
)
def test_the_record_means_what_its_file_means(text: str) -> None:
    record = read(PATH, text.encode(), SCHOOL).record
    assert record

    assert meaning_of(PATH, canonical(record, SCHOOL.fields, {}).encode()) == meaning(text)


@given(sound_people(SCHOOL))
def test_the_canonical_text_of_any_record_means_the_same_with_any_comments(people: tuple[Record, ...]) -> None:
    (record,) = people
    plain = canonical(record, SCHOOL.fields, {})
    back = read(record.path, plain.encode(), SCHOOL).record
    assert back

    assert meaning_of(PATH, canonical(back, SCHOOL.fields, {}).encode()) == meaning_of(PATH, f"# x\n{plain}".encode())
