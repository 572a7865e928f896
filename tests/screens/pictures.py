"""make pictures: the screens of the guide, drawn by the program itself on the shipped records."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graduand.screens.app import GraduandApp
from graduand.workspace import Workspace
from tests.repository import HOUSE, TODAY, shipped
from tests.screens.terminal import press, settled, story, type_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot

FOLDER = HOUSE / "docs" / "pictures"
SIZE = (112, 30)
_FONTS = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)
"""Of a font from elsewhere the pictures have no need."""
_NUMBER = re.compile(r"terminal-\d+")
MAEL = "records/2026-spring/00412398.yaml"


async def people(pilot: Pilot[Any]) -> None:
    """Somebody is looked for, two are marked."""
    await press(pilot, "down", "space", "space", "slash")
    await type_in(pilot, "cohort:2025 ")
    await press(pilot, "enter")


async def open_mael(pilot: Pilot[Any]) -> None:
    """Find a person, and open the form."""
    await press(pilot, "slash")
    await type_in(pilot, "mael")
    await press(pilot, "enter", "enter")
    await pilot.pause(0.5)
    await settled(pilot)


async def form(pilot: Pilot[Any]) -> None:
    """An account is about to be closed."""
    await open_mael(pilot)
    await press(pilot, *["tab"] * 14, "right")
    await pilot.pause(0.3)
    await press(pilot, "tab")


async def problems(pilot: Pilot[Any]) -> None:
    """All that is wrong, by rule."""
    await press(pilot, "g", "2")
    await press(pilot, "down", "down")


async def plan(pilot: Pilot[Any]) -> None:
    """What the next upload would change."""
    await press(pilot, "g", "4")
    await press(pilot, "down")


async def difference(pilot: Pilot[Any]) -> None:
    """The same field was changed here and on the disk."""
    await open_mael(pilot)
    await press(pilot, "tab", "tab", "tab")
    await type_in(pilot, "-Le Bris")
    path = pilot.app.workspace.root / MAEL  # type: ignore[attr-defined]
    theirs = path.read_text(encoding="utf-8").replace("last_name: Kervella", "last_name: Kervella-Morvan")
    path.write_text(theirs.replace("2026-06-26", "2026-06-27"), encoding="utf-8")
    await press(pilot, "ctrl+s")
    await pilot.pause(0.5)
    await settled(pilot)


PICTURES: dict[str, Callable[[Pilot[Any]], Awaitable[None]]] = {
    "people": people,
    "form": form,
    "problems": problems,
    "plan": plan,
    "difference": difference,
}


def main() -> None:
    """Draw them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, tell in PICTURES.items():
        with tempfile.TemporaryDirectory() as folder:
            app = GraduandApp(Workspace(shipped(Path(folder))), TODAY)

            async def draw(
                pilot: Pilot[Any],
                name: str = name,
                tell: Callable[[Pilot[Any]], Awaitable[None]] = tell,
                app: GraduandApp = app,
            ) -> None:
                await tell(pilot)
                picture = _FONTS.sub("", app.export_screenshot(title="graduand"))
                (FOLDER / f"{name}.svg").write_text(_NUMBER.sub("terminal", picture), encoding="utf-8")

            story(app, draw, SIZE)


if __name__ == "__main__":
    main()
