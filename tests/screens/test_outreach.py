"""The job: ask for personal addresses, and tell who loses the login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graduand.language import speak
from graduand.screens.outreach import OutreachScreen
from graduand.workspace import Workspace
from tests.campaigns.test_outreach import ASKED, DAY, NO_LOGIN, WAITING, someone
from tests.repository import GRADUATE, begin, commit, git, put, settle
from tests.screens.stage import Stage, told
from tests.screens.terminal import LARGE, SMALL, press, screen_text, story, type_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    Golden = Callable[[str, bytes], None]

PEOPLE = {
    "00412345": WAITING,
    "00412346": ASKED,
    "00412347": WAITING,
    "00412348": GRADUATE,
    "00412353": NO_LOGIN,
}


@pytest.fixture
def school(root: Path) -> Path:
    """A committed repository of people who wait, were asked, and keep everything."""
    begin(root)
    settle(root, outreach="{announce_archiving: true}")
    for username, record in PEOPLE.items():
        put(root, someone(record, username), f"2026-spring/{username}.yaml")
    commit(root)
    return root


def campaign(root: Path) -> tuple[Stage, OutreachScreen]:
    screen = OutreachScreen(Workspace(root), DAY)
    return Stage(screen), screen


def asked(screen: OutreachScreen) -> list[str]:
    assert screen.found
    return [one.record.username for one in screen.found.asked]


@pytest.mark.parametrize(("language", "size"), [("en", SMALL), ("fr", LARGE)], ids=["80x24", "120x40"])
def test_who_is_written_to_is_shown_with_the_letter(
    school: Path, golden: Golden, size: tuple[int, int], language: str
) -> None:
    """One should see who gets a letter, who does not and why, and the letter of the person under the cursor."""
    speak(language)
    app, _screen = campaign(school)

    async def tell(_pilot: Pilot[Any]) -> None:
        golden(f"screens/outreach.{language}.{size[0]}x{size[1]}.txt", screen_text(app).encode())

    story(app, tell, size)


def test_the_letters_are_written_for_who_is_marked_and_noted_after_a_look(school: Path, golden: Golden) -> None:
    """One should see what the record of each person would say; Ctrl+S makes one commit."""
    app, screen = campaign(school)

    async def tell(pilot: Pilot[Any]) -> None:
        assert asked(screen) == ["00412345", "00412347"]
        await press(pilot, "space", "ctrl+s")
        golden("screens/outreach-note.en.80x24.txt", screen_text(app).encode())
        await press(pilot, "escape", "w")
        people = (school / "build/outreach/email/people.csv").read_text(encoding="utf-8-sig")
        assert people.count("Dear Chloé") == 1
        assert told(app) == [f"For the mail merge: {school}/build/outreach/email"]
        assert (app.changed, git(school, "status", "--porcelain")) == ([], "")
        await press(pilot, "ctrl+s", "ctrl+s")
        assert app.changed == ["records/2026-spring/00412345.yaml"]
        assert asked(screen) == ["00412347"]

    story(app, tell)
    assert git(school, "log", "-1", "--format=%s").strip() == "Address-requested: 00412345"


def test_one_goes_from_the_question_to_the_reminder_and_to_the_login(school: Path) -> None:
    app, screen = campaign(school)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "k")
        assert asked(screen) == ["00412346"]
        assert screen.asked
        assert screen.asked.answer_by == "2026-11-30"
        await press(pilot, "t")
        assert screen.asked.answer_by == "2026-12-14"
        await press(pilot, "k")
        assert asked(screen) == ["00412353"]
        await press(pilot, "ctrl+s")
        assert "sso:notified_on" in screen_text(app) or "Told of the end" in screen_text(app)
        await press(pilot, "escape", "k")
        assert asked(screen) == []
        await press(pilot, "k")
        assert asked(screen) == []
        await press(pilot, "k")
        assert asked(screen) == ["00412345", "00412347"]

    story(app, tell)


def test_a_person_can_be_looked_for_and_opened(school: Path) -> None:
    app, screen = campaign(school)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        await type_in(pilot, "00412347")
        await press(pilot, "enter", "enter")
        assert app.opened == [("records/2026-spring/00412347.yaml", "")]
        await press(pilot, "escape")
        assert asked(screen) == ["00412345", "00412347"]

    story(app, tell)


def test_a_template_that_cannot_be_filled_is_told_in_place_of_the_list(school: Path) -> None:
    (school / "schema/outreach/email.en.txt").write_text("Subject: x\n\n{nme}\n", encoding="utf-8")
    app, _screen = campaign(school)

    async def tell(pilot: Pilot[Any]) -> None:
        assert "email.en.txt:3:" in screen_text(app)
        await press(pilot, "w", "ctrl+s", "space", "enter")
        assert told(app) == []
        await press(pilot, "k")
        assert "00412346" in screen_text(app)

    story(app, tell)
