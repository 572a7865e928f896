"""A stage of ten lines for one screen, and records with something wrong on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import App

from graduand.screens.keys import key_name
from graduand.screens.messages import Changed, Opened, UploadCompiled
from graduand.screens.plan import PlanScreen
from graduand.screens.upload import UploadScreen
from tests.repository import begin, commit, graduate, put

if TYPE_CHECKING:
    from pathlib import Path

    from textual.binding import Binding
    from textual.screen import Screen

FAULTS = {
    "00500000": ("2026-06-15", "15/06/2026"),
    "00500001": ("2026-06-15", "05/06/2026"),
    "00500002": ("Chloé", '"Chloé "'),
    "00500003": ("2026-06-15", "2026-06-15\n  education_level_name: bachelors"),
    "00500004": ("2026-06-15", "2026-06-15\n  education_level_name: masters"),
    "00500005": ("first_name", "Prénom"),
}
"""What is wrong with whom: what a sound record has, and what stands there."""


class Stage(App[None]):
    """Shows one screen, and keeps what it asks for."""

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        self.shown = screen
        self.opened: list[tuple[str, str]] = []
        self.changed: list[str] = []

    def get_key_display(self, binding: Binding) -> str:
        return binding.key_display or key_name(binding.key)

    def on_mount(self) -> None:
        self.push_screen(self.shown)

    @on(Opened)
    def note_the_opened(self, event: Opened) -> None:
        self.opened.append((event.path, event.field))

    @on(UploadCompiled)
    def show_the_card(self) -> None:
        assert isinstance(self.shown, PlanScreen)
        self.shown.go_to(UploadScreen(self.shown.workspace))

    @on(Changed)
    def note_the_changed(self, event: Changed) -> None:
        self.changed += [one.path for one in event.saved]


def faulty(root: Path) -> Path:
    """Commit people with something wrong."""
    begin(root)
    for username, (sound, wrong) in FAULTS.items():
        put(root, graduate(username).replace(sound, wrong, 1), f"2026-spring/{username}.yaml")
    commit(root)
    return root


def told(app: App[Any]) -> list[str]:
    """Return what the application has told in passing."""
    return [one.message for one in app._notifications]


def shows(app: App[Any], kind: type[Screen[Any]]) -> bool:
    """Tell whether a screen of this kind is on top."""
    return isinstance(app.screen, kind)
