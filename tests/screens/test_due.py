"""The job: do what the calendar asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graduand.language import speak
from graduand.screens.app import GraduandApp
from graduand.screens.due import DueScreen
from graduand.screens.outreach import OutreachScreen
from graduand.storage import swap
from graduand.workspace import Workspace
from tests.campaigns.test_due import ASKED, PEOPLE, someone
from tests.repository import begin, commit, git, graduand, put, settle
from tests.screens.stage import Stage, told
from tests.screens.terminal import LARGE, SMALL, press, screen_text, story, type_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    Golden = Callable[[str, bytes], None]

DAY = "2026-11-01"


@pytest.fixture
def school(root: Path) -> Path:
    """A committed repository of one person for each thing that falls due."""
    begin(root)
    settle(root, outreach="{announce_archiving: true}")
    for username, record in PEOPLE.items():
        put(root, someone(record, username), f"2026-spring/{username}.yaml")
    commit(root)
    return root


def due(root: Path) -> tuple[Stage, DueScreen]:
    screen = DueScreen(Workspace(root), DAY)
    return Stage(screen), screen


@pytest.mark.parametrize(("language", "size"), [("en", SMALL), ("fr", LARGE)], ids=["80x24", "120x40"])
def test_all_that_is_due_is_told_by_kind_with_what_is_proposed(
    school: Path, golden: Golden, size: tuple[int, int], language: str
) -> None:
    """One should see what closes accounts first, each with its day, and in full what the record would say."""
    speak(language)
    app, _screen = due(school)

    async def tell(_pilot: Pilot[Any]) -> None:
        golden(f"screens/due.{language}.{size[0]}x{size[1]}.txt", screen_text(app).encode())

    story(app, tell, size)


def test_a_closing_is_written_only_when_its_number_is_typed(school: Path, golden: Golden) -> None:
    """One should see whose account closes and why; Enter and Ctrl+S alone do nothing, the number does."""
    app, screen = due(school)
    head = git(school, "rev-parse", "HEAD").strip()

    async def tell(pilot: Pilot[Any]) -> None:
        assert screen.entry
        assert screen.entry.record.username == "00412345"
        await press(pilot, "ctrl+s")
        golden("screens/due-closing.en.80x24.txt", screen_text(app).encode())
        await press(pilot, "enter", "ctrl+s")
        assert git(school, "rev-parse", "HEAD").strip() == head
        await press(pilot, "tab")
        await type_in(pilot, "1")
        await press(pilot, "ctrl+s")
        assert app.changed == ["records/2026-spring/00412345.yaml"]
        assert [one.record.username for one in screen.found.due if one.closes] == []

    story(app, tell)
    assert git(school, "log", "--format=%s", f"{head}..").splitlines() == ["Deactivated: 00412345"]


def test_what_became_of_a_killed_save_is_told(school: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_words: object) -> None:
        raise swap.HalfWritten(school)

    with monkeypatch.context() as patch:
        patch.setattr(swap, "swap_files", stop)
        assert graduand(school, "edit", "00412345", "middle_name=Rose").code == 5
    app, _screen = due(school)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "down", "down", "down", "ctrl+s", "ctrl+s")
        assert any("is finished now: “Corrected: 00412345”" in sentence for sentence in told(app))

    story(app, tell)


def test_what_closes_nothing_is_written_after_a_look(school: Path) -> None:
    app, screen = due(school)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "down", "down", "down")
        assert screen.entry
        assert screen.entry.kind == "study"
        await press(pilot, "ctrl+s", "escape")
        assert app.changed == []
        await press(pilot, "ctrl+s", "ctrl+s")
        assert app.changed == ["records/2026-spring/00412349.yaml"]

    story(app, tell)
    assert git(school, "log", "-1", "--format=%s").strip() == "Graduated: 00412349"


def test_many_are_marked_at_once_and_the_limit_is_named(root: Path) -> None:
    begin(root)
    settle(root, limits="{deactivations: {count: 2}}", outreach="{announce_archiving: true}")
    for number in range(4):
        put(root, someone(ASKED, f"0041234{number}"), f"2026-spring/0041234{number}.yaml")
    commit(root)
    app, screen = due(root)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "a", "space")
        assert len(screen.marks) == 3
        await press(pilot, "ctrl+s")
        shown = screen_text(app)
        assert "3 accounts will be closed. The school's limit is 2." in shown
        assert "Type 3 to go on:" in shown
        await press(pilot, "tab")
        await type_in(pilot, "3")
        await press(pilot, "ctrl+s")
        assert len(app.changed) == 3

    story(app, tell)
    assert git(root, "log", "-1", "--format=%s").strip() == "Deactivated: 3 records"


def test_what_is_not_proposed_cannot_be_marked_or_written_and_enter_opens_the_record(school: Path) -> None:
    app, screen = due(school)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "down", "space", "ctrl+s")
        assert screen.marks == frozenset()
        assert app.screen is screen
        await press(pilot, "enter")
        assert app.opened == [("records/2026-spring/00412346.yaml", "")]

    story(app, tell)


def test_it_can_be_searched_and_looks_further_ahead(school: Path) -> None:
    app, screen = due(school)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        await type_in(pilot, "00412347")
        assert list(screen.outline.groups) == ["account"]
        await press(pilot, "escape", "t", "t", "t")
        assert screen.ahead == 0
        assert "account" not in screen.outline.groups
        await press(pilot, "escape")
        assert app.screen is not screen

    story(app, tell)


def test_a_record_that_changed_meanwhile_is_not_overwritten(school: Path) -> None:
    app, screen = due(school)

    async def tell(pilot: Pilot[Any]) -> None:
        path = school / "records/2026-spring/00412345.yaml"
        await press(pilot, "ctrl+s", "tab")
        await type_in(pilot, "1")
        path.write_text(path.read_text(encoding="utf-8") + "\tx\n", encoding="utf-8")
        await press(pilot, "ctrl+s")
        assert app.changed == []
        assert any("00412345.yaml" in words for words in told(app))
        assert app.screen is screen

    story(app, tell)


def test_addresses_are_of_who_is_marked_and_d_leads_to_the_calendar(school: Path) -> None:
    app = GraduandApp(Workspace(school), DAY)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "g", "3", "d")
        assert "No answer about a personal address" in screen_text(app)
        await press(pilot, "escape", "escape", "slash")
        await type_in(pilot, "00412350")
        await press(pilot, "enter", "space", "g", "3")
        screen = app.screen
        assert isinstance(screen, OutreachScreen)
        assert screen.found
        assert [one.record.username for one in screen.found.asked] == ["00412350"]
        assert screen.found.left_out == ()

    story(app, tell)
