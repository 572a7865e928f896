"""Run the campaigns of Handshake's article on alumni from the first letter to the state of the account."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from tests.handshake.test_article import (
    ALUMNA_ELSEWHERE,
    ATTENDING,
    BYSTANDER,
    DAY,
    EMAIL,
    GRADUATED,
    RETURNED,
    STUDENT,
    STUDIES_AGAIN,
    YEAR,
    brought_in,
)
from tests.importer import END, Importer
from tests.repository import GRADUATE, begin, commit, git, graduand, put, settle

if TYPE_CHECKING:
    from pathlib import Path

PERSON = "00412345"
WAITING = GRADUATE + "  keeps_school_email: false\n"


@pytest.fixture
def importer() -> Importer:
    return Importer({PERSON: STUDENT, "00412815": BYSTANDER})


@pytest.fixture
def school(root: Path) -> Path:
    """A repository of one graduate who loses the mailbox, and was not asked yet."""
    put(begin(root), WAITING)
    settle(root, outreach="{announce_archiving: true}")
    commit(root)
    return root


def done(root: Path, *words: str) -> str:
    """Run a command that must succeed, and return what it says."""
    ran = graduand(root, *words)
    assert ran.code == 0, ran.err
    return ran.out + ran.err


def letter(root: Path, campaign: str) -> str:
    text = (root / "build/outreach" / campaign / "people.csv").read_bytes().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    return f"{row['email_address']}: {row['text']}"


def test_who_loses_the_mailbox_is_asked_answers_and_logs_in_with_the_new_address(
    school: Path, importer: Importer
) -> None:
    done(school, "outreach", "email", "--on", DAY, "--answer-by", "2026-07-31", "--apply")
    assert "chloe.dupont@valmont.example: Dear Chloé," in letter(school, "email")
    assert "we will archive your Handshake account on 1\u00a0August\u00a02026" in letter(school, "email")
    brought_in(school, importer)
    assert importer.accounts[PERSON][EMAIL] == "chloe.dupont@valmont.example"

    answers = school / "answers.csv"
    answers.write_text("Horodateur;username;email_address\n20/07/2026 10:12;412345;chloe@courriel.example\n", "utf-8")
    assert "0 changed" in graduand(school, "intake", str(answers), "--patch").out
    done(school, "intake", str(answers), "--patch", "--pad", "8", "--apply")
    answers.unlink()
    brought_in(school, importer, "2026-07-20")

    account = importer.accounts[PERSON]
    assert (account[EMAIL], account[YEAR], account[ATTENDING]) == ("chloe@courriel.example", "Alumni", "FALSE")
    assert "disabled" not in account
    assert "0 letters" in done(school, "outreach", "email", "--on", "2026-07-25", "--remind")
    assert "0 due, 0 coming up" in done(school, "due", "--on", "2026-08-01")


def test_who_does_not_answer_is_reminded_then_archived_on_the_day_that_was_announced_and_the_address_stays(
    school: Path, importer: Importer
) -> None:
    done(school, "outreach", "email", "--on", DAY, "--answer-by", "2026-07-31", "--apply")
    done(school, "outreach", "email", "--on", "2026-07-20", "--remind", "--apply")
    assert "we will archive your Handshake account on 1\u00a0August\u00a02026" in letter(school, "email")
    assert "Nothing was written." in done(school, "due", "--on", "2026-07-31", "--apply", "--only", "answer")

    done(school, "due", "--on", "2026-08-01", "--apply", "--only", "answer")
    brought_in(school, importer, "2026-07-31")
    assert "disabled" not in importer.accounts[PERSON]
    brought_in(school, importer, "2026-08-01")

    assert importer.accounts[PERSON] == {"username": PERSON, **STUDENT, **GRADUATED, "disabled": "TRUE"}
    assert importer.accounts["00412815"] == {"username": "00412815", **BYSTANDER}
    printed = done(school, "log", PERSON)
    assert "no personal address" in printed
    assert git(school, "log", "--format=%s").splitlines()[:3] == [
        "Records",
        "Records",
        "Deactivated: 00412345",
    ]


def test_an_answer_that_comes_late_and_an_account_that_was_archived_by_mistake(
    school: Path, importer: Importer
) -> None:
    done(school, "outreach", "email", "--on", DAY, "--apply")
    done(school, "due", "--on", "2026-08-01", "--apply", "--only", "answer")
    brought_in(school, importer, "2026-08-01")

    changes = ("email_address=chloe@courriel.example", "disabled=false", "transition:account:effective_on=2026-08-20")
    reason = ("transition:account:reason=closed-by-mistake", "transition:account:requested_by=student")
    done(school, "edit", PERSON, *changes, *reason)
    brought_in(school, importer, "2026-08-20")

    assert importer.accounts[PERSON][EMAIL] == "chloe@courriel.example"
    assert importer.accounts[PERSON]["disabled"] == "FALSE"
    assert "0 due" in done(school, "due", "--on", "2026-08-21", "--only", "answer")


def test_who_loses_the_login_is_told_in_time_and_the_account_stays_as_it_is(root: Path, importer: Importer) -> None:
    put(begin(root), GRADUATE + "  keeps_sso: false\n")

    done(root, "outreach", "sso", "--on", DAY)

    assert "choose “Log in another way” and enter chloe.dupont@valmont.example" in letter(root, "sso")
    brought_in(root, importer)
    assert importer.accounts[PERSON] == {"username": PERSON, **STUDENT, **GRADUATED}


def test_accounts_are_archived_after_x_months_and_nobody_who_asked_for_theirs_back(root: Path) -> None:
    importer = Importer({PERSON: ALUMNA_ELSEWHERE | {END: "2026-06-15"}, "00412815": BYSTANDER})
    begin(root)
    settle(root, deactivation="{after_months: 18}")
    put(root, GRADUATE.replace("chloe.dupont@valmont", "chloe@courriel"))
    commit(root)
    assert "0 due, 1 coming up, 0 proposed" in done(root, "due", "--on", "2027-12-01")

    done(root, "due", "--on", "2027-12-15", "--apply", "--only", "months")
    brought_in(root, importer, "2027-12-15")

    assert importer.accounts[PERSON]["disabled"] == "TRUE"
    done(root, "edit", PERSON, "disabled=false", "transition:account:reason=requested-by-student")
    brought_in(root, importer, "2027-12-16")
    assert importer.accounts[PERSON]["disabled"] == "FALSE"
    assert "reopened on purpose" in done(root, "due", "--on", "2027-12-17")


def test_who_came_back_and_leaves_again_becomes_an_alumna_again(root: Path) -> None:
    importer = Importer({PERSON: ALUMNA_ELSEWHERE, "00412815": BYSTANDER})
    put(begin(root), RETURNED)
    brought_in(root, importer)
    assert importer.accounts[PERSON] | STUDIES_AGAIN == importer.accounts[PERSON]

    done(root, "due", "--on", "2028-07-01", "--apply")
    brought_in(root, importer, "2028-07-01")

    account = importer.accounts[PERSON]
    assert (account[YEAR], account[END], account[ATTENDING]) == ("Alumni", "2028-06-30", "FALSE")
