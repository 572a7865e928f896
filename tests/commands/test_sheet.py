"""graduand sheet in asks at a terminal before it writes; closings are confirmed by their number."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.repository import GRADUATE, begin, commit, git, graduate, put

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def school(root: Path) -> Path:
    """A committed repository of two people."""
    put(begin(root), GRADUATE)
    put(root, graduate("00412346"), "2026-spring/00412346.yaml")
    commit(root)
    return root


def asked(root: Path, answer: str, sheet: str, lang: str = "en") -> str:
    """Import a sheet in a terminal, type an answer, and return the question."""
    path = root / "sheet.csv"
    path.write_text(sheet, encoding="utf-8")
    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())
    command = [sys.executable, "-m", "graduand", "--root", str(root), "--lang", lang, "sheet", "in", str(path)]
    subprocess.run(command, stdin=theirs, stdout=subprocess.DEVNULL, stderr=theirs, check=True, timeout=60)
    os.close(theirs)
    said = os.read(ours, 100_000).decode()
    os.close(ours)
    return said


RENAMED = "username,last_name\n00412345,Martin\n"
CLOSED = (
    "username,disabled,transition:account:reason\n00412345,TRUE,required-by-policy\n00412346,TRUE,required-by-policy\n"
)


@pytest.mark.parametrize(
    ("sheet", "answer", "lang", "question", "done"),
    [
        (RENAMED, "oui\n", "fr", "Modifier 1 fiche\u00a0? [o/N]", "1 fiche modifiée"),
        (CLOSED, "y\n", "en", "2 accounts would be closed. Type 2 to go on:", "Nothing was written"),
        (CLOSED, "2\n", "en", "2 accounts would be closed. Type 2 to go on:", "Changed 2 records"),
    ],
    ids=["yes", "yes is no number", "the number"],
)
def test_nothing_is_written_without_the_right_answer(
    school: Path, sheet: str, answer: str, lang: str, question: str, done: str
) -> None:
    head = git(school, "rev-parse", "HEAD")

    said = asked(school, answer, sheet, lang)

    assert question in said
    assert done in said
    assert (git(school, "rev-parse", "HEAD") == head) == ("Nothing" in done)
