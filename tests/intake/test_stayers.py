"""A file says of each person who leaves, who stays for another degree and who comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.intake.registrars import keep
from tests.repository import begin, commit, graduand, put

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "username,email_address,first_name,last_name,start_date,end_date,currently_attending,year"
ROW = "00412345,chloe.dupont@valmont.example,Chloé,Dupont,2026-09-01,2028-06-30"
STAYS = (
    "primary_education:\n  start_date: 2026-09-01\n  end_date: 2028-06-30\n  currently_attending: true\n",
    "institution_year_name: Masters\n",
    "transition:\n  kind: graduated\n",
)
GOES = ("institution_year_name", "currently_attending")


@pytest.fixture
def school(root: Path) -> Path:
    commit(begin(root))
    return root


def record_of(root: Path, file: str, *words: str, lang: str = "en") -> str:
    """Return the record that an intake writes."""
    path = keep(root, "class.csv", file.encode())
    ran = graduand(root, "intake", path, "--cohort", "2026-spring", *words, "--apply", "--no-commit", lang=lang)
    assert "00412345" in ran.out, ran.err
    return (root / "records/2026-spring/00412345.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", ["stays", "Stays on", "Reste", "poursuite d’études", "Poursuite d'études"])
def test_who_graduates_and_stays_is_named_in_the_column_of_kinds(school: Path, word: str) -> None:
    record = record_of(school, f"{HEAD},leaves or stays\n{ROW},,Masters,{word}\n")

    assert [part for part in STAYS if part not in record] == []


@pytest.mark.parametrize("word", ["graduated", "Diplômée"])
def test_who_graduates_and_goes_keeps_neither_year_nor_attendance(school: Path, word: str) -> None:
    record = record_of(school, f"{HEAD},part ou reste\n{ROW},TRUE,Masters,{word}\n")

    assert [key for key in GOES if key in record] == []


def test_everybody_of_a_file_may_stay(school: Path) -> None:
    more = ("--kind", "graduated", "--set", "primary_education:currently_attending=true")

    record = record_of(school, f"{HEAD}\n{ROW},,Masters\n", *more)

    assert [part for part in STAYS if part not in record] == []


def test_a_returner_who_graduates_and_stays_keeps_year_and_attendance(school: Path) -> None:
    path = "records/2026-spring/00412345.yaml"
    before = record_of(school, f"{HEAD}\n{ROW},,Masters\n", "--kind", "returned")
    put(school, path, before)

    record = record_of(school, f"{HEAD},leaves or stays\n{ROW},,Masters,stays\n")

    assert "kind: returned" in before
    assert [part for part in STAYS if part not in record] == []
