"""What a kill or a lock has left half done is finished by the same command again, and git's index agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.storage import swap
from tests.repository import GRADUATE, begin, commit, git, graduand, graduate, put

if TYPE_CHECKING:
    from pathlib import Path

ONE = "records/2026-spring/00412345.yaml"
FORGET = ("forget", "00412345", "--basis", "GDPR art. 17")
MOVE = ("edit", "00412345", "--cohort", "2027-été")


@pytest.fixture
def people(root: Path) -> Path:
    """A committed repository of two people."""
    put(begin(root), GRADUATE)
    put(root, graduate("00418444"), "2026-spring/00418444.yaml")
    assert graduand(root, "fmt").code == 0
    commit(root)
    return root


@pytest.mark.parametrize("words", [FORGET, MOVE], ids=["forget", "move"])
def test_the_same_again_finishes_what_was_refused_once(people: Path, words: tuple[str, ...]) -> None:
    hook = people / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    assert graduand(people, *words).code == 5
    assert git(people, "status", "--porcelain")
    hook.unlink()

    ran = graduand(people, *words)

    assert ran.code == 0
    assert "committed: " in ran.err
    assert git(people, "status", "--porcelain") == ""
    assert ONE not in git(people, "ls-tree", "-r", "--name-only", "-z", "HEAD")


@pytest.mark.parametrize("words", [FORGET, MOVE], ids=["forget", "move"])
def test_the_same_again_finishes_what_was_killed(
    people: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = swap.swap_files

    def half(swaps: list[swap.Swap]) -> None:
        real(swaps[:1])
        raise swap.HalfWritten(people)

    with monkeypatch.context() as patch:
        patch.setattr(swap, "swap_files", half)
        assert graduand(people, *words).code == 5

    assert graduand(people, *words).code == 0
    assert git(people, "status", "--porcelain") == ""
    assert ONE not in git(people, "ls-tree", "-r", "--name-only", "-z", "HEAD")


def test_a_person_is_not_forgotten_twice(people: Path) -> None:
    assert graduand(people, *FORGET).code == 0
    assert graduand(people, *FORGET).code == 2


@pytest.mark.parametrize("late", [False, True], ids=["one", "two"])
def test_an_intake_again_commits_its_own_profile_too_and_counts_people(people: Path, *, late: bool) -> None:
    table = people / "scolarité.csv"
    rows = "00418555;j.morel@valmont.example;Jeanne;Morel;graduated\n00412345;{0}@valmont.example;Zoé;Roy;graduated\n"
    head = "username;email_address;first_name;last_name;kind\n"
    table.write_text(head + rows.format("chloe.dupont"), encoding="utf-8")
    words = ("intake", str(table), "--cohort", "2026-spring", "--kind", "graduated", "--all", "--apply")
    (people / ".gitignore").write_text("/build/\n*.csv\n", encoding="utf-8")
    commit(people)
    hook = people / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    assert graduand(people, *words).code == 5
    hook.unlink()
    if late:
        with table.open("a", encoding="utf-8") as file:
            file.write("00418556;p.aas@valmont.example;Per;Aas;graduated\n")

    ran = graduand(people, *words)

    assert ran.code == 0, ran
    assert git(people, "status", "--porcelain") == ""
    subject, _blank, *trailers = git(people, "log", "-1", "--format=%B").splitlines()
    assert subject == f"Intake: scolarite, {1 + late} new, 1 changed"
    assert "Graduand-Cohort: 2026-spring" in trailers


KILLER = '#!/bin/sh\n[ "$1" = committed ] && kill -9 $PPID\nexit 0\n'


@pytest.mark.parametrize("words", [("edit", "00412345", "last_name=Neuville"), FORGET, MOVE], ids=" ".join)
def test_a_git_killed_after_the_commit_leaves_no_index_that_takes_it_back(
    people: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graduand.git.commit._TIMEOUT", 0.1)
    hook = people / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(KILLER, encoding="utf-8")
    hook.chmod(0o755)

    ran = graduand(people, *words)

    assert ran.code == 5
    assert "a plain git commit would take the change back" in ran.err
    hook.unlink()
    for lock in (people / ".git").rglob("*.lock"):
        lock.unlink()
    assert "is finished now" in graduand(people, "doctor").out
    assert git(people, "status", "--porcelain") == ""
    (people / "schema/note.txt").write_text("x\n", encoding="utf-8")
    git(people, "add", "schema/note.txt")
    git(people, "commit", "--quiet", "--message", "Note")
    assert git(people, "show", "--format=", "--name-only", "HEAD").split() == ["schema/note.txt"]


def test_forgetting_again_after_the_commit_says_that_it_was_made(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graduand.git.commit._TIMEOUT", 0.1)
    hook = people / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(KILLER, encoding="utf-8")
    hook.chmod(0o755)
    assert graduand(people, *FORGET).code == 5
    hook.unlink()
    for lock in (people / ".git").rglob("*.lock"):
        lock.unlink()

    ran = graduand(people, *FORGET)

    assert ran.code == 0
    assert "Deleted; it was committed already." in ran.err
    assert git(people, "status", "--porcelain") == ""
