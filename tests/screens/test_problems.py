"""The job: see and clear what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graduand.language import speak
from graduand.screens.problems import ProblemsScreen
from graduand.workspace import Workspace
from tests.repository import TODAY, git, put
from tests.screens.stage import FAULTS, Stage, faulty, told
from tests.screens.terminal import LARGE, SMALL, press, screen_text, seen_at, story, type_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    Golden = Callable[[str, bytes], None]


def problems(root: Path) -> tuple[Stage, ProblemsScreen]:
    screen = ProblemsScreen(Workspace(root), TODAY)
    return Stage(screen), screen


def path(username: str) -> str:
    return f"records/2026-spring/{username}.yaml"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_all_that_is_wrong_is_told_worst_first(root: Path, golden: Golden, language: str) -> None:
    """One should see each rule with its findings, and below or beside them the first finding in full."""
    speak(language)
    app, _screen = problems(faulty(root))

    async def tell(pilot: Pilot[Any]) -> None:
        for view, keys in (("problems", ["tab"]), ("cure", [*["tab"] * 5, "C"])):
            await press(pilot, *keys)
            for size in (SMALL, LARGE):
                golden(f"screens/{view}.{language}.{size[0]}x{size[1]}.txt", (await seen_at(pilot, size)).encode())

    story(app, tell)


def test_tab_goes_through_all_findings_and_enter_opens_the_record_at_the_field(root: Path) -> None:
    app, screen = problems(faulty(root))

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, *["tab"] * 4)
        assert screen.finding
        assert (screen.finding.rule, screen.finding.username) == ("GR106", "00500001")
        await press(pilot, "shift+tab", "left")
        await press(pilot, "tab", "enter")
        assert app.opened == [(path("00500000"), "primary_education:end_date")]

    story(app, tell)


def test_a_rule_is_cured_everywhere_after_a_look_at_what_changes(root: Path) -> None:
    app, screen = problems(faulty(root))
    head = git(root, "rev-parse", "HEAD")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, *["tab"] * 5, "C")
        assert "bachelors → Undergraduate" in screen_text(app)
        await press(pilot, "escape")
        assert git(root, "rev-parse", "HEAD") == head
        await press(pilot, "C", "ctrl+s")
        assert sorted(app.changed) == [path("00500003"), path("00500004")]
        assert "GR109" not in screen.outline.groups

    story(app, tell)
    assert git(root, "log", "--format=%s", f"{head.strip()}..").splitlines() == ["Corrected: 2 records"]


def test_what_a_person_must_decide_is_not_cured(root: Path) -> None:
    app, screen = problems(faulty(root))

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, *["tab"] * 4, "c")
        assert screen.finding
        assert (screen.rule, screen.finding.username) == ("GR106", "00500001")
        assert told(app) == ["This is for you to decide; open the record."]
        await press(pilot, "shift+tab", "shift+tab", "c", "C")
        assert screen.rule == "GR104"
        assert app.screen is screen

    story(app, tell)
    assert not app.changed


def test_the_cursor_stays_when_one_comes_back_from_a_record(root: Path) -> None:
    app, screen = problems(faulty(root))

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, *["tab"] * 5, "W")
        assert "GR109" in screen_text(app)
        await press(pilot, "escape", "enter")
        put(root, "username: mended", "2026-spring/00500000.yaml")
        screen.outdated()
        await press(pilot)
        assert screen.finding
        assert screen.finding.username == "00500003"

    story(app, tell)


def test_findings_are_found_while_typing(root: Path) -> None:
    app, screen = problems(faulty(root))

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        await type_in(pilot, "00500002")
        assert {one.username for found in screen.outline.groups.values() for one in found} == {"00500002"}
        await press(pilot, "enter", "escape")
        assert len(screen.found) == sum(map(len, screen.outline.groups.values())) > len(FAULTS)

    story(app, tell)


@pytest.mark.parametrize("size", [(60, 15), (40, 10), (20, 5)])
def test_nothing_breaks_on_a_small_terminal_or_over_hostile_text(root: Path, size: tuple[int, int]) -> None:
    put(faulty(root), f'username: "[/red]\\e[31m"\nfirst_name: "{"x" * 3000}"\n', "2026-spring/hostile.yaml")
    app, screen = problems(root)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, *("tab" for _finding in screen.found))
        assert "\x1b" not in screen_text(app)
        await press(pilot, "W", "escape", "C", "escape")

    story(app, tell, size)


def test_where_nothing_is_wrong_one_is_told(root: Path) -> None:
    app, _screen = problems(root)

    async def tell(pilot: Pilot[Any]) -> None:
        assert "Nothing is wrong." in screen_text(app)
        await press(pilot, "tab", "c", "C", "W", "left", "enter")

    story(app, tell)
