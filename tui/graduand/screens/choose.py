"""Choose: a question with many answers, found while typing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from graduand.language import _, quoted
from graduand.screens.fields.line import SafeInput
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit
from graduand.similar import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.events import Key


class Option(NamedTuple):
    """An answer, what it is called, and by which other words it is found."""

    value: str
    label: str
    words: str = ""


class ChooseScreen(ModalScreen[str | None]):
    """Choose one of the options; None: none of them."""

    CSS = """
    ChooseScreen { align: center middle; }
    #choose {
        width: 64; max-width: 100%; height: auto;
        max-height: 90%; padding: 0 1; background: $panel; border: round $primary;
    }
    #choose LineList { height: auto; max-height: 14; background: $panel; }
    #choose #nothing { display: none; color: $foreground 70%; }
    ChooseScreen.-empty #nothing { display: block; }
    ChooseScreen.-empty #options { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", show=False, id="choose.give_up")]

    def __init__(self, title: str, options: Sequence[Option], current: str = "", *, free: bool = False) -> None:
        super().__init__()
        self._heading = title
        self._options = options
        self._found = list(options)
        self._current = current
        self._free = free

    def compose(self) -> ComposeResult:
        """Build the screen."""
        with Vertical(id="choose"):
            yield Static(Content.styled(self._heading, "bold"))
            yield SafeInput(id="wanted")
            yield LineList(id="options")
            yield Static(Content(_("Nothing here has this name.")), id="nothing")

    def on_mount(self) -> None:
        """Show everything, the cursor on what holds now."""
        self.query_one(SafeInput).placeholder = _("type to find")
        self._show()

    @property
    def lines(self) -> LineList:
        """The list of options."""
        return self.query_one("#options", LineList)

    @on(Input.Changed)
    def find_while_typing(self) -> None:
        """Show the options whose names hold every word that is typed."""
        text = self.query_one(SafeInput).value
        words = folded(text).split()
        self._found = [
            one for one in self._options if all(word in folded(f"{one.label} {one.words}") for word in words)
        ]
        if self._free and text.strip() and text not in {one.value for one in self._options}:
            self._found.append(Option(text, _("{text} as typed").format(text=quoted(text))))
        self._show()

    def _show(self) -> None:
        self.set_class(not self._found, "-empty")
        self.lines.styles.height = min(len(self._found), 14)
        at = next((number for number, one in enumerate(self._found) if one.value == self._current), 0)
        self.lines.show(len(self._found), self._draw, at)

    def _draw(self, index: int, width: int) -> Drawn:
        one = self._found[index]
        return (Cell(f" {fit(one.label, width - 1)}", "accent" if one.value == self._current else ""),)

    def on_key(self, event: Key) -> None:
        """Move in the list while typing goes on above it."""
        steps = {"up": -1, "down": 1, "pageup": -8, "pagedown": 8}
        if event.key in steps:
            self.lines.action_step(steps[event.key])
            event.stop()

    @on(Input.Submitted)
    @on(LineList.Chosen)
    def choose(self) -> None:
        """Answer with what the cursor is on."""
        if self._found:
            self.dismiss(self._found[self.lines.cursor].value)

    def action_give_up(self) -> None:
        """Choose nothing."""
        self.dismiss(None)
