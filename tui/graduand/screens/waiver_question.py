"""Exempt: a question: from which rule, why, until when and by whom a record is exempted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from graduand.language import N_, _
from graduand.records.transition import Waiver
from graduand.screens.fields.day import DayField
from graduand.screens.fields.edited import Edited
from graduand.screens.fields.text import TextField

if TYPE_CHECKING:
    from textual.app import ComposeResult

PARTS = (("rule", N_("Rule")), ("reason", N_("Reason")), ("until", N_("Until")), ("by", N_("Decided by")))


class ExemptScreen(ModalScreen[Waiver | None]):
    """Change one exemption; None: leave it as it was."""

    CSS = """
    ExemptScreen { align: center middle; }
    #exempt { width: 60; max-width: 100%; height: auto; padding: 0 1; background: $panel; border: round $primary; }
    #exempt Horizontal { height: 1; }
    #exempt .label { width: 14; }
    #exempt .keys { margin-top: 1; color: $foreground 70%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", show=False, id="exempt.take"),
        Binding("escape", "give_up", show=False, id="exempt.give_up"),
    ]

    def __init__(self, waiver: Waiver, today: str) -> None:
        super().__init__()
        self._waiver = waiver
        self._today = today

    def compose(self) -> ComposeResult:
        """Build the screen."""
        with Vertical(id="exempt"):
            yield Static(Content.styled(_("Exemption from a rule"), "bold"))
            for (part, label), text in zip(PARTS, self._waiver, strict=True):
                field = DayField(part, self._today) if part == "until" else TextField(part)
                field.show(text)
                with Horizontal():
                    yield Static(Content(_(label)), classes="label")
                    yield field
            yield Static(Content(_("Ctrl+S takes it · Esc goes back")), classes="keys")

    @on(Edited)
    def take_part(self, event: Edited) -> None:
        """Keep what was typed."""
        event.stop()
        self._waiver = self._waiver._replace(**{event.key: str(event.value or "")})

    def action_take(self) -> None:
        """Answer with what was typed."""
        self.dismiss(self._waiver if any(self._waiver) else None)

    def action_give_up(self) -> None:
        """Change nothing."""
        self.dismiss(None)
