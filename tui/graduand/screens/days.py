"""The question from which day to which."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from graduand.editing.typed_values import typed_day
from graduand.errors import Trouble
from graduand.language import N_, _
from graduand.screens.widgets.keyline import KeyLine
from graduand.workspace import day

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Days(NamedTuple):
    """From which day to which, both included."""

    since: str
    until: str


class DaysScreen(ModalScreen["Days | None"]):
    """Asks for two days; None: not now."""

    DEFAULT_CSS = """
    DaysScreen {
        align: center middle; background: $background 60%;
        & > Vertical { width: 60; max-width: 96%; height: auto; background: $panel; padding: 0 1; }
        & > Vertical { border: round $primary; }
        & Horizontal { height: 1; margin-top: 1; }
        & Horizontal .label { width: 14; }
        & Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
        & #wrong { height: auto; color: $text-error; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", N_("Compare"), id="days.take", priority=True),
        Binding("escape", "leave", N_("Back"), id="days.leave"),
    ]

    def __init__(self, title: str, since: str, until: str) -> None:
        super().__init__()
        self._heading = title
        self._days = Days(since, until)

    def compose(self) -> ComposeResult:
        """Build the window."""
        with Vertical():
            yield Static(Content.styled(self._heading, "bold"))
            labels = (_("First day"), _("Last day"))
            for name, label, value in zip(Days._fields, labels, self._days, strict=True):
                with Horizontal():
                    yield Static(Content(label), classes="label")
                    field = Input(value, compact=True, id=name)
                    field.cursor_blink = False
                    yield field
            yield Static(Content(""), id="wrong")
        yield KeyLine()

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Go to the last day; from there answer."""
        if event.input.id == Days._fields[-1]:
            self.action_take()
        else:
            self.focus_next()

    def action_take(self) -> None:
        """Answer with the days, as far as they are some."""
        typed = (self.query_one(f"#{name}", Input).value for name in Days._fields)
        try:
            self.dismiss(Days(*(day(typed_day(text, self._days.until)) for text in typed)))
        except Trouble as trouble:
            self.query_one("#wrong", Static).update(Content(str(trouble)))

    def action_leave(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)
