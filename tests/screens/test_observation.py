"""From the plan and from a person's page: what Handshake shows is compared, taken in, noted; records are approved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graduand.screens.form import EditingScreen
from graduand.screens.page import PageScreen
from graduand.screens.plan import PlanScreen
from graduand.workspace import Workspace
from tests.repository import TODAY, begin, commit, graduand, graduate, noted, put
from tests.screens.stage import Stage
from tests.screens.terminal import LARGE, press, screen_text, settled, story, type_in

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

EXPORT = "Username,Email,Archived\n00412345,elsewhere@mail.example,Yes\n"


@pytest.fixture
def school(root: Path) -> Path:
    """One graduate, who was sent."""
    put(begin(root), graduate("00412345"))
    commit(root)
    assert graduand(root, "compile", "--on", TODAY).code == 0
    assert graduand(root, "uploaded", str(root / "build/manifest.json")).code == 0
    return root


def test_an_export_is_looked_at_and_noted_and_shows_where_handshake_differs(school: Path) -> None:
    export = school.parent / "students.csv"
    export.write_text(EXPORT, encoding="utf-8")
    app = Stage(PlanScreen(Workspace(school), TODAY))

    async def tell(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await press(pilot, "h", "x")
        await type_in(pilot, str(export))
        await press(pilot, "enter")
        await settled(pilot)
        await settled(pilot)
        assert "00412345" in screen_text(app)
        assert noted(school, "observation") == []
        await press(pilot, "ctrl+s")
        await settled(pilot)
        assert len(noted(school, "observation")) == 1
        await press(pilot, "h", "d")
        await settled(pilot)
        assert isinstance(app.screen, PageScreen)
        assert "00412345" in screen_text(app)

    story(app, tell, size=LARGE)


def test_what_the_records_say_is_approved_from_the_plan(school: Path) -> None:
    put(school, graduate("00412346"), "2026-spring/00412346.yaml")
    commit(school)
    app = Stage(PlanScreen(Workspace(school), TODAY))

    async def tell(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await press(pilot, "A")
        await settled(pilot)
        assert "00412346" in screen_text(app)
        assert noted(school, "approval") == []
        await press(pilot, "escape", "A")
        await settled(pilot)
        await press(pilot, "ctrl+s")
        await settled(pilot)

    with pytest.MonkeyPatch.context() as patch:
        for who in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{who}_NAME", "Somebody Else")
            patch.setenv(f"GIT_{who}_EMAIL", "else@valmont.example")
        story(app, tell, size=LARGE)

    assert len(noted(school, "approval")) == 1


@pytest.mark.parametrize(("key", "seen"), [("o", "FALSE"), ("c", "TRUE")])
def test_what_was_done_on_a_profile_is_noted_from_the_persons_page(school: Path, key: str, seen: str) -> None:
    before = (school / "records/2026-spring/00412345.yaml").read_bytes()
    app = Stage(EditingScreen(Workspace(school), "records/2026-spring/00412345.yaml", TODAY).to_be_read())

    async def tell(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await press(pilot, "h", key)
        await settled(pilot)
        await settled(pilot)
        await press(pilot, "ctrl+s")
        await settled(pilot)

    story(app, tell, size=LARGE)

    assert len(noted(school, "observation")) == 1
    shown = graduand(school, "log", "00412345", "--json").out
    assert f'"{seen.lower()}"' in shown.lower() or seen in shown
    assert (school / "records/2026-spring/00412345.yaml").read_bytes() == before
