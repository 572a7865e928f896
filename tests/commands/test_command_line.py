"""The command line: options before and after a command, values, and messages on invalid arguments."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from graduand import __version__
from graduand.__main__ import run
from graduand.commands.app import COMMANDS
from tests.repository import GRADUATE, HOUSE, TODAY, Ran, graduand, put

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGES = ("en", "fr")


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> Ran:
    """Run the words as they are typed."""
    code = run(words)
    printed = capsys.readouterr()
    return Ran(code, printed.out, printed.err)


WRONG = {
    "check --nothing": "There is no option --nothing. Did you mean --on? Help: graduand check --help",
    "check --js": "There is no option --js. Did you mean --json? Help: graduand check --help",
    "check -x": "There is no option -x. Help: graduand check --help",
    "--nothing check": "There is no option --nothing. Help: graduand --help",
    "chek": "There is no command “chek”. Did you mean check, schema? Help: graduand --help",
    "zzz": "There is no command “zzz”. Help: graduand --help",
    "check --cohort": "--cohort needs a value. Help: graduand check --help",
    "--root": "--root needs a value. Help: graduand --help",
    "check --json=true": "--json takes no value. Help: graduand check --help",
    "check --help=3": "--help takes no value. Help: graduand check --help",
    "explain": "GR301|COLUMN is missing. Help: graduand explain --help",
    "forget 00412345": "Say who, and why: graduand forget USERNAME --basis REASON; or --due.",
    "schema a b": "Unexpected: “a b”. Help: graduand schema --help",
    "check --format TEXT": (
        "--format cannot be “TEXT”; it can be: text, json, github, junit, sarif. Help: graduand check --help"
    ),
    "check --format csv": (
        "--format cannot be “csv”; it can be: text, json, github, junit, sarif. Help: graduand check --help"
    ),
    "due --ahead 1.5": "--ahead cannot be “1.5”; it must be a whole number. Help: graduand due --help",
    "--color red check": "--color cannot be “red”; it can be: auto, always, never. Help: graduand --help",
}


@pytest.mark.parametrize(("words", "said"), WRONG.items(), ids=WRONG)
def test_a_wrong_word_is_said_in_one_sentence(words: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(capsys, "--lang", "en", *words.split()) == (2, "", f"graduand: {said}\n")


def test_of_several_values_only_the_wrong_ones_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    ran = typed(capsys, "--lang", "en", "plan", "--only", "x", "--only", "wipe", "--only=y")

    assert ran.err.startswith("graduand: --only cannot be “x y”; it can be: deactivate, username, ")


def test_no_control_character_of_a_word_reaches_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["che\x1bck"], ["check", "--format", "\x1b[2J"], ["schema", "\x1b"], ["check", "--\x1b"]):
        ran = typed(capsys, *words)
        assert (ran.code, "\x1b" in ran.err) == (2, False), words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", [["--version"], ["--lang", "fr", "--version"], ["--version", "check"]])
def test_the_version_is_printed(language: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(capsys, f"--lang={language}", *words) == (0, f"graduand {__version__}\n", "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_page(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = typed(capsys, "--lang", "en", name, "-h")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: graduand {name} ")
    assert "-h, --help" in ran.out
    assert "[required]" in ran.out or "{" not in ran.out.partition("\n")[0]


def test_the_help_page_of_all_lists_the_commands_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    ran = typed(capsys, "--lang", "en", "--help")
    listed = ran.out.partition("Commands:\n")[2].splitlines()

    assert [line.split()[0] for line in listed if line[2:3].strip()] == list(COMMANDS)


def test_without_a_command_and_a_terminal_the_help_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(capsys, "--lang", "en") == typed(capsys, "--lang", "en", "--help")


def test_options_stand_before_and_after_the_arguments(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    put(root, GRADUATE)

    words = ["records/2026-spring", f"--on={TODAY}", "--json"]
    found = {graduand(root, "check", *words), graduand(root, "check", *reversed(words))}

    assert len(found) == 1


def test_what_stands_after_two_dashes_is_no_option(root: Path) -> None:
    assert "“--json” is not there" in graduand(root, "check", "--", "--json").err


def test_a_folder_that_is_none_is_no_repository(tmp_path: Path) -> None:
    ran = graduand(tmp_path / "none", "check")

    assert (ran.code, ran.out) == (5, "")


def test_a_reader_that_goes_away_ends_the_command_quietly(root: Path) -> None:
    for number in range(300):
        put(root, GRADUATE, f"2026-spring/0041{number:04}.yaml")
    command = f'"{sys.executable}" -m graduand check --json --on {TODAY} | head -n 1'
    ran = subprocess.run(
        ["sh", "-c", command],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(HOUSE / "tui")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.stdout.count("\n"), ran.stderr) == (1, "")
