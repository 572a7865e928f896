"""What commands print as JSON is by schema/output.schema.json, which `graduand schema --json-output` prints."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from graduand.commands.command_classes import COMMANDS, command_of
from tests.output_schema import SCHEMA, definitions, faults
from tests.repository import GRADUATE, HOUSE, TODAY, commit, git, graduand, graduate, head, put

if TYPE_CHECKING:
    from pathlib import Path


def test_each_command_that_prints_json_has_its_schema_and_no_other_has_one() -> None:
    titles = " ".join(one["title"] for one in definitions().values())
    with_json = {name for name in COMMANDS if any("--json" in one.opts for one in command_of(name).params)}

    assert {*re.findall(r"graduand ([a-z]+)", titles)} == with_json


def test_each_object_that_the_code_names_is_in_the_schema() -> None:
    folders = ("commands", "reports")
    texts = [
        path.read_text(encoding="utf-8") for one in folders for path in (HOUSE / "tui/graduand" / one).glob("*.py")
    ]
    named = {name for text in texts for name in re.findall(r'"(graduand/[a-z-]+/\d+)"', text)}

    assert named <= {one["properties"]["schema"]["const"] for one in definitions().values()}


def test_the_schema_is_sound_and_told_in_both_languages() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--check-metaschema", str(SCHEMA)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)

    assert ran.returncode == 0, ran.stdout
    texts = re.findall(r'"description": "(.*)"', SCHEMA.read_text(encoding="utf-8"))
    assert len(texts) > 200
    assert [one for one in texts if one.count("\\n\\n") != 1] == []


def test_the_command_prints_what_is_shipped(tmp_path: Path) -> None:
    ran = graduand(tmp_path, "schema", "--json-output")

    assert (ran.code, ran.out) == (0, SCHEMA.read_text(encoding="utf-8"))


def test_a_key_that_the_schema_does_not_name_and_a_value_of_another_type_are_faults() -> None:
    told = {"schema": "graduand/move/1", "username": "1", "before": "a", "after": "b"}

    assert faults(told) == []
    assert faults(told | {"when": ""}) != []
    assert faults(told | {"after": None}) != []
    assert faults({"schema": "graduand/move/1"}) != []


@pytest.fixture
def school(tmp_path: Path) -> Path:
    """A repository as `init` makes it, with two people."""
    root = tmp_path / "school"
    assert graduand(tmp_path, "init", str(root), "--name", "Ars", "--domain", "valmont.example").code == 0
    put(root, GRADUATE)
    put(root, graduate("00412399"), "2026-spring/00412399.yaml")
    commit(root)
    return root


def told(root: Path, *words: str) -> set[str]:
    """Run a command, whose output is held against the schema; return the kinds of objects that it prints."""
    ran = graduand(root, *words, "--json")
    assert ran.code in {0, 1}, ran.err
    return {*re.findall(r'"schema": "graduand/([a-z-]+)/', ran.out)}


def test_what_no_other_test_prints_is_by_the_schema_too(school: Path) -> None:
    first = head(school)
    assert told(school, "compile", "--on", TODAY) == {"manifest"}
    assert told(school, "uploaded") == {"uploaded"}
    assert told(school, "uploads") == {"sending"}
    (school / "records/2026-summer").mkdir()
    git(school, "mv", "records/2026-spring/00412399.yaml", "records/2026-summer/00412399.yaml")
    commit(school)
    assert "move" in told(school, "diff", f"{first}..HEAD")
    assert told(school, "setup") == {"ledger"}


def test_the_ledgers_entries_and_the_stamp_are_by_the_schema(school: Path) -> None:
    assert graduand(school, "compile", "--on", TODAY).code == graduand(school, "uploaded").code == 0
    entries = git(school, "log", "--format=%H", "graduand/ledger").split()
    texts = [git(school, "show", f"{entry}:entry.json") for entry in entries]
    noted = [json.loads(text) for text in (*texts, (school / ".graduand/stamp.json").read_text(encoding="utf-8"))]

    assert [one["schema"].split("/")[1] for one in noted] == ["entry", "entry", "stamp"]
    assert [fault for one in noted for fault in faults(one)] == []
