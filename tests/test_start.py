"""What a command does not need, it does not wait for: which modules each one imports, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.repository import GRADUATE, HOUSE, TODAY, begin, commit, put

if TYPE_CHECKING:
    from pathlib import Path

_TELL = """
import atexit, json, runpy, sys
atexit.register(lambda: sys.stderr.write("\\n" + json.dumps(sorted(sys.modules))))
runpy.run_module("graduand", run_name="__main__")
"""
_PARSE = """
import json, sys
from graduand.commands.app import COMMANDS, program
from graduand.commands.command_classes import command_of
program().make_context("graduand", [], resilient_parsing=True)
for name in COMMANDS:
    command_of(name).make_context(name, [], resilient_parsing=True)
sys.stderr.write("\\n" + json.dumps(sorted(sys.modules)))
"""
HEAVY = {"git", "openpyxl", "pydantic", "rich", "ruamel", "textual", "yaml"}
"""What only some commands need; Typer, which reads the command line, is none of it."""


def imported(root: Path, *words: str, program: str = _TELL) -> set[str]:
    """Return the modules that a command, its output piped, has imported when it ends well."""
    ran = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(HOUSE / "tui")},
        check=True,
        capture_output=True,
        text=True,
    )
    return set(json.loads(ran.stderr.rpartition("\n")[2]))


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        (["--version"], set()),
        (["--help"], set()),
        (["check", "--help"], set()),
        (["explain", "GR301"], {"yaml"}),
        (["check", "--on", TODAY], {"yaml"}),
        (["fmt", "--check"], {"yaml"}),
        (["schema", "--check"], {"yaml"}),
        (["plan", "--on", TODAY], {"yaml", "git"}),
        (["compile", "--on", TODAY], {"yaml", "git"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_imports_no_more_than_it_needs(root: Path, words: list[str], allowed: set[str]) -> None:
    put(begin(root), GRADUATE)
    commit(root)

    assert imported(root, *words) & HEAVY <= allowed


def test_the_version_is_said_before_anything_of_ours_is_imported(root: Path) -> None:
    ours = {module for module in imported(root, "--version") if module.startswith("graduand")}

    assert ours == {"graduand"}
    assert "typer" not in imported(root, "--version")


def test_check_reads_no_vocabulary_where_nothing_is_misspelt(root: Path) -> None:
    put(begin(root), GRADUATE)

    assert "tomllib" not in imported(root, "check", "--on", TODAY)


def test_check_imports_no_other_command(root: Path) -> None:
    commands = {module for module in imported(root, "check") if module.startswith("graduand.commands.")}

    assert commands <= {
        f"graduand.commands.{name}"
        for name in ("app", "check", "command_classes", "completion", "parameters", "session", "usage_errors")
    }


def test_no_command_imports_its_work_before_its_words_are_read(root: Path) -> None:
    """All commands together; what one imports for its own work comes later."""
    found = imported(root, program=_PARSE)

    assert found & HEAVY == set()
    assert {name for name in found if name.startswith(("graduand.git.program", "graduand.screens"))} == set()


def test_an_audit_with_nothing_new_reads_no_record_and_no_schema(root: Path) -> None:
    put(begin(root), GRADUATE)
    commit(root)
    imported(root, "--lang", "en", "audit")

    again = imported(root, "--lang", "en", "audit", "--since", "2020-01-01")

    assert again & HEAVY == set()
    assert again & {f"graduand.records.{name}" for name in ("legacy_reader", "reading", "school", "importer")} == set()


def test_the_schema_is_parsed_once(root: Path) -> None:
    commit(begin(root))
    imported(root, "explain", "disabled")

    for words in (["explain", "disabled"], ["schema", "--check"], ["check", "--on", TODAY]):
        assert imported(root, *words) & HEAVY == set(), words


def test_the_list_of_people_waits_for_no_rule(root: Path) -> None:
    opened = 'import json, sys, graduand.screens.app; sys.stderr.write("\\n" + json.dumps(sorted(sys.modules)))'

    assert {name for name in imported(root, program=opened) if name.startswith("graduand.rules")} == set()
