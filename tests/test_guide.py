"""The guide says the same in every language."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Final

import pytest

from graduand.__main__ import run
from graduand.commands.command_classes import COMMANDS, command_of
from graduand.language import LANGUAGES
from tests.repository import HOUSE
from tests.screens.pictures import TOUR, moving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

GUIDE: Final = HOUSE / "docs"
READMES: Final = {"en": HOUSE / "README.md", "fr": HOUSE / "README.fr.md"}
BLOCK: Final = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
SCRIPT: Final = re.compile(r"(?<=^```sh\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
MASKS: Final = (
    (re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}"), "20261123T101500Z-0a1b2c3d"),
    (re.compile(r"\b[0-9a-f]{40}\b"), "0123456789abcdef0123456789abcdef01234567"),
    (re.compile("(?<=Anchor: )[0-9a-f]{64}\\b|(?<=Ancre\u00a0: )[0-9a-f]{64}\\b"), "0123456789abcdef" * 4),
    (re.compile(r"(?<= committed: )[0-9a-f]{12}\b"), "0123456789ab"),
    (re.compile("(?<=dans git\u00a0: )[0-9a-f]{12}\\b|(?<=le commit )[0-9a-f]{12}\\b"), "0123456789ab"),
    (re.compile(r"(?<= in )[0-9a-f]{10}\b|(?<= dans )[0-9a-f]{10}\b"), "0123456789"),
    (re.compile(r"(?<=-refused-)[0-9]{4}-[0-9]{2}-[0-9]{2}"), "2026-11-23"),
)
"""What is another at each run: the ids of entries, commits, and the day."""
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_show_each_picture_and_in_their_own_language(language: str) -> None:
    texts = [page.read_text(encoding="utf-8") for page in (*pages(language).values(), READMES[language])]
    shown = {found for text in texts for found in re.findall(r"!\[.*?\]\((?:docs|\.\.)/pictures/(.*?)\)", text)}
    there = {path.stem: path.read_text(encoding="utf-8") for path in (GUIDE / "pictures" / language).iterdir()}

    assert shown == {f"{language}/{name}.svg" for name in there}
    assert there["tour"].count('class="frame"') == len(TOUR)
    assert there["tour"] == moving([there[name] for name in TOUR])


def test_pages_hold_nothing_of_this_machine() -> None:
    """A page that was built from a checkout elsewhere is the same."""
    for language in LANGUAGES:
        for page in (GUIDE / language).rglob("*.md"):
            assert str(HOUSE) not in page.read_text(encoding="utf-8"), page


def printed(folder: Path, command: str) -> str:
    """Run one line of a page's console and return what a person would see of it."""
    words = shlex.split(command)
    if words[0] == "graduand":
        seen = StringIO()
        with chdir(folder), redirect_stdout(seen), redirect_stderr(seen):
            run(["--color", "never", *words[1:]])
        text = seen.getvalue()
    else:
        ran = subprocess.run(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        text = ran.stdout.decode()
    return masked(text, folder)


def masked(text: str, folder: Path) -> str:
    """Return what a command printed in a folder as a page shows it: without the folder, what varies replaced."""
    text = text.replace(f"{folder}/", "")
    for mask, instead in MASKS:
        text = mask.sub(instead, text)
    return "".join(f"{line.rstrip()}\n" for line in text.strip("\n").splitlines())


def beside_the_examples(_page: Path, folder: Path) -> Path:
    """Put the examples into a folder, and return where the page's commands begin: there."""
    for example in (GUIDE / "examples").iterdir():
        shutil.copy(example, folder)
    return folder


def among_invented_people(page: Path, folder: Path) -> Path:
    """Run the page's script, which puts the shipped records into a repository, and return that repository."""
    (folder / "graduand").symlink_to(HOUSE)
    script = SCRIPT.search(page.read_text(encoding="utf-8"))
    assert script
    subprocess.run(["sh", "-e", "-c", script.group()], cwd=folder, check=True)
    return folder / "valmont"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "start"), [("start.md", beside_the_examples), ("week.md", among_invented_people)])
def test_a_page_that_is_followed_to_the_letter_shows_what_is_printed(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    start: Callable[[Path, Path], Path],
    language: str,
) -> None:
    monkeypatch.setenv("GRADUAND_LANG", language)
    monkeypatch.setenv("COLUMNS", "100")
    page = GUIDE / language / name
    folder = start(page, tmp_path)

    def rerun(block: re.Match[str]) -> str:
        nonlocal folder
        shown = ""
        for command in re.findall(r"^\$ (.*)$", block.group(), re.MULTILINE):
            shown += f"$ {command}\n"
            if command.startswith("cd "):
                folder = folder / command[3:]
            else:
                shown += printed(folder, command)
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
    for name, page in {**pages(language), READMES[language].name: READMES[language]}.items():
        for command, options in commands_in(page):
            known = {one for part in command_of(command).params for one in part.opts} if command in COMMANDS else set()
            missing |= {f"{name}: {command}"} if not known else set()
            missing |= {f"{name}: {command} {option}" for option in options if option not in known}

    assert sorted(missing) == []
