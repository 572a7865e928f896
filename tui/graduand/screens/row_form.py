"""One refused row of a foreign file, corrected cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from graduand.language import N_, visible
from graduand.screens.fields.text import SafeInput
from graduand.screens.widgets.keyline import KeyLine
from graduand.screens.widgets.lines import fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class RowCell(NamedTuple):
    """A cell of the row: its header, what the column is, and its text."""

    header: str
    column: str
    text: str
    wrong: bool = False
    """Whether the reason is about this cell."""


class RowForm(ModalScreen["tuple[str, ...] | None"]):
    """Asks for the cells of a row; None: the row stays as it is."""

    DEFAULT_CSS = """
    RowForm {
        align: center middle; background: $background 60%;
        & > Vertical { width: 84; max-width: 96%; height: auto; max-height: 95%; background: $panel; padding: 0 1; }
        & > Vertical { border: round $primary; }
        & #why { color: $text-error; height: auto; max-height: 4; margin-bottom: 1; }
        & VerticalScroll { height: auto; max-height: 16; }
        & .cell { height: 1; }
        & .cell Static { width: 32; }
        & .cell .wrong { color: $text-error; }
        & .cell SafeInput { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
        & .cell SafeInput:focus { background: $primary 25%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", N_("Keep the correction"), id="row.keep", priority=True),
        Binding("escape", "leave", N_("Leave the row as it is"), id="row.leave"),
        Binding("up", "app.focus_previous", show=False, id="row.up"),
        Binding("down", "app.focus_next", show=False, id="row.down"),
        Binding("f1", "app.help", N_("Help"), id="row.help"),
    ]

    def __init__(self, title: str, reason: str, cells: Sequence[RowCell]) -> None:
        super().__init__()
        self._heading = title
        self._reason = reason
        self._cells = tuple(cells)

    def compose(self) -> ComposeResult:
        """Build the window."""
        with Vertical():
            yield Static(Content.styled(self._heading, "bold"))
            yield Static(Content(self._reason), id="why")
            with VerticalScroll(can_focus=False):
                for cell in self._cells:
                    with Horizontal(classes="cell"):
                        meant = f" → {cell.column}" if cell.column else ""
                        label = fit(f"{visible(cell.header)}{meant}", 31)
                        yield Static(Content(label), classes="wrong" if cell.wrong else "")
                        field = SafeInput()
                        field.value = cell.text
                        yield field
        yield KeyLine()

    def on_mount(self) -> None:
        """Go to the cell that is wrong."""
        at = next((number for number, cell in enumerate(self._cells) if cell.wrong), 0)
        self.query(SafeInput)[at].focus()

    @on(Input.Submitted)
    def keep_what_is_typed(self) -> None:
        """Take the row as it is typed."""
        self.action_keep()

    def action_keep(self) -> None:
        """Answer with the cells."""
        self.dismiss(tuple(field.value for field in self.query(SafeInput)))

    def action_leave(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)
