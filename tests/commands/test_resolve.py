"""A merge, a rebase or a cherry-pick that left two versions of a record is finished by one command."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.editing.test_merge_driver import BASE, CLOSING, EDITS, PATH, REOPENING, edited
from tests.ledger.clones import hook
from tests.repository import begin, commit, git, graduand, graduate, put

if TYPE_CHECKING:
    from pathlib import Path

CLOSED = edited(CLOSING)
OPEN = edited(REOPENING, EDITS["end"])


def diverged(root: Path, ours: str | None, theirs: str | None, base: str = BASE) -> Path:
    """Return a repository whose two branches changed a record; it knows no merge driver."""
    begin(root)
    (root / ".gitattributes").write_text("records/**/*.yaml text eol=lf\n", encoding="utf-8")
    put(root, base)
    put(root, graduate("00400001"), "2026-spring/00400001.yaml")
    commit(root)
    git(root, "switch", "--quiet", "--create", "other")
    for branch, text in (("other", theirs), ("main", ours)):
        git(root, "switch", "--quiet", branch)
        if text is None:
            (root / PATH).unlink()
        else:
            put(root, text)
        commit(root)
    return root


def begun(root: Path, *words: str) -> int:
    return subprocess.run(["git", *words], cwd=root, capture_output=True, check=False).returncode


def text_of(root: Path) -> str:
    return (root / PATH).read_text(encoding="utf-8")


def is_clean(root: Path) -> bool:
    return git(root, "status", "--porcelain") == "" and not (root / ".git/MERGE_HEAD").exists()


@pytest.mark.parametrize(
    "words", [("merge", "--quiet", "other"), ("rebase", "--quiet", "other"), ("cherry-pick", "other")]
)
def test_what_goes_together_is_joined_and_git_goes_on(root: Path, words: tuple[str, ...]) -> None:
    diverged(root, edited(EDITS["end"]), edited(EDITS["start"]))
    assert begun(root, *words) == 1
    assert "<<<<<<<" in text_of(root)

    ran = graduand(root, "resolve")

    assert (ran.code, ran.out) == (0, f"✓ {PATH}\n")
    assert ran.err == f"Finished: {git(root, 'rev-parse', 'HEAD')[:12]}\n"
    assert text_of(root) == edited(EDITS["end"], EDITS["start"])
    assert is_clean(root)


def test_a_real_conflict_is_shown_and_waits_for_an_answer(root: Path) -> None:
    diverged(root, CLOSED, OPEN)
    begun(root, "merge", "--quiet", "other")
    before = text_of(root)

    ran = graduand(root, "resolve")

    assert ran.code == 1
    assert text_of(root) == before
    assert f"our side: {git(root, 'log', '--no-walk', '--format=%h %s', 'HEAD')}" in ran.out
    assert "Account state · our side closed · their side reopened · before –" in ran.out
    assert "Say what holds: graduand resolve USERNAME FIELD=VALUE…" in ran.err
    first = json.loads(graduand(root, "resolve", "--json").out.splitlines()[0])
    assert first == {
        "schema": "graduand/merge/1",
        "username": "00412345",
        "path": PATH,
        "field": "disabled",
        "base": None,
        "ours": "true",
        "theirs": "false",
        "state": "open",
    }


def test_the_answer_may_be_a_side_or_a_value(root: Path) -> None:
    diverged(root, edited((("Dupont", "Durand"),), CLOSING), edited((("Dupont", "Martin"),), REOPENING, EDITS["end"]))
    begun(root, "merge", "--quiet", "other")

    assert graduand(root, "resolve", "first_name=Zoé").code == 2
    assert graduand(root, "resolve", "00400001").code == 2
    ran = graduand(root, "resolve", "00412345", "last_name=Durand-Martin", "--take", "theirs")

    assert ran.code == 0
    assert text_of(root) == edited((("Dupont", "Durand-Martin"),), REOPENING, EDITS["end"])
    assert is_clean(root)
    assert git(root, "log", "-1", "--format=%p").count(" ") == 1


def test_what_was_joined_by_hand_is_taken_as_it_is(root: Path) -> None:
    diverged(root, CLOSED, OPEN)
    begun(root, "merge", "--quiet", "other")
    put(root, CLOSED)
    assert graduand(root, "resolve").code == 1, "one side's text may be what a failed merge left"
    by_hand = CLOSED.replace("2026-06-15", "2026-06-30")
    put(root, by_hand)

    ran = graduand(root, "resolve", "--no-commit")

    assert (ran.code, ran.err) == (0, "All is merged; finish with: git commit --no-edit\n")
    assert text_of(root) == by_hand
    assert git(root, "ls-files", "--unmerged") == ""
    assert graduand(root, "resolve").code == 0
    assert is_clean(root)


@pytest.mark.parametrize(("take", "stays"), [("ours", False), ("theirs", True)])
def test_a_record_that_one_side_deleted_is_asked_for(root: Path, take: str, *, stays: bool) -> None:
    diverged(root, None, OPEN)
    begun(root, "merge", "--quiet", "other")

    asked = graduand(root, "resolve")
    done = graduand(root, "resolve", "--take", take)

    assert (asked.code, done.code) == (1, 0)
    assert "our side deleted the record, their side changed it" in asked.out
    assert (root / PATH).exists() is stays
    assert is_clean(root)


def test_other_files_and_broken_versions_are_named_and_left(root: Path) -> None:
    diverged(root, edited(EDITS["end"]), edited(EDITS["start"]) + "last_name: again\n")
    (root / "Makefile").write_text("a\n", encoding="utf-8")
    commit(root)
    git(root, "switch", "--quiet", "other")
    (root / "Makefile").write_text("b\n", encoding="utf-8")
    commit(root)
    git(root, "switch", "--quiet", "main")
    begun(root, "merge", "--quiet", "other")

    ran = graduand(root, "resolve")

    assert ran.code == 1
    assert f"✗ {PATH}:14:1: " in ran.out
    assert "! git holds these files in several versions too; merge them by hand, then: git add Makefile\n" in ran.out
    assert (root / ".git/MERGE_HEAD").exists()


def test_marks_that_were_committed_are_joined_in_a_commit_of_their_own(root: Path) -> None:
    diverged(root, edited(EDITS["end"]), edited(EDITS["start"]))
    begun(root, "-c", "merge.conflictStyle=diff3", "merge", "--quiet", "other")
    commit(root)
    assert "graduand resolve" in graduand(root, "check").out

    ran = graduand(root, "resolve")

    assert ran.code == 0
    assert text_of(root) == edited(EDITS["end"], EDITS["start"])
    assert is_clean(root)
    assert graduand(root, "resolve").err == "Nothing is to be merged.\n"


@pytest.mark.parametrize("words", [("merge", "--quiet", "other"), ("cherry-pick", "other"), ("revert", "HEAD~1")])
def test_what_was_killed_once_its_commit_was_there_is_only_ended(root: Path, words: tuple[str, ...]) -> None:
    diverged(root, edited(EDITS["end"]), edited(EDITS["start"]))
    if words[0] == "revert":
        put(root, edited(EDITS["end"], EDITS["start"]))
        commit(root)
    assert begun(root, *words) == 1
    killing = hook(
        root, "reference-transaction", '[ "$1" = committed ] && grep -q refs/heads/main && kill -9 $PPID; exit 0'
    )
    graduand(root, "resolve", "--take", "ours")
    killing.unlink()
    for lock in (root / ".git").rglob("*.lock"):
        lock.unlink()
    merged = git(root, "rev-parse", "HEAD")

    ran = graduand(root, "resolve")

    assert ran.code == 0, ran.err
    assert git(root, "rev-parse", "HEAD") == merged
    assert not [name for name in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD") if (root / ".git" / name).exists()]
    assert graduand(root, "edit", "00400001", "last_name=Martin").code == 0
    assert is_clean(root)
