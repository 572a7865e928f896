from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from graduand.editing.edit import edit_records
from graduand.records.paths import record_path
from graduand.storage import swap
from graduand.workspace import Workspace
from tests.handshake.test_article import CLOSED
from tests.repository import GRADUATE, begin, commit, git, graduand, graduate, put

if TYPE_CHECKING:
    from pathlib import Path

CLOSE = ("disabled=true", "transition:account:reason=requested-by-student")
PATH = "records/2026-spring/00412345.yaml"


@pytest.fixture
def people(root: Path) -> Path:
    """A committed repository of two people; the record of one is canonical and has comments."""
    put(begin(root), GRADUATE)
    put(root, graduate("00412815"), "2026-spring/00412815.yaml")
    assert graduand(root, "fmt").code == 0
    path = root / PATH
    text = path.read_text(encoding="utf-8")
    path.write_text("# Seen on 3 May\n" + text.replace("Dupont\n", "Dupont  # née Martin\n"), encoding="utf-8")
    assert graduand(root, "fmt").code == 0
    commit(root)
    return root


def lines(root: Path) -> list[str]:
    return (root / PATH).read_text(encoding="utf-8").splitlines()


def message(root: Path) -> str:
    return git(root, "log", "-1", "--format=%B").strip()


def touched(root: Path) -> list[str]:
    return git(root, "show", "--format=", "--name-only", "HEAD").split()


def test_an_edit_says_what_became_of_one_that_was_killed(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_words: object) -> None:
        raise swap.HalfWritten(people)

    with monkeypatch.context() as patch:
        patch.setattr(swap, "swap_files", stop)
        assert graduand(people, "edit", "00412345", "last_name=Martin").code == 5

    assert "is finished now: “Corrected: 00412345”" in graduand(people, "edit", "00412815", "last_name=Petit").err


def test_an_edit_is_one_line_and_one_commit_that_names_no_address(people: Path) -> None:
    before = lines(people)

    ran = graduand(people, "edit", "00412345", "email_address=c.dupont@courriel.example")

    assert ran.code == 0
    assert ran.out == f"{PATH}\n"
    head = git(people, "rev-parse", "HEAD").strip()
    assert f"Saved and committed: {head[:12]}" in ran.err
    assert [(old, new) for old, new in zip(before, lines(people), strict=True) if old != new] == [
        ("email_address: chloe.dupont@valmont.example", "email_address: c.dupont@courriel.example")
    ]
    assert message(people) == "Email-changed: 00412345\n\nGraduand-Kind: email-changed"
    assert touched(people) == [PATH]


@pytest.mark.parametrize(
    ("words", "kind", "reason"),
    [
        (CLOSE, "deactivated", "requested-by-student"),
        (("disabled=false", "transition:account:reason=closed-by-mistake"), "reactivated", "closed-by-mistake"),
        ((*CLOSE, "email_address=a@courriel.example"), "deactivated", "requested-by-student"),
        (("last_name=Martin",), "corrected", ""),
        (("disabled=",), "corrected", ""),
    ],
)
def test_the_commit_says_what_kind_of_change_it_is_and_why(
    people: Path, words: tuple[str, ...], kind: str, reason: str
) -> None:
    graduand(people, "edit", "00412345", *CLOSE)
    graduand(people, "edit", "00412345", "disabled=", "transition:account:reason=")
    graduand(people, "edit", "00412345", "disabled=true" if words == ("disabled=",) else "middle_name=Rose")

    assert graduand(people, "edit", "00412345", *words).code == 0

    trailer = f"\nGraduand-Reason: {reason}" if reason else ""
    assert message(people) == f"{kind.capitalize()}: 00412345\n\nGraduand-Kind: {kind}{trailer}"


