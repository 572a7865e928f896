"""The header rows that two real universities send: what a record can hold of them, and what is said of the rest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.repository import TODAY, begin, built, commit, graduand, put, settle

if TYPE_CHECKING:
    from pathlib import Path

WASHINGTON = [
    "username",
    "auth_identifier",
    "card_id",
    "school_year_name",
    "last_name",
    "first_name",
    "middle_name",
    "preferred_name",
    "primary_education:college_names",
    "email_address",
    "campus_name",
    "primary_education:major_names",
    "primary_education:primary_major_name",
    "primary_education:currently_attending",
    "primary_education:education_level_name",
    "gender",
    "ethnicity",
    "athlete",
    "veteran",
]

CARTHAGE = [
    "email_address",
    "username",
    "auth_identifier",
    "card_id",
    "first_name",
    "last_name",
    "middle_name",
    "preferred_name",
    "school_year_name",
    "primary_education:education_level_name",
    "primary_education:cumulative_gpa",
    "primary_education:department_gpa",
    "primary_education:primary_major_name",
    "primary_education:major_names",
    "primary_education:minor_names",
    "primary_education:college_name",
    "primary_education:start_date",
    "primary_education:end_date",
    "primary_education:currently_attending",
    "campus_name",
    "opt_cpt_eligible",
    "ethnicity",
    "gender",
    "disabled",
    "work_study_eligible",
    "system_label_names",
    "mobile_number",
    "assigned_to_email_address",
    "athlete",
    "veteran",
    "hometown_location_attributes:name",
    "eu_gdpr_subject",
]

VALUES = {
    "username": '"00412345"',
    "email_address": "chloe.dupont@valmont.example",
    "school_year_name": "Alumni",
    "card_id": '"0012345"',
    "primary_education:primary_major_name": "Histoire",
    "primary_education:major_names": "[Histoire]",
    "primary_education:minor_names": "[Droit]",
    "primary_education:college_names": "[Lettres]",
    "primary_education:education_level_name": "Bachelors",
    "primary_education:cumulative_gpa": "3.25",
    "primary_education:department_gpa": "3.5",
    "primary_education:start_date": "2023-09-04",
    "primary_education:end_date": "2026-06-15",
    "primary_education:currently_attending": "false",
    "system_label_names": "[Boursière]",
    "mobile_number": '"0639981207"',
    "assigned_to_email_address": "conseil@valmont.example",
    **dict.fromkeys(("athlete", "veteran", "work_study_eligible", "eu_gdpr_subject"), "true"),
}
"""What a record may hold under a header; a text where nothing else is asked for."""

RETIRED = {
    "primary_education:college_name": (
        "GR101",
        "“college_name” is written here as “college_names:” below “primary_education:”.",
    ),
    "opt_cpt_eligible": (
        "GR102",
        (
            "“opt_cpt_eligible” is no column of the importer any more. Whether a student on a visa may work "
            "(OPT, CPT); sent by Carthage in 2019, and still sent blank by one school. It is not in the present "
            "list: leave it out."
        ),
    ),
}
YEAR = "“school_year_name” is the column of Handshake's other region; here it is “institution_year_name”."


def record_of(headers: list[str]) -> str:
    """Return a record that holds every header of a row, each as it would be written."""
    lines: dict[str, list[str]] = {"": []}
    for header in headers:
        group, _colon, name = header.rpartition(":")
        lines.setdefault(group, []).append(f"{name}: {VALUES.get(header, 'Valmont')}\n")
    text = "".join(lines.pop(""))
    for group, below in lines.items():
        text += f"{group}:\n" + "".join(f"  {line}" for line in below)
    disabled = "  account:\n    reason: closed-by-mistake\n" if "disabled" in headers else ""
    return f"{text}transition:\n  kind: graduated\n{disabled}".replace("disabled: Valmont", "disabled: false")


def errors(root: Path) -> dict[str, tuple[str, str]]:
    """Return what `check` refuses: by field, the rule and the sentence."""
    findings = [json.loads(line) for line in graduand(root, "check", "--json", "--on", TODAY).out.splitlines()]
    return {found["field"]: (found["rule"], found["message"]) for found in findings if found["severity"] == "error"}


@pytest.mark.parametrize("region", ["eu", "us"])
@pytest.mark.parametrize("headers", [WASHINGTON, CARTHAGE], ids=["Washington", "Carthage"])
def test_a_record_holds_every_column_but_the_retired_and_the_other_regions(
    root: Path, headers: list[str], region: str
) -> None:
    settle(begin(root), region=region)
    refused = {header: said for header, said in RETIRED.items() if header in headers}
    if region == "eu":
        refused["school_year_name"] = ("GR103", YEAR)

    put(root, record_of(headers))
    assert errors(root) == refused

    kept = [header for header in headers if header not in refused]
    put(root, record_of(kept))
    commit(root)
    assert graduand(root, "compile", "--on", TODAY).code == 0
    (content,) = (content for name, content in built(root).items() if name.endswith(".csv"))
    assert set(kept) <= set(content.decode().splitlines()[0].split(","))


def test_the_rows_are_as_the_universities_have_them() -> None:
    assert (len(WASHINGTON), len(set(WASHINGTON))) == (19, 19)
    assert (len(CARTHAGE), len(set(CARTHAGE))) == (32, 32)
