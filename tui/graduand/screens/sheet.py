"""The question into which file a spreadsheet of some people's records is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from graduand.errors import Trouble
from graduand.language import N_, _, ngettext, visible
from graduand.screens.fields.path import PathField
from graduand.screens.waiting import Waiting
from graduand.screens.widgets.keyline import KeyLine
from graduand.sheets import sheet_export
from graduand.sheets.sheet_cells import REMOVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace


class SheetScreen(ModalScreen[None]):
    """Asks where the sheet goes, and writes it there."""

    CSS = """
    SheetScreen { align: center middle; }
    #sheet {
        width: 76; max-width: 100%; height: auto; padding: 1 2; background: $panel; border: round $primary;
        .title { text-style: bold; margin-bottom: 1; }
        PathField { margin-bottom: 1; }
        #trouble { color: $text-error; height: auto; }
        .said { color: $foreground 70%; height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "make", N_("Write the sheet"), id="sheet.make", priority=True),
        Binding("escape", "leave", N_("Back"), id="sheet.back"),
    ]

    def __init__(self, workspace: Workspace, paths: Sequence[str], on: str) -> None:
        super().__init__()
        self._workspace = workspace
        self._paths = tuple(paths)
        self._offered = f"build/sheet-{on}.csv"

    def compose(self) -> ComposeResult:
        """Build the window."""
        number = len(self._paths)
        title = ngettext("A sheet of {count} record", "A sheet of {count} records", number).format(count=number)
        note = _("A path begins at {folder}, unless it begins with / or ~. Only you can read the file.")
        back = _("In the sheet a blank cell leaves a field as it is; {remove} takes it out.").format(remove=REMOVE)
        with Vertical(id="sheet"):
            yield Static(Content(title), classes="title")
            yield Static(Content(_("Where shall it go?")))
            yield PathField(self._offered, base=str(self._workspace.root))
            folder = visible(str(self._workspace.root), 60)
            yield Static(Content(f"{note.format(folder=folder)}\n{back}"), classes="said")
            yield Static(Content(""), id="trouble")
        yield KeyLine()

    @on(PathField.Taken)
    def take_what_is_typed(self) -> None:
        """Write it."""
        self.action_make()

    def action_make(self) -> None:
        """Write the sheet."""
        typed = self.query_one(PathField).value
        if not typed:
            return
        path = self._workspace.root / Path(typed).expanduser()

        def labour(_tell: Tell) -> tuple[Path, str]:
            made = sheet_export.sheet_of(sheet_export.records_at(self._workspace, self._paths), self._workspace.school)
            sheet_export.write(path, sheet_export.as_text(made))
            return path, sheet_export.left_out_words(made)

        self.app.push_screen(Waiting(_("Writing the sheet"), labour, writes=True), self._made)

    def _made(self, outcome: tuple[Path, str] | Trouble | None) -> None:
        if isinstance(outcome, Trouble):
            self.query_one("#trouble", Static).update(Content(str(outcome)))
        elif outcome:
            message = _("The sheet is in {path}. Take it back with: graduand sheet in {path}")
            path, left_out = outcome
            told = message.format(path=visible(str(path), 300))
            self.notify("\n".join(filter(None, (told, left_out))), timeout=12, markup=False)
            self.dismiss(None)

    def action_leave(self) -> None:
        """Write nothing."""
        self.dismiss(None)