def test_fifty_people_are_one_commit(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usernames = [f"{number:08}" for number in range(50)]
    begin(root)
    for username in usernames:
        put(root, graduate(username), f"2026-spring/{username}.yaml")
    head = commit(root)
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(usernames)))

    ran = graduand(root, "edit", "-", *CLOSE)

    assert ran.code == 0
    assert len(ran.out.splitlines()) == 50
    assert git(root, "rev-list", "--count", f"{head}..HEAD").strip() == "1"
    assert len(touched(root)) == 50
    assert message(root).splitlines()[0] == "Deactivated: 50 records"
    assert git(root, "status", "--porcelain") == ""


def test_people_closed_for_different_reasons_give_the_commit_none(people: Path) -> None:
    graduand(people, "edit", "00412345", "transition:account:reason=deceased")
    graduand(people, "edit", "00412815", "transition:account:reason=duplicate-account")

    graduand(people, "edit", "00412345", "00412815", "disabled=true")

    assert message(people) == "Deactivated: 2 records\n\nGraduand-Kind: deactivated"


def test_a_field_that_is_taken_out_takes_no_other_line_with_it(people: Path) -> None:
    graduand(people, "edit", "00412345", "middle_name=Rose")
    before = lines(people)

    graduand(people, "edit", "00412345", "middle_name=")

    assert [line for line in before if line not in lines(people)] == ["middle_name: Rose"]
    assert "# Seen on 3 May" in lines(people)
    assert "last_name: Dupont  # née Martin" in lines(people)


def test_a_list_is_written_with_semicolons(people: Path) -> None:
    graduand(people, "edit", "00412345", "primary_education:major_names=Économie; Droit;")

    text = (people / PATH).read_text(encoding="utf-8")
    assert "  major_names:\n    - Économie\n    - Droit\n" in text
    assert graduand(people, "edit", "00412345", "primary_education:major_names=").code == 0
    assert "major_names" not in (people / PATH).read_text(encoding="utf-8")


def test_what_is_so_already_is_no_change(people: Path) -> None:
    head = git(people, "rev-parse", "HEAD")

    ran = graduand(people, "edit", "00412345", "last_name=Dupont")

    assert (ran.code, ran.out) == (0, "")
    assert "Nothing changed: it is so already." in ran.err
    assert git(people, "rev-parse", "HEAD") == head


def test_an_edit_without_a_commit_only_saves_and_the_next_one_commits_it(people: Path) -> None:
    head = git(people, "rev-parse", "HEAD")

    saved = graduand(people, "edit", "00412345", *CLOSE, "--no-commit")

    assert saved.code == 0
    assert "Saved, not committed." in saved.err
    assert git(people, "rev-parse", "HEAD") == head
    again = graduand(people, "edit", "00412345", *CLOSE)
    assert (again.code, again.out) == (0, f"{PATH}\n")
    assert message(people).startswith("Deactivated: 00412345\n")
    assert git(people, "status", "--porcelain") == ""


def test_a_saved_change_that_is_taken_back_leaves_nothing_to_commit(people: Path) -> None:
    head = git(people, "rev-parse", "HEAD")
    graduand(people, "edit", "00412345", "middle_name=Rose", "--no-commit")

    ran = graduand(people, "edit", "00412345", "middle_name=")

    assert (ran.code, ran.out) == (0, f"{PATH}\n")
    assert git(people, "rev-parse", "HEAD") == head
    assert git(people, "status", "--porcelain") == ""


def test_what_is_wrong_is_said_and_forbids_no_draft(people: Path) -> None:
    ran = graduand(people, "edit", "00412345", "primary_education:end_date=2026-02-30", "disabled=true")

    assert ran.code == 0
    assert "“2026-02-30” is no date: that month has 28 days." in ran.err
    assert f"{PATH}:" in ran.err
    assert git(people, "status", "--porcelain") == ""
    assert graduand(people, "compile").code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("00412815", "00412346", "disabled=true"), "There is no record of “00412346”. Did you mean “00412345”?"),
        (("00412345", "disabeld=true"), "“disabeld=true” does not say what to change, such as disabled=true."),
        (("00412345", "transition:waive=x"), "“transition:waive=x” does not say what to change"),
        (("00412345",), "Say whose record and what to change"),
        (("disabled=true",), "Say whose record and what to change"),
    ],
)
def test_a_wrong_word_changes_nothing(people: Path, words: tuple[str, ...], said: str) -> None:
    ran = graduand(people, "edit", *words)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert git(people, "status", "--porcelain") == ""


