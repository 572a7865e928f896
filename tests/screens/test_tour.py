"""Every view in both languages at both sizes, as a reviewer reads it; what the views do has its own stories."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from graduand.language import speak
from graduand.screens.app import GraduandApp
from graduand.workspace import Workspace
from tests.repository import TODAY, graduand, shipped
from tests.screens.terminal import LARGE, SMALL, press, seen_at, story

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

VIEWS = {
    "problems": ["g", "2"],
    "plan": ["g", "4"],
    "uploads": ["g", "5"],
    "history": ["g", "6"],
    "outreach": ["g", "3"],
    "due": ["g", "3", "d"],
    "share": ["g", "7"],
    "change": ["g", "1", "a", "b"],
}
_MOMENT = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
_COMMIT = re.compile(r"\b(?=\w*[a-f])[0-9a-f]{12}\b")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_view_is_as_it_was_reviewed(tmp_path: Path, golden: Callable[[str, bytes], None], language: str) -> None:
    """One should see each view whole: its heading, its list, the line under the cursor in full, and its keys."""
    root = shipped(tmp_path)
    noted = ["uploaded", str(root / "build/manifest.json"), "--ran-at", f"{TODAY}T10:15"]
    for words in (["compile", "--on", TODAY], noted):
        assert graduand(root, *words).code == 0
    speak(language)
    app = GraduandApp(Workspace(root), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        for name, keys in VIEWS.items():
            await press(pilot, *keys)
            for size in ((60, 15), SMALL, LARGE, (200, 55)):
                text = await seen_at(pilot, size)
                seen = _COMMIT.sub("0123456789ab", _MOMENT.sub("20261123T101500Z-0a1b2c3d", text))
                golden(f"screens/tour/{name}.{language}.{size[0]}x{size[1]}.txt", seen.encode())
            await press(pilot, "escape")

    story(app, tell)
