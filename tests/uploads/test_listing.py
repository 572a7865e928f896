"""The list of uploads, without the interface."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.repository import TODAY, begin, commit, git, graduand, graduate, put

if TYPE_CHECKING:
    from pathlib import Path

FAILED = "email_address,username,first_name,status,response\nc@valmont.example,00412345,Chloé,error,{}\n"


def test_what_was_noted_is_listed_with_what_came_back_and_what_is_in_hand(root: Path, tmp_path: Path) -> None:
    put(begin(root), graduate("00412345"))
    commit(root)
    assert graduand(root, "uploads").out == "No upload was noted yet.\n"

    graduand(root, "compile", "--on", TODAY)
    assert graduand(root, "uploads").out.startswith(f"In hand, not noted yet: {root}/build/manifest.json\n")
    graduand(root, "uploaded", str(root / "build/manifest.json"))
    failed = tmp_path / "failed.csv"
    failed.write_text(FAILED, encoding="utf-8")
    assert graduand(root, "reconcile", str(failed)).code in {0, 1}

    name = git(root, "log", "-2", "--format=%s", "graduand/ledger").splitlines()[1].split()[1].removesuffix(":")
    assert graduand(root, "uploads").out == f"✗ {name}  1 person, 1 failed\n    20261123_1_students.csv: 1 row\n"
    told = json.loads(graduand(root, "uploads", "--json").out)
    assert (told["schema"], told["id"], told["failed"]) == ("graduand/sending/2", name, 1)
    assert told["files"] == [{"file": "20261123_1_students.csv", "rows": 1}]
