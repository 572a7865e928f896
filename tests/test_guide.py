"""The guide says the same in every language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from graduand.language import LANGUAGES
from tests.repository import HOUSE

if TYPE_CHECKING:
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
