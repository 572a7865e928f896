"""Lists of years and levels: what Handshake or the school's own file shows wins over what its pages say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.records.importer import read_importer
from graduand.records.institution import read_institution
from graduand.records.school import school_of
from graduand.rules.values import judge_value
from tests.observations.exports import person
from tests.observations.test_observe import ONE, THREE, TWO, observe, school_of_three, told, write
from tests.repository import HOUSE, commit, graduand, graduate, noted, put, settle

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.records.school import School

LEVEL = "primary_education:education_level_name"
__all__ = ["school_of_three"]


def school_with(settings: str, *shown: str) -> School:
    importer = read_importer((HOUSE / "schema/handshake.yaml").read_bytes())
    return school_of(read_institution(settings.encode()), importer, shown)


@pytest.mark.parametrize(
    ("settings", "shown", "rules"),
    [
        ("region: eu", (), {"Undergraduate": "", "Bachelors": "GR129", "Licence 3": "GR129", "Licence": "GR109"}),
        ("region: us", (), {"Bachelors": "", "Undergraduate": "GR109", "Licence 3": "GR109", "Licence": "GR109"}),
        ("region: eu", ("Bachelors",), {"Undergraduate": "", "Bachelors": "", "Masters": "", "Licence 3": "GR129"}),
        ("region: eu", ("Licence 3",), {"Undergraduate": "", "Bachelors": "GR129", "Licence 3": ""}),
        ("level_values: [Licence]", ("Bachelors",), {"Undergraduate": "GR109", "Bachelors": "GR109", "Licence": ""}),
        ("region: us", ("Undergraduate",), {"Bachelors": "", "Undergraduate": "GR109"}),
    ],
)
def test_a_level_is_judged_by_what_is_known_of_this_handshake(
    settings: str, shown: tuple[str, ...], rules: dict[str, str]
) -> None:
    school = school_with(settings, *shown)
    found = {level: [flaw.rule for flaw in judge_value(school.fields[LEVEL], level, school)] for level in rules}
    assert found == {level: [rule] if rule else [] for level, rule in rules.items()}


def leveled(root: Path, username: str, level: str) -> None:
    text = graduate(username).replace("  end_date", f"  education_level_name: {level}\n  end_date")
    put(root, text, f"2026-spring/{username}.yaml")


def test_a_level_that_an_observation_shows_is_a_value_until_it_is_withdrawn(school_of_three: Path) -> None:
    root = school_of_three
    leveled(root, ONE, "Bachelors")
    commit(root)
    assert "GR129" in graduand(root, "check").out
    observe(root, write(root, [person(ONE), person(TWO, **{LEVEL: "Licence"})]), "--apply")

    assert "GR129" not in graduand(root, "check").out
    assert "Values      Bachelors, Licence, Associates" in graduand(root, "explain", LEVEL).out
    sheet = root / "build" / "class.csv"
    people = f"{ONE},p{ONE}@valmont.example,Zoé,Dupont,licence\n{THREE},p{THREE}@valmont.example,Zoé,Dupont,Mastère\n"
    sheet.write_text(f"username,email_address,first_name,last_name,Niveau\n{people}", encoding="utf-8")
    graduand(root, "intake", str(sheet), "--cohort", "2026-spring", "--kind", "graduated", "--apply")
    said = [(root / f"records/2026-spring/{name}.yaml").read_text(encoding="utf-8") for name in (ONE, THREE)]
    assert "education_level_name: Licence\n" in said[0], "what this Handshake shows is no misspelling"
    assert "education_level_name: Masters\n" in said[1], "its list is the American one"

    (entry,) = noted(root, "observation")
    assert graduand(root, "uploads", "--undo", entry, "a trial").code == 0
    assert "GR129" in graduand(root, "check").out


def test_a_change_of_lists_changes_nobodys_level(root: Path, school_of_three: Path) -> None:
    leveled(root, ONE, "Bachelors")
    leveled(root, TWO, "Masters")
    commit(school_of_three)
    sheet = root / "build" / "class.csv"
    sheet.parent.mkdir(exist_ok=True)
    head = "username,email_address,first_name,last_name,Diplôme\n"
    lines = [
        f"{name},p{name}@valmont.example,Chloé,Dupont,{level}\n" for name, level in ((ONE, "Licence"), (TWO, "BUT"))
    ]
    sheet.write_text(head + "".join(lines), encoding="utf-8")

    ran = graduand(root, "intake", str(sheet), "--cohort", "2026-spring", "--kind", "graduated", "--apply", "--show")

    assert "1 changed, 1 identical" in ran.out, ran.out + ran.err
    assert "education_level_name: Bachelors\n" in (root / f"records/2026-spring/{ONE}.yaml").read_text(encoding="utf-8")
    assert "education_level_name: Undergraduate\n" in (root / f"records/2026-spring/{TWO}.yaml").read_text(
        encoding="utf-8"
    ), "a master's is no BUT"
    assert "There is nothing to cure." in graduand(root, "cure").err, "only where the rule is named"
    graduand(root, "cure", "GR129", "--apply")
    assert "Bachelors" not in (root / f"records/2026-spring/{ONE}.yaml").read_text(encoding="utf-8")


def test_years_are_proposed_from_the_first_export_or_sync_file(school_of_three: Path) -> None:
    root = school_of_three
    years = {ONE: "Master 2", TWO: "Licence 10", THREE: "Licence 2"}
    export = write(root, [person(name, institution_year_name=year) for name, year in years.items()])
    proposal = "  year_values:\n    - Licence 2\n    - Licence 10\n    - Master 2\n    - Alumni\n"

    said = observe(root, export).out
    assert said.endswith(proposal)
    assert told(root, export)["year_values"] == ["Licence 2", "Licence 10", "Master 2", "Alumni"]
    lines = [f"{name},{year},Bachelors\n" for name, year in years.items()]
    feed = root / "build" / "users.csv"
    feed.write_text(f"username,institution_year_name,{LEVEL}\n" + "".join(lines), encoding="utf-8")
    out = graduand(root, "feed", "check", str(feed)).out
    assert proposal in out
    assert "  level_values:\n    - Bachelors\n    - Associates\n" in out
    assert "    - Undergraduate\n" not in out, "its Handshake has the American list"

    path = root / "schema/institution.yaml"
    settle(root, year_values="[Licence 2, Licence 10, Master 2, Alumni]", level_values="[Bachelors]")
    assert "_values:" not in graduand(root, "feed", "check", str(feed)).out + observe(root, export).out
    feed.write_text(feed.read_text(encoding="utf-8").replace("Master 2", "No"), encoding="utf-8")
    assert '    - Alumni\n    - "No"\n' in graduand(root, "feed", "check", str(feed)).out
    assert path.is_file()
