"""The calendar lists what is due; proposals are written on request only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from graduand.campaigns.due import apply_due, calendar
from graduand.campaigns.kinds import DueKind
from graduand.editing import journal
from graduand.errors import ChangedOnDisk
from graduand.git.commit import Recorder
from graduand.storage import atomic
from graduand.workspace import Workspace
from tests.repository import GRADUATE, begin, commit, git, graduand, put, settle

if TYPE_CHECKING:
    from pathlib import Path

WAITING = GRADUATE + "  keeps_school_email: false\n"
ASKED = WAITING + "  personal_email:\n    requested_on: 2026-10-01\n    answer_by: 2026-10-31\n"
REOPENED = ASKED.replace("transition:", "disabled: false\ntransition:") + (
    "  account:\n    reason: closed-by-mistake\n    requested_by: student\n"
)
HELD_BACK = GRADUATE.replace("transition:", "disabled: true\ntransition:") + (
    "  account:\n    reason: requested-by-student\n    requested_by: student\n    effective_on: 2026-11-10\n"
)
WAIVED = GRADUATE.replace("transition:", "mobile_number: +33612345678\ntransition:") + (
    "  waive:\n    - rule: GR126\n      reason: abroad\n      until: 2026-11-20\n      by: registrar\n"
)
RETURNED = (
    GRADUATE.replace("primary_education:", "institution_year_name: Master 1\nprimary_education:")
    .replace("end_date: 2026-06-15", "start_date: 2025-09-01\n  end_date: 2026-10-30")
    .replace("graduated", "returned")
)
ADDITIONAL = WAITING.replace("valmont", "courriel").replace(
    "first_name", "additional_email_addresses:\n  - c.dupont@valmont.example\nfirst_name"
)
PEOPLE = {
    "00412345": ASKED,
    "00412346": REOPENED,
    "00412347": HELD_BACK,
    "00412348": WAIVED,
    "00412349": RETURNED,
    "00412350": WAITING,
    "00412351": ADDITIONAL,
    "00412352": ASKED.replace("2026-06-15", "2026-02-30"),
    "00412353": GRADUATE,
}


def someone(record: str, username: str) -> str:
    return record.replace("00412345", username).replace("chloe.dupont@", f"p{username}@")


@pytest.fixture
def school(root: Path) -> Path:
    """A committed repository of one person of each kind, whose letters announce archiving."""
    begin(root)
    settle(root, outreach="{announce_archiving: true}")
    for username, record in PEOPLE.items():
        put(root, someone(record, username), f"2026-spring/{username}.yaml")
    commit(root)
    return root


def entries(root: Path, *words: str) -> list[tuple[object, ...]]:
    """Return kind, day, person, whether it is due and whether anything is proposed, of all but graduations.

    Those that wait for their day, and those that were never sent, have tests of their own.
    """
    ran = graduand(root, "due", "--json", *words)
    assert ran.code == 0, ran.err
    found = [json.loads(line) for line in ran.out.splitlines()]
    assert {one["schema"] for one in found} <= {"graduand/due/1"}
    shown = [one for one in found if one["kind"] not in {"ready", "graduation"}]
    return [(one["kind"], one["day"], one["username"], one["due"], bool(one["changes"])) for one in shown]


def text(root: Path, username: str) -> str:
    return (root / f"records/2026-spring/{username}.yaml").read_text(encoding="utf-8")


def test_the_calendar_finds_each_thing_once_and_invents_none(school: Path) -> None:
    assert entries(school, "--on", "2026-11-01") == [
        ("answer", "2026-11-01", "00412345", True, True),
        ("answer", "2026-11-01", "00412346", True, False),
        ("study", "2026-10-30", "00412349", True, True),
        ("account", "2026-11-10", "00412347", False, False),
        ("mailbox", "2026-06-15", "00412350", True, False),
        ("additional", "2026-06-15", "00412351", True, False),
        ("waiver", "2026-11-20", "00412348", False, False),
    ]


@pytest.mark.parametrize(
    ("on", "found"),
    [
        ("2026-09-30", []),
        ("2026-10-02", [("answer", "2026-11-01", "00412345", False, False)]),
        ("2026-10-31", [("answer", "2026-11-01", "00412345", False, False)]),
        ("2026-11-01", [("answer", "2026-11-01", "00412345", True, True)]),
    ],
)
def test_nobody_is_closed_before_the_last_day_for_an_answer_is_over(
    school: Path, on: str, found: list[tuple[object, ...]]
) -> None:
    seen = entries(school, "--on", on, "--only", "answer")

    assert [one for one in seen if one[2] == "00412345"] == found


def test_how_far_it_looks_ahead_can_be_said(school: Path) -> None:
    assert entries(school, "--on", "2026-11-01", "--ahead", "8", "--only", "account") == []
    assert len(entries(school, "--on", "2026-11-01", "--ahead", "9", "--only", "account")) == 1


def test_a_program_learns_from_the_exit_code_that_something_is_due(school: Path) -> None:
    asked = ("due", "--only", "answer", "--exit-code", "--on")
    assert graduand(school, *asked, "2026-11-01").code == 10
    assert graduand(school, *asked, "2026-09-30").code == 0
    assert graduand(school, "due", "--on", "2026-11-01").code == 0


def test_what_is_shown_says_what_is_proposed_and_why_nothing_is(school: Path) -> None:
    ran = graduand(school, "due", "--on", "2026-11-01")

    assert "2026-11-01  00412345  close the account, reason “no personal address”" in ran.out
    assert "2026-11-01  00412346  nothing is proposed: the account was reopened on purpose" in ran.out
    assert "2026-06-15  00412351  c•••@valmont.example" in ran.out
    assert ran.out.splitlines()[-1] == (
        "8 records: 5 due, 2 coming up, 2 proposed. 1 record has errors and was not looked at: graduand check"
    )
    french = graduand(school, "due", "--on", "2026-11-01", lang="fr").out
    assert "fermer le compte, motif «\u00a0pas d’adresse personnelle\u00a0»" in french


def test_closings_are_written_only_when_their_kind_is_named(school: Path) -> None:
    ran = graduand(school, "due", "--on", "2026-11-01", "--apply")

    assert "Changed 1 record: " in ran.err
    assert "1 closing was left: closings are written only when --only names their kind." in ran.err
    assert git(school, "log", "-1", "--format=%B").strip() == "Graduated: 00412349\n\nGraduand-Kind: graduated"
    assert "kind: graduated" in text(school, "00412349")
    assert "institution_year_name" not in text(school, "00412349")
    assert "disabled" not in text(school, "00412345")
    assert entries(school, "--on", "2026-11-01", "--only", "study") == []


def test_a_closing_says_why_and_from_when_and_is_one_commit(school: Path) -> None:
    ran = graduand(school, "due", "--on", "2026-11-03", "--apply", "--only", "answer")

    assert (ran.code, "Changed 1 record: " in ran.err) == (0, True)
    assert git(school, "log", "-1", "--format=%B").strip() == (
        "Deactivated: 00412345\n\nGraduand-Kind: deactivated\nGraduand-Reason: no-personal-email"
    )
    assert git(school, "show", "--format=", "--name-only").split() == ["records/2026-spring/00412345.yaml"]
    assert (
        "disabled: true\ntransition:\n  kind: graduated\n  keeps_school_email: false\n  personal_email:\n"
        "    requested_on: 2026-10-01\n    answer_by: 2026-10-31\n  account:\n    reason: no-personal-email\n"
        "    requested_by: career-services\n    effective_on: 2026-11-03\n"
    ) in text(school, "00412345")
    assert not (school / "build").exists()
    again = graduand(school, "due", "--on", "2026-11-03", "--apply", "--only", "answer")
    assert "Nothing was written." in again.err


def test_an_account_beyond_the_schools_months_is_proposed_once_whatever_else_closes_it(school: Path) -> None:
    assert [one for one in entries(school, "--on", "2026-12-15", "--ahead", "0") if one[0] == "months"] == []

    settle(school, deactivation="{after_months: 6}")

    assert entries(school, "--on", "2026-12-15", "--ahead", "0", "--only", "months") == [
        ("months", "2026-12-15", username, True, username != "00412346")
        for username in ("00412346", "00412348", "00412350", "00412351", "00412353")
    ]


@pytest.mark.parametrize(
    ("end", "months", "day"),
    [("2026-08-31", 6, "2027-02-28"), ("2027-08-31", 6, "2028-02-29"), ("2026-12-15", 12, "2027-12-15")],
)
def test_months_are_those_of_the_calendar(root: Path, end: str, months: int, day: str) -> None:
    begin(root)
    settle(root, deactivation=f"{{after_months: {months}}}")
    put(root, GRADUATE.replace("2026-06-15", end))

    assert entries(root, "--on", day, "--ahead", "0") == [("months", day, "00412345", True, True)]


def test_a_school_without_the_reason_is_proposed_nothing(school: Path) -> None:
    settle(school, deactivation="{reasons: [requested-by-student]}")

    assert ("answer", "2026-11-01", "00412345", True, False) in entries(school, "--on", "2026-11-01")
    assert "none of the school's reasons" in graduand(school, "due", "--on", "2026-11-01").out


def test_more_closings_than_the_limit_stop_it_and_the_two_ways_on_lead_on(root: Path) -> None:
    begin(root)
    settle(root, limits="{deactivations: {count: 2}}", outreach="{announce_archiving: true}")
    for number in range(3):
        put(root, someone(ASKED, f"0041234{number}"), f"2026-spring/0041234{number}.yaml")
    put(root, someone(ASKED, "00399999"), "2025-autumn/00399999.yaml")
    head = commit(root)
    words = ("due", "--on", "2026-11-01", "--apply", "--only", "answer")

    stopped = graduand(root, *words)

    assert stopped.code == 3
    assert (
        "4 accounts would be closed, of 4 people; the limit in institution.yaml is 2. Nothing was written."
        in stopped.err
    )
    assert git(root, "rev-parse", "HEAD").strip() == head
    assert graduand(root, *words, "--cohort", "2025-autumn").code == 0
    checksum = graduand(root, *words).err.partition("--approve ")[2].split(",")[0]
    assert graduand(root, *words, "--approve", "0" * 64).code == 4
    assert git(root, "rev-list", "--count", f"{head}..HEAD").strip() == "1"
    assert graduand(root, *words, "--approve", checksum).code == 0
    assert git(root, "log", "-1", "--format=%s").strip() == "Deactivated: 3 records"


def test_what_was_uploaded_is_no_longer_due(school: Path) -> None:
    words = ("--on", "2026-11-12", "--only", "account")
    assert len(entries(school, *words)) == 1
    (school / "records/2026-spring/00412352.yaml").unlink()
    commit(school)

    for day, due in (("2026-11-09", 1), ("2026-11-12", 0)):
        assert graduand(school, "compile", "--on", day).code == 0
        assert graduand(school, "uploaded", str(school / "build/manifest.json")).code == 0
        assert len(entries(school, *words)) == due
    assert len(entries(school, "--on", "2027-11-12", "--only", "account")) == 0


def test_an_address_that_another_person_gave_up_is_told_from_the_history(root: Path) -> None:
    put(begin(root), GRADUATE)
    commit(root)
    graduand(root, "edit", "00412345", "email_address=chloe@courriel.example")
    assert entries(root) == []

    put(root, someone(GRADUATE, "00412346").replace("p00412346@", "Chloe.Dupont@"), "2026-spring/00412346.yaml")

    assert entries(root) == [("recycled", "2026-07-01", "00412346", True, False)]
    assert "C•••@valmont.example was the address of 00412345" in graduand(root, "due").out
    graduand(root, "edit", "00412346", "email_address=other@valmont.example", "--no-commit")
    graduand(root, "edit", "00412345", "email_address=chloe.dupont@valmont.example")
    assert entries(root) == []


def test_without_git_the_calendar_can_be_read_and_nothing_written(root: Path) -> None:
    put(root, someone(ASKED, "00412345"))
    put(root, someone(HELD_BACK, "00412347"), "2026-spring/00412347.yaml")

    assert len(entries(root, "--on", "2026-11-12")) == 2
    assert graduand(root, "due", "--on", "2026-11-12", "--apply", "--only", "answer").code == 5
    assert "disabled" not in text(root, "00412345")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--on", "2026-13-01"), "“2026-13-01” is no date"),
        (("--only", "answers"), "--only cannot be “answers”"),
        (("--approve", "x"), "--approve goes with --apply."),
        (("--cohort", "1999"), "There is no cohort “1999”."),
        (("--ahead", "-1"), "One can look between 0 and 3660 days ahead, not -1."),
    ],
)
def test_a_wrong_word_is_refused(school: Path, words: tuple[str, ...], said: str) -> None:
    ran = graduand(school, "due", *words)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_who_stays_and_whose_account_is_closed_already_is_never_proposed(root: Path) -> None:
    begin(root)
    settle(root, deactivation="{after_months: 1}")
    put(root, GRADUATE.replace("transition:", "  currently_attending: true\ntransition:"))
    put(root, someone(HELD_BACK, "00412347"), "2026-spring/00412347.yaml")

    assert entries(root, "--on", "2026-12-31") == []


def test_nobody_is_closed_who_has_answered_since_the_calendar_was_read(school: Path) -> None:
    workspace = Workspace(school)
    found = calendar(workspace, "2026-11-01")
    chosen = found.proposed([DueKind.ANSWER])
    assert [one.record.username for one in chosen] == ["00412345"]
    graduand(school, "edit", "00412345", "email_address=chloe@courriel.example")
    answered = text(school, "00412345")

    with pytest.raises(ChangedOnDisk):
        apply_due(workspace, chosen, found.people)

    assert text(school, "00412345") == answered


def test_a_save_that_was_killed_before_is_finished_and_told(school: Path) -> None:
    """As if an edit had been killed between its journal and its files."""
    path = "records/2026-spring/00412353.yaml"
    before = (school / path).read_bytes()
    after = before.decode().replace("Dupont", "Martin")
    folder = Recorder(school).folder
    atomic.make_private_folder(folder)
    line = journal.JournalEntry(path, journal.checksum(before), after)
    journal.write_journal(folder, journal.Journal("Corrected: 00412353", {}, commit=True, entries=[line]))

    ran = graduand(school, "due", "--on", "2026-11-01", "--apply", "--only", "answer")

    assert "A save that was interrupted is finished now: “Corrected: 00412353”, 1 file." in ran.err
    assert git(school, "log", "--format=%s", "-2").splitlines() == ["Deactivated: 00412345", "Corrected: 00412353"]
    assert "Martin" in text(school, "00412353")
