"""The card of the upload in hand, box by box, until it is noted as uploaded."""

from __future__ import annotations

import re
import threading
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content

from graduand.errors import Trouble
from graduand.language import N_, _, ngettext
from graduand.reports.upload_text import noted_warnings
from graduand.screens.confirm import ConfirmScreen, Question, Subject
from graduand.screens.deliver_flow import ask_to_deliver, is_delivered
from graduand.screens.failed_rows import ask_for_failed_rows
from graduand.screens.messages import Changed
from graduand.screens.page import PageScreen
from graduand.screens.results import tell_result
from graduand.screens.sync_notice import say_synced
from graduand.screens.view import View
from graduand.screens.waiting import Waiting
from graduand.screens.widgets.lines import Cell, Drawn, fit
from graduand.uploads import status
from graduand.uploads.note_upload import note_upload
from graduand.uploads.status import keep_ticks, ticked
from graduand.uploads.times import clock_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.screens.waiting import Tell
    from graduand.uploads.note_upload import NotedUpload
    from graduand.uploads.status import CompiledUpload
    from graduand.workspace import Workspace

_BOX: Final = "- [ ] "
_WIPE: Final = "**CLEAR**"


class UploadLine(NamedTuple):
    """One line of the card."""

    kind: str
    """heading, box or text."""
    text: str
    job: int
    """Which file it is about, counted from 1; 0: all of them."""


def rows_of(card: str) -> tuple[UploadLine, ...]:
    """Return the lines of a card, without Markdown's signs."""
    lines = [line for line in card.splitlines() if line.strip()]
    jobs = accumulate(bool(re.match(r"## \d+\. ", line)) for line in lines)
    return tuple(_rows(lines, list(jobs)))


def _rows(lines: list[str], jobs: list[int]) -> Iterator[UploadLine]:
    after = False
    for line, job in zip(lines, jobs, strict=True):
        heading = line.startswith("#")
        after = after or (heading and job > 0 and not re.match(r"## \d+\. ", line))
        kind = "heading" if heading else "box" if line.startswith(_BOX) else "text"
        text = line.lstrip("#").strip() if heading else line.removeprefix(_BOX).removeprefix("- ")
        yield UploadLine(kind, _plain(text), 0 if after else job)


def _plain(text: str) -> str:
    kept = text.replace(_WIPE, "\0").replace("**", "").replace("`", "")
    return kept.replace("\0", _WIPE)


class InHand(NamedTuple):
    """The upload in hand, and the lines of its card that were ticked before."""

    compiled: CompiledUpload | None
    ticked: frozenset[int]


