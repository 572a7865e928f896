"""The job: hand some people's records to colleagues who work in a spreadsheet."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

from graduand.screens.app import GraduandApp
from graduand.screens.fields.path import PathField
from graduand.screens.sheet import SheetScreen
from graduand.workspace import Workspace
from tests.repository import TODAY, graduand, shipped
from tests.screens.terminal import press, screen_text, story, type_in

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


def test_the_marked_people_go_into_a_private_file_that_is_named_and_comes_back(tmp_path: Path) -> None:
    root = shipped(tmp_path / "school")
    app = GraduandApp(Workspace(root), TODAY)
    target = tmp_path / "two.csv"

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "space", "space", "w")
        assert "A sheet of 2 records" in screen_text(app)
        await press(pilot, "ctrl+u")
        await type_in(pilot, str(target))
        await press(pilot, "enter")
        assert not isinstance(app.screen, SheetScreen)
        assert str(target) in [note.message for note in app._notifications][-1]
        await press(pilot, "w", "ctrl+u")
        await type_in(pilot, f"{tmp_path}/tw")
        await press(pilot, "tab")
        assert app.screen.query_one(PathField).value == str(target)
        await press(pilot, "enter")
        assert "is there already" in " ".join(screen_text(app).split())

    story(app, tell)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert len(target.read_text(encoding="utf-8-sig").splitlines()) == 3
    assert graduand(root, "sheet", "in", str(target)).code == 0


def test_a_path_begins_at_the_records_also_while_it_is_completed(tmp_path: Path) -> None:
    root = shipped(tmp_path / "school")
    (root / "outgoing").mkdir()
    app = GraduandApp(Workspace(root), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "space", "w", "ctrl+u")
        await type_in(pilot, "outg")
        await press(pilot, "tab")
        await type_in(pilot, "one.csv")
        await press(pilot, "enter")
        assert (root / "outgoing" / "one.csv").is_file()

    story(app, tell)
