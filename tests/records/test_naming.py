from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.records.reading import read

if TYPE_CHECKING:
    from graduand.findings import Finding
    from graduand.records.school import School

END_DATE = "“end_date:” below “primary_education:”"
TOP = {
    # The words of the article in French
    "désactivé": "“disabled:”",
    "Désactivé": "“disabled:”",
    "adresse email": "“email_address:”",
    "Adresse e-mail": "“email_address:”",
    "nom d'utilisateur": "“username:”",
    "nom d’utilisateur": "“username:”",
    "Primary_education:end_date": END_DATE,
    "Primary_education:currently_attending": "“currently_attending:” below “primary_education:”",
    # Case, accents and punctuation
    "Email_Address": "“email_address:”",
    "Email Address": "“email_address:”",
    "EMAIL-ADDRESS": "“email_address:”",
    "username ": "“username:”",
    "prenom": "“first_name:”",
    "Institution_Year_Name": "“institution_year_name:”",
    "Transition": "“transition:”",
    "Primary Education": "“primary_education:”",
    # Written on the wrong level
    "end_date": END_DATE,
    "primary_education:end_date": END_DATE,
    "primary_education.end_date": END_DATE,
    "cumulative_gpa": "“cumulative_gpa:” below “primary_education:”",
    "primary_education_major_names": "“major_names:” below “primary_education:”",
    "hometown_location_attributes:name": "“name:” below “hometown_location_attributes:”",
    "kind": "“kind:” below “transition:”",
    "notes": "“notes:” below “transition:”",
    "Notes": "“notes:” below “transition:”",
    "waive": "“waive:” below “transition:”",
    "account": "“account:” below “transition:”",
    "personal email": "“personal_email:” below “transition:”",
    "reason": "“reason:” below “transition: account:”",
    "effective_on": "“effective_on:” below “transition: account:”",
    "transition:account:reason": "“reason:” below “transition: account:”",
    "answer_by": "“answer_by:” below “transition: personal_email:”",
    # Other words
    "gpa": "“cumulative_gpa:” below “primary_education:”",
    "college_name": "“college_names:” below “primary_education:”",
    "date d'obtention du diplôme": END_DATE,
    "année": "“institution_year_name:”",
    "school year": "“institution_year_name:”",
}
NESTED = {
    ("primary_education", "username"): "“username:” at the beginning of a line",
    ("primary_education", "Email"): "“email_address:” at the beginning of a line",
    ("primary_education", "disabled"): "“disabled:” at the beginning of a line",
    ("primary_education", "End_Date"): END_DATE,
    ("primary_education", "primary_education:end_date"): END_DATE,
    ("primary_education", "college_name"): "“college_names:” below “primary_education:”",
    ("primary_education", "date de fin"): END_DATE,
    ("primary_education", "notes"): "“notes:” below “transition:”",
    ("hometown_location_attributes", "Name"): "“name:” below “hometown_location_attributes:”",
    ("transition", "end_date"): END_DATE,
    ("transition", "requested_on"): "“requested_on:” below “transition: personal_email:”",
    ("transition", "username"): "“username:” at the beginning of a line",
    ("transition", "transition"): "“transition:” at the beginning of a line",
}
EXACT = {("", key): exact for key, exact in TOP.items()} | NESTED


def _finding(group: str, key: str, school: School) -> Finding:
    text = f'{group}:\n  "{key}": x\n' if group else f'"{key}": x\n'
    (found,) = read("records/a/b.yaml", text.encode(), school).findings
    assert ((2, 3) if group else (1, 1)) == (found.line, found.column)
    assert (f"{group}:{key}" if group else key) == found.field
    return found


@pytest.mark.parametrize(("group", "key", "exact"), [(*where, exact) for where, exact in EXACT.items()])
def test_a_key_that_means_another_for_certain_is_told_which(group: str, key: str, exact: str, school: School) -> None:
    found = _finding(group, key, school)

    assert ("GR101", f"“{key}” is written here as {exact}.") == (found.rule, found.message)


