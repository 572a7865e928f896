"""Every view bears every size, hostile text, and all of its keys in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual.content import Content

from graduand.screens.audit import AuditScreen
from graduand.screens.bulk import BulkScreen
from graduand.screens.plan import PlanScreen
from graduand.screens.problems import ProblemsScreen
from graduand.screens.question import Answer, QuestionScreen
from graduand.screens.upload import UploadScreen
from graduand.screens.uploads import UploadsScreen
from graduand.workspace import Workspace
from tests.repository import TODAY, begin, commit, graduate, put
from tests.screens.stage import Stage
from tests.screens.terminal import press, resize, screen_text, story

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot
    from textual.screen import Screen

HOSTILE = '"[/red][@click=app.quit]x[/]"'
PATH = "records/2026-spring/00412345.yaml"
VIEWS: dict[str, Callable[[Workspace], Screen[None]]] = {
    "problems": lambda workspace: ProblemsScreen(workspace, TODAY),
    "plan": lambda workspace: PlanScreen(workspace, TODAY),
    "uploads": lambda workspace: UploadsScreen(workspace, TODAY),
    "upload": UploadScreen,
    "history": AuditScreen,
    "change": lambda workspace: BulkScreen(workspace, (PATH,), TODAY),
}


SHOWN = {
    "problems": "2 records",
    "plan": "[/red]",
    "uploads": "No upload is compiled",
    "upload": "No upload is compiled",
    "history": "00412345",
    "change": "Change 1 record",
}
"""What one should see afterwards."""


@pytest.fixture
def hostile(root: Path) -> Path:
    """Two people whose names are markup, right to left, and of combining letters."""
    put(begin(root), graduate("00412345").replace("Dupont", HOSTILE))
    put(
        root,
        graduate("00412346").replace("Dupont", '"بن يوسف"').replace("Chloé", "Z\u0335a\u0335"),
        "2026-spring/00412346.yaml",
    )
    commit(root)
    return root


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_bears_every_size_and_shows_what_would_be_obeyed(hostile: Path, name: str) -> None:
    app = Stage(VIEWS[name](Workspace(hostile)))

    async def tell(pilot: Pilot[Any]) -> None:
        for size in ((1, 1), (20, 5), (500, 60), (40, 10), (120, 40)):
            await resize(pilot, *size)
            await press(pilot, "down", "up")
        assert SHOWN[name] in screen_text(app)

    story(app, tell)


def test_a_question_shows_its_keys_in_a_tiny_window() -> None:
    answers = [Answer(("q",), "q", "quit", "quit"), Answer((), "Esc", "stay here", "")]
    app = Stage(QuestionScreen("Quit?", [Content("1 person is marked; marks are not kept.")], answers))

    async def tell(_pilot: Pilot[Any]) -> None:
        assert "stay here" in screen_text(app)

    story(app, tell, (40, 10))
