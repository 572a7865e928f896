"""The field of a record's exemptions, one a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from graduand.language import _, visible
from graduand.records.transition import Waiver
from graduand.screens.fields.text import Edited
from graduand.screens.form_questions import WaiverScreen

if TYPE_CHECKING:
    from graduand.editing.draft import FieldValue


class WaiversField(Widget, can_focus=True):
    """Exemptions: Enter changes the one under the cursor or begins a new one, Delete takes it out."""

    DEFAULT_CSS = """
    WaiversField {
        height: auto; min-height: 1; padding: 0 1; background: $surface;
        &:focus { background: $surface-active; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "change", show=False, id="waivers.change"),
        Binding("delete,backspace", "remove", show=False, id="waivers.remove"),
        Binding("up", "step(-1)", show=False, id="waivers.up"),
        Binding("down", "step(1)", show=False, id="waivers.down"),
    ]

    waivers: reactive[tuple[Waiver, ...]] = reactive((), layout=True)
    cursor: reactive[int] = reactive(0)

    def __init__(self, key: str, today: str) -> None:
        super().__init__()
        self.key = key
        self._today = today

    @property
    def now(self) -> FieldValue | None:
        """The exemptions in it."""
        return self.waivers or None

    def show(self, value: FieldValue | None) -> None:
        """Show what the record holds."""
        self.waivers = tuple(one for one in value or () if isinstance(one, Waiver))
        self.cursor = min(self.cursor, len(self.waivers))

    def show_placeholder(self, _text: str) -> None:
        """Nothing holds in place of an exemption."""

    def render(self) -> Content:
        """Draw one line for each, and one to begin another."""
        lines = [
            " · ".join(visible(part, 60) for part in (one.rule, one.reason, one.until, one.by) if part)
            for one in self.waivers
        ]
        lines.append(_("Enter adds an exemption"))
        return Content("\n").join(self._line(number, text) for number, text in enumerate(lines))

    def _line(self, number: int, text: str) -> Content:
        here = self.has_focus and number == self.cursor
        style = "$foreground 70%" if number == len(self.waivers) else ""
        return Content.assemble(("▸ " if here else "  ", "$text-accent"), (text, style))

    def action_step(self, lines: int) -> None:
        """Go up or down; beyond the ends to another field."""
        wanted = self.cursor + lines
        if wanted < 0:
            self.screen.focus_previous()
        elif wanted > len(self.waivers):
            self.screen.focus_next()
        else:
            self.cursor = wanted

    def action_change(self) -> None:
        """Change the exemption under the cursor, or begin one."""
        there = self.waivers[self.cursor] if self.cursor < len(self.waivers) else Waiver()
        self.app.push_screen(WaiverScreen(there, self._today), self._changed)

    def _changed(self, waiver: Waiver | None) -> None:
        if waiver is not None:
            self._tell((*self.waivers[: self.cursor], waiver, *self.waivers[self.cursor + 1 :]))

    def action_remove(self) -> None:
        """Take out the exemption under the cursor."""
        self._tell(self.waivers[: self.cursor] + self.waivers[self.cursor + 1 :])

    def _tell(self, waivers: tuple[Waiver, ...]) -> None:
        self.waivers = waivers
        self.cursor = min(self.cursor, len(waivers))
        self.post_message(Edited(self.key, self.now, whole=True))
