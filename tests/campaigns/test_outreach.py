"""Campaigns of letters: recipients, texts, notes in records, and people left out with reasons."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from graduand.campaigns.letters import spelt
from graduand.language import speak
from tests.repository import GRADUATE, begin, commit, git, graduand, graduate, put, settle

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2026-11-02"
PATH = "records/2026-spring/00412345.yaml"
WAITING = GRADUATE + "  keeps_school_email: false\n"
ASKED = WAITING + "  personal_email:\n    requested_on: 2026-10-01\n    answer_by: 2026-11-30\n"
OVERDUE = ASKED.replace("2026-11-30", "2026-10-29")
NO_LOGIN = GRADUATE + "  keeps_sso: false\n"
RETURNED = graduate("00400001").replace("primary_education:", "institution_year_name: Master 1\nprimary_education:")
RETURNED = RETURNED.replace("end_date: 2026-06-15", "start_date: 2026-09-01").replace("graduated", "returned")


def someone(record: str, username: str) -> str:
    """Return the record of another person who is like the first one."""
    return record.replace("00412345", username).replace("chloe.dupont@", f"p{username}@")


@pytest.fixture
def school(root: Path) -> Path:
    """A committed repository of one person of each kind, whose letters announce archiving."""
    begin(root)
    settle(root, outreach="{announce_archiving: true}")
    people = {
        "00412345": WAITING,
        "00412346": ASKED,
        "00412347": OVERDUE,
        "00412348": GRADUATE,
        "00412349": WAITING.replace("valmont", "courriel"),
        "00412350": WAITING.replace("transition:", "disabled: true\ntransition:")
        + "  account:\n    reason: no-personal-email\n",
        "00412351": WAITING.replace("transition:", "  currently_attending: true\ntransition:"),
        "00412352": WAITING.replace("2026-06-15", "2026-02-30"),
        "00412353": NO_LOGIN,
    }
    for username, record in people.items():
        put(root, someone(record, username), f"2026-spring/{username}.yaml")
    put(root, RETURNED, "2026-spring/00400001.yaml")
    commit(root)
    return root


def printed(out: str) -> dict[str, dict[str, object]]:
    """Return what the JSON says of each person."""
    return {str(one["username"]): one for one in map(json.loads, out.splitlines())}


def merged(root: Path, campaign: str = "email") -> list[dict[str, str]]:
    """Return the rows of the mail merge as a spreadsheet reads them."""
    text = (root / "build" / "outreach" / campaign / "people.csv").read_bytes().decode()
    assert text.startswith("\ufeff")
    separator = ";" if ";" in text.partition("\n")[0] else ","
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator))


def test_who_waits_and_was_never_asked_is_asked_and_the_others_are_told_why_not(school: Path) -> None:
    ran = graduand(school, "outreach", "email", "--on", DAY, "--json")

    people = printed(ran.out)
    assert ran.code == 0
    assert {username for username, one in people.items() if one["asked"]} == {"00412345"}
    assert {username: one["left_out"] for username, one in people.items() if not one["asked"]} == {
        "00400001": "returned",
        "00412346": "asked",
        "00412347": "overdue",
        "00412348": "keeps",
        "00412349": "answered",
        "00412350": "closed",
        "00412351": "stays",
        "00412352": "faulty",
        "00412353": "keeps",
    }
    assert people["00412345"]["answer_by"] == "2026-11-30"
    assert people["00412345"]["address"] == "p•••@valmont.example"
    assert {one["schema"] for one in people.values()} == {"graduand/outreach/1"}


def test_a_reminder_goes_to_who_did_not_answer_and_keeps_the_day_that_was_announced(school: Path) -> None:
    ran = graduand(school, "outreach", "email", "--remind", "--on", DAY, "--json")

    people = printed(ran.out)
    asked = {username: one["answer_by"] for username, one in people.items() if one["asked"]}
    assert asked == {"00412346": "2026-11-30", "00412347": "2026-11-30"}
    assert people["00412345"]["left_out"] == "never-asked"
    texts = [row["text"] for row in merged(school)]
    assert "On 1\u00a0October\u00a02026 we asked you" in texts[0]


def test_the_letter_bears_the_names_and_the_announced_day_in_both_languages(school: Path) -> None:
    assert graduand(school, "outreach", "email", "--on", DAY).code == 0
    (english,) = merged(school)
    assert graduand(school, "outreach", "email", "--on", DAY, "--answer-by", "2026-11-30", lang="fr").code == 0
    (french,) = merged(school)

    assert english["subject"].endswith("by 30\u00a0November\u00a02026")
    assert "Dear Chloé,\n" in english["text"]
    assert "we will archive your Handshake account on 1\u00a0December\u00a02026" in english["text"]
    assert "Bonjour Chloé," in french["text"]
    assert "nous archiverons votre compte Handshake le 1er\u00a0décembre\u00a02026" in french["text"]
    assert french["text"].endswith("Université de Valmont\n")
    assert "{" not in english["text"] + french["text"]
    assert english["username"] == "'00412345"
    letter = (school / "build/outreach/email/letter.txt").read_text(encoding="utf-8")
    assert "Bonjour «first_name»," in letter
    assert "le 1er\u00a0décembre\u00a02026" in letter


def test_what_is_written_is_for_the_eyes_of_the_user_alone_and_touches_no_record(school: Path) -> None:
    graduand(school, "outreach", "email", "--on", DAY)

    folder = school / "build/outreach/email"
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.glob("[!.]*")} == {
        "people.csv": 0o600,
        "letter.txt": 0o600,
    }
    assert git(school, "status", "--porcelain") == ""


def test_that_people_were_asked_is_noted_in_one_commit_and_nobody_is_asked_twice_a_day(school: Path) -> None:
    head = git(school, "rev-parse", "HEAD").strip()

    ran = graduand(school, "outreach", "email", "--on", DAY, "--apply")

    assert "Noted in 1 record: " in ran.err
    assert git(school, "rev-list", "--count", f"{head}..HEAD").strip() == "1"
    assert (
        git(school, "log", "-1", "--format=%B").strip()
        == "Address-requested: 00412345\n\nGraduand-Kind: address-requested"
    )
    assert (
        (school / PATH)
        .read_text(encoding="utf-8")
        .endswith("  personal_email:\n    requested_on: 2026-11-02\n    answer_by: 2026-11-30\n")
    )
    for more in ([], ["--remind"]):
        again = printed(graduand(school, "outreach", "email", "--on", DAY, "--json", *more).out)
        assert again["00412345"]["left_out"] == "asked-today"
    later = printed(graduand(school, "outreach", "email", "--on", "2026-11-03", "--remind", "--json").out)
    assert later["00412345"]["asked"]


def test_a_reminder_is_noted_too_with_a_new_day_where_the_old_one_has_passed(school: Path) -> None:
    graduand(school, "outreach", "email", "--remind", "--on", DAY, "--apply", "--answer-by", "2026-12-15")

    for username in ("00412346", "00412347"):
        text = (school / f"records/2026-spring/{username}.yaml").read_text(encoding="utf-8")
        assert "requested_on: 2026-11-02\n    answer_by: 2026-12-15\n" in text


def test_who_loses_the_login_is_told_to_set_a_password_and_that_is_noted(school: Path) -> None:
    settle(school, keeps_sso="false")
    put(school, someone(NO_LOGIN.replace("false", "true"), "00412360"), "2026-spring/00412360.yaml")
    commit(school)
    head = git(school, "rev-parse", "HEAD")

    ran = graduand(school, "outreach", "sso", "--on", DAY, "--json", "--apply")

    people = printed(ran.out)
    asked = {username for username, one in people.items() if one["asked"]}
    assert asked == {"00412345", "00412346", "00412347", "00412348", "00412349", "00412353"}
    assert people["00412345"]["waiting"]
    assert not people["00412353"]["waiting"]
    assert people["00412360"]["left_out"] == "keeps"
    assert "Noted in 6 records" in ran.err
    assert git(school, "rev-list", "--count", f"{head.strip()}..HEAD").strip() == "1"
    noted = (school / PATH).read_text(encoding="utf-8")
    assert noted.endswith("  sso:\n    notified_on: 2026-11-02\n    ends_on: 2026-12-01\n")
    assert "set a password of its own for Handshake by 30\u00a0November\u00a02026" in merged(school, "sso")[0]["text"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("email", "--answer-by", DAY), 2, "The answer is due on “2026-11-02”, which is not after 2026-11-02."),
        (("email", "--answer-by", "soon"), 2, "“soon” is no date"),
        (("email", "00412346", "9"), 2, "There is no record of “9”."),
        (("email", "--cohort", "1999"), 2, "There is no cohort “1999”."),
        (("letters",), 2, "cannot be “letters”"),
    ],
)
def test_a_wrong_word_writes_nothing(school: Path, words: tuple[str, ...], code: int, said: str) -> None:
    ran = graduand(school, "outreach", *words, "--on", DAY)

    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert not (school / "build").exists()


LETTERS = {
    "Dear {first_nam},": "is no placeholder of this letter; it can hold: {first_name}, ",
    "Dear {first_name,": "a brace stands alone",
    "Dear {0.__class__},": "“{0.__class__}” is no placeholder",
    "": "the letter has a subject and no text.",
    "x\u200b": "An invisible character stands here (U+200B)",
}


@pytest.mark.parametrize(("text", "said"), LETTERS.items(), ids=LETTERS)
def test_a_template_that_cannot_be_filled_is_one_sentence_with_its_line(school: Path, text: str, said: str) -> None:
    path = school / "schema/outreach/email.en.txt"
    path.write_text(f"# ours\nSubject: x\n\n{text}\n", encoding="utf-8")

    ran = graduand(school, "outreach", "email", "--on", DAY)

    assert ran.code == 1
    assert ran.err.startswith("graduand: schema/outreach/email.en.txt:")
    assert said in ran.err
    assert not (school / "build").exists()


def test_a_template_without_a_subject_is_refused_and_one_that_is_missing_replaced_by_ours(school: Path) -> None:
    path = school / "schema/outreach/email.en.txt"
    path.write_text("Dear {first_name}\n", encoding="utf-8")
    assert "email.en.txt:1: a letter begins with a line “Subject: …”." in graduand(school, "outreach", "email").err

    path.unlink()
    ran = graduand(school, "outreach", "email", "--on", DAY)

    assert ran.code == 0
    assert "schema/outreach/email.en.txt is not there; the letter that comes with graduand was taken." in ran.err


def test_a_letter_announces_no_closing_that_the_school_does_not_do(school: Path) -> None:
    settle(school, deactivation="{reasons: [requested-by-student]}")

    ran = graduand(school, "outreach", "email", "--on", DAY)

    assert ran.code == 1
    assert "the letter announces that the account will be closed ({closes_on}), and “no-personal-email” is" in ran.err


def test_the_people_can_be_piped_and_named(school: Path) -> None:
    ran = graduand(school, "outreach", "email", "00412345", "--on", DAY, "--out", "-", lang="fr")

    rows = list(csv.reader(io.StringIO(ran.out.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert [row[:2] for row in rows] == [["username", "email_address"], ["'00412345", "p00412345@valmont.example"]]
    assert not (school / "build").exists()


@pytest.mark.parametrize(
    ("language", "region", "day", "words"),
    [
        ("en", "us", "2027-01-05", "January\u00a05, 2027"),
        ("en", "eu", "2027-01-05", "5\u00a0January\u00a02027"),
        ("fr", "eu", "2027-08-01", "1er\u00a0août\u00a02027"),
        ("fr", "us", "2027-12-31", "31\u00a0décembre\u00a02027"),
    ],
)
def test_days_are_written_as_in_a_letter(language: str, region: str, day: str, words: str) -> None:
    speak(language)

    assert spelt(day, region) == words
