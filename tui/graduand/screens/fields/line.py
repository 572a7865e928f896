"""Line: an input that takes nothing from a paste that nobody could see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from graduand.screens.fields.edited import pasted

if TYPE_CHECKING:
    from textual.events import Paste


class SafeInput(Input):
    """One line to type into, without a border and without blinking."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False

    def on_paste(self, event: Paste) -> None:
        """Take the first line of what is pasted."""
        event.prevent_default()
        event.stop()
        self.replace(pasted(event.text).strip("\n").partition("\n")[0], *self.selection)
