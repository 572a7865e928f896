"""An application of one form, for keyboard stories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import App

from graduand.screens.form import FormScreen
from graduand.screens.keys import key_name
from graduand.screens.messages import Changed
from graduand.screens.themes import THEMES
from graduand.workspace import Workspace
from tests.editing.drafts import ON, PATH

if TYPE_CHECKING:
    from pathlib import Path

    from textual.binding import Binding

    from graduand.editing.draft import Draft
    from graduand.file_change import SavedFile


class Undisturbed(FormScreen):
    """A form that looks at the disk only when it is told to, so that its screen is the same at every run."""

    FILE_CHECK_INTERVAL = 3600.0


class FormApp(App[None]):
    """Opens one record, and remembers what was saved."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, root: Path, path: str = PATH, *, reading: bool = False, **options: Any) -> None:  # noqa: ANN401 - those of the form
        super().__init__()
        self.form = Undisturbed(Workspace(root), path, ON, **options)
        if reading:
            self.form.to_be_read()
        self.saved: list[SavedFile] = []
        self.left = False

    def on_mount(self) -> None:
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = THEMES["dark"].name
        self.push_screen(self.form, self._leave)

    def _leave(self, _answer: None) -> None:
        self.left = True

    @on(Changed)
    def remember(self, event: Changed) -> None:
        self.saved += event.saved

    def get_key_display(self, binding: Binding) -> str:
        return binding.key_display or key_name(binding.key)

    @property
    def draft(self) -> Draft:
        assert self.form.draft
        return self.form.draft

    @property
    def said(self) -> str:
        """All that was notified, and still stands."""
        return "\n".join(note.message for note in self._notifications)
