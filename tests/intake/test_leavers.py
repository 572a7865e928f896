"""People who left without a degree: taken in from a file, sent, told of and found again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.handshake.test_article import ATTENDING, STUDENT, YEAR, brought_in
from tests.importer import Importer
from tests.intake.registrars import keep
from tests.repository import begin, commit, git, graduand

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2026-03-02"
CHLOE = "00412345"
HUGO = "00412346"
FILE = f"""\
Identifiant;Adresse e-mail;Prénom;Nom;Année d'études;Date d'abandon
{CHLOE};chloe.dupont@valmont.example;Chloé;Dupont;Licence 2;01/02/2026
{HUGO};hugo.morel@valmont.example;Hugo;Morel;Alumni;15/02/2026
"""


@pytest.fixture
def school(root: Path) -> Path:
    commit(begin(root))
    return root


def test_leavers_are_taken_in_sent_and_never_made_alumni(school: Path) -> None:
    file = keep(school, "abandons.csv", FILE.encode())
    importer = Importer({CHLOE: STUDENT})

    ran = graduand(school, "intake", file, "--kind", "left", "--cohort", "2026-left", "--apply", lang="fr")

    assert ran.code == 1
    assert "La personne est partie sans diplôme, et «\u00a0institution_year_name\u00a0» vaut Alumni." in ran.out
    assert git(school, "show", f"HEAD:records/2026-left/{CHLOE}.yaml") == (
        "# yaml-language-server: $schema=../../schema/transition.schema.json\n"
        f'username: "{CHLOE}"\n'
        "email_address: chloe.dupont@valmont.example\nfirst_name: Chloé\nlast_name: Dupont\n"
        "institution_year_name: Licence 2\n"
        'transition:\n  kind: left\n  left:\n    "on": 2026-02-01\n'
    )
    brought_in(school, importer, DAY)
    assert importer.accounts[CHLOE] == {"username": CHLOE, **STUDENT, YEAR: "Licence 2", ATTENDING: "FALSE"}


def test_a_leaver_is_an_event_an_effect_a_filter_and_a_word(school: Path) -> None:
    file = keep(school, "left.csv", FILE.replace("Alumni", "Licence 1").encode())
    words = ("--kind", "left", "--cohort", "2026-left", "--left-on", "2026-02-10", "--apply")
    ran = graduand(school, "intake", file, *words)
    assert ran.code == 0, ran.out + ran.err

    events = [json.loads(line) for line in graduand(school, "audit", "--kind", "left", "--json").out.splitlines()]
    effects = json.loads(graduand(school, "plan", "--on", DAY, "--json").out)

    assert [(one["event"], one["username"], one["new"]) for one in events] == [
        ("left", CHLOE, "left"),
        ("left", HUGO, "left"),
    ]
    assert "left without a degree" in graduand(school, "log", CHLOE).out
    assert all("leave" in one["effects"] and "graduate" not in one["effects"] for one in effects["changes"])
    assert "ends the studies, without a degree" in graduand(school, "plan", "--on", DAY).out
    assert "fin des études, sans diplôme" in graduand(school, "plan", "--on", DAY, lang="fr").out
    assert '"on": 2026-02-10' in git(school, "show", f"HEAD:records/2026-left/{HUGO}.yaml")


def test_an_edit_that_makes_a_leaver_says_so_in_its_commit(school: Path) -> None:
    file = keep(school, "left.csv", FILE.replace("Alumni", "Licence 1").encode())
    assert graduand(school, "intake", file, "--kind", "returned", "--cohort", "2026-left", "--apply").code == 1
    assert graduand(school, "intake", file, "--kind", "left", "--cohort", "2026-left", "--apply").code == 0

    ran = graduand(school, "edit", CHLOE, "transition:kind=returned", "primary_education:start_date=2026-09-01")
    assert ran.code == 0, ran.out + ran.err
    assert "GR225" in ran.out + ran.err
    graduand(school, "edit", CHLOE, "transition:kind=left", "primary_education:start_date=")

    assert git(school, "log", "-1", "--format=%s").strip() == f"Left: {CHLOE}"


def test_who_left_and_graduates_after_all_is_a_graduate_and_nothing_else(school: Path) -> None:
    file = keep(school, "left.csv", FILE.replace("Alumni", "Licence 1").encode())
    assert graduand(school, "intake", file, "--kind", "left", "--cohort", "2026-left", "--apply").code == 0

    words = ("--kind", "graduated", "--end-date", "2026-06-15", "--map", "Date d'abandon=", "--apply")
    ran = graduand(school, "intake", file, *words)

    assert ran.code == 0, ran.out + ran.err
    kept = git(school, "show", f"HEAD:records/2026-left/{CHLOE}.yaml")
    assert kept.endswith("primary_education:\n  end_date: 2026-06-15\ntransition:\n  kind: graduated\n")
