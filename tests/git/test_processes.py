"""How many git processes a command starts."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.repository import GRADUATE, TODAY, begin, commit, git, graduand, graduate, put, settle

if TYPE_CHECKING:
    from pathlib import Path

DAY = ("--on", TODAY)
COUNTING = """\
#!/bin/sh
echo "$1" >> "{log}"
exec "{git}" "$@"
"""


@pytest.fixture
def started(root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A committed record, and a file with a line for each git process that is started from now on."""
    put(begin(root), GRADUATE)
    commit(root)
    folder = tmp_path_factory.mktemp("bin")
    log = folder / "started"
    program = folder / "git"
    program.write_text(COUNTING.format(log=log, git=shutil.which("git")), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return log


def processes(root: Path, log: Path, *words: str) -> int:
    """Return how many git processes a command starts."""
    log.write_text("", encoding="utf-8")
    ran = graduand(root, *words)
    assert ran.code in {0, 1}, ran.err
    return len(log.read_text(encoding="utf-8").splitlines())


def test_the_processes_are_counted(root: Path, started: Path) -> None:
    git(root, "status")

    assert started.read_text(encoding="utf-8") == "status\n"


@pytest.mark.parametrize(
    ("words", "most"),
    [
        (("check", *DAY), 2),
        (("plan", *DAY), 4),
        (("plan", "--changed", *DAY), 4),
        (("compile", *DAY), 5),
        (("explain", "GR301"), 1),
        (("audit",), 3),
        (("audit", "--since", "2020-01-01"), 3),
        (("log", "00412345"), 3),
        (("due", *DAY), 3),
        (("uploads",), 3),
        (("fmt", "--check"), 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_command_that_reads_starts_few(root: Path, started: Path, words: tuple[str, ...], most: int) -> None:
    processes(root, started, "audit")

    assert 0 < processes(root, started, *words) <= most


@pytest.mark.parametrize("command", ["audit", "due"])
def test_new_commits_are_read_in_two_processes_more(root: Path, started: Path, command: str) -> None:
    assert processes(root, started, command) <= 6  # the whole history, of which the commits are listed before
    known = processes(root, started, command)
    put(root, GRADUATE.replace("Dupont", "Martin"))
    commit(root)

    assert known < processes(root, started, command) <= 5


def test_a_review_starts_few(root: Path, started: Path) -> None:
    put(root, GRADUATE.replace("Dupont", "Martin"))
    commit(root)

    assert processes(root, started, "diff", "HEAD~1..HEAD") <= 6


def test_a_command_that_commits_starts_few(root: Path, started: Path) -> None:
    assert processes(root, started, "edit", "00412345", "middle_name=Rose") <= 7


def test_an_entry_of_the_ledger_takes_a_fixed_number(root: Path, started: Path) -> None:
    """Objects are written one by one, so the number grows with the files of an upload, and with nothing else."""
    for day, most in (("2026-11-23", 18), ("2026-11-24", 16), ("2026-11-25", 16)):  # the first one opens the ledger
        assert graduand(root, "compile", "--on", day).code == 0

        assert processes(root, started, "uploaded", str(root / "build/manifest.json")) <= most


@pytest.mark.parametrize(
    ("words", "most"),
    [
        (("uploads",), 4),
        (("audit",), 4),
        (("log", "00412345"), 5),
        (("check", *DAY), 2),
        (("plan", *DAY), 6),
        (("plan", "--changed", *DAY), 6),
        (("compile", "--again", *DAY), 6),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_ledger_is_read_in_two_processes_more(root: Path, started: Path, words: tuple[str, ...], most: int) -> None:
    for day in ("2026-11-23", "2026-11-24"):
        assert graduand(root, "compile", "--on", day).code == 0
        assert graduand(root, "uploaded", str(root / "build/manifest.json")).code == 0
    processes(root, started, *words)

    assert 0 < processes(root, started, *words) <= most


def test_approvals_of_many_take_no_more_than_of_one(root: Path, started: Path) -> None:
    settle(root, approvals="{needed: 1, closings: 1}")
    commit(root)
    of_one = {words: processes(root, started, *words) for words in (("approve", *DAY), ("plan", *DAY))}
    for number in range(30):
        put(root, graduate(f"{number:08}"), f"2026-spring/{number:08}.yaml")
    commit(root)

    assert {words: processes(root, started, *words) for words in of_one} == of_one
