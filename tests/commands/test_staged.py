"""The check before a commit: what the commit changes, and what that collides with, and nothing else."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.repository import FAULTY, GRADUATE, Ran, begin, commit, git, graduand, graduate, put, settle

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def team(root: Path) -> Path:
    """A repository in which a colleague's record is faulty."""
    begin(root)
    put(root, graduate("00400001").replace("2026-06-15", "2026-02-30"), "2026-spring/00400001.yaml")
    put(root, graduate("00400002"), "2026-spring/00400002.yaml")
    commit(root)
    return root


def staged(root: Path, *words: str) -> Ran:
    return graduand(root, "check", "--staged", "--json", *words)


def test_a_colleagues_error_stops_nobody(team: Path) -> None:
    put(team, GRADUATE)
    git(team, "add", "--all")

    assert graduand(team, "check").code == 1
    assert staged(team) == Ran(0, "", "")


def test_what_is_staged_is_judged_and_not_what_lies_there(team: Path) -> None:
    put(team, FAULTY)
    git(team, "add", "--all")
    put(team, GRADUATE)

    ran = staged(team)

    assert ran.code == 1
    assert "2026-02-30" in ran.out


def test_who_takes_a_colleagues_address_is_told(team: Path) -> None:
    put(team, GRADUATE.replace("chloe.dupont@", "p00400002@"))
    git(team, "add", "--all")

    ran = staged(team)

    assert ran.code == 1
    assert '"path": "records/2026-spring/00412345.yaml"' in ran.out


def test_with_other_rules_every_record_is_judged(team: Path) -> None:
    settle(team, name="Ars")
    git(team, "add", "--all")

    assert "00400001" in staged(team).out


def test_of_a_merge_only_what_neither_side_has_is_judged(team: Path) -> None:
    git(team, "switch", "--quiet", "--create", "other", "HEAD")
    put(team, graduate("00400003").replace("2026-06-15", "2026-02-30"), "2026-spring/00400003.yaml")
    commit(team)
    git(team, "switch", "--quiet", "main")
    put(team, GRADUATE)
    commit(team)
    git(team, "merge", "--quiet", "--no-commit", "other")

    assert git(team, "diff", "--cached", "--name-only") == "records/2026-spring/00400003.yaml\n"
    assert staged(team) == Ran(0, "", "")

    put(team, FAULTY)
    git(team, "add", "--all")
    assert staged(team).code == 1


def test_the_hook_of_a_clone_keeps_a_faulty_record_out(team: Path) -> None:
    """Also where the user's PATH is not known, as in a window of git."""
    graduand(team, "setup")
    put(team, GRADUATE)
    git(team, "add", "--all")
    words = ["git", "commit", "--quiet", "--message", "By hand"]

    put(team, FAULTY)
    by_hand = subprocess.run([*words, "--all"], cwd=team, capture_output=True, text=True, check=False)
    put(team, GRADUATE)
    sound = subprocess.run([*words, "--all"], cwd=team, capture_output=True, text=True, check=False)
    edited = graduand(team, "edit", "00412345", "primary_education:end_date=2026-02-30")

    assert (by_hand.returncode, sound.returncode) == (1, 0)
    assert "2026-02-30" in by_hand.stderr + by_hand.stdout
    assert edited.err.endswith("Saved and committed: " + git(team, "rev-parse", "HEAD")[:12] + "\n")