def test_a_record_that_cannot_be_read_whole_stops_all_of_them(people: Path) -> None:
    text = (people / PATH).read_text(encoding="utf-8")
    put(people, text + "last_name: Martin\n")
    commit(people)

    ran = graduand(people, "edit", "00412815", "00412345", "middle_name=Rose")

    assert ran.code == 1
    assert f"{PATH}:" in ran.err
    assert git(people, "status", "--porcelain") == ""


@pytest.mark.parametrize("username", ["-x", "--all", ":(top)x", ":/", "a[b]*", "é", "a\nGraduand-Reason: forged"])
def test_a_username_is_never_taken_for_an_option_a_pattern_or_a_trailer(people: Path, username: str) -> None:
    path = record_path("2026-spring", username, 3)
    put(people, graduate("00400000").replace('"00400000"', json.dumps(username)), path.removeprefix("records/"))
    put(people, graduate("00412815").replace("Dupont", "Martin"), "2026-spring/00412815.yaml")

    edited = edit_records(Workspace(people), [username], {"middle_name": "Rose"}, commit=True)

    assert edited.paths == (path,)
    assert git(people, "show", "--format=", "--name-only", "-z", "HEAD").strip("\0") == path
    assert git(people, "status", "--porcelain") == " M records/2026-spring/00412815.yaml\n"
    shown = username.replace("\n", "⏎")
    assert message(people) == f"Corrected: {shown}\n\nGraduand-Kind: corrected"


def test_usernames_are_read_from_the_input_and_from_behind_two_dashes(
    people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(people, graduate("00400000").replace('"00400000"', '"-x"'), "2026-spring/-x.yaml")
    monkeypatch.setattr("sys.stdin", io.StringIO("00412345\n-x\n"))

    assert graduand(people, "edit", "-", "middle_name=Rose").code == 0
    assert graduand(people, "edit", "middle_name=Anne", "--", "-x").out == "records/2026-spring/-x.yaml\n"
    assert message(people) == "Corrected: -x\n\nGraduand-Kind: corrected"


def test_records_are_moved_to_another_cohort(people: Path) -> None:
    ran = graduand(people, "edit", "00412345", "00412815", "--cohort", "2026-autumn")

    assert ran.code == 0
    assert ran.out.splitlines() == ["records/2026-autumn/00412345.yaml", "records/2026-autumn/00412815.yaml"]
    assert not (people / PATH).exists()
    assert "# Seen on 3 May" in (people / ran.out.splitlines()[0]).read_text(encoding="utf-8")
    assert message(people).startswith("Corrected: 2 records")


def test_a_preview_says_what_would_change_and_what_is_grave_about_it(people: Path) -> None:
    before = lines(people)

    ran = graduand(people, "edit", "00412345", "00412815", *CLOSE, "--preview")

    assert ran.code == 0
    assert ran.out.splitlines()[:4] == [
        PATH,
        "    Account state: absent → closed",
        "    Reason: absent → requested by the student",
        PATH.replace("345", "815"),
    ]
    assert "! 2 accounts would be closed." in ran.out
    assert "GR508" in ran.out
    assert lines(people) == before


def test_who_asked_for_a_closing_has_not_asked_for_the_reopening(root: Path) -> None:
    path = put(begin(root), CLOSED)
    commit(root)
    assert "requested_by" in CLOSED

    ran = graduand(root, "edit", "00412345", "disabled=false", "transition:account:reason=closed-by-mistake")

    assert ran.code == 0, ran.err
    assert "requested_by" not in path.read_text(encoding="utf-8")
    closing = (
        "disabled=true",
        "transition:account:reason=requested-by-student",
        "transition:account:requested_by=student",
    )
    again = graduand(root, "edit", "00412345", *closing)
    assert again.code == 0, again.err
    assert "requested_by: student" in path.read_text(encoding="utf-8")
