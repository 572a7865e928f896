"""Who is told, when, and what is asked: ends of mailbox and login, answers in Handshake, leavers, exemptions."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.handshake.test_article import ATTENDING, STUDENT, WITHDRAWN, brought_in
from tests.importer import Importer
from tests.repository import GRADUATE, begin, commit, git, graduand, put, settle

if TYPE_CHECKING:
    from pathlib import Path

PERSON = "00412345"
PATH = f"records/2026-spring/{PERSON}.yaml"
KEEPS_NOT = GRADUATE + "  keeps_school_email: false\n"
ASKED = KEEPS_NOT + "  personal_email:\n    requested_on: 2026-07-01\n    answer_by: 2026-07-31\n"
LATE = "2026-08-15"


@pytest.fixture
def school(root: Path) -> Path:
    return begin(root)


def dues(root: Path, on: str, *words: str) -> list[tuple[str, str, bool]]:
    """Return the kind and the day of what is due, and whether anything is proposed."""
    ran = graduand(root, "due", "--on", on, "--json", *words)
    assert ran.code == 0, ran.err
    return [(one["kind"], one["day"], bool(one["changes"])) for one in map(json.loads, ran.out.splitlines())]


def called(root: Path, campaign: str, on: str, *words: str) -> dict[str, object]:
    """Return what a campaign says of the one person."""
    ran = graduand(root, "outreach", campaign, "--on", on, "--json", *words)
    assert ran.code == 0, ran.err
    (one,) = map(json.loads, ran.out.splitlines())
    assert isinstance(one, dict)
    return one


def letter(root: Path, campaign: str) -> str:
    text = (root / "build/outreach" / campaign / "people.csv").read_bytes().decode("utf-8-sig")
    separator = ";" if ";" in text.partition("\n")[0] else ","
    (row,) = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    return f"{row['subject']}\n{row['text']}"


def record(root: Path) -> str:
    return (root / PATH).read_text(encoding="utf-8")


# The answer


@pytest.mark.parametrize(
    "answer",
    [
        "    answered_on: 2026-07-10\n    how: in-handshake\n",
        "    answered_on: 2026-07-10\n    how: mail\n",
        "    how: in-handshake\n",
    ],
)
def test_who_answered_in_any_way_is_neither_reminded_nor_closed(school: Path, answer: str) -> None:
    settle(school, outreach="{announce_archiving: true}")
    put(school, ASKED)
    commit(school)
    assert dues(school, LATE) == [("answer", "2026-08-01", True)]

    put(school, ASKED + answer)

    assert dues(school, LATE) == []
    assert called(school, "email", LATE, "--remind")["left_out"] == "answered"
    found = graduand(school, "check", "--on", LATE).out
    assert "GR60" not in found
    assert ("GR621" in found) == ("mail" in answer)


def test_a_personal_additional_address_is_an_answer_and_that_of_a_school_is_none(school: Path) -> None:
    for address, waits in (("chloe@courriel.example", False), ("c.dupont@alumni.valmont.example", True)):
        put(school, ASKED.replace("first_name", f"additional_email_addresses:\n  - {address}\nfirst_name"))

        assert ("answer" in {kind for kind, _day, _changes in dues(school, LATE)}) is waits
        assert called(school, "email", LATE, "--remind")["asked"] is waits


@pytest.mark.parametrize(
    ("rule", "campaign", "text", "kind"),
    [
        ("GR601", "email", KEEPS_NOT, "mailbox"),
        ("GR602", "email", ASKED, "answer"),
        ("GR604", "sso", GRADUATE + "  keeps_sso: false\n", "login"),
        ("GR521", "left", WITHDRAWN, "notice"),
    ],
)
def test_an_exemption_is_honoured_by_letters_and_calendar(
    school: Path, rule: str, campaign: str, text: str, kind: str
) -> None:
    settle(school, leavers="{inactive_months: 1}")
    words = ("--remind",) if text is ASKED else ()
    put(school, text)
    commit(school)
    assert called(school, campaign, LATE, *words)["asked"]
    assert [one[0] for one in dues(school, LATE)] == [kind]
    waived = f"  waive:\n    - rule: {rule}\n      reason: abroad\n      until: 2026-12-31\n      by: registrar\n"

    put(school, text + waived)

    assert called(school, campaign, LATE, *words)["left_out"] == "exempt"
    assert dues(school, LATE) == []
    assert called(school, campaign, "2027-01-01", *words)["left_out"] == "faulty"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("campaign", ["email", "reminder"])
def test_archiving_is_announced_where_the_school_does_so_and_nowhere_else(
    school: Path, language: str, campaign: str
) -> None:
    words = ("outreach", "email", "--on", LATE, *(["--remind"] if campaign == "reminder" else []))
    put(school, ASKED if campaign == "reminder" else KEEPS_NOT)

    ran = graduand(school, *words, lang=language)
    silent = letter(school, "email")
    settle(school, outreach="{announce_archiving: true}")
    graduand(school, *words, lang=language)
    announced = letter(school, "email")

    assert "announce_archiving" in ran.err
    sentence = {"en": "Archived means that", "fr": "Archivé signifie qu’"}[language]
    assert ("Account Access" in silent, "Account Access" in announced) == (True, True)
    assert (sentence in silent, sentence in announced) == (False, True)
    assert "archiv" not in silent.lower()


def test_without_the_announcement_nobody_is_closed_for_want_of_an_answer(school: Path) -> None:
    put(school, ASKED)
    commit(school)

    ran = graduand(school, "due", "--on", LATE, "--only", "answer", "--apply")

    assert f"2026-08-01  {PERSON}  nothing is proposed: the letters do not announce archiving" in ran.out
    assert "graduand outreach email --remind" in ran.out
    assert "Nothing was written." in ran.err


def test_an_announcement_amid_other_sentences_is_refused_and_not_cut(school: Path) -> None:
    put(school, KEEPS_NOT)
    path = school / "schema/outreach/email.en.txt"
    path.write_text("Subject: x\n\nAnswer by {answer_by}, or we archive you on {closes_on}.\n", encoding="utf-8")

    ran = graduand(school, "outreach", "email", "--on", LATE)

    assert ran.code == 1
    assert (
        "schema/outreach/email.en.txt:1: the letter announces that the account will be archived ({closes_on})"
        in ran.err
    )


# The mailbox and the login


@pytest.mark.parametrize(
    ("key", "campaign", "kind"), [("mailbox", "email", "mailbox"), ("sso", "sso", "login")], ids=["mailbox", "sso"]
)
def test_what_ends_months_after_the_studies_is_spoken_of_in_time_and_not_before(
    school: Path, key: str, campaign: str, kind: str
) -> None:
    """The end date is 2026-06-15; 18 months later is 2027-12-15, and 90 days before that is 2027-09-16."""
    settle(school, **{key: "{months_after_end: 18}"})
    put(school, GRADUATE)

    early = called(school, campaign, "2027-09-15")

    assert (early["left_out"], early["day"]) == ("later", "2027-09-16")
    assert dues(school, "2027-09-15", "--ahead", "0") == []
    assert dues(school, "2027-09-15", "--ahead", "1") == [(kind, "2027-09-16", False)]
    assert called(school, campaign, "2027-09-16")["asked"]
    put(school, GRADUATE + f"  keeps_{'sso' if key == 'sso' else 'school_email'}: true\n")
    assert called(school, campaign, "2027-09-16")["left_out"] == "keeps"
    assert dues(school, "2027-09-16") == []


def test_a_mailbox_that_ends_on_a_day_of_its_own_bounds_the_answer(school: Path) -> None:
    put(school, GRADUATE + "  mailbox_ends_on: 2026-08-20\n")

    assert called(school, "email", "2026-08-01")["answer_by"] == "2026-08-19"


def test_the_end_of_the_login_is_told_noted_reminded_of_once_and_then_over(school: Path) -> None:
    put(school, GRADUATE + "  sso:\n    ends_on: 2026-09-30\n")
    commit(school)
    assert dues(school, "2026-08-01") == [("login", "2026-07-02", False)]

    ran = graduand(school, "outreach", "sso", "--on", "2026-08-01", "--apply")

    assert "Noted in 1 record" in ran.err
    assert "From 30\u00a0September\u00a02026 on" in letter(school, "sso")
    assert "by 29\u00a0September\u00a02026:" in letter(school, "sso")
    assert record(school).endswith("  sso:\n    notified_on: 2026-08-01\n    ends_on: 2026-09-30\n")
    assert called(school, "sso", "2026-08-02")["left_out"] == "told"
    assert "GR604" not in graduand(school, "check", "--on", "2026-08-02").out
    assert dues(school, "2026-08-16", "--ahead", "30") == []
    assert dues(school, "2026-08-17", "--ahead", "30") == [("login-reminder", "2026-09-16", False)]
    graduand(school, "outreach", "sso", "--remind", "--on", "2026-09-17", "--apply", lang="fr")
    assert "Le 1er\u00a0août\u00a02026, nous vous avons demandé de ne plus compter, à partir du" in letter(
        school, "sso"
    )
    assert "notified_on: 2026-09-17\n    ends_on: 2026-09-30\n" in record(school)
    assert dues(school, "2026-09-18") == []
    assert called(school, "sso", "2026-09-30", "--remind")["left_out"] == "ended"


# Leavers


def test_a_leaver_is_told_then_closed_and_never_without_notice(school: Path) -> None:
    settle(school, leavers="{inactive_months: 12}")
    put(school, WITHDRAWN)
    commit(school)
    importer = Importer({PERSON: STUDENT})
    brought_in(school, importer, "2026-02-02")
    assert dues(school, "2027-01-01", "--ahead", "30") == []
    assert dues(school, "2027-01-02", "--ahead", "30") == [("notice", "2027-02-01", False)]

    ran = graduand(school, "outreach", "left", "--on", "2026-12-20", "--apply", lang="fr")

    assert ran.code == 0, ran.err
    told = letter(school, "left")
    assert "votre inscription dans notre établissement a pris fin le 1er\u00a0février\u00a02026" in told
    assert "nous archiverons donc le vôtre le 1er\u00a0février\u00a02027" in told
    noted = '    "on": 2026-02-01\n    notified_on: 2026-12-20\n    close_on: 2027-02-01\n'
    assert noted in record(school)
    assert dues(school, "2027-01-31", "--ahead", "0") == []
    assert graduand(school, "due", "--on", "2027-02-01", "--apply", "--only", "leaver").code == 0
    assert "reason: required-by-policy" in record(school)
    assert "GR521" not in graduand(school, "check", "--on", "2027-02-01").out
    brought_in(school, importer, "2027-02-01")
    assert importer.accounts[PERSON] == {"username": PERSON, **STUDENT, ATTENDING: "FALSE", "disabled": "TRUE"}


def test_graduates_and_leavers_get_no_letter_of_the_other(school: Path) -> None:
    put(school, WITHDRAWN + "  keeps_school_email: false\n  keeps_sso: false\n")
    assert called(school, "email", LATE)["left_out"] == "returned"
    assert called(school, "sso", LATE)["left_out"] == "returned"
    put(school, WITHDRAWN.replace("2026-02-01", "2026-09-01"))
    assert called(school, "left", LATE)["left_out"] == "later"
    put(school, KEEPS_NOT)
    assert called(school, "left", LATE)["left_out"] == "not-left"


def test_a_notice_has_no_reminder_and_needs_the_reason(school: Path) -> None:
    put(school, WITHDRAWN)
    assert graduand(school, "outreach", "left", "--remind").code == 2
    settle(school, deactivation="{reasons: [requested-by-student]}")

    ran = graduand(school, "outreach", "left", "--on", LATE)

    assert ran.code == 1
    assert "“required-by-policy” is none of the school's reasons" in ran.err
    assert not git(school, "status", "--porcelain", "build")


def test_a_leaver_whose_day_is_not_given_is_told_so_not_that_it_is_too_early(school: Path) -> None:
    put(school, GRADUATE.replace("primary_education:\n  end_date: 2026-06-15\n", "").replace("graduated", "left"))

    assert called(school, "left", LATE)["left_out"] == "no-day"
    assert "the day of leaving is not given (transition: left: on) (1)\n    00412345" in (
        graduand(school, "outreach", "left", "--on", LATE).out
    )
