"""The job: answer who closed this account, when and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graduand.language import speak
from graduand.screens.audit import AuditScreen
from graduand.screens.days import DaysScreen
from graduand.workspace import Workspace
from tests.repository import TODAY, begin, commit, git, graduand, graduate, put
from tests.screens.stage import Stage, shows, told
from tests.screens.terminal import SMALL, in_order, press, screen_text, settled, story, type_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    Golden = Callable[[str, bytes], None]


def path_of(username: str) -> str:
    return f"records/2026-spring/{username}.yaml"


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
        screen.take_people(frozenset({path_of("00412345"), path_of("00412346")}), path_of("00412347"))
        await settled(pilot)
        assert {one.username for one in screen.found} == {"00412345", "00412346"}

    story(app, tell)


def test_the_person_whom_one_comes_from_comes_first_with_what_was_sent_and_failed(history: Path) -> None:
    """Everybody's list leaves out what went well; one person's history has it all."""
    graduand(history, "compile", "--on", TODAY)
    upload = graduand(history, "uploaded", str(history / "build/manifest.json")).out.strip()
    failed = history.parent / "failed.csv"
    response = '{""email_address"": [""has already been taken""]}'
    failed.write_text(f'username,email_address,status,response\n00412347,x@mail.example,failed,"{response}"\n')
    assert graduand(history, "reconcile", str(failed), "--upload", upload).code == 0
    observed = ("observe", "--person", "00412346", "disabled=FALSE", "--apply")
    assert graduand(history, *observed).code == 0
    screen = AuditScreen(Workspace(history))
    app = Stage(screen)

    def kinds(username: str) -> set[str]:
        return {event.event.value for event in screen.found if event.username == username}

    async def tell(pilot: Pilot[Any]) -> None:
        assert kinds("00412346") == {"graduated", "deactivated"}
        screen.take_people(frozenset(), path_of("00412346"))
        await settled(pilot)
        assert screen.found[0].username == "00412346"
        assert kinds("00412346") == {"graduated", "deactivated", "sent", "observed"}
        assert kinds("00412347") == {"graduated", "email-changed", "failed"}
        assert in_order(screen_text(app), "00412346", "Everybody else", "00412347")
        assert "Nobody's approval is noted." in await whole_of(pilot, screen, "deactivated")

    story(app, tell)


async def whole_of(pilot: Pilot[Any], screen: AuditScreen, kind: str) -> str:
    """Go to the first event of a kind, and return all that is said of it."""
    place = next(place for place, event in enumerate(screen.found) if event.event.value == kind)
    await press(pilot, "home", *["down"] * (place + 1))
    return screen.whole().plain


def test_two_events_or_two_days_are_compared(history: Path) -> None:
    """The record before the first and after the last, and what went out in between."""
    why = ("transition:account:reason=closed-by-mistake", "transition:account:requested_by=student")
    assert graduand(history, "edit", "00412346", "disabled=false", *why).code == 0
    screen = AuditScreen(Workspace(history), "00412346")
    app = Stage(screen)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "space", "down", "equals_sign")
        text = screen_text(app)
        assert in_order(text, "Account state", "– → reopened", "Reason", "– → closed by mistake")
        assert "Nothing went out in between." in text
        await press(pilot, "escape", "space", "space", "equals_sign")
        assert shows(app, DaysScreen)
        await press(pilot, "ctrl+u")
        await type_in(pilot, "1/1/2020")
        await press(pilot, "enter", "enter")
        assert in_order(screen_text(app), "From 2020-01-01 to", "There was no record before.", "– → Chloé")

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
        assert "Take back: account closed: 00412346" in screen_text(app)
        assert "1 closing is taken back." in screen_text(app)
        await type_in(pilot, "asked again")
        await press(pilot, "ctrl+s")
        assert "Undone: account closed: 00412346" in told(app)

    story(app, tell)
    assert git(history, "log", "-1", "--format=%(trailers:key=Graduand-Why,valueonly)").strip() == "asked again"
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
