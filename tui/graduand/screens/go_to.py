"""The question where to go: a place, by its digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from graduand.language import N_, _
from graduand.screens.places import PLACES, Overview
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Key


class GoToScreen(ModalScreen[str]):
    """Answers with the key of a place; "" for none."""

    CSS = """
    GoToScreen {
        align: center top; background: $background 40%;
        & > Vertical { width: 84; max-width: 100%; height: auto; margin-top: 2; padding: 0 1; background: $surface; }
        & > Vertical { border: round $primary; }
        & LineList { height: 7; background: $surface; }
        & .hint { color: $foreground 70%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,g", "stay", N_("Back"), show=False, id="go_to.stay"),
    ]

    def __init__(self, overview: Overview) -> None:
        super().__init__()
        self._overview = overview

    def compose(self) -> ComposeResult:
        """Build the window."""
        with Vertical() as window:
            window.border_title = Content(_("Go to"))
            yield LineList()
            yield Static(Content(_("A digit goes there. Esc stays here.")), classes="hint")

    def on_mount(self) -> None:
        """Show the places, the cursor on the one that is shown."""
        here = [place.key for place in PLACES].index(self._overview.here)
        self.query_one(LineList).show(len(PLACES), self._draw, here)

    def _draw(self, index: int, width: int) -> Drawn:
        place = PLACES[index]
        count = self._overview.counts.get(place.key, "")
        head = f"{index + 1} {fit(_(place.name), 12)} "
        return (Cell(f" {head}", "strong"), Cell(f"{fit(count, 7)} ", "accent"), Cell(fit(_(place.about), width - 24)))

    def on_key(self, event: Key) -> None:
        """Answer by a digit."""
        if event.key.isdigit() and 0 < int(event.key) <= len(PLACES):
            event.stop()
            self.dismiss(PLACES[int(event.key) - 1].key)

    @on(LineList.Chosen)
    def choose(self) -> None:
        """Answer with the place under the cursor."""
        self.dismiss(PLACES[self.query_one(LineList).cursor].key)

    def action_stay(self) -> None:
        """Stay."""
        self.dismiss("")
