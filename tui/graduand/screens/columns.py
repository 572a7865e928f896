"""The question which columns the list of people shows, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from graduand.index.people_list import COLUMNS
from graduand.language import N_, _
from graduand.screens.widgets.keyline import KeyLine
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit
from graduand.screens.widgets.person_line import column_title, person_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class ColumnsScreen(ModalScreen["tuple[str, ...] | None"]):
    """Answers with the chosen columns from left to right, () for those that fit; None: all stays as it is."""

    CSS = """
    ColumnsScreen {
        align: center top; background: $background 40%;
        & > Vertical { width: 76; max-width: 100%; height: auto; max-height: 100%; padding: 0 1; }
        & > Vertical { background: $surface; border: round $primary; }
        & LineList { height: auto; max-height: 10; background: $surface; }
        & #said { height: auto; max-height: 2; color: $foreground 70%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "choose", N_("Show, hide"), id="columns.choose"),
        Binding("plus,shift+down", "move(1)", N_("Further right"), key_display="+", id="columns.right"),
        Binding("minus,shift+up", "move(-1)", N_("Further left"), key_display="-", id="columns.left"),
        Binding("r", "fit", N_("What fits"), id="columns.fit"),
        Binding("escape", "leave", N_("Back"), show=False, id="columns.leave"),
    ]

    def __init__(self, chosen: Sequence[str], width: int) -> None:
        """Set what was chosen, and how wide the lines of the list are."""
        super().__init__()
        self._chosen = [*chosen]
        self._width = width
        self._order = [*COLUMNS]
        self._arrange()

    def compose(self) -> ComposeResult:
        """Build the window."""
        with Vertical() as window:
            window.border_title = Content(_("Columns"))
            yield LineList()
            yield Static(Content(""), id="said")
            yield KeyLine()

    def on_mount(self) -> None:
        """Show all columns, the chosen ones first."""
        self._show(0)

    @property
    def _lines(self) -> LineList:
        return self.query_one(LineList)

    @property
    def _shown(self) -> Sequence[str]:
        """The columns that the list would show."""
        return [*person_columns(self._width, self._chosen).widths]

    def _arrange(self) -> None:
        """Put those in front that are chosen, else those that are shown."""
        first = self._chosen or self._shown
        self._order = [*first, *(one for one in COLUMNS if one not in first)]

    def _show(self, cursor: int) -> None:
        said = _("Enter takes them, for the next times too; Esc does not.")
        if not self._chosen:
            said = _("None is chosen: as many as fit are shown.")
        self.query_one("#said", Static).update(Content(said))
        self._lines.show(len(self._order), self._draw, cursor)

    def _draw(self, index: int, width: int) -> Drawn:
        column = self._order[index]
        sign = "● " if column in self._chosen else "· " if column in self._shown else "  "
        hidden = column in self._chosen and column not in self._shown
        note = _("no room at this width") if hidden else ""
        return (
            Cell(sign, "accent"),
            Cell(fit(column_title(column), 16), "strong" if column in self._shown else ""),
            Cell(fit(note, max(width - 18, 1)), "warning"),
        )

    def action_choose(self) -> None:
        """Choose the column under the cursor, or do not; the first choice takes those over that are shown."""
        column = self._order[self._lines.cursor]
        if not self._chosen:
            self._chosen = [one for one in self._order if one in self._shown]
        if column in self._chosen:
            self._chosen.remove(column)
        else:
            self._chosen = [one for one in self._order if one in {*self._chosen, column}]
        self._show(self._lines.cursor)

    def action_move(self, places: int) -> None:
        """Move the column under the cursor up or down, which is to the left or to the right in the list."""
        start = self._lines.cursor
        end = min(max(start + places, 0), len(self._order) - 1)
        chosen = {*(self._chosen or self._shown)}
        self._order.insert(end, self._order.pop(start))
        self._chosen = [one for one in self._order if one in chosen]
        self._show(end)

    def action_fit(self) -> None:
        """Choose none, so that those are shown that fit."""
        self._chosen = []
        self._arrange()
        self._show(0)

    @on(LineList.Chosen)
    def take(self) -> None:
        """Answer with what is chosen."""
        self.dismiss(tuple(self._chosen))

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss(None)
