"""A column with first and last name is split where it is clear how, and refused with its place where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.intake.full_names import FIRST_LAST, LAST_FIRST, split_name
from tests.intake.registrars import keep
from tests.repository import begin, graduand

if TYPE_CHECKING:
    from pathlib import Path

GRADUATES = ("--cohort", "2026-spring", "--kind", "graduated", "--end-date", "2026-05-31")


@pytest.mark.parametrize(
    ("text", "order", "names"),
    [
        ("Kessler, Maud", LAST_FIRST, ("Kessler", "Maud")),
        ("van der Aa, Lene Marie", LAST_FIRST, ("van der Aa", "Lene Marie")),
        ("KESSLER AAS Maud", LAST_FIRST, ("KESSLER AAS", "Maud")),
        ("Kessler Maud", LAST_FIRST, ("Kessler", "Maud")),
        ("KESSLER MAUD", LAST_FIRST, ("KESSLER", "MAUD")),
        ("Maud Kessler", FIRST_LAST, ("Kessler", "Maud")),
        ("Maud Ida VAN DER AA", FIRST_LAST, ("VAN DER AA", "Maud Ida")),
        ("Maud Ida Kessler", FIRST_LAST, None),
        ("Kessler, Maud", FIRST_LAST, None),
        ("Kessler, Maud, Ida", LAST_FIRST, None),
        ("Kessler,", LAST_FIRST, None),
        ("Kessler", LAST_FIRST, None),
    ],
)
def test_a_name_is_split_only_where_it_is_clear_how(text: str, order: str, names: tuple[str, str] | None) -> None:
    found = split_name(text, order)

    assert (found["last_name"], found["first_name"]) == names if names else found == {}


def test_a_column_of_whole_names_is_split_on_request_and_the_request_is_remembered(root: Path) -> None:
    begin(root)
    rows = '20419001,"Kessler, Maud",maud@mail.example\n20419002,Ivo Lars Brandt,ivo@mail.example\n'
    path = keep(root, "people.csv", f"username,Whole,email_address\n{rows}".encode())

    ran = graduand(root, "intake", path, *GRADUATES, "--map", "Whole=last_name,first_name", "--apply", "--no-commit")

    assert "1 new, 0 changed, 0 identical, 1 refused." in ran.out
    assert "“Ivo Lars Brandt”" in graduand(root, "intake", path, *GRADUATES, "--all", "--show").out
    record = (root / "records/2026-spring/20419001.yaml").read_text(encoding="utf-8")
    assert "first_name: Maud\nlast_name: Kessler\n" in record


def test_a_column_that_holds_both_names_is_named_with_the_cure(root: Path) -> None:
    begin(root)
    path = keep(root, "people.csv", b'username,Whole,email_address\n20419001,"Kessler, Maud",maud@mail.example\n')

    ran = graduand(root, "intake", path, *GRADUATES, "--map", "Whole=last_name")

    assert "split it with --map “Whole=last_name,first_name”" in " ".join(ran.out.split())


def test_the_latest_answer_of_a_person_counts(root: Path) -> None:
    begin(root)
    people = b"username,first_name,last_name,email_address\n20419001,Maud,Kessler,maud@valmont.example\n"
    graduand(root, "intake", keep(root, "people.csv", people), *GRADUATES, "--apply", "--no-commit")
    times = ("14/03/2026 9:05", "14/03/2026 22:05", "14/03/2026 10:06")
    answers = "".join(f"{time},20419001,maud{number}@mail.example\n" for number, time in enumerate(times))
    named = keep(root, "named.csv", f"Timestamp,username,email_address\n{answers}".encode())
    other = keep(root, "other.csv", f"Sent,username,email_address\n{answers}".encode())

    ran = graduand(root, "intake", named, "--patch", "--show")
    assert "maud1@mail.example" in ran.out
    assert "2 earlier answers were passed over" in " ".join(ran.out.split())
    assert "keep one" in graduand(root, "intake", other, "--patch", "--show").out
    assert "maud1@mail.example" in graduand(root, "intake", other, "--patch", "--show", "--latest", "Sent").out
    assert "no column “Then”" in graduand(root, "intake", other, "--patch", "--latest", "Then").err


@pytest.mark.parametrize("times", [("2026-03-14 09:00", "2026-03-14 09:00"), ("2026-03-14", "soon")])
def test_answers_without_an_order_are_refused(root: Path, times: tuple[str, str]) -> None:
    begin(root)
    people = b"username,first_name,last_name,email_address\n20419001,Maud,Kessler,maud@valmont.example\n"
    graduand(root, "intake", keep(root, "people.csv", people), *GRADUATES, "--apply", "--no-commit")
    answers = "".join(f"{time},20419001,maud{number}@mail.example\n" for number, time in enumerate(times))
    path = keep(root, "answers.csv", f"Timestamp,username,email_address\n{answers}".encode())

    assert "keep one" in graduand(root, "intake", path, "--patch", "--show").out
