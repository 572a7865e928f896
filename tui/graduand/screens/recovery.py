"""The list of drafts that ended sessions left: each is resumed, discarded, or left for later."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from graduand.editing.draft_store import discard_draft
from graduand.language import N_, _, ngettext, visible
from graduand.screens.form import FormScreen
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from graduand.editing.draft_store import OrphanedDraft
    from graduand.workspace import Workspace


class RecoveryScreen(ModalScreen[None]):
    """Lists the drafts; nothing happens to one that is not chosen."""

    CSS = """
    RecoveryScreen { align: center middle; }
    #recovery { width: 76; max-width: 100%; height: auto; max-height: 90%; padding: 0 1; background: $panel; }
    #recovery { border: round $primary; }
    #recovery LineList { height: auto; max-height: 12; background: $panel; margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "resume", N_("Resume"), id="recovery.resume"),
        Binding("x", "discard", N_("Discard"), id="recovery.discard"),
        Binding("escape", "leave", N_("Later"), id="recovery.leave"),
    ]

    def __init__(self, workspace: Workspace, on: str, left: Sequence[OrphanedDraft], *, commit: bool) -> None:
        super().__init__()
        self._workspace = workspace
        self._on = on
        self._commit = commit
        self._left = list(left)
        self._doomed = -1
        """Which one goes if x is pressed once more; -1: none."""

    def compose(self) -> ComposeResult:
        """Build the screen."""
        message = ngettext("{count} unsaved draft was kept", "{count} unsaved drafts were kept", len(self._left))
        with Vertical(id="recovery"):
            yield Static(Content.styled(message.format(count=len(self._left)), "bold"))
            yield LineList(id="left")
            yield Static(Content(_("r resumes one · x discards it · Esc decides later")))

    def on_mount(self) -> None:
        """Show the drafts."""
        self._show()

    def _show(self) -> None:
        lines = self.query_one(LineList)
        lines.styles.height = min(len(self._left), 12)
        lines.show(len(self._left), self._draw, lines.cursor)

    def _draw(self, index: int, width: int) -> Drawn:
        one = self._left[index]
        record = one.draft.record
        name = f"{record.text('first_name')} {record.text('last_name')}".strip()
        fields = ", ".join(str(self._workspace.school.fields[key].label) for key in one.draft.changed_keys)
        who = visible(f"{record.username or one.draft.path}  {name}", 40)
        if index == self._doomed:
            return (Cell(fit(" ✗ " + _("x once more discards this draft"), width), "error"),)
        return (
            Cell(f" {one.at}  ", "muted"),
            Cell(fit(who, 30), "strong"),
            Cell(fit(f" {fields}", max(width - 50, 1))),
        )

    @on(LineList.Chosen)
    def action_resume(self) -> None:
        """Open the form of the draft under the cursor, with the draft in it."""
        if self._left:
            one = self._left[self.query_one(LineList).cursor]
            form = FormScreen(self._workspace, one.draft.path, self._on, draft=one, commit=self._commit)
            self.app.switch_screen(form)

    @on(LineList.Moved)
    def spare_it(self) -> None:
        """Discard nothing that the cursor has left."""
        if self._doomed != self.query_one(LineList).cursor:
            self._doomed = -1
            self.query_one(LineList).refresh()

    def action_discard(self) -> None:
        """Throw the draft under the cursor away, at the second time."""
        lines = self.query_one(LineList)
        if self._left and self._doomed == lines.cursor:
            one = self._left.pop(lines.cursor)
            self.app.run_worker(lambda: discard_draft(one), thread=True, exit_on_error=False)
            self._doomed = -1
            self._show()
        else:
            self._doomed = lines.cursor
            lines.refresh()
        if not self._left:
            self.dismiss(None)

    def action_leave(self) -> None:
        """Leave the others where they are."""
        self.dismiss(None)