class UploadScreen(View[InHand]):
    """What to do in Handshake, one box after the other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", N_("Tick"), id="upload.tick"),
        Binding("ctrl+s", "note", N_("Note that it ran"), id="upload.note"),
        Binding("y", "copy", N_("Copy the path"), id="upload.copy"),
        Binding("f", "failed", N_("Failed rows"), id="upload.failed"),
        Binding(
            "L",
            "deliver",
            N_("Deliver"),
            key_display="L",
            tooltip=N_("Send the files of the upload in hand into the school's folder of Amazon S3."),
            id="upload.deliver",
        ),
        Binding("escape", "back", N_("Back"), id="upload.back"),
    ]

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.compiled: CompiledUpload | None = None
        self.rows: tuple[UploadLine, ...] = ()
        self.ticked: frozenset[int] = frozenset()
        self._keeping = threading.Lock()

    def heading(self) -> tuple[str, ...]:
        """Return whether it is noted, and how many of the steps in Handshake are ticked."""
        done, steps = self._steps()
        ticked = _("{done} of {count} steps in Handshake done").format(done=done, count=steps)
        at = self.compiled.at if self.compiled else ""
        return _("Upload in hand"), at and _("noted, ran {time}").format(time=clock_of(at)), ticked if steps else ""

    def _steps(self) -> tuple[int, int]:
        """Return how many steps of the files are ticked, and how many there are; what comes afterwards is none."""
        steps = {number for number, row in enumerate(self.rows) if row.kind == "box" and row.job}
        return len(steps & self.ticked), len(steps)

    def read(self, tell: Tell) -> InHand:
        """Look into build/."""
        del tell
        compiled = status.compiled_upload(self.workspace)
        return InHand(compiled, ticked(self.workspace, compiled.card) if compiled else frozenset())

    def show_result(self, found: InHand) -> None:
        """Show the card; what is ticked here meanwhile stays so."""
        before, compiled = self.compiled, found.compiled
        first = before is None
        if compiled is None or before is None or compiled.card != before.card:
            self.ticked = found.ticked
        self.compiled = compiled
        self.rows = rows_of(compiled.card) if compiled else ()
        if compiled is None:
            self.show_sentence(_("No upload is compiled. The plan compiles one (g 4, then u)."))
            return
        self.warn(compiled.obstacle)
        box = next((number for number, row in enumerate(self.rows) if row.kind == "box"), 0)
        self.show(len(self.rows), box if first else self.lines.cursor)

    def draw(self, index: int, width: int) -> Drawn:
        """Return the pieces of one line of the card."""
        row = self.rows[index]
        if row.kind == "heading":
            return (Cell(fit(row.text, width), "heading"),)
        if row.kind == "text":
            return (Cell(f"  {fit(row.text, width - 2)}", "muted"),)
        done = index in self.ticked
        return (Cell("  [✓] " if done else "  [ ] ", "added" if done else "accent"), Cell(fit(row.text, width - 6)))

    def whole(self) -> Content:
        """Return the whole line, and the path of the file that it is about."""
        row = self.rows[self.lines.cursor]
        path = self._path().removeprefix(f"{self.workspace.root}/")
        parts: list[str | tuple[str, str]] = [row.text]
        return Content.assemble(*parts, *([(f"\n{path}", "$foreground 70%")] if path else []))

    def _path(self) -> str:
        job = self.rows[self.lines.cursor].job if self.rows else 0
        return self.compiled.files[job - 1] if self.compiled and 0 < job <= len(self.compiled.files) else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done now."""
        del parameters
        if action in {"tick", "copy"}:
            return self.compiled is not None and (action == "tick" or bool(self._path()) or None)
        if action == "deliver":
            there = self.compiled is not None and not self.compiled.noted and not self.compiled.obstacle
            return there and is_delivered(self.workspace)
        if action == "note":
            return self.compiled is not None and not self.compiled.noted and not self.compiled.obstacle
        return True

    def action_tick(self) -> None:
        """Tick the box under the cursor, and go on to the next."""
        if self.rows and self.rows[self.lines.cursor].kind == "box":
            self.ticked ^= {self.lines.cursor}
            self._keep_the_ticks()
        self.lines.action_step(1)
        self.watch_status_text()

    @work(thread=True, group="ticking", exit_on_error=False)
    def _keep_the_ticks(self) -> None:
        with self._keeping:
            if self.compiled:
                keep_ticks(self.workspace, self.compiled.card, self.ticked)

    def action_copy(self) -> None:
        """Copy the path of the file, for the window that asks which file to upload."""
        self.app.copy_to_clipboard(self._path())
        self.notify(_("Copied: {path}").format(path=self._path()), markup=False)

    def action_note(self) -> None:
        """Ask whether the upload ran."""
        compiled = self.compiled
        if compiled is None:
            return
        done, steps = self._steps()
        left = steps - done
        message = ngettext(
            "{count} step in Handshake is not ticked yet.", "{count} steps in Handshake are not ticked yet.", left
        )
        remark = _("From then on the plan counts from this upload, for colleagues too.")
        files = [Subject(path, ()) for path in compiled.files]
        unticked = message.format(count=left) if left else ""
        question = Question(_("Note that this upload ran"), files, "\n".join(filter(None, (unticked, remark))))
        self.app.push_screen(ConfirmScreen(question), lambda yes: self._note(compiled) if yes else None)

    def _note(self, compiled: CompiledUpload) -> None:
        def note(_tell: Tell) -> tuple[NotedUpload, int]:
            noted = note_upload(self.workspace, compiled.manifest)
            known = status.upload_statuses(status.ledger_of(self.workspace))
            return noted, sum(one.people for one in known if one.id == noted.id)

        self.app.push_screen(Waiting(_("Noting the upload"), note, writes=True), self._noted)

    def _noted(self, noted: tuple[NotedUpload, int] | Trouble | None) -> None:
        if isinstance(noted, Trouble):
            self.notify(str(noted), severity="error", markup=False)
        elif noted:
            outcome, number = noted
            self.touched = True
            self.post_message(Changed())
            words = ngettext(
                "{count} person is noted as sent; the plan counts from here.",
                "{count} people are noted as sent; the plan counts from here.",
                number,
            )
            words = words if outcome.is_new else _("This upload was noted already.")
            tell_result(self, words.format(count=number), _("Noted as {name}").format(name=outcome.id))
            say_synced(self, outcome.fetched, outcome.shared)
            if lines := [*noted_warnings(outcome)]:
                self.app.push_screen(PageScreen(_("Note that this upload ran"), lines))
        self.action_read()

    def action_deliver(self) -> None:
        """Show what would be delivered, and deliver it."""
        ask_to_deliver(self, self.workspace)

    def action_failed(self) -> None:
        """Take in the rows that Handshake refused."""
        ask_for_failed_rows(self, self.workspace, self.compiled.noted if self.compiled else "")
