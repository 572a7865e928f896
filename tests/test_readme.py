"""The README is whole in both languages: every command, every key, the same parts."""

from __future__ import annotations

import re

import pytest

from graduand.commands.app import COMMANDS
from graduand.language import LANGUAGES, _, speak
from graduand.screens.app import GraduandApp
from graduand.screens.base_app import BaseApp
from graduand.screens.form import EditingScreen
from graduand.screens.keys import key_name
from graduand.screens.people import PeopleScreen
from tests.repository import HOUSE
from tests.test_guide import READMES


def text_of(language: str) -> str:
    """Return the README of a language."""
    return READMES[language].read_text(encoding="utf-8")


def parts(language: str) -> list[str]:
    """Return what a README has in every language, in order: levels of headings, commands of the table, what is run."""
    text = text_of(language).replace("--lang fr\n", "--lang en\n")
    found = re.findall(r"^(#+) |^(\| `graduand \w+`)|^```(\w+\n.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return ["".join(one) for one in found]


def test_the_readme_has_the_same_parts_in_every_language() -> None:
    english = parts("en")

    assert len(english) > len(COMMANDS)
    assert {language: parts(language) for language in LANGUAGES} == dict.fromkeys(LANGUAGES, english)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_that_a_readme_leads_to_is_there_and_in_its_language(language: str) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", text_of(language))

    assert [link for link in links if not (HOUSE / link).exists()] == []
    assert {link.split("/")[1] for link in links if link.startswith("docs/")} <= {language, "pictures"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_in_the_readmes_table(language: str) -> None:
    table = re.findall(r"^\| `graduand ([a-z]+)", text_of(language), re.MULTILINE)

    assert sorted(table) == sorted(COMMANDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_is_in_the_readmes_table(language: str) -> None:
    speak(language)
    bindings = [
        binding
        for screen in (PeopleScreen, EditingScreen, GraduandApp, BaseApp)
        for binding in screen.__dict__["BINDINGS"]
        if binding.description and not (binding.id or "").endswith("_too")
        if not (binding.id or "").startswith("app.go_to_")
    ]
    keys = {(one.key_display or key_name(one.key.partition(",")[0]), _(one.description)) for one in bindings}
    table = re.search(r"(?<=^\|---\|---\|---\|---\|---\|---\|\n).*?\n\n", text_of(language), re.MULTILINE | re.DOTALL)
    assert table
    cells = re.findall(r"\| `([^`]+)` \| ([^|]+) (?=\|)", table.group())

    assert keys == set(cells)


@pytest.mark.parametrize("target", ["compile", "check", "test", "gate", "bench"])
def test_the_make_targets_that_the_documents_name_exist(target: str) -> None:
    assert re.search(rf"^{target}:", (HOUSE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
