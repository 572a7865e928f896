"""The README tells the truth: what its console blocks show is what the commands print."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from graduand.commands.app import COMMANDS
from graduand.screens.app import GraduandApp
from graduand.screens.base_app import BaseApp
from graduand.screens.form import EditingScreen
from graduand.screens.keys import key_name
from graduand.screens.people import PeopleScreen
from tests.repository import HOUSE, begin, commit, git

if TYPE_CHECKING:
    from pathlib import Path

README = HOUSE / "README.md"
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
MASKS = (
    (re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}"), "20261123T101500Z-0a1b2c3d"),
    (re.compile(r"\b[0-9a-f]{40}\b"), "0123456789abcdef0123456789abcdef01234567"),
    (re.compile(r"(?<=Anchor: )[0-9a-f]{64}\b"), "0123456789abcdef" * 4),
    (re.compile(r"(?<= committed: )[0-9a-f]{12}\b"), "0123456789ab"),
    (re.compile("(?<=dans git\u00a0: )[0-9a-f]{12}\\b"), "0123456789ab"),
    (re.compile(r"(?<= in )[0-9a-f]{10}\b"), "0123456789"),
)
"""What is another at each run: the ids of entries, and commits."""

ANSWER = '{"errors":{"primary_education.end_date":["must be a date on or after primary_education:start_date"]}}'
QUOTED = ANSWER.replace('"', '""')
FAILED = f"""\
username,email_address,first_name,status,response
00412398,mael.kervella@valmont.example,Maël,failed,"{QUOTED}"
"""


REGISTRAR = """\
Matricule;Nom;Prénom;Courriel;Diplôme;Spécialité;Date de début;Date de fin;Situation
00414001;Lacombe;Inès;ines.lacombe@valmont.example;Licence;Économie;14/09/2023;26/06/2026;Diplômé
00414002;N’Guessan;Yao;yao.nguessan@valmont.example;Master;Chimie;16/09/2024;26/06/2026;Diplômé
00414003;Øverland;Sigrid;sigrid.overland@valmont.example;Licence;Histoire de l’art;14/09/2023;26/06/2026;Diplômé
00414004;Perrin;Zoé;zoe.perrin@valmont.example;Licence;Droit public;14/09/2023;;Inscrit
00414005;Petit;Omar;omar.petit@valmont.example;Licence;Droit public;14/09/2023;31/06/2026;Diplômé
"""


@pytest.fixture
def valmont(tmp_path: Path) -> Path:
    """The shipped records in a repository of their own, with a file of failed rows beside it."""
    root = tmp_path / "valmont"
    for name in ("records", "schema"):
        shutil.copytree(HOUSE / name, root / name)
    begin(root)
    commit(root)
    git(root, "branch", "before")
    (tmp_path / "failed.csv").write_text(FAILED, encoding="utf-8")
    (tmp_path / "registrar.csv").write_text(REGISTRAR, encoding="cp1252")
    return root


def shown(root: Path, command: str) -> str:
    """Run one line of a console block and return what a person would see of it."""
    words = shlex.split(command)
    program = [sys.executable, "-m", "graduand", "--color", "never"] if words[0] == "graduand" else words[:1]
    environment = os.environ | {"GRADUAND_LANG": "en", "PYTHONPATH": str(HOUSE / "tui"), "PYTHONUNBUFFERED": "1"}
    ran = subprocess.run(
        [*program, *words[1:]], cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    text = ran.stdout.decode().replace(f"{root}/", "")
    for mask, instead in MASKS:
        text = mask.sub(instead, text)
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def test_the_console_blocks_show_what_the_commands_print(valmont: Path, request: pytest.FixtureRequest) -> None:
    told = README.read_text(encoding="utf-8")

    def rerun(block: re.Match[str]) -> str:
        commands = [line for line in block.group().splitlines() if line.startswith("$ ")]
        return "".join(
            f"{command}\n{text}\n" if (text := shown(valmont, command[2:])) else f"{command}\n" for command in commands
        )

    real = BLOCK.sub(rerun, told)
    if request.config.getoption("--golden-update"):
        README.write_text(real, encoding="utf-8")
    assert real == README.read_text(encoding="utf-8")


def test_every_command_is_in_the_readmes_table() -> None:
    table = re.findall(r"^\| `graduand ([a-z]+)", README.read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(set(table)) == sorted(COMMANDS)


def test_every_key_is_in_the_readmes_table() -> None:
    table = re.search(r"^\| in the list .*?\n\n", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert table
    cells = re.findall(r"\| `([^`]+)` \| ([^|]+) (?=\|)", table.group())
    bindings = [
        binding
        for screen in (PeopleScreen, EditingScreen, GraduandApp, BaseApp)
        for binding in screen.__dict__["BINDINGS"]
        if not (binding.id or "").endswith("_too") and not (binding.id or "").startswith("app.go_to_")
    ]

    assert {(binding.key_display or key_name(binding.key), binding.description) for binding in bindings} == set(cells)


@pytest.mark.parametrize("target", ["compile", "check", "test", "gate", "bench"])
def test_the_make_targets_that_the_documents_name_exist(target: str) -> None:
    assert re.search(rf"^{target}:", (HOUSE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