@pytest.mark.parametrize(
    ("group", "key", "hint"),
    [
        ("", "fist_name", "Did you mean “first_name:”?"),
        ("", "disabeld", "Did you mean “disabled:”?"),
        ("", "institution_year_names", "Did you mean “institution_year_name:”?"),
        ("", "transitions", "Did you mean “transition:”?"),
        ("", "end_dat", f"Did you mean {END_DATE}?"),
        ("", "primary_education:username", "Did you mean “username:” at the beginning of a line?"),
        ("primary_education", "majr_names", "Did you mean “major_names:” below “primary_education:”?"),
        ("transition", "note", "Did you mean “notes:” below “transition:”?"),
        ("transition", "personnal_email", "Did you mean “personal_email:” below “transition:”?"),
        ("", "alumni", "Delete the line."),
        ("", "1", "Delete the line."),
        ("", "true", "Delete the line."),
        ("", "", "Delete the line."),
        ("", "name", "Delete the line."),
        ("", "date", "Delete the line."),
        ("", "favourite_colour", "Delete the line."),
        ("primary_education", "k0", "Delete the line."),
    ],
)
def test_a_key_that_nobody_knows_is_told_the_nearest_one(group: str, key: str, hint: str, school: School) -> None:
    found = _finding(group, key, school)

    assert found.rule == "GR101"
    assert found.message.startswith(f"“{key}” is no column of Handshake and no key of a record")
    assert found.message.endswith(f". {hint}")


def test_a_key_beside_it_is_nearer_than_one_elsewhere(school: School) -> None:
    text = "transition:\n  account:\n    requested_o: x\n"
    (found,) = read("records/a/b.yaml", text.encode(), school).findings

    assert found.message.endswith("Did you mean “requested_by:” below “transition: account:”?")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("password", "“password” is no column of the importer any more. "),
        ("Password", "“password” is no column of the importer any more. "),
        ("user_type", "“user_type” is no column of the importer any more. "),
        ("primary:end_date", "Write the prefix in full: `primary_education:end_date`."),
        ("education_end_date", "Put the prefix: `primary_education:end_date`."),
    ],
)
def test_a_retired_header_is_told_what_became_of_it(key: str, said: str, school: School) -> None:
    found = _finding("", key, school)

    assert found.rule == "GR102"
    assert said in found.message


@pytest.mark.parametrize("key", ["school_year_name", "School_Year_Name"])
def test_in_europe_the_american_year_column_is_told_the_european_one(key: str, school: School) -> None:
    found = _finding("", key, school)

    assert found.rule == "GR103"
    assert found.message.endswith("here it is “institution_year_name”.")


def test_in_america_it_is_the_other_way_round(american: School) -> None:
    found = _finding("", "institution_year_name", american)
    french = _finding("", "année", american)

    assert found.rule == "GR103"
    assert found.message.endswith("here it is “school_year_name”.")
    assert french.message == "“année” is written here as “school_year_name:”."


def test_every_known_other_word_leads_to_a_key_that_exists(school: School, american: School) -> None:
    for somewhere in (school, american):
        for word in somewhere.importer.aliases:
            found = _finding("", word, somewhere)

            assert f"“{word}” is written here as " in found.message


def test_every_key_that_exists_is_taken_where_it_belongs(school: School) -> None:
    for key in school.keys:
        group, _colon, name = key.rpartition(":")
        above = "".join(f"{'  ' * depth}{part}:\n" for depth, part in enumerate(filter(None, group.split(":"))))
        indent = "  " * above.count("\n")
        findings = read("records/a/b.yaml", f"{above}{indent}{name}: x\n".encode(), school).findings

        assert not {"GR101", "GR102", "GR103"} & {found.rule for found in findings}


@pytest.mark.parametrize("key", ["k" * 1_000, "\u0315\u0300" * 500, "\ufdfa" * 300])
def test_a_monstrous_key_is_shown_short(key: str, school: School) -> None:
    found = _finding("", key, school)

    assert found.rule == "GR101"
    assert len(found.message) < 200


def test_a_key_shows_what_a_terminal_would_obey(school: School) -> None:
    (found,) = read("records/a/b.yaml", b'"\\e[2J\\u202e": x\n', school).findings

    assert "“<U+001B>[2J<U+202E>”" in found.message
