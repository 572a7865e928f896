"""graduand feed check: what the school's nightly sync file would undo, whatever its encoding and separator are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.handshake.test_article import DAY
from tests.importer import Importer
from tests.observations.exports import person
from tests.repository import begin, commit, git, graduand, graduate, put
from tests.uploads.test_loop import ACCOUNT, Desk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.repository import Ran

ONE, TWO, THREE = (f"0000000{number}" for number in range(1, 4))
END = "primary_education:end_date"
CLOSED = graduate(TWO).replace("transition:", "disabled: true\ntransition:") + ACCOUNT
HEADER = f"username,email_address,first_name,institution_year_name,{END},disabled"


@pytest.fixture
def school(root: Path) -> Path:
    """A graduate, one whose account is closed, and no upload yet."""
    begin(root)
    put(root, graduate(ONE), f"2026-spring/{ONE}.yaml")
    put(root, CLOSED, f"2026-spring/{TWO}.yaml")
    commit(root)
    return root


def check(root: Path, content: str | bytes, *words: str, lang: str = "en") -> Ran:
    path = root / "build" / "sync.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return graduand(root, "feed", "check", str(path), "--on", DAY, *words, lang=lang)


def found(ran: Ran) -> list[tuple[int, str, str]]:
    """Return the line, the username and the rule of each finding."""
    told = [json.loads(line) for line in ran.out.splitlines()]
    assert all([*one] == ["schema", "line", "username", "rule", "message"] for one in told)
    assert ran.code == bool(told), ran.err
    return [(one["line"], one["username"], one["rule"]) for one in told]


def row(username: str, year: str = "Alumni", closed: str = "", email: str = "") -> str:
    return f"{username},{email or f'p{username}@valmont.example'},Zoé,{year},2026-06-15,{closed}"


def test_a_file_that_says_what_the_records_say_has_no_finding(school: Path) -> None:
    ran = check(school, "\n".join([HEADER, row(ONE), row(TWO, closed="TRUE"), row(THREE, "Licence 1"), ""]))

    assert (ran.code, ran.out, ran.err) == (0, "3 rows: 0 findings.\n", "")


def test_each_finding_has_its_line_and_a_sentence(school: Path) -> None:
    ran = check(
        school, "\n".join([HEADER, row(THREE), "", row(ONE, "Licence 3"), row(TWO, email="old@valmont.example")])
    )

    assert ran.code == 1
    assert "✗ error GR801  A graduate still sent as a student  (1)" in ran.out
    assert f"  line 4  {ONE}  The file sends institution_year_name “Licence 3”; the record says" in ran.out
    assert f"  line 5  {TWO}  The file sends the address “o•••@valmont.example”; the record has" in ran.out
    assert f"  line 5  {TWO}  The record closes the account, and the file says nothing of “disabled”." in ran.out
    assert "3 rows: 3 findings." in ran.out
    assert "Le fichier envoie" in check(school, f"{HEADER}\n{row(ONE, 'Licence 3')}\n", lang="fr").out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_any_encoding_and_separator_is_read(school: Path, encoding: str, separator: str, end: str) -> None:
    broken = f'{THREE},p3@valmont.example,"Zoé{end}de Lys",Licence 1,2027-06-30,'
    lines = [HEADER, broken, row(ONE, "Année 3"), row(TWO, closed="FALSE")]
    ran = check(school, end.join(lines).replace(",", separator).encode(encoding), "--json")

    assert found(ran) == [(4, ONE, "GR801"), (5, TWO, "GR803")]


def test_what_handshake_holds_is_asked_too(school: Path) -> None:
    desk = Desk(school, Importer({name: person(name) for name in (ONE, TWO)}))
    desk.send()
    silent = check(school, f"{HEADER}\n{row(ONE, '')}\n{row(TWO, '')}\n", "--json")
    assert found(silent) == [], "Handshake has what the records say, and a blank cell leaves it"

    git(school, "rm", "--quiet", f"records/2026-spring/{TWO}.yaml")
    commit(school)
    opened = check(school, f"{HEADER}\n{row(TWO, 'Licence 3', 'FALSE')}\n", "--json")
    assert found(opened) == [(2, TWO, "GR801"), (2, TWO, "GR803")]


def test_who_must_be_kept_out_is_not_named(school: Path) -> None:
    path = school / "schema" / "intake" / "confidential.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'usernames:\n  - "{THREE}"\n', encoding="utf-8")
    ran = check(school, f"{HEADER}\n{row(THREE)}\n{row(THREE)},\n")

    assert (ran.code, THREE in ran.out) == (1, False)
    assert "  line 2  This person is confidential and kept out of all files." in ran.out
    assert found(check(school, f"{HEADER}\n{row(THREE)}\n", "--json")) == [(2, "", "GR806")]


def test_of_a_record_with_errors_nothing_is_said(school: Path) -> None:
    put(school, graduate(ONE).replace("2026-06-15", "2026-02-30"), f"2026-spring/{ONE}.yaml")
    ran = check(school, f"{HEADER}\n{row(ONE, 'Licence 3')}\n")

    assert (ran.code, ran.out) == (0, "1 row: 0 findings.\n1 record with errors is not compared: graduand check\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "it is empty"),
        ("Username,email_address\n1,2\n", "“Username” is written otherwise."),
        ("sep=,\nusername\n", "The first line names a separator"),
        ("username,email_address,email_address\n", "The column “email_address” is in the file twice."),
        ('username,email_address\n1,"2\n', "a quotation mark in the row of line 2 is never closed"),
        (b"PK\x03\x04", "it is an Excel workbook"),
    ],
)
def test_what_is_no_sync_file_is_refused(school: Path, content: str | bytes, said: str) -> None:
    ran = check(school, content)

    assert (ran.code, ran.out, said in ran.err) == (2, "", True), ran.err
