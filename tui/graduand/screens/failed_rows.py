"""The screen of failed rows: which file holds them, why each failed, and its cure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from graduand.errors import Trouble
from graduand.intake.file_offers import recent_files
from graduand.language import N_, _, masked, ngettext, visible
from graduand.reports.labels import terms_of
from graduand.screens.fields.path import PathField
from graduand.screens.messages import Changed, Opened
from graduand.screens.results import tell_result
from graduand.screens.sync_notice import say_synced
from graduand.screens.view import View
from graduand.screens.waiting import Waiting
from graduand.screens.widgets.keyline import KeyLine
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit
from graduand.uploads import results
from graduand.uploads.results import Failure, Reconciled
from graduand.uploads.times import clock_of

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace


def ask_for_failed_rows(view: View[Any], workspace: Workspace, upload: str) -> None:
    """Ask where the file is, and show what came back."""

    def answered(path: str | None) -> None:
        if path:
            view.go_to(FailedScreen(workspace, Path(path).expanduser(), upload))

    sentence = _("The file of failed rows that Handshake gave (“Download Failed Rows CSV”):")
    view.app.push_screen(FileScreen(sentence, recent_files(Path.home())), answered)


class FileScreen(ModalScreen["str | None"]):
    """Which file is meant: one of the last downloads, or another that is typed."""

    DEFAULT_CSS = """
    FileScreen {
        align: center middle; background: $background 60%;
        & > Vertical { width: 90; max-width: 95%; height: auto; max-height: 90%; background: $panel; padding: 0 1; }
        & > Vertical { border: round $primary; }
        & PathField { margin: 1 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", N_("Back"), id="file.leave")]

    def __init__(self, sentence: str, offered: tuple[str, ...]) -> None:
        super().__init__()
        self._sentence = sentence
        self._offered = offered

    def compose(self) -> ComposeResult:
        """Build the window."""
        with Vertical():
            yield Static(Content(self._sentence))
            yield PathField(offered=self._offered)
        yield KeyLine()

    @on(PathField.Taken)
    def take_the_path(self, event: PathField.Taken) -> None:
        """Answer with the path."""
        self.dismiss(event.path)

    def action_leave(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)


class FailedScreen(View[Reconciled]):
    """The failed rows, person by person; nothing is noted before one says so."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "note", N_("Note what failed"), id="failed.note"),
        Binding("escape", "back", N_("Back"), id="failed.back"),
    ]

    def __init__(self, workspace: Workspace, path: Path, upload: str) -> None:
        super().__init__()
        self.workspace = workspace
        self.path = path
        self.upload = upload
        self.found: Reconciled | None = None

    def heading(self) -> tuple[str, ...]:
        """Return whose rows failed, and how many."""
        if self.found is None:
            return (_("Failed rows"),)
        rows = len({one.row for one in self.found.failures})
        upload = _("upload of {time}").format(time=clock_of(self.found.ran_at))
        return _("Failed rows"), upload, ngettext("{count} row", "{count} rows", rows).format(count=rows)

    def read(self, tell: Tell) -> Reconciled:
        """Take the rows back to the records that they came from; nothing is noted."""
        del tell
        return results.reconcile(self.workspace, self.path, results.ReconcileOptions(self.upload, save=False))

    def show_result(self, found: Reconciled) -> None:
        """Show the failures; the cursor stays where it was."""
        self.found = found
        if not found.failures:
            self.show_sentence(_("No row failed in this file."))
            return
        noted = found.result and _("Noted as {name}").format(name=found.result)
        self.warn(
            noted
            or _("Not noted yet. Ctrl+S notes it: these people are outstanding again, and the next plan has them.")
        )
        self.show(len(found.failures), self.lines.cursor)

    @property
    def failure(self) -> Failure | None:
        """The failure under the cursor."""
        failures = self.found.failures if self.found else ()
        return failures[self.lines.cursor] if failures else None

    def draw(self, index: int, width: int) -> Drawn:
        """Return the pieces of one failure."""
        one = self.found.failures[index] if self.found else None
        if one is None:
            return ()
        name = fit(one.username or _("nobody of yours ({row})").format(row=one.row), 20)
        field = fit(terms_of(self.workspace).field(one.field), 20 if width >= 70 else 14)
        return (
            Cell("✗ ", "error"),
            Cell(f"{name} ", "strong"),
            Cell(f"{field} ", "muted"),
            Cell(fit(masked(one.cause), max(width - 24 - len(field), 8))),
        )

    def person_path(self) -> str:
        """Return the path of the record of the person under the cursor."""
        return self.roster.paths.get(self.failure.username, "") if self.failure else ""

    def whole(self) -> Content:
        """Return why it failed, and what cures it."""
        one = self.failure
        if one is None:
            return Content("")
        parts: list[str | tuple[str, str]] = [
            (visible(one.username or one.row), "bold"),
            f"  {terms_of(self.workspace).field(one.field)}\n",
        ]
        parts += [f"{one.match_note}\n"] if one.match_note else []
        parts += [
            _("Cause: {text}").format(text=masked(one.cause)) + "\n",
            ("→ ", "bold $text-accent"),
            masked(one.cure),
        ]
        if one.path:
            parts.append((f"\n{visible(one.path, 300)}:{one.place.line}:{one.place.column}", "$foreground 70%"))
        return Content.assemble(*parts)

    @on(LineList.Chosen)
    def open_the_record(self) -> None:
        """Open the record at the field that cures it."""
        one = self.failure
        if one and one.path:
            self.post_message(Opened(one.path, one.field))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to note what is not noted."""
        del parameters
        return action != "note" or bool(self.found and self.found.failures and not self.found.result)

    def action_note(self) -> None:
        """Note that these rows failed."""

        def note(_tell: Tell) -> Reconciled:
            return results.reconcile(self.workspace, self.path, results.ReconcileOptions(self.upload))

        self.app.push_screen(Waiting(_("Noting the failed rows"), note, writes=True), self._noted)

    def _noted(self, outcome: Reconciled | Trouble | None) -> None:
        if isinstance(outcome, Trouble):
            self.notify(str(outcome), severity="error", markup=False)
        elif outcome:
            self.touched = True
            self.post_message(Changed())
            number = len({failure.row for failure in outcome.failures})
            words = ngettext(
                "{count} failed row is noted; the person is to be sent again.",
                "{count} failed rows are noted; these people are to be sent again.",
                number,
            )
            tell_result(self, words.format(count=number), _("Noted as {name}").format(name=outcome.result))
            say_synced(self, outcome.fetched, outcome.shared)
            self.show_result(outcome)
            self.refresh_bindings()
