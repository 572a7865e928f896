"""What our page on Handshake's Importer lists as knowable offline, each item found by running it.

Left to `plan` and `compile`, which know the last upload and the file: the required headers, size and
rows, words of the file name, blank cells of labels in the file, username and address changed at once,
an end date before the start date in the profile, 10 % of addresses, 50 % of accounts, a row that was
sent before, a major that no upload had. Nobody knows offline who was active of late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.rules.judged import CLOSED, GRADUATE, HERE, RETURNER, but, judged, other

if TYPE_CHECKING:
    from pathlib import Path

END: Final = "transition:\n"


def top(line: str) -> str:
    return but(GRADUATE, ("primary", f"{line}\nprimary"))


def study(line: str) -> str:
    return but(GRADUATE, (END, f"  {line}\n{END}"))


ERRORS: Final = {
    "lower case": (but(GRADUATE, ("first_name", "First_Name")), {"GR101", "GR104"}),
    "non-blank trio: email": (but(GRADUATE, ("email_address: chloe.dupont@valmont.example\n", "")), {"GR104"}),
    "non-blank trio: username": (but(GRADUATE, ('username: "00412345"\n', "")), {"GR104"}),
    "non-blank trio: first_name": (but(GRADUATE, ("first_name: Chloé\n", "")), {"GR104"}),
    "the trio when archiving: always filled": (but(CLOSED, ("first_name: Chloé\n", "")), {"GR104"}),
    "enum membership: level": (study("education_level_name: PhD"), {"GR109"}),
    "enum membership: year": (top("institution_year_name: Alumna"), {"GR109"}),
    "enum membership: kind": (but(GRADUATE, ("kind: graduated", "kind: gone")), {"GR109"}),
    "booleans": (top("athlete: TRUE"), {"GR107"}),
    "ISO dates": (but(GRADUATE, ("2026-06-15", "06/15/2026")), {"GR106"}),
    "end >= start": (but(GRADUATE, ("2026-06-15", "2021-06-15")), {"GR201"}),
    "GPA range": (study("cumulative_gpa: 4.5"), {"GR108"}),
    "GPA decimals": (study("department_gpa: 3.455"), {"GR108"}),
    "names <= 50": (top(f"middle_name: {'x' * 51}"), {"GR110"}),
    "names digit-free": (top("preferred_name: Chlo2"), {"GR111"}),
    "majors <= 255": (study(f"major_names: [{'x' * 256}]"), {"GR110"}),
    "primary in list: major": (study("primary_major_name: Droit"), {"GR123"}),
    "primary in list: college": (study("primary_college_name: Arts"), {"GR123"}),
    "foreign domains": (but(GRADUATE, ("valmont.example", "etu.univ-lyon1.fr")), {"GR302"}),
    "foreign domains: of the list": (but(GRADUATE, ("valmont.example", "student.hec.edu")), {"GR302"}),
    "control characters": (top('campus_name: "a\\x07b"'), {"GR114"}),
    "newlines": (top("campus_name: |\n  Lac\n  Nord"), {"GR120"}),
    "stray ;": (study("minor_names: [Droit;]"), {"GR117"}),
    "**CLEAR** in a boolean": (top('work_study_eligible: "**CLEAR**"'), {"GR112"}),
    "**CLEAR** in a required cell": (but(GRADUATE, ("Chloé", '"**CLEAR**"')), {"GR112"}),
    "label column present with blank cells": (top("system_label_names: []"), {"GR013"}),
}
WARNINGS: Final = {
    "**CLEAR** date false alarm": (but(RETURNER, ("2027-06-30", '"**CLEAR**"')), {"GR210"}),
    "only one date known": (but(GRADUATE, ("  start_date: 2022-09-01\n", "")), {"GR209"}),
    "alumni without end_date": (but(GRADUATE, ("  end_date: 2026-06-15\n", "")), {"GR202"}),
    "Alumni with currently_attending TRUE": (
        but(
            study("currently_attending: true"),
            ("primary", "institution_year_name: Alumni\nprimary"),
            ("2026-06-15", "2028-06-15"),
        ),
        {"GR207"},
    ),
    "personal email for a current student": (but(RETURNER, ("valmont.example", "gmail.com")), {"GR305"}),
    "mobile not 10 digits": (top("mobile_number: 061234567"), {"GR126"}),
}


@pytest.mark.parametrize(("text", "rules"), (ERRORS | WARNINGS).values(), ids=(ERRORS | WARNINGS))
def test_the_check_of_the_page_is_a_rule(tmp_path: Path, text: str, rules: set[str]) -> None:
    assert {one.rule for one in judged(tmp_path, text)} == rules


@pytest.mark.parametrize(("text", "_rules"), ERRORS.values(), ids=ERRORS)
def test_what_the_page_calls_an_error_stops_a_compile(tmp_path: Path, text: str, _rules: set[str]) -> None:
    assert "error" in {one.severity for one in judged(tmp_path, text)}


def test_duplicates_of_the_four_ids_are_found_across_all_files(tmp_path: Path) -> None:
    text = top("card_id: c1\nauth_identifier: a1")
    files = {HERE: text, "2025-autumn/00412345.yaml": text}

    assert {(one.rule, one.path) for one in judged(tmp_path, files)} == {
        (rule, f"records/{path}") for rule in ("GR401", "GR403", "GR404", "GR405") for path in files
    }


def test_alumni_in_one_record_and_active_in_another_is_asked_about(tmp_path: Path) -> None:
    back = but(other(RETURNER, address="c@valmont.example"), ("Martin", "Dupont"))

    found = judged(tmp_path, {HERE: GRADUATE, "2026-autumn/00412346.yaml": back})

    assert [(one.rule, one.username) for one in found] == [("GR407", "00412346"), ("GR407", "00412345")]
