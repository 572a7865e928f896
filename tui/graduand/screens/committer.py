"""The question who commits, where git does not know it yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from graduand.language import N_, _
from graduand.screens.widgets.keyline import KeyLine

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Committer(NamedTuple):
    """Who commits in this clone."""

    name: str
    address: str


class CommitterScreen(ModalScreen["Committer | None"]):
    """Asks for name and address; None: not now."""

    DEFAULT_CSS = """
    CommitterScreen {
        align: center middle; background: $background 60%;
        & > Vertical { width: 74; max-width: 96%; height: auto; background: $panel; padding: 0 1; }
        & > Vertical { border: round $primary; }
        & Horizontal { height: 1; margin-top: 1; }
        & Horizontal .label { width: 14; }
        & Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", N_("Take it"), id="committer.take", priority=True),
        Binding("escape", "leave", N_("Back"), id="committer.leave"),
    ]

    def compose(self) -> ComposeResult:
        """Build the window."""
        with Vertical():
            yield Static(Content.styled(_("Who are you?"), "bold"))
            yield Static(
                Content(_("Each change is kept with the name of who made it. It is asked once in this clone."))
            )
            for name, label in (("name", _("Name")), ("address", _("E-mail"))):
                with Horizontal():
                    yield Static(Content(label), classes="label")
                    field = Input(compact=True, id=name)
                    field.cursor_blink = False
                    yield field
        yield KeyLine()

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Go to the next field; from the last one answer."""
        if event.input.id == "address":
            self.action_take()
        else:
            self.focus_next()

    def action_take(self) -> None:
        """Answer with what is typed."""
        typed = Committer(*(self.query_one(f"#{name}", Input).value.strip() for name in ("name", "address")))
        if all(typed):
            self.dismiss(typed)

    def action_leave(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)
