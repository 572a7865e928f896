"""The files of three offices are read without options, compiled, and accepted by Handshake's importer."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple
from unittest.mock import Mock

import pytest

from graduand.intake import result_check
from graduand.intake.preview import IntakeOptions, preview_file
from graduand.workspace import Workspace
from tests.importer import Importer
from tests.intake.registrars import carthage, french, keep, washington
from tests.repository import begin, commit, git, graduand, settle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CLASS = ("--cohort", "2026-spring", "--kind", "graduated", "--end-date", "2026-05-31")


class Office(NamedTuple):
    """An office's file: its name, what makes it, and what is asked for."""

    name: str
    make: Callable[[], bytes]
    words: tuple[str, ...]
    taken: int
    left_out: int


OFFICES = {
    "washington": Office("SPR2026-20260504-101500.csv", washington, ("--where", "year=Senior"), 76, 0),
    "carthage": Office("20260615_users.csv", carthage, (), 294, 6),
    "french": Office("Diplômés juin 2026.csv", french, (), 200, 0),
}


@pytest.fixture
def school(root: Path) -> Path:
    """A repository in which nobody is yet."""
    commit(begin(root))
    return root


def handshake_of(rows: list[dict[str, str]], region: str) -> Importer:
    """Return a Handshake in which all these people are students."""
    accounts = {
        row["username"]: {
            "email_address": row["email_address"],
            "first_name": row["first_name"],
            "auth_identifier": row.get("auth_identifier", ""),
        }
        for row in rows
    }
    return Importer(accounts, region=region)


def uploaded(root: Path) -> list[dict[str, str]]:
    files = sorted((root / "build").glob("*.csv"))
    return [row for file in files for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))]


@pytest.mark.parametrize("region", ["eu", "us"])
@pytest.mark.parametrize("name", OFFICES)
def test_a_class_is_taken_in_compiled_and_accepted(school: Path, name: str, region: str) -> None:
    office = OFFICES[name]
    settle(school, region=region)
    commit(school)

    ran = graduand(school, "intake", keep(school, office.name, office.make()), *CLASS, *office.words, "--apply")

    assert ran.code == 0, ran.out + ran.err
    counts = f"{office.taken} new, 0 changed, 0 identical, 0 refused"
    assert counts in ran.out
    assert (f"{office.left_out} left out" in ran.out) is bool(office.left_out)
    assert git(school, "status", "--porcelain") == ""
    assert git(school, "rev-list", "--count", "HEAD").strip() == "3"
    check = graduand(school, "check")
    assert f"{office.taken} records: 0 errors, 0 warnings" in check.out
    assert graduand(school, "compile").code == 0
    rows = uploaded(school)
    assert len(rows) == office.taken
    handshake = handshake_of(rows, region)
    outcomes = handshake.upload(school / "build")
    assert [(outcome.ran, outcome.said, outcome.skipped, outcome.failed) for outcome in outcomes] == [
        (True, (), {}, b"") for _outcome in outcomes
    ]
    year = {"eu": "institution_year_name", "us": "school_year_name"}[region]
    assert {account[year] for account in handshake.accounts.values()} == {"Alumni"}
    assert {account["primary_education:end_date"] for account in handshake.accounts.values()} == {"2026-05-31"}


def names(root: Path) -> set[str]:
    """Return the names that the records hold."""
    paths = (root / "records").rglob("*.yaml")
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return {line.partition(": ")[2] for line in lines if line.startswith(("first_name:", "last_name:"))}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac-roman", "cp850"])
def test_names_are_read_right_in_every_encoding_and_shown(school: Path, encoding: str) -> None:
    sent = keep(school, "class.csv", french(60, encoding=encoding))

    ran = graduand(school, "intake", sent, *CLASS, "--apply")

    assert ran.code == 0, ran.out + ran.err
    rows = csv.DictReader(io.StringIO(french(60, encoding="utf-8").decode()), delimiter=";")
    wanted = {row[header] for row in rows for header in ("Nom", "Prénom")}
    assert names(school) == {name.replace("œ", "oe") if encoding == "cp850" else name for name in wanted}
    assert "Names read: “" in ran.out
    assert ("a guess" in ran.out) is (encoding in {"cp1252", "mac-roman", "cp850"})


def test_the_same_file_again_changes_nothing(school: Path) -> None:
    sent = keep(school, "class.csv", french(60))
    assert graduand(school, "intake", sent, *CLASS, "--apply").code == 0
    head = git(school, "rev-parse", "HEAD")

    again = graduand(school, "intake", sent, *CLASS, "--apply")

    assert again.code == 0
    assert "0 new, 0 changed, 60 identical, 0 refused." in again.out
    assert "Nothing changed: it is so already." in again.err or "Nothing changed: all is so already." in again.err
    assert git(school, "rev-parse", "HEAD") == head


def test_a_class_above_five_hundred_gets_a_second_level_and_the_earlier_ones_move(school: Path) -> None:
    whole = french(520).decode("cp1252").splitlines(keepends=True)
    first = keep(school, "first.csv", "".join(whole[:31]).encode())
    assert graduand(school, "intake", first, *CLASS, "--source", "office", "--apply").code == 0
    second = keep(school, "second.csv", "".join(whole).encode())

    ran = graduand(school, "intake", second, *CLASS, "--source", "office", "--apply")

    assert "490 new, 0 changed, 30 identical" in ran.out
    assert (school / "records/2026-spring/07/22000007.yaml").is_file()
    assert list((school / "records/2026-spring").glob("*.yaml")) == []
    assert graduand(school, "fmt", "--check").code == 0
    assert "520 records: 0 errors, 0 warnings" in graduand(school, "check").out
    assert git(school, "status", "--porcelain") == ""


def test_of_new_people_without_a_flaw_no_record_is_made(school: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Mock()
    monkeypatch.setattr(result_check, "Record", made)
    common = {"transition:kind": "graduated", "primary_education:end_date": "2026-05-31"}
    order = IntakeOptions("users.csv", "2026-06-15", "2026-spring", common)

    preview = preview_file(Workspace(school), carthage(300), order)

    assert len(preview.new) == 294
    assert not preview.check.new
    assert not made.called
