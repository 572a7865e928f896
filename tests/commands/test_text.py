"""graduand text: records as text, alone and in the differences that git shows."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from graduand.audit.record_summary import summarize
from graduand.language import speak
from graduand.reports.labels import Terms
from graduand.reports.record_text import summary_text
from tests.handshake.test_article import CLOSED, RETURNED_OPEN
from tests.repository import GRADUATE, HOUSE, commit, git, graduand, put, shipped

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.records.school import School

CLOSING = "+Account state: closed (requested by the student, asked for by the student)"


def text(root: Path, record: str, lang: str = "en") -> list[str]:
    """Return the lines of a record's file."""
    ran = graduand(root, "text", str(put(root, record)), lang=lang)
    assert (ran.code, ran.err) == (0, "")
    return ran.out.splitlines()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository as `graduand init` makes it, with one record, and graduand where a shell finds it."""
    place = tmp_path / "it's a school"
    assert graduand(tmp_path, "init", str(place), "--domain", "valmont.example").code == 0
    put(place, GRADUATE)
    commit(place)
    program = tmp_path / "bin/graduand"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m graduand --lang en "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(HOUSE / "tui"))
    return place


def changes(diff: str) -> list[str]:
    """Return the lines that a difference adds and takes away."""
    return [line for line in diff.splitlines() if line[:1] in {"+", "-"} and line[:3] not in {"+++", "---"}]


def test_a_closing_reads_as_one_line(root: Path) -> None:
    closed = f"{CLOSED}    effective_on: 2026-07-01\n"

    assert CLOSING.removeprefix("+").replace(")", ", from 2026-07-01)") in text(root, closed)
    assert text(root, CLOSED, "fr")[-2:] == [
        "État du compte\u00a0: fermé (à la demande de l’étudiant, demandé par l’étudiant)",
        "Transition\u00a0: diplôme",
    ]


def test_what_follows_from_the_record_is_said_to_follow(root: Path) -> None:
    graduated, returned = text(root, GRADUATE), text(root, RETURNED_OPEN)

    assert {"Year: Alumni (derived)", "Currently attending: no (derived)"} <= set(graduated)
    assert {"End date: wiped in Handshake (derived)", "Currently attending: yes (derived)"} <= set(returned)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_shipped_record_says_all_that_it_holds(school: School, lang: str, shipped: Path) -> None:
    speak(lang)
    found = summarize(shipped, school)

    said, terms = "\n".join(summary_text(found, school)), Terms(lambda: school.fields)

    for key, value in found.record.values.items():
        for item in value.splitlines() if isinstance(value, str) else value:
            assert terms.value(key, item) in said, key
    assert all(comment in said for comment in found.comments)


OTHERWISE = {
    "a comment": f"{GRADUATE}# Rang hier an.\n",
    "a remark": GRADUATE.replace("Dupont", "Dupont  # née Martin"),
    "a key of another layout": f"{GRADUATE}gone: x\n",
    "a block of another layout": f"{GRADUATE}gone:\n  deep:\n    er: x\n",
    "an account without a state": f"{GRADUATE}  account:\n    reason: deceased\n",
    "a note": f"{GRADUATE}  notes: |\n    One\n    Two\n",
    "another note": f"{GRADUATE}  notes: |\n    One Two\n",
    "an exemption": f"{GRADUATE}  waive:\n    - rule: GR601\n      reason: x\n      until: 2027-01-01\n      by: y\n",
    "hidden characters": GRADUATE.replace("Dupont", '"Dup\\u00adont"'),
    "a state that is none": GRADUATE.replace("transition:", "disabled: maybe\ntransition:"),
    "a list for a reason": CLOSED.replace("reason: requested-by-student", "reason:\n      - a\n      - b"),
}


def test_every_change_of_a_file_changes_its_text(root: Path) -> None:
    texts = [text(root, record) for record in (GRADUATE, CLOSED, *OTHERWISE.values())]

    assert len({"\n".join(lines) for lines in texts}) == len(texts)
    assert "gone:deep:er: x" in texts[2 + list(OTHERWISE).index("a block of another layout")]
    assert texts[2 + list(OTHERWISE).index("a note")][-3:] == ["Notes:", "  One", "  Two"]
    assert "Last name: Dup<U+00AD>ont" in texts[2 + list(OTHERWISE).index("hidden characters")]


@pytest.mark.parametrize("content", ["<<<<<<< HEAD\n", "a: &b c\n", "", "a: [\n"])
def test_what_is_no_record_gets_a_sentence(root: Path, content: str) -> None:
    ran = graduand(root, "text", str(put(root, content)))

    assert (ran.code, ran.out) == (5, "")
    assert "00412345.yaml cannot be read: it is no record." in ran.err


def test_git_shows_records_as_text_where_init_was(repository: Path) -> None:
    put(repository, CLOSED)

    assert changes(git(repository, "diff")) == [CLOSING]
    commit(repository)
    assert changes(git(repository, "show", "--format=")) == [CLOSING]


def test_a_file_that_is_no_record_is_shown_as_it_is_whatever_its_name(repository: Path) -> None:
    put(repository, "<<<<<<< HEAD\n", "2026-spring/$(touch pwned) `touch pwned`;'.yaml")
    put(repository, "<<<<<<< HEAD\n")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--no-verify", "--message", "Records")

    shown = changes(git(repository, "show", "--format=", "HEAD"))

    assert shown[0] == "+<<<<<<< HEAD"
    assert "-Username: 00412345" in shown
    assert not list(repository.rglob("pwned"))


def test_without_graduand_git_shows_the_file(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository.parent / "bin/graduand").unlink()
    monkeypatch.delenv("PYTHONPATH")
    others = [folder for folder in os.get_exec_path() if not os.access(f"{folder}/graduand", os.X_OK)]
    monkeypatch.setenv("PATH", os.pathsep.join(others))
    git(repository, "config", "--unset", "graduand.path")
    put(repository, CLOSED)

    assert "+disabled: true" in changes(git(repository, "diff"))


def test_doctor_names_the_missing_settings_of_a_clone(repository: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(repository, "clone", "--quiet", str(repository), str(clone))
    clone.chmod(0o700)
    printed = graduand(clone, "doctor")
    assert printed.code == 1
    assert "✗ This clone is not set up: core.autocrlf, " in printed.out
    assert "diff.graduand.textconv, merge.graduand.driver, graduand.path, hooks/pre-commit." in printed.out
    assert "\n  → graduand setup\n" in printed.out
    put(clone, CLOSED)
    assert "+disabled: true" in changes(git(clone, "diff"))

    cured = graduand(clone, "doctor", "--fix")
    assert "This clone is set up now: core.autocrlf, " in cured.err
    assert "✗ This clone" not in cured.out
    assert graduand(clone, "doctor", "--fix").err == ""
    assert changes(git(clone, "diff")) == [CLOSING]


def test_graduand_itself_runs_no_command_that_a_clone_is_set_to(tmp_path: Path) -> None:
    root = shipped(tmp_path / "school")
    ran = tmp_path / "ran"
    for name in ("textconv", "command"):
        git(root, "config", f"diff.graduand.{name}", f"touch '{ran}' #")
    (root / ".gitattributes").write_text("* diff=graduand\n", encoding="utf-8")
    commit(root)
    put(root, GRADUATE.replace("06-15", "06-16"))
    commit(root)

    for words in (["audit"], ["audit", "verify"], ["log", "00412345"], ["diff", "HEAD~1..HEAD"], ["plan"], ["doctor"]):
        assert graduand(root, *words).code in {0, 1}
    assert graduand(root, "edit", "00412345", "middle_name=Rose").code == 0

    assert not ran.exists()
    git(root, "show")
    assert ran.exists()
