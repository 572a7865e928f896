"""The uploads screen: the one in hand, those that were noted, their results, and the rollback."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from graduand.errors import Trouble
from graduand.language import N_, _, ngettext, visible
from graduand.reports.console import line
from graduand.reports.labels import terms_of
from graduand.reports.plan_text import cell_pair, counts, effect_words
from graduand.reports.upload_text import lost_text, proposed_text, upload_words
from graduand.screens.compile_question import not_noted, where_to
from graduand.screens.confirm import ConfirmScreen, Question, Subject
from graduand.screens.deliver_flow import ask_to_deliver, is_delivered
from graduand.screens.failed_rows import ask_for_failed_rows
from graduand.screens.page import PageScreen
from graduand.screens.results import tell_result
from graduand.screens.upload import UploadScreen
from graduand.screens.view import View
from graduand.screens.waiting import Waiting
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit
from graduand.uploads import status
from graduand.uploads.exchange import what_is_missing
from graduand.uploads.rollback import CompiledRollback, prepare_rollback, write_rollback
from graduand.uploads.status import CompiledUpload, UploadStatus
from graduand.uploads.times import clock_of

if TYPE_CHECKING:
    from graduand.handshake.plan import CellChange
    from graduand.reports.labels import Terms
    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace


class NotedUploads(NamedTuple):
    """All uploads."""

    compiled: CompiledUpload | None
    noted: tuple[UploadStatus, ...]
    missing: str
    """Why what was sent is not known in this clone; "" when it is."""


class UploadsScreen(View[NotedUploads]):
    """All uploads, the last first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f",
            "failed",
            N_("Failed rows"),
            tooltip=N_("Take in the rows that Handshake refused, and send them again."),
            id="uploads.failed",
        ),
        Binding(
            "r",
            "take_back",
            N_("Take an upload back"),
            tooltip=N_("Compile the files that undo an upload."),
            id="uploads.take_back",
        ),
        Binding(
            "L",
            "deliver",
            N_("Deliver"),
            key_display="L",
            tooltip=N_("Send the files of the upload in hand into the school's folder of Amazon S3."),
            id="uploads.deliver",
        ),
        Binding(
            "enter",
            "open_the_card",
            N_("Open the card"),
            show=False,
            tooltip=N_("What to do in Handshake with the upload in hand, step by step, and note that it ran."),
            id="uploads.card",
        ),
        Binding("escape", "back", N_("Back"), id="uploads.back"),
    ]

    def __init__(self, workspace: Workspace, on: str) -> None:
        super().__init__()
        self.workspace = workspace
        self.on = on
        self.uploads: tuple[CompiledUpload | UploadStatus, ...] = ()

    def heading(self) -> tuple[str, ...]:
        """Return how many uploads were noted."""
        number = sum(isinstance(one, UploadStatus) for one in self.uploads)
        return _("Uploads"), ngettext("{count} noted", "{count} noted", number).format(count=number)

    def read(self, tell: Tell) -> NotedUploads:
        """Look into build/ and at the ledger."""
        del tell
        ledger = status.ledger_of(self.workspace)
        compiled = status.compiled_upload(self.workspace, ledger)
        return NotedUploads(compiled, status.upload_statuses(ledger), what_is_missing(ledger))

    def show_result(self, found: NotedUploads) -> None:
        """Show them."""
        compiled = (found.compiled,) if found.compiled and not found.compiled.noted else ()
        self.uploads = (*compiled, *found.noted)
        if found.missing:
            self.warn(found.missing)
        if self.uploads:
            self.show(len(self.uploads), self.lines.cursor)
        else:
            self.show_sentence(_("No upload is compiled, and none was noted yet. The plan compiles one (g 4, then u)."))

    @property
    def noted_upload(self) -> UploadStatus | None:
        """The noted upload under the cursor."""
        one = self.uploads[self.lines.cursor] if self.uploads else None
        return one if isinstance(one, UploadStatus) else None

    def draw(self, index: int, width: int) -> Drawn:
        """Return the pieces of one upload."""
        one = self.uploads[index]
        if isinstance(one, CompiledUpload):
            return (
                Cell("▸ ", "accent"),
                Cell(fit(_("In hand, not noted yet: Enter shows what is to be done"), width - 2), "strong"),
            )
        sign = Cell("✗ ", "error") if one.failed else Cell("✓ ", "added") if one.results else Cell("  ")
        back = self._when(one.takes_back) if one.takes_back else ""
        return (sign, Cell(f"{clock_of(one.at)}  ", "strong"), Cell(fit(upload_words(one, back), max(width - 20, 8))))

    def _when(self, name: str) -> str:
        """Return when the upload with this id ran; the id where it is not known here."""
        found = (one.at for one in self.uploads if isinstance(one, UploadStatus) and one.id == name)
        at = next(found, "")
        return clock_of(at) if at else name

    def whole(self) -> Content:
        """Return what an upload held."""
        one = self.noted_upload
        if one is None:
            compiled = self.uploads[0]
            return Content("\n".join(compiled.files) if isinstance(compiled, CompiledUpload) else "")
        parts: list[str | tuple[str, str]] = [
            (one.id, "bold"),
            f"  {visible(one.on, 20)}  {visible(one.commit[:12])}\n",
        ]
        for name, rows in one.files:
            words = ngettext("{count} row", "{count} rows", rows).format(count=rows)
            label = _("{label}: {value}").format(label=visible(name, 200), value=words)
            parts.append(f"{label}\n")
        parts += [
            _("{label}: {value}").format(label=visible(name, 200), value=_("has not run yet")) + "\n"
            for name in one.waiting
        ]
        back = [_("Failed rows: {result}").format(result=name) for name in one.results]
        parts.append(("\n".join(back) or _("No failed rows were taken in."), "$foreground 70%"))
        return Content.assemble(*parts)

    @on(LineList.Chosen)
    def action_open_the_card(self) -> None:
        """Show the card of the upload in hand."""
        if self.noted_upload is None:
            self.show_the_card()

    def show_the_card(self) -> None:
        """Show the card of the upload in hand; what lies below is read again."""
        self.touched = True
        self.go_to(UploadScreen(self.workspace))
        if self.is_mounted:
            self.action_read()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer for a noted upload what only one can be asked, and to deliver where that is the school's way."""
        del parameters
        if action == "deliver" and self.is_mounted:
            return is_delivered(self.workspace) and ((bool(self.uploads) and self.noted_upload is None) or None)
        return action not in {"failed", "take_back"} or not self.is_mounted or self.noted_upload is not None

    def action_deliver(self) -> None:
        """Show what would be delivered, and deliver it."""
        ask_to_deliver(self, self.workspace)

    def action_failed(self) -> None:
        """Take in the rows of this upload that Handshake refused."""
        if self.noted_upload:
            ask_for_failed_rows(self, self.workspace, self.noted_upload.id)

    def action_take_back(self) -> None:
        """Find out what taking this upload back would do, and ask whether its files shall be compiled."""
        one = self.noted_upload
        if one:
            self.app.push_screen(Waiting(_("Planning"), lambda _tell: self._prepared(one.id)), self._ask_take_back)

    def _prepared(self, name: str) -> CompiledRollback:
        return prepare_rollback(self.workspace, name, self.on)

    def _ask_take_back(self, outcome: CompiledRollback | Trouble | None) -> None:
        if isinstance(outcome, Trouble):
            self.notify(str(outcome), severity="error", markup=False)
        elif outcome:
            compiled = self.uploads[0]
            waits = isinstance(compiled, CompiledUpload) and not compiled.obstacle
            question = take_back_question(
                outcome, self.workspace, self._when(outcome.upload.takes_back), replaces=waits
            )
            self.app.push_screen(ConfirmScreen(question), lambda yes: self._take_back(outcome) if yes else None)

    def _take_back(self, shown: CompiledRollback) -> None:
        def take(_tell: Tell) -> CompiledRollback | bool:
            found = self._prepared(shown.upload.takes_back)
            if (found.upload.plan, found.lost) != (shown.upload.plan, shown.lost):
                return False
            return write_rollback(self.workspace, found, status.folder_of(self.workspace))

        self.app.push_screen(Waiting(_("Compiling"), take, writes=True), self._taken_back)

    def _taken_back(self, outcome: CompiledRollback | bool | Trouble | None) -> None:  # noqa: FBT001 - as it answers
        if isinstance(outcome, Trouble):
            self.notify(str(outcome), severity="error", markup=False)
        elif isinstance(outcome, CompiledRollback):
            number = len(outcome.upload.files)
            words = ngettext(
                "{count} file that takes the upload back is ready; its card says what to do.",
                "{count} files that take the upload back are ready; their card says what to do.",
                number,
            )
            folder = status.folder_of(self.workspace)
            tell_result(self, words.format(count=number), *(f"{folder}/{file.name}" for file in outcome.upload.files))
            self.show_the_card()
            lines = [*proposed_text(outcome.proposed)]
            if lines:
                self.app.push_screen(PageScreen(_("The records that go with it"), [*lines, line("")]))
        elif outcome is False:
            self.notify(_("More was sent meanwhile. Nothing is compiled; look at it once more."), markup=False)
            self.action_read()


def take_back_question(found: CompiledRollback, workspace: Workspace, when: str, *, replaces: bool) -> Question:
    """Return what one must know before the upload of `when` is taken back: what cannot be, and what changes of whom.

    `replaces` says that the files take the place of some that were not noted.
    """
    terms = terms_of(workspace)
    lost = ["".join(span.text for span in one).strip() for one in lost_text(found.lost, terms)]
    first = [Subject(_("What cannot be taken back"), lost)] if lost else []
    remarks = (
        counts(found.plan),
        where_to(workspace),
        *([not_noted()] if replaces else []),
        _("Nothing is sent by that. The records as they were before are proposed on a branch of their own."),
    )
    people = [
        Subject(
            visible(change.username),
            [", ".join(map(effect_words, change.effects)), *(_cell_line(cell, terms) for cell in change.cells)],
        )
        for change in found.plan.changes
        if change.effects
    ]
    title = _("Take back the upload of {time}").format(time=when)
    return Question(title, [*first, *people], "\n".join(remarks))


def _cell_line(cell: CellChange, terms: Terms) -> str:
    before, after = cell_pair(cell, terms, show=False)
    value = f"{before or '–'} → {after or '–'}"
    return _("{label}: {value}").format(label=terms.field(cell.header), value=value)
