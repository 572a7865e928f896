"""What people type after the article in French, from Excel or from the other region, and the exact word they meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.rules.judged import CLOSED, GRADUATE, HERE, MARK, RETURNER, but, judged, marked, quoted

if TYPE_CHECKING:
    from pathlib import Path

FIRST_NAME: Final = "first_name: Chloé\n"

KEYS: Final = {
    "désactivé: true": ["désactivé", "disabled:"],
    "adresse email: c@mail.example": ["adresse email", "email_address:"],
    "nom d'utilisateur: x": ["nom d'utilisateur", "username:"],
    "nom d’utilisateur: x": ["nom d’utilisateur", "username:"],
    "Primary_education: {end_date: 2026-06-15}": ["Primary_education", "primary_education:"],
    "Primary_education:end_date: 2026-06-15": ["Primary_education:end_date", "end_date:", "primary_education:"],
    "Primary_education:currently_attending: FALSE": [
        *("Primary_education:currently_attending", "currently_attending:", "primary_education:")
    ],
    "end_date: 2026-06-15": ["end_date", "end_date:", "primary_education:"],
    "Institution_year_name: alumni": ["Institution_year_name", "institution_year_name:"],
}


@pytest.mark.parametrize(("line", "words"), KEYS.items(), ids=KEYS)
def test_a_key_of_the_article_names_the_key_that_it_is_here(tmp_path: Path, line: str, words: list[str]) -> None:
    text = but(GRADUATE, (FIRST_NAME, f"{FIRST_NAME}{MARK}{line}\n"))
    (found,) = judged(tmp_path, text)

    assert (found.rule, quoted(found.message)) == ("GR101", words)
    assert [(found.path, found.line, found.column)] == marked(text)


VALUES: Final = {
    "institution_year_name: ‸alumni": ("GR109", ["alumni", "Alumni"]),
    "institution_year_name: ‸ALUMNI": ("GR109", ["ALUMNI", "Alumni"]),
    "institution_year_name: ‸aLumni": ("GR109", ["aLumni", "Alumni"]),
    "institution_year_name: ‸Diplômée": ("GR109", ["Diplômée", "Alumni"]),
    "institution_year_name: ‸ancien eleve": ("GR109", ["ancien eleve", "Alumni"]),
    "institution_year_name: ‸cinquième année": ("GR203", ["institution_year_name", "cinquième année"]),
    "disabled: ‸VRAI": ("GR107", ["VRAI", "true"]),
    "disabled: ‸TRUE": ("GR107", ["TRUE", "true"]),
    "disabled: ‸oui": ("GR107", ["oui", "true"]),
    "disabled: ‸'Yes'": ("GR107", ["Yes", "true"]),
    "disabled: ‸1": ("GR107", ["1", "true"]),
    "disabled: ‸FAUX": ("GR107", ["FAUX", "false"]),
    "disabled: ‸no": ("GR107", ["no", "false"]),
    "disabled: ‸x": ("GR107", ["x"]),
    "mobile_number: ‸06 12 34 56 78": ("GR125", ["06 12 34 56 78", "0612345678"]),
    "mobile_number: ‸06.12.34.56.78": ("GR125", ["06.12.34.56.78", "0612345678"]),
    "mobile_number: ‸+33 (0)612345678": ("GR125", ["+33 (0)612345678"]),
    "‸school_year_name: Alumni": ("GR103", ["school_year_name", "institution_year_name"]),
    "‸work_authorization_name: J-1": ("GR102", ["work_authorization_name"]),
}


@pytest.mark.parametrize(("line", "rule", "words"), [(line, *told) for line, told in VALUES.items()], ids=VALUES)
def test_a_value_of_excel_names_the_value_that_it_is_here(
    tmp_path: Path, line: str, rule: str, words: list[str]
) -> None:
    text = but(GRADUATE, (FIRST_NAME, f"{FIRST_NAME}{line}\n"))
    (found,) = judged(tmp_path, text)

    assert found.rule == rule
    assert quoted(found.message)[: len(words)] == words
    assert [(found.path, found.line, found.column)] == marked(text)


DATES: Final = {
    "15/06/2026": ["2026-06-15"],
    "15-6-2026": ["2026-06-15"],
    "15.06.2026": ["2026-06-15"],
    "06/15/2026": ["2026-06-15"],
    "05/06/2026": ["2026-06-05", "2026-05-06"],
    "06/06/2026": ["2026-06-06"],
    "2026-06-15T00:00:00": ["2026-06-15"],
    "2026-06-15T00:00:00+02:00": ["2026-06-15"],
    "2026-06-15 00:00:00": ["2026-06-15"],
    "15/06/2026 00:00": ["2026-06-15"],
    "2026/06/15": ["2026-06-15"],
    "2026-6-15": ["2026-06-15"],
    "20260615": ["2026-06-15"],
    "2026-06-31": [],
    "31/02/2026": [],
    "2026/06/31": [],
    "2026-W25-1": [],
    "0000-01-01": [],
    "\u0662\u0660\u0662\u0666-06-15": [],
    "15 juin 2026": [],
    "46188": [],
}
"""What Excel, another program or a person writes, and the days that it can mean."""


@pytest.mark.parametrize(("date", "days"), DATES.items(), ids=DATES)
@pytest.mark.parametrize("key", ["start_date: 2022-09-01", "end_date: 2026-06-15"], ids=["start", "end"])
def test_a_date_in_another_form_is_one_finding_with_the_right_form(
    tmp_path: Path, key: str, date: str, days: list[str]
) -> None:
    name = key.partition(":")[0]
    (found,) = judged(tmp_path, but(GRADUATE, (key, f"{name}: {date}")))

    assert (found.rule, found.field) == ("GR106", f"primary_education:{name}")
    assert quoted(found.message) == [date, *days]


AMERICAN: Final = but(
    GRADUATE,
    (FIRST_NAME, f"{FIRST_NAME}mobile_number: 5125550123\nschool_year_name: Alumni\n"),
    ("  start", "  cumulative_gpa: 3.47\n  education_level_name: Bachelors\n  start"),
)
EUROPEAN: Final = but(AMERICAN, ("school_year_name", "institution_year_name"))
REGIONS: Final = {
    "the year column of America": (AMERICAN, {"us": set(), "eu": {"GR103", "GR129"}}),
    "the year column of Europe": (EUROPEAN, {"us": {"GR103"}, "eu": {"GR129"}}),
    "no last name": (but(GRADUATE, ("last_name: Dupont\n", "")), {"us": set(), "eu": {"GR105"}}),
    "a level of Europe": (
        but(GRADUATE, ("  start", "  education_level_name: Licence 3\n  start")),
        {"us": {"GR109"}, "eu": {"GR129"}},
    ),
    "a level that is misspelt": (
        but(GRADUATE, ("  start", "  education_level_name: licence\n  start")),
        {"us": {"GR109"}, "eu": {"GR109"}},
    ),
    "an average out of 20": (
        but(GRADUATE, ("  start", "  cumulative_gpa: 15.5\n  start")),
        {"us": {"GR108"}, "eu": {"GR108"}},
    ),
    "an average with a comma": (
        but(GRADUATE, ("  start", "  cumulative_gpa: '3,47'\n  start")),
        {"us": {"GR108"}, "eu": {"GR108"}},
    ),
    "eleven figures": (
        but(GRADUATE, (FIRST_NAME, f"{FIRST_NAME}mobile_number: 15125550123\n")),
        {"us": {"GR126"}, "eu": {"GR126"}},
    ),
    "a year of Europe": (but(RETURNER, ("institution", "school")), {"us": {"GR109"}, "eu": {"GR103", "GR204"}}),
    "a year of America": (
        but(RETURNER, ("institution_year_name: Master 1", "school_year_name: Masters")),
        {"us": set(), "eu": {"GR103", "GR204"}},
    ),
    "a freshman": (
        but(RETURNER, ("institution_year_name: Master 1", "school_year_name: FRESHMAN")),
        {"us": {"GR109"}, "eu": {"GR103", "GR204"}},
    ),
}


@pytest.mark.parametrize("region", ["us", "eu"])
@pytest.mark.parametrize(("text", "rules"), REGIONS.values(), ids=REGIONS)
def test_each_region_has_its_own_columns_and_lists(
    tmp_path: Path, text: str, rules: dict[str, set[str]], region: str
) -> None:
    assert {one.rule for one in judged(tmp_path, text, settings=f"region: {region}")} == rules[region]


@pytest.mark.parametrize(
    ("year", "rules"), [("Licence 3", set()), ("Diplômé", set()), ("licence 3", {"GR109"}), ("Master 9", {"GR109"})]
)
def test_the_list_that_the_school_gives_is_the_only_one(tmp_path: Path, year: str, rules: set[str]) -> None:
    settings = "year_values: [Licence 3, Diplômé, Alumni]"
    text = but(RETURNER, ("Master 1", year))

    assert {one.rule for one in judged(tmp_path, text, settings=settings)} == rules


CAMPAIGN: Final = f"{GRADUATE}  personal_email: {{requested_on: 2026-04-01, answer_by: 2026-06-30}}\n"
TIDY: Final = "deactivation: {reasons: [tidy]}"
TIDIED: Final = but(CLOSED, ("requested-by-student", "tidy"), ("2026-06-15", "2025-06-15"))
ONE_WRONG: Final = {
    "a start": (GRADUATE, "2022-09-01", "31/08/2022"),
    "an end": (GRADUATE, "2026-06-15", "15/06/2026"),
    "an end that begins with a high figure": (GRADUATE, "2026-06-15", "le 15 juin"),
    "the end of a new study": (RETURNER, "2027-06-30", "01/01/2026"),
    "the end of a new study, in words": (RETURNER, "2027-06-30", "été 2027"),
    "the day of a request": (CAMPAIGN, "2026-04-01", "30/06/2026"),
    "the last day for an answer": (CAMPAIGN, "2026-06-30", "01/01/2026"),
    "the last day for an answer that is missing": (
        f"{CAMPAIGN}  keeps_school_email: false\n",
        "2026-06-30",
        "01/01/2026",
    ),
    "the day of closing": (f"{CLOSED}    effective_on: 2026-06-30\n", "2026-06-30", "bientôt"),
    "the end of a study, the account closed": (TIDIED, "2025-06-15", "15/06/2025"),
    "the day of closing long after": (f"{TIDIED}    effective_on: 2026-06-30\n", "2026-06-30", "30/06/2026"),
    "a word for true beside its reason": (CLOSED, "disabled: true", "disabled: VRAI"),
    "the year of a graduate": (
        but(GRADUATE, ("primary", "institution_year_name: Alumni\nprimary")),
        ": Alumni",
        ": Diplômée",
    ),
    "a reason": (but(TIDIED, ("2025-06-15", "2026-06-15")), "reason: tidy", "reason: tidi"),
}


@pytest.mark.parametrize(("text", "old", "new"), ONE_WRONG.values(), ids=ONE_WRONG)
def test_one_value_that_is_misspelt_leads_to_no_other_finding(tmp_path: Path, text: str, old: str, new: str) -> None:
    found = judged(tmp_path, but(text, (old, new)), settings=TIDY if "tidy" in text else "language: en")

    assert [one.rule for one in found if one.severity == "error"] == [found[-1].rule]
    assert {one.rule for one in found} <= {"GR106", "GR107", "GR109", "GR502", "GR601"}


@pytest.mark.parametrize("why", ["reason: required-by-policy", "requested_by: mother", "effective_on: 2026-07-01"])
def test_an_account_block_alone_does_nothing_and_says_so(tmp_path: Path, why: str) -> None:
    assert [one.rule for one in judged(tmp_path, f"{GRADUATE}  account: {{{why}}}\n")] == ["GR503"]


def test_to_close_and_to_reopen_without_a_reason_are_told_apart(tmp_path: Path) -> None:
    (closed,), (reopened,) = (
        judged(tmp_path, but(GRADUATE, ("transition", f"disabled: {word}\ntransition"))) for word in ("true", "false")
    )

    assert closed.rule == reopened.rule == "GR501"
    assert "closed" in closed.message
    assert "reopened" in reopened.message


@pytest.mark.parametrize("reason", ["\\e[2J", "\\u202e"])
def test_words_of_the_school_are_shown_as_safely_as_those_of_a_record(tmp_path: Path, reason: str) -> None:
    settings = f'deactivation: {{reasons: ["{reason}"]}}\nyear_values: ["{reason}"]'
    text = but(GRADUATE, ("transition", "disabled: true\ninstitution_year_name: Alumni\ntransition"))
    found = judged(tmp_path, f"{text}  account: {{reason: none}}\n", settings=settings)

    assert {"GR109", "GR502"} <= {one.rule for one in found}
    assert all(one.message.isprintable() for one in found)


def test_every_key_of_the_file_is_still_found_when_one_is_wrong(tmp_path: Path) -> None:
    text = but(GRADUATE, ("first_name: Chloé", "prénom: Chloé"), ("last_name: Dupont", "last_name: Dup0nt"))

    assert [(one.rule, one.path) for one in judged(tmp_path, text)] == [
        ("GR104", f"records/{HERE}"),
        ("GR101", f"records/{HERE}"),
        ("GR111", f"records/{HERE}"),
    ]
