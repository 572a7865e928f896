"""The chart of transitions: short enough for a screen, of keys that there are, and the page of the guide."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from graduand.commands.command_classes import COMMANDS
from graduand.language import LANGUAGES, speak
from graduand.records.transition import KINDS
from graduand.reports.transitions_text import CASES, YEAR, ChartCase, chart_page
from tests.repository import HOUSE, graduand, settle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from graduand.records.school import School


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chart_fits_a_screen_and_ends_each_branch(root: Path, language: str) -> None:
    ran = graduand(root, "explain", "transitions", lang=language)
    lines = ran.out.splitlines()

    assert (ran.code, ran.err) == (0, "")
    assert len(lines) <= 60
    assert max(map(len, lines)) < 80
    assert len([line for line in lines if line.startswith(("├─", "└─"))]) == len(CASES)
    assert all(any(f"kind: {kind}" in line for line in lines) for kind in KINDS)


def test_the_year_column_is_the_regions_and_the_keys_are_told_to_programs(root: Path) -> None:
    settle(root, region="us")
    text, whole = (graduand(root, "explain", "transitions", *words).out for words in ((), ("--json",)))

    assert ("school_year_name" in text, YEAR in text) == (True, False)
    assert json.loads(whole)["cases"][2]["says"][:2] == ["kind: returned", "school_year_name"]


def cases(within: tuple[ChartCase, ...] = CASES) -> Iterator[ChartCase]:
    for case in within:
        yield case
        yield from cases(case.within)


def test_every_key_reason_and_command_of_the_chart_is_one(school: School) -> None:
    names = {part for key in school.keys for part in key.split(":")}
    reasons = {value for case in cases() for key, value in case.says if key == "reason"}
    for case in cases():
        for key, value in case.says:
            assert {*key.split(":")} <= names
            assert value in {"", "true", "false", "in-handshake", '"**CLEAR**"', *KINDS, *reasons}
        assert not case.command or case.command[0] in COMMANDS
    closing = {*school.institution.deactivation_reasons, *school.institution.reactivation_reasons}
    assert closing - reasons == {"no-personal-email"}, "which due proposes"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_the_guide_is_made_by_the_program(language: str, request: pytest.FixtureRequest) -> None:
    speak(language)
    page = HOUSE / "docs" / language / "transitions.md"
    if request.config.getoption("--golden-update"):
        page.write_text(chart_page(), encoding="utf-8")

    assert page.read_text(encoding="utf-8") == chart_page()
    assert not re.search(r"[ \t]+$", chart_page(), re.MULTILINE)
