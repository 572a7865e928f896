"""Records that are older than the school keeps them: listed, removed in one commit, and what is left to erase."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.repository import begin, git, graduand, graduate, head, put, settle

if TYPE_CHECKING:
    from pathlib import Path

OLD, LATER = "00412345", "00412346"
DAY = "2032-01-10"


def committed(root: Path, on: str) -> None:
    git(root, "add", "--all")
    dated = ("-c", "user.name=Camille Renard", "-c", "user.email=c@valmont.example")
    git(root, *dated, "commit", "--quiet", "--message", "Records", "--date", f"{on}T10:00:00Z")


@pytest.fixture
def school(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of two people the last change is of 2027-01-10 and of 2027-01-11; records are kept for five years."""
    settle(begin(root), retention="{years: 5}")
    for username, on in ((OLD, "2027-01-10"), (LATER, "2027-01-11")):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"{on}T10:00:00Z")
        put(root, graduate(username), f"2026-spring/{username}.yaml")
        committed(root, on)
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    return root


def listed(root: Path, on: str) -> list[tuple[str, str, str]]:
    ran = graduand(root, "due", "--on", on, "--ahead", "0", "--only", "retention", "--json")
    assert ran.code == 0, ran.err
    return [(one["username"], one["day"], one["what"]) for one in map(json.loads, ran.out.splitlines())]


def test_who_has_passed_the_retention_is_listed_from_the_day_on(school: Path) -> None:
    assert listed(school, "2032-01-09") == []
    assert listed(school, DAY) == [(OLD, "2032-01-10", "2027-01-10")]
    assert len(listed(school, "2032-01-11")) == 2
    settle(school, retention="{years: null}")
    assert listed(school, "2040-01-01") == []


def test_the_records_are_shown_then_removed_in_one_commit_and_can_come_back(school: Path) -> None:
    before = head(school)

    shown = graduand(school, "forget", "--due", "--on", DAY, lang="fr")
    assert (shown.code, head(school)) == (0, before)
    assert shown.out.replace("\u00a0", " ") == f"records/2026-spring/{OLD}.yaml  plus rien depuis le 2027-01-10\n"
    removed = graduand(school, "forget", "--due", "--on", DAY, "--apply")

    assert removed.code == 0, removed.err
    assert git(school, "rev-list", "--count", f"{before}..HEAD").strip() == "1"
    assert git(school, "log", "-1", "--format=%B").strip() == (
        f"Removed: {OLD}\n\nGraduand-Kind: removed\nGraduand-Reason: retention"
    )
    assert git(school, "diff", "--name-status", before, "HEAD") == f"D\trecords/2026-spring/{OLD}.yaml\n"
    assert "git's history still holds the records" in removed.err
    assert "erase" not in removed.err
    assert "Nobody has passed the retention." in graduand(school, "forget", "--due", "--on", DAY, "--apply").err
    file = school / "build/class.csv"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"username,email_address,first_name,last_name\n{OLD},c@valmont.example,Chloé,Dupont\n", "utf-8")
    words = ("--cohort", "2032-spring", "--kind", "graduated", "--end-date", "2032-01-01", "--apply")
    assert graduand(school, "intake", str(file), *words).code == 0


def test_what_handshake_was_sent_later_counts_and_is_named_to_be_erased(school: Path) -> None:
    assert graduand(school, "compile", "--on", "2027-02-01").code == 0
    assert graduand(school, "uploaded", str(school / "build/manifest.json")).code == 0
    sent = json.loads(graduand(school, "uploads", "--json").out.splitlines()[0])["at"][:10]
    last = f"{int(sent[:4]) + 5}{sent[4:]}"

    assert [one[0] for one in listed(school, "2045-01-01")] == [OLD, LATER]
    assert {one[1] for one in listed(school, "2045-01-01")} == {max(last, "2032-01-10"), max(last, "2032-01-11")}
    removed = graduand(school, "forget", "--due", "--on", "2045-01-01", "--apply")

    assert removed.code == 0, removed.err
    assert f"  graduand erase {OLD}\n  graduand erase {LATER}\n" in removed.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--due", OLD), "--due goes without a username"),
        ((), "Say who, and why"),
        ((OLD,), "Say who, and why"),
    ],
)
def test_a_wrong_word_removes_nothing(school: Path, words: tuple[str, ...], said: str) -> None:
    ran = graduand(school, "forget", *words)

    assert ran.code == 2
    assert said in ran.err
    settle(school, retention="{years: null}")
    assert "is not said" in graduand(school, "forget", "--due").err
