"""Every statement of Handshake's article on graduates, carried out; and the page of the guide that says so."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from graduand.language import LANGUAGES
from tests.article.school import summer
from tests.article.statements import ARTICLE
from tests.repository import HOUSE

if TYPE_CHECKING:
    from tests.article.school import Summer

STATEMENTS = [statement for part in ARTICLE for statement in part.statements]
TITLES = {
    "en": "Handshake's article on graduates, statement by statement",
    "fr": "L’article de Handshake sur les diplômés, énoncé par énoncé",
}
INTROS = {
    "en": """\
Each statement was carried out against a stand-in of Handshake, on invented people, by the tests of graduand; the last
column is what was seen. A dash is nothing.""",
    "fr": """\
Chaque énoncé a été joué contre un remplaçant de Handshake, sur des personnes inventées, par les tests de graduand ; la
dernière colonne est ce que l’on a vu. Un tiret veut dire : rien.""",
}
HEADS = {
    "en": ("No.", "What the article says", "Command", "What is seen"),
    "fr": ("N°", "Ce que dit l’article", "Commande", "Ce que l’on voit"),
}


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Summer:
    """The school after its summer."""
    root = tmp_path_factory.mktemp("article")
    shutil.copytree(HOUSE / "schema", root / "schema")
    (root / "records").mkdir()
    return summer(root)


@pytest.mark.parametrize("number", range(1, len(STATEMENTS) + 1))
def test_a_statement_holds(number: int, school: Summer) -> None:
    assert STATEMENTS[number - 1].proof(school)


def page(school: Summer, language: str) -> str:
    """Return the page of a language, made of what was seen."""
    lines = [f"# {TITLES[language]}", "", INTROS[language]]
    number = 0
    for part in ARTICLE:
        heading = part.english if language == "en" else part.french
        lines += ["", f"## {heading}", "", f"| {' | '.join(HEADS[language])} |", "|--:|---|---|---|"]
        for statement in part.statements:
            number += 1
            said = statement.english if language == "en" else statement.french
            said = said.replace("**CLEAR**", "`**CLEAR**`")
            lines.append(f"| {number} | {said} | `{statement.command}` | {statement.proof(school)} |")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_the_guide_says_what_was_seen(
    language: str, school: Summer, request: pytest.FixtureRequest
) -> None:
    path = HOUSE / "docs" / language / "article.md"
    made = page(school, language)
    if request.config.getoption("--golden-update"):
        path.write_text(made, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == made
