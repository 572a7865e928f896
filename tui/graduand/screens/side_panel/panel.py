"""Panel: the three panes beside the form, one of them in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import work
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import ContentSwitcher, Static

from graduand.audit import query as trail
from graduand.editing.row_preview import UNKNOWN, SentRow, known, preview
from graduand.errors import NoSuchPerson, Trouble
from graduand.language import N_, _
from graduand.reports.labels import terms_of
from graduand.screens.side_panel.history_pane import HistoryPane
from graduand.screens.side_panel.row_pane import RowPane
from graduand.screens.side_panel.yaml_pane import YamlPane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from graduand.findings import Finding
    from graduand.records.record import Record
    from graduand.workspace import Workspace

ROW: Final = "row-pane"
HISTORY: Final = "history-pane"
YAML: Final = "yaml-pane"
TITLES: Final = ((ROW, "F2", N_("Row")), (HISTORY, "F3", N_("History")), (YAML, "F4", N_("File")))


class Panel(Vertical):
    """The row, the history and the file of the record that the form shows."""

    DEFAULT_CSS = """
    Panel {
        width: 1fr; background: $panel; padding: 0 1;
        & > .titles { height: 1; margin-bottom: 1; }
        & ContentSwitcher { height: 1fr; }
        & VerticalScroll { scrollbar-size-vertical: 1; }
        & VerticalScroll:focus { background: $boost; }
        & Static { width: 1fr; }
    }
    """
    pane: reactive[str] = reactive(ROW)

    def __init__(self, workspace: Workspace, on: str) -> None:
        super().__init__()
        self._workspace = workspace
        self._on = on
        self._known: SentRow | None = None
        self._asked: set[str] = set()
        self._username = ""
        self._row: tuple[Record, Sequence[Finding]] | None = None

    def compose(self) -> ComposeResult:
        """Build the panel."""
        yield Static(classes="titles")
        with ContentSwitcher(initial=ROW):
            yield RowPane(id=ROW)
            yield HistoryPane(id=HISTORY)
            yield YamlPane(id=YAML)

    def on_mount(self) -> None:
        """Name the panes."""
        self._name_panes()

    def watch_pane(self) -> None:
        """Bring a pane into sight, and mark its name."""
        if self.is_mounted:
            self.query_one(ContentSwitcher).current = self.pane
            self._name_panes()

    def _name_panes(self) -> None:
        titles = [
            Content.assemble(
                (f"{key} ", "$foreground 60%"), (_(title), "bold $text-accent" if pane == self.pane else "")
            )
            for pane, key, title in TITLES
        ]
        self.query_one(".titles", Static).update(Content("   ").join(titles))

    def show_record(self, record: Record, found: Sequence[Finding], text: str, username: str) -> None:
        """Show a record, what is wrong with it, and its text; `username` is the one that the history knows."""
        self._username = username
        self._row = (record, found)
        self._show_row()
        self.query_one(YamlPane).show(text, found)

    def show_file(self, text: str, found: Sequence[Finding], username: str) -> None:
        """Show a file that cannot be read whole."""
        self._username = username
        self.query_one(RowPane).show(None, found, None)
        self.query_one(YamlPane).show(text, found)

    def _show_row(self) -> None:
        if self._row:
            record, found = self._row
            sent = (self._known or UNKNOWN).sent
            made = preview(record, found, self._workspace.school, self._on, sent)
            self.query_one(RowPane).show(made, found, self._known)

    def look(self) -> None:
        """Find out, once, what the pane in sight shows of the past."""
        if self.pane in self._asked:
            return
        self._asked.add(self.pane)
        if self.pane == ROW:
            self._find_out_what_was_sent()
        elif self.pane == HISTORY:
            self._read_the_history(self._username)

    def forget(self) -> None:
        """Find out anew, after a save, what the history says."""
        self._asked.discard(HISTORY)

    @work(thread=True, group="sent", exit_on_error=False)
    def _find_out_what_was_sent(self) -> None:
        try:
            found = known(self._workspace)
        except Trouble:  # no git, or a history that is not here: nobody knows what was sent
            found = UNKNOWN
        self.app.call_later(self._know, found)

    def _know(self, found: SentRow) -> None:
        self._known = found
        self._show_row()

    @work(thread=True, group="history", exit_on_error=False)
    def _read_the_history(self, username: str) -> None:
        found, sentence = None, ""
        try:
            found = trail.log(self._workspace, username)
        except NoSuchPerson:
            sentence = _("Nothing is committed of this person yet.")
        except Trouble as trouble:
            sentence = str(trouble)
        self.app.call_later(self.query_one(HistoryPane).show, found, terms_of(self._workspace), sentence)
