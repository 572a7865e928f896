"""graduand reconcile: errors of failed rows by cause, with people and places."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.handshake.test_article import DAY
from tests.repository import begin, commit, graduand, graduate, noted, put

if TYPE_CHECKING:
    from pathlib import Path

TAKEN = '{"errors":{"email_address":["has already been taken"]}}'
BLANK = '{"errors":{"username":["can\'t be blank"]}}'


@pytest.fixture
def sent(root: Path) -> Path:
    """Fourteen people who went up."""
    begin(root)
    for number in range(14):
        put(root, graduate(f"{number:08}"), f"2026-spring/{number:08}.yaml")
    commit(root)
    assert graduand(root, "compile", "--on", DAY).code == 0
    assert graduand(root, "uploaded", str(root / "build/manifest.json")).code == 0
    return root


def failed(*answers: tuple[str, str]) -> str:
    """Return a file of failed rows."""
    rows = (f'{username},"{answer.replace(chr(34), chr(34) * 2)}"\n' for username, answer in answers)
    return "username,response\n" + "".join(rows)


def file(root: Path, text: str) -> str:
    path = root / "build/failed.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_an_answer_is_explained_once_for_all_whom_it_concerns(sent: Path) -> None:
    answers = [(f"{number:08}", TAKEN) for number in range(12)]
    path = file(sent, failed(("00000013", BLANK), *answers))

    some, everybody = (graduand(sent, "reconcile", path, *words).out for words in ((), ("--all",)))

    heads = [line for line in some.splitlines() if line.startswith("✗")]
    assert heads == ["✗ Email address (12)", "✗ Username (1)"]
    assert some.count("  Cause: ") == some.count("  Cure: ") == 2
    assert "  00000000  records/2026-spring/00000000.yaml:2:16\n" in some
    assert "  … and 2 more (--all shows them)\n" in some
    assert "00000011" not in some
    assert "  00000011  records/2026-spring/00000011.yaml:2:16\n" in everybody
    assert "13 rows failed.\nOf 1 other person nothing came back: taken, or skipped without a word" in some


def test_whoever_is_nobody_is_told_with_the_row(sent: Path) -> None:
    ran = graduand(sent, "reconcile", file(sent, failed(("4.0E+0", TAKEN), ("elsewhere", TAKEN))))

    assert "  00000004  records/2026-spring/00000004.yaml:2:16\n    A spreadsheet has made “4.0E+0”" in ran.out
    assert "  nobody of yours (elsewhere)\n    No record has the username “elsewhere”" in ran.out


def test_standard_input_is_a_file_too(sent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(failed(("00000001", TAKEN)).encode())))

    ran = graduand(sent, "reconcile", "-", "--json")

    assert [json.loads(line)["username"] for line in ran.out.splitlines()] == ["00000001"]
    assert noted(sent, "result")


def test_only_to_look_notes_nothing(sent: Path) -> None:
    ran = graduand(sent, "reconcile", file(sent, failed(("00000001", TAKEN))), "--dry-run")

    assert (ran.code, ran.err) == (0, "")
    assert noted(sent, "result") == []


def test_before_any_upload_there_is_nothing_to_take_in_or_back(root: Path) -> None:
    put(begin(root), graduate("00000001"))
    commit(root)
    (root / "build").mkdir()

    for words in (("reconcile", file(root, failed(("00000001", TAKEN)))), ("rollback",), ("rollback", "upload/x")):
        ran = graduand(root, *words)
        assert (ran.code, ran.out) == (2, "")
        assert "No upload is noted here yet" in ran.err
