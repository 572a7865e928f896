"""A class of every kind of person, taken in, compiled on three days, and brought in each time without a failed row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.importer import END, START, Importer
from tests.repository import begin, commit, git, graduand

if TYPE_CHECKING:
    from pathlib import Path

    from tests.importer import Account

YEAR = "institution_year_name"
ATTENDING = "primary_education:currently_attending"
MAJORS = "primary_education:major_names"
COLUMNS = f"username,email_address,first_name,last_name,auth_identifier,{MAJORS},{START},{END},{ATTENDING},{YEAR}"
DECEMBER, MARCH, MAY = "2026-12-18", "2027-03-01", "2027-05-28"
GRADUATES = f"""\
{COLUMNS}
101,p101@valmont.example,Anaïs,Roux,sso101,Chimie,2023-09-04,{DECEMBER},,
102,p102@valmont.example,Basile,Roy,sso102,Chimie,2023-09-04,{MAY},,
103,p103@valmont.example,Chloé,Petit,other103,Économie;Droit,2023-09-04,{MAY},,
105,p105@valmont.example,Élie,Morel,sso105,Chimie,2023-09-04,{DECEMBER},,
106,p106@valmont.example,Fanny,Perrin,sso106,Chimie,2023-09-04,{MAY},,
"""
STAYERS = f"""\
{COLUMNS}
104,p104@valmont.example,Dina,Caron,sso104,Physique,2026-09-07,2028-06-30,,
"""
STAYS = ("--set", f"{ATTENDING}=true", "--set", f"{YEAR}=Master 1")
RETURNERS = f"""\
{COLUMNS}
107,p107@valmont.example,Gaël,Blanc,sso107,Droit,2027-01-11,,,Master 2
"""
LEAVERS = """\
username,email_address,first_name,last_name,Date de départ
108,p108@valmont.example,Hélène,Faure,2026-11-02
"""
GRADUATE, MAJORED, STAYER, CONFIDENTIAL, DECEASED, RETURNER, LEAVER = "101", "103", "104", "105", "106", "107", "108"


def student(username: str, **more: str) -> Account:
    """Return what Handshake holds of a student before."""
    return {
        "email_address": f"p{username}@valmont.example",
        "first_name": "Before",
        "last_name": "Before",
        "auth_identifier": f"sso{username}",
        YEAR: "Licence 3",
        START: "2023-09-04",
        END: "2027-09-30",
        ATTENDING: "TRUE",
        **more,
    }


@pytest.fixture
def importer() -> Importer:
    """Handshake with everybody of the class, and somebody of whom no record says anything."""
    accounts = {name: student(name) for name in map(str, range(101, 110))}
    accounts[RETURNER] |= {YEAR: "Alumni", START: "2018-09-03", END: "2021-06-25", ATTENDING: "FALSE"}
    return Importer(accounts)


@pytest.fixture
def school(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school that takes the class in, from a file each, and notes who is confidential and who has died."""
    folder = tmp_path_factory.mktemp("lists")
    begin(root)
    commit(root)
    lists = (
        ("graduated", GRADUATES, ()),
        ("graduated", STAYERS, STAYS),
        ("returned", RETURNERS, ()),
        ("left", LEAVERS, ()),
    )
    for number, (kind, text, more) in enumerate(lists):
        file = folder / f"list{number}.csv"
        file.write_text(text, encoding="utf-8")
        ran = graduand(root, "intake", str(file), "--kind", kind, "--cohort", "2027", "--apply", *more)
        assert ran.code == 0, (ran.out, ran.err)
    for words in (
        (CONFIDENTIAL, "transition:confidential=true"),
        (DECEASED, "transition:account:reason=deceased", "transition:account:requested_by=family"),
    ):
        ran = graduand(root, "edit", *words)
        assert ran.code == 0, ran.err
    assert git(root, "status", "--porcelain") == ""
    return root


def brought_in(root: Path, importer: Importer, on: str, *words: str) -> set[str]:
    """Compile, upload and note; nothing may be refused. Return whose accounts have changed."""
    before = {username: dict(account) for username, account in importer.accounts.items()}
    ran = graduand(root, "compile", "--on", on, *words)
    assert ran.code == 0, ran.err
    for outcome in importer.upload(root / "build"):
        assert (outcome.ran, outcome.said, outcome.skipped, outcome.failed) == (True, (), {}, b"")
    assert graduand(root, "uploaded", str(root / "build/manifest.json")).code == 0
    return {username for username, account in importer.accounts.items() if account != before.get(username)}


def test_a_class_is_brought_in_on_three_days_and_nobody_is_touched_who_should_not_be(
    school: Path, importer: Importer
) -> None:
    start = {username: dict(account) for username, account in importer.accounts.items()}

    assert brought_in(school, importer, DECEMBER) == {GRADUATE, STAYER, RETURNER, LEAVER}
    accounts = importer.accounts
    assert (accounts[GRADUATE][YEAR], accounts[GRADUATE][END], accounts[GRADUATE][ATTENDING]) == (
        "Alumni",
        DECEMBER,
        "FALSE",
    )
    assert (accounts[STAYER][YEAR], accounts[STAYER][ATTENDING], accounts[STAYER][MAJORS]) == (
        "Master 1",
        "TRUE",
        "Physique",
    )
    assert (accounts[RETURNER][YEAR], accounts[RETURNER][START]) == ("Master 2", "2027-01-11")
    assert END not in accounts[RETURNER], "the old end date is wiped"
    assert (accounts[LEAVER][YEAR], accounts[LEAVER][ATTENDING]) == ("Licence 3", "FALSE")

    ran = graduand(school, "compile", "--on", MARCH, "--changed")
    assert (ran.code, "2 graduations wait for their day; the first is on 2027-05-28." in ran.err) == (1, True)

    assert graduand(school, "edit", GRADUATE, "email_address=anais@courriel.example").code == 0
    assert brought_in(school, importer, MARCH, "--changed") == {GRADUATE}
    assert accounts[GRADUATE]["email_address"] == "anais@courriel.example"

    assert brought_in(school, importer, MAY, "--changed") == {"102", MAJORED}
    assert (accounts["102"][YEAR], accounts[MAJORED][YEAR]) == ("Alumni", "Alumni")
    assert accounts[MAJORED][MAJORS] == "Économie;Droit"
    assert accounts[MAJORED]["auth_identifier"] == "sso103", "nobody asked for another login"
    for untouched in (CONFIDENTIAL, DECEASED, "109"):
        assert accounts[untouched] == start[untouched]
    assert not any("disabled" in account for account in accounts.values())
    assert graduand(school, "compile", "--on", MAY, "--changed").code == 1, "nothing is left"
    assert graduand(school, "audit", "verify").code == 0


def test_every_day_somebody_is_ready_or_waits_and_all_is_over_in_the_end(school: Path, importer: Importer) -> None:
    brought_in(school, importer, DECEMBER)

    said = graduand(school, "due", "--on", MARCH).out
    assert "Graduations that wait for their day  (2)" in said
    said = graduand(school, "due", "--on", MAY).out
    assert "Graduations and departures whose day has come, and that were never sent  (2)" in said
    brought_in(school, importer, MAY, "--changed")
    said = graduand(school, "due", "--on", "2027-06-01").out
    assert "Graduations" not in said
    assert "1 person is confidential or cared for by hand, and was not looked at: 105." in said
