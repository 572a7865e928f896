"""graduand check --format sarif: the log is valid under the JSON Schema of SARIF 2.1.0."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.repository import FAULTY, GRADUATE, HOUSE, graduand, put

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA: Final = HOUSE / "tests" / "sarif" / "sarif-schema-2.1.0.json"


def validate(log: Path) -> tuple[int, str]:
    """Return the exit code and the words of check-jsonschema about a log."""
    words = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(SCHEMA), str(log)]
    ran = subprocess.run(words, check=False, capture_output=True, text=True, encoding="utf-8")
    return ran.returncode, ran.stdout + ran.stderr


@pytest.fixture
def log(root: Path) -> Path:
    """The log of a folder with an error, a warning, a note and a file that cannot be read."""
    put(root, FAULTY)
    put(root, f"{GRADUATE}  keeps_sso: false\n".replace("00412345", "00412346"), "2026-spring/00412346.yaml")
    put(root, "- no record\n", "2026 spring/é [1].yaml")
    put(root, "no record\n", "2026-spring/list.txt")
    path = root / "log.sarif"
    path.write_text(graduand(root, "check", "--format", "sarif").out, encoding="utf-8")
    return path


def test_the_log_is_valid(log: Path) -> None:
    results = json.loads(log.read_text(encoding="utf-8"))["runs"][0]["results"]

    assert {result["level"] for result in results} == {"error", "warning", "note"}
    assert validate(log) == (0, "ok -- validation done\n")


def test_a_log_without_findings_is_valid(root: Path) -> None:
    put(root, GRADUATE.replace("primary_education:", "primary_education:\n  start_date: 2022-09-01"))
    path = root / "log.sarif"
    path.write_text(graduand(root, "check", "--format", "sarif").out, encoding="utf-8")

    assert json.loads(path.read_text(encoding="utf-8"))["runs"][0]["results"] == []
    assert validate(path) == (0, "ok -- validation done\n")


@pytest.mark.parametrize(
    ("old", "new"), [('"error"', '"fatal"'), ('"startLine": ', '"startLine": -'), ('"runs"', '"r"')]
)
def test_another_log_is_refused(log: Path, old: str, new: str) -> None:
    text = log.read_text(encoding="utf-8")
    log.write_text(text.replace(old, new), encoding="utf-8")

    assert old in text
    assert validate(log)[0] == 1
