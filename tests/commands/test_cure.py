from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.repository import GRADUATE, begin, commit, git, graduand, graduate, put

if TYPE_CHECKING:
    from pathlib import Path

PATH = "records/2026-spring/00412345.yaml"


@pytest.fixture
def people(root: Path) -> Path:
    """Three people: two dates in another form, one of which can be read in two ways, and a level in small letters."""
    put(begin(root), GRADUATE.replace("2026-06-15", "15/06/2026"))
    put(root, graduate("00412346").replace("2026-06-15", "05/06/2026"), "2026-spring/00412346.yaml")
    level = "  education_level_name: bachelors\n  end_date:"
    put(root, graduate("00412347").replace("  end_date:", level), "2026-spring/00412347.yaml")
    commit(root)
    return root


def test_what_would_be_put_right_is_shown_and_nothing_is_written(people: Path) -> None:
    before = git(people, "rev-parse", "HEAD")

    ran = graduand(people, "cure")

    assert ran.code == 0
    assert ran.out.splitlines() == [
        PATH,
        "    End date: 15/06/2026 → 2026-06-15",
        PATH.replace("345", "347"),
        "    Level of degree: bachelors → Undergraduate",
        "2 records can be put right. 1 finding is for you to decide.",
    ]
    assert "Nothing is written" in ran.err
    assert git(people, "rev-parse", "HEAD") == before
    assert git(people, "status", "--porcelain") == ""


def test_one_rule_is_cured_everywhere_in_one_commit(people: Path) -> None:
    put(people, "staged", "notes.txt")
    git(people, "add", "--all")

    ran = graduand(people, "cure", "gr106", "--apply")

    assert ran.code == 0
    assert "end_date: 2026-06-15\n" in (people / PATH).read_text(encoding="utf-8")
    assert "bachelors" in (people / PATH.replace("345", "347")).read_text(encoding="utf-8")
    assert git(people, "show", "--format=%B", "--name-only", "HEAD").split("\n") == [
        *("Corrected: 00412345", "", "Graduand-Kind: corrected", "Graduand-Rules: GR106", "", "", PATH, ""),
    ]
    assert git(people, "rev-parse", "HEAD")[:12] in ran.err


def test_a_file_that_lies_elsewhere_goes_where_it_belongs(people: Path) -> None:
    put(people, graduate("00412348"), "2026-spring/elsewhere.yaml")
    commit(people)

    ran = graduand(people, "cure", "GR016", "--apply")

    assert ran.code == 0
    assert git(people, "show", "--format=", "--name-status", "--no-renames", "HEAD").splitlines() == [
        "A\trecords/2026-spring/00412348.yaml",
        "D\trecords/2026-spring/elsewhere.yaml",
    ]


def test_a_file_is_not_moved_onto_another(people: Path) -> None:
    put(people, graduate("00412347"), "2026-spring/elsewhere.yaml")

    ran = graduand(people, "cure", "GR016")

    assert ran.out.splitlines() == ["0 records can be put right. 1 finding is for you to decide."]


def test_a_program_gets_one_object_for_each_record(people: Path) -> None:
    ran = graduand(people, "cure", "GR109", "--json")

    assert [json.loads(line) for line in ran.out.splitlines()] == [
        {
            "schema": "graduand/cure/1",
            "path": PATH.replace("345", "347"),
            "username": "00412347",
            "rules": ["GR109"],
            "differences": [
                {"key": "primary_education:education_level_name", "before": "bachelors", "after": "Undergraduate"}
            ],
        }
    ]


def test_without_git_nothing_is_written(root: Path) -> None:
    there = put(root, GRADUATE.replace("2026-06-15", "15/06/2026"))
    before = there.read_bytes()

    assert graduand(root, "cure", "--apply").code == 5
    assert there.read_bytes() == before


def test_addresses_are_masked_unless_asked_for(people: Path) -> None:
    address = ("p00412349@valmont.example", '"p00412349@valmont.example "')
    put(people, graduate("00412349").replace(*address), "2026-spring/00412349.yaml")

    assert "p•••@valmont.example" in graduand(people, "cure", "GR115").out
    assert "p00412349@" in graduand(people, "cure", "GR115", "--show").out


def test_a_rule_that_needs_a_person_is_refused(people: Path) -> None:
    ran = graduand(people, "cure", "GR501")

    assert ran.code == 2
    assert "What “GR501” finds is for a person to decide" in ran.err
    assert "GR109" in ran.err
