"""Shell completion, driven by the environment variables that the scripts of the shells set."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from graduand.__main__ import run
from tests.repository import GRADUATE, HOUSE, begin, commit, graduate, put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Complete = Callable[[str], list[str]]

VARIABLES = (
    "_GRADUAND_COMPLETE",
    "COMP_WORDS",
    "COMP_CWORD",
    "_TYPER_COMPLETE_ARGS",
    "_TYPER_COMPLETE_FISH_ACTION",
)


@pytest.fixture
def school(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data repository with three people in two cohorts, and the shell in it."""
    put(begin(root), GRADUATE)
    put(root, graduate("00412399"), "2026-spring/00412399.yaml")
    put(root, graduate("00500001"), "2025-winter/00500001.yaml")
    commit(root)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Complete:
    """Return what bash is offered for the last word of a line."""

    def offered(line: str) -> list[str]:
        monkeypatch.setenv("_GRADUAND_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
        code = run([])
        printed = capsys.readouterr()
        assert (code, printed.err) == (0, "")
        return printed.out.split("\n")[:-1] if printed.out.strip() else []

    return offered


def test_commands_are_completed(complete: Complete) -> None:
    assert complete("graduand upl") == ["uploaded", "uploads"]
    assert complete("graduand --lang fr ch") == ["check"]


def test_options_are_completed(complete: Complete) -> None:
    assert complete("graduand check --no") == ["--no-cache"]
    assert complete("graduand --col") == ["--color"]


def test_words_of_a_choice_are_completed(complete: Complete) -> None:
    assert complete("graduand plan --only re") == ["reactivate", "return"]
    assert complete("graduand plan --format ") == ["text", "json", "markdown", "html"]
    assert complete("graduand outreach ") == ["email", "sso", "left"]
    assert complete("graduand sheet ") == ["out", "in"]


@pytest.mark.usefixtures("school")
@pytest.mark.parametrize("command", ["log", "forget", "audit --person", "edit", "sheet out", "outreach email"])
def test_usernames_are_completed(complete: Complete, command: str) -> None:
    assert complete(f"graduand {command} 004") == ["00412345", "00412399"]


@pytest.mark.usefixtures("school")
@pytest.mark.parametrize(
    "command", ["check", "plan", "compile", "cure", "edit 00412345", "audit", "due", "sheet out", "outreach email"]
)
def test_cohorts_are_completed(complete: Complete, command: str) -> None:
    assert complete(f"graduand {command} --cohort ") == ["2025-winter", "2026-spring"]
    assert complete(f"graduand {command} --cohort 2026") == ["2026-spring"]


@pytest.mark.usefixtures("school")
def test_columns_are_completed(complete: Complete) -> None:
    assert complete("graduand explain disab") == ["disabled"]
    assert complete("graduand edit 00412345 disab") == ["disabled="]
    assert complete("graduand edit 00412345 campus_name=N") == []
    assert complete("graduand intake file.csv --set campus_") == ["campus_name="]


@pytest.mark.usefixtures("school")
def test_rules_are_completed(complete: Complete) -> None:
    assert complete("graduand explain GR30")[:2] == ["GR301", "GR302"]
    assert complete("graduand cure GR109") == ["GR109"]
    assert complete("graduand cure GR601") == []


def test_the_folder_that_is_named_is_completed_from(
    school: Path, complete: Complete, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    assert complete(f"graduand --root {school} log 0050") == ["00500001"]


def test_outside_a_data_repository_there_is_silence(
    tmp_path: Path, complete: Complete, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert complete("graduand log ") == []
    assert complete("graduand check --cohort ") == []
    assert complete("graduand explain disab") == []


def test_a_broken_schema_is_no_trouble_for_a_shell(school: Path, complete: Complete) -> None:
    (school / "schema/handshake.yaml").write_text("a: [", encoding="utf-8")

    assert complete("graduand explain disab") == []
    assert complete("graduand log 0050") == ["00500001"]


@pytest.mark.usefixtures("school")
@pytest.mark.parametrize(
    ("instruction", "offered"),
    [("complete_zsh", '_arguments \'*: :(("00412345"\n"00412399"))\'\n'), ("complete_fish", "00412345\n00412399\n")],
)
def test_other_shells_are_offered_the_same(
    instruction: str,
    offered: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("_GRADUAND_COMPLETE", instruction)
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "graduand log 004")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")

    assert run([]) == 0
    assert capsys.readouterr().out == offered


def below(shell: str, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run graduand as a child of a shell, which is how a program learns what the shell is."""
    command = " ".join([sys.executable, "-m", "graduand", "--lang", "fr", *words])
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return subprocess.run(
        [shell, "-c", f"{command}; exit $?"],
        cwd=home,
        env=environment | {"HOME": str(home), "PYTHONPATH": str(HOUSE / "tui")},
        capture_output=True,
        text=True,
        check=False,
    )


SHELLS = [shell for shell in ("bash", "zsh", "fish") if shutil.which(shell)]


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_is_shown_and_installed(tmp_path: Path, shell: str) -> None:
    shown = below(shell, tmp_path, "--show-completion")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert f"_GRADUAND_COMPLETE=complete_{shell}" in shown.stdout

    installed = below(shell, tmp_path, "--install-completion")
    assert installed.returncode == 0
    assert installed.stdout == ""
    assert installed.stderr == "La complétion est installée\u00a0; ouvrez un nouveau terminal pour l’utiliser.\n"
    assert any("graduand" in path.name for path in tmp_path.rglob("*"))


def test_a_shell_that_is_not_known_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("shellingham.detect_shell", lambda: ("tcsh", "/bin/tcsh"))

    assert run(["--lang", "en", "--show-completion"]) == 2
    assert capsys.readouterr() == (
        "",
        "graduand: This shell is not known; completion is there for bash, zsh and fish.\n",
    )
