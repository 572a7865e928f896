"""Files that the guide gives to IT: the same in every language, and as the programs that read them want."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from graduand.language import LANGUAGES
from graduand.records.source import text_of
from graduand.records.tree import parse
from tests.repository import HOUSE

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
UNITS: Final = ("graduand-nightly.service", "graduand-nightly-failed.service", "graduand-nightly.timer")


def blocks(language: str = "en", page: str = "nightly.md") -> list[tuple[str, str]]:
    return BLOCK.findall((HOUSE / "docs" / language / page).read_text(encoding="utf-8"))


def of_kind(kind: str, page: str = "nightly.md", language: str = "en") -> list[str]:
    return [text for name, text in blocks(language, page) if name == kind]


def test_the_files_are_the_same_in_every_language() -> None:
    assert [name for name, _text in blocks()] == ["sh", "ini", "ini", "ini", "sh", "yaml"]
    assert all(blocks(language) == blocks() for language in LANGUAGES)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_reads_the_units(tmp_path: Path) -> None:
    for name, text in zip(UNITS, of_kind("ini"), strict=True):
        here = text.replace("/usr/local/bin/graduand-nightly", "/bin/true").replace("User=graduand\n", "")
        (tmp_path / name).write_text(here, encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in UNITS)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert not [line for line in ran.stderr.splitlines() if str(tmp_path) in line or "graduand" in line], ran.stderr


@pytest.mark.parametrize("page", ["nightly.md", "it.md"])
def test_a_parser_of_workflows_has_no_objection(tmp_path: Path, page: str) -> None:
    (workflow,) = of_kind("yaml", page)
    assert all(of_kind("yaml", page, language) == [workflow] for language in LANGUAGES)
    parse(text_of(workflow.encode()))
    path = tmp_path / ".github" / "workflows" / "nightly.yml"
    path.parent.mkdir(parents=True)
    path.write_text(workflow, encoding="utf-8")
    zizmor = Path(sys.executable).with_name("zizmor")
    schema = Path(sys.executable).with_name("check-jsonschema")
    for referee, *words in (
        (zizmor, "--offline", "--no-progress"),
        (schema, "--builtin-schema", "vendor.github-workflows"),
    ):
        ran = subprocess.run([referee, *words, path], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


STUB: Final = """#!/bin/sh
echo "$@" >> {log}
case "$1 $2" in {answers} esac
"""


def night(tmp_path: Path, answers: Sequence[str]) -> tuple[int, list[str]]:
    """Run the program of the night with a graduand that ends as told; return how it ended, and what was asked."""
    log, programs = tmp_path / "log", tmp_path / "bin"
    programs.mkdir()
    for name in ("graduand", "git"):
        path = programs / name
        path.write_text(STUB.format(log=log, answers=" ".join(answers)), encoding="utf-8")
        path.chmod(0o755)
    environment = {"PATH": f"{programs}:/usr/bin:/bin", "RECORDS": str(tmp_path), "SYNC": "sync.csv"}
    environment["RUNTIME_DIRECTORY"] = str(tmp_path)
    ran = subprocess.run(["sh", "-c", of_kind("sh")[0]], env=environment, check=False, capture_output=True)
    return ran.returncode, [" ".join(line.split()[:2]) for line in log.read_text(encoding="utf-8").splitlines()]


ALL: Final = ["pull --quiet", "feed check", "feed overlay", "deliver"]


@pytest.mark.parametrize(
    ("answers", "code", "asked"),
    [
        ((), 0, 4),
        (('"feed check") exit 1;;',), 0, 4),
        (('"feed overlay") exit 1;;',), 1, 4),
        (('"feed overlay") exit 3;;',), 3, 3),
        (('"deliver"*) exit 5;;',), 5, 4),
        (('"pull"*) exit 1;;',), 1, 1),
    ],
)
def test_a_night_ends_well_only_if_nothing_is_left_to_look_at(
    tmp_path: Path, answers: Sequence[str], code: int, asked: int
) -> None:
    ended, commands = night(tmp_path, answers)

    assert (ended, len(commands)) == (code, asked)
    assert all(said.startswith(wanted) for said, wanted in zip(commands, ALL, strict=False))
