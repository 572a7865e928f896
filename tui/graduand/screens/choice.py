"""Choice: one of several things, found while typing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from graduand.index.query import folded
from graduand.language import N_, _
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.events import Key


class ChoiceScreen(ModalScreen["str | None"]):
    """Asks for one of several things, each with the words that say what it is; None: none of them."""

    DEFAULT_CSS = """
    ChoiceScreen {
        align: center middle; background: $background 60%;
        & > Vertical { width: 76; max-width: 96%; height: auto; max-height: 90%; background: $panel; padding: 0 1; }
        & > Vertical { border: round $primary; }
        & Input { height: 1; border: none; padding: 0; background: $surface; margin: 1 0; }
        & LineList { height: auto; max-height: 14; background: $panel; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", N_("Back"), id="choice.leave")]

    def __init__(self, question: str, offered: Mapping[str, str]) -> None:
        super().__init__()
        self._question = question
        self._offered = offered
        self._found = list(offered)

    def compose(self) -> ComposeResult:
        """Build the window."""
        with Vertical():
            yield Static(Content(self._question))
            field = Input(compact=True, placeholder=_("Type to find; Enter takes it"))
            field.cursor_blink = False
            yield field
            yield LineList()

    def on_mount(self) -> None:
        """Show everything."""
        self.find_while_typing()

    @on(Input.Changed)
    def find_while_typing(self) -> None:
        """Show what holds every word that is typed."""
        words = folded(self.query_one(Input).value).split()
        self._found = [
            key
            for key, label in self._offered.items()
            if all(word in folded(f"{key} {label}".replace("_", " ")) for word in words)
        ]
        lines = self.query_one(LineList)
        lines.styles.height = min(max(len(self._found), 1), 14)
        lines.show(len(self._found), self._draw)

    def _draw(self, index: int, width: int) -> Drawn:
        key = self._found[index]
        wide = min(width // 2, 42)
        return (Cell(f"{fit(key or '–', wide)} ", "strong"), Cell(fit(self._offered[key], max(width - wide - 1, 4))))

    def on_key(self, event: Key) -> None:
        """Move in the list while typing goes on above it."""
        steps = {"up": -1, "down": 1, "pageup": -8, "pagedown": 8}
        if event.key in steps and self.query_one(Input).has_focus:
            self.query_one(LineList).action_step(steps[event.key])
            event.stop()

    @on(Input.Submitted)
    @on(LineList.Chosen)
    def choose(self) -> None:
        """Answer with what the cursor is on."""
        if self._found:
            self.dismiss(self._found[self.query_one(LineList).cursor])

    def action_leave(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)
