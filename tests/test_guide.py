"""The guide says the same in every language."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from graduand.commands.command_classes import COMMANDS, command_of
from graduand.language import LANGUAGES
from tests.repository import HOUSE
from tests.test_readme import BLOCK, MASKS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GUIDE: Final = HOUSE / "docs"
MADE: Final = "reference"
"""The folder of the pages that the program makes."""


def pages(language: str) -> dict[str, Path]:
    """Return the written pages of a language by their paths below its folder."""
    folder = GUIDE / language
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.md")}
    return {name: path for name, path in found.items() if not name.startswith(f"{MADE}/")}


def outline(page: Path) -> list[str]:
    """Return the parts of a page: the levels of its headings and the languages of its blocks, in order; its links."""
    text = page.read_text(encoding="utf-8")
    fences = re.findall(r"^```(\w+|\{\w+\})$", text, re.MULTILINE)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^(#+) ", prose, re.MULTILINE)
    links = sorted(re.findall(r"\]\(([\w./-]+\.md)", prose))
    return [*headings, *fences, *links]


def test_every_page_is_there_in_every_language() -> None:
    english = pages("en")

    assert english
    assert all(pages(language).keys() == english.keys() for language in LANGUAGES)


def test_a_page_has_the_same_parts_in_every_language() -> None:
    differing = [
        f"{language}/{name}"
        for name, page in pages("en").items()
        for language in LANGUAGES
        if outline(GUIDE / language / name) != outline(page)
    ]

    assert not differing


def test_pages_hold_nothing_of_this_machine() -> None:
    """A page that was built from a checkout elsewhere is the same."""
    for language in LANGUAGES:
        for page in (GUIDE / language).rglob("*.md"):
            assert str(HOUSE) not in page.read_text(encoding="utf-8"), page


def printed(folder: Path, command: str, language: str) -> str:
    """Run one line of a page's console and return what a person would see of it."""
    words = shlex.split(command)
    program = [sys.executable, "-m", "graduand", "--color", "never"] if words[0] == "graduand" else words[:1]
    environment = os.environ | {
        "GRADUAND_LANG": language,
        "PYTHONPATH": str(HOUSE / "tui"),
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "100",
    }
    ran = subprocess.run(
        [*program, *words[1:]],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    text = ran.stdout.decode().replace(f"{folder}/", "")
    for mask, instead in MASKS:
        text = mask.sub(instead, text)
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["start.md"])
def test_a_page_that_is_followed_to_the_letter_shows_what_is_printed(
    tmp_path: Path, request: pytest.FixtureRequest, name: str, language: str
) -> None:
    page = GUIDE / language / name
    folder = tmp_path
    for example in (GUIDE / "examples").iterdir():
        shutil.copy(example, tmp_path)

    def rerun(block: re.Match[str]) -> str:
        nonlocal folder
        shown = ""
        for command in re.findall(r"^\$ (.*)$", block.group(), re.MULTILINE):
            shown += f"$ {command}\n"
            if command.startswith("cd "):
                folder = folder / command[3:]
            elif text := printed(folder, command, language):
                shown += f"{text}\n"
        return shown

    real = BLOCK.sub(rerun, page.read_text(encoding="utf-8"))
    if request.config.getoption("--golden-update"):
        page.write_text(real, encoding="utf-8")
    assert real == page.read_text(encoding="utf-8")


def commands_in(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the name and the long options of each command of graduand that a page names in code."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:sh|console)$(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))
    for line in [*(line for block in blocks for line in block.splitlines()), *inline]:
        if found := re.match(r"(?:\$ )?graduand ([a-z]+)", line):
            yield found[1], re.findall(r"\s(--[a-z-]+)", line.replace("\n", " "))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_and_options_that_pages_name_exist(language: str) -> None:
    missing = set()
    for name, page in pages(language).items():
        for command, options in commands_in(page):
            known = {one for part in command_of(command).params for one in part.opts} if command in COMMANDS else set()
            missing |= {f"{name}: {command}"} if not known else set()
            missing |= {f"{name}: {command} {option}" for option in options if option not in known}

    assert sorted(missing) == []
