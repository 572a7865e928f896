"""The job: answer who closed this account, when and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graduand.language import speak
from graduand.screens.audit import AuditScreen
from graduand.workspace import Workspace
from tests.repository import begin, commit, git, graduand, graduate, put
from tests.screens.stage import Stage
from tests.screens.terminal import SMALL, press, screen_text, story, type_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    Golden = Callable[[str, bytes], None]


@pytest.fixture
def history(root: Path) -> Path:
    """Three people; the account of one is closed, the address of another changes."""
    begin(root)
    for username in ("00412345", "00412346", "00412347"):
        put(root, graduate(username), f"2026-spring/{username}.yaml")
    commit(root)
    why = ("transition:account:reason=requested-by-student", "transition:account:requested_by=student")
    assert graduand(root, "edit", "00412346", "disabled=true", *why).code == 0
    assert graduand(root, "edit", "00412347", "email_address=c@courriel.example").code == 0
    return root


@pytest.mark.parametrize("language", ["en", "fr"])
def test_who_closed_the_account_is_found_with_the_reason(history: Path, golden: Golden, language: str) -> None:
    """One should see the closing alone, who did it, when, in which commit and why."""
    speak(language)
    screen = AuditScreen(Workspace(history))
    app = Stage(screen)
    closing = git(history, "rev-parse", "HEAD~1").strip()

    async def tell(pilot: Pilot[Any]) -> None:
        assert len(screen.found) == 5
        await press(pilot, "k", "k", "k")
        assert [one.username for one in screen.found] == ["00412346"]
        golden(f"screens/audit.{language}.80x24.txt", screen_text(app).replace(closing[:12], "0" * 12).encode())
        await press(pilot, "enter")
        assert app.opened == [("records/2026-spring/00412346.yaml", "")]

    story(app, tell, SMALL)


def test_events_are_found_by_words_and_days(history: Path) -> None:
    screen = AuditScreen(Workspace(history))
    app = Stage(screen)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        await type_in(pilot, "renard 347 courriel")
        assert [one.username for one in screen.found] == ["00412347"]
        await press(pilot, "escape", "slash")
        await type_in(pilot, "since:2026-07-02")
        assert not screen.found
        assert "Nothing is found" in screen_text(app)
        await press(pilot, "escape", "slash")
        await type_in(pilot, "until:2026-07 since:2026")
        assert len(screen.found) == 5

    story(app, tell)


def test_only_one_person_or_the_marked_ones_are_shown(history: Path) -> None:
    screen = AuditScreen(Workspace(history))
    app = Stage(screen)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "o")
        assert {one.username for one in screen.found} == {"00412347"}
        assert "No upload has carried this yet." in screen_text(app)
        await press(pilot, "o")
        assert len(screen.found) == 5
        screen.take_marks(frozenset({"records/2026-spring/00412345.yaml", "records/2026-spring/00412346.yaml"}))
        assert {one.username for one in screen.found} == {"00412345", "00412346"}

    story(app, tell)


def test_addresses_are_masked_until_asked_for(history: Path) -> None:
    app = Stage(AuditScreen(Workspace(history), "00412347"))

    async def tell(pilot: Pilot[Any]) -> None:
        assert "c•••@courriel.example" in screen_text(app)
        await press(pilot, "v", "y")
        assert "→ c@courriel.example" in screen_text(app)

    story(app, tell)


def test_an_event_is_taken_back_after_a_look(history: Path) -> None:
    app = Stage(AuditScreen(Workspace(history), "00412346"))

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "r")
        assert "Take back: Deactivated: 00412346" in screen_text(app)
        assert "1 closing is taken back." in screen_text(app)
        await press(pilot, "ctrl+s")

    story(app, tell)
    assert git(history, "log", "-1", "--format=%(trailers:key=Graduand-Reason,valueonly)").strip() == (
        "requested-by-student"
    )
    assert "disabled" not in (history / "records/2026-spring/00412346.yaml").read_text(encoding="utf-8")


def test_without_a_history_one_is_told(root: Path) -> None:
    app = Stage(AuditScreen(Workspace(root)))

    async def tell(pilot: Pilot[Any]) -> None:
        assert "git" in screen_text(app)
        await press(pilot, "k", "v", "y", "enter")

    story(app, tell)
