"""The application: opens the screens, and reads and saves in the background."""

from __future__ import annotations

import gc
import time
from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.worker import WorkerCancelled, get_current_worker

from graduand.errors import ChangedOnDisk, Exit, NotCommitted, NothingToCompile, Trouble
from graduand.language import N_, _, ngettext, visible
from graduand.records.paths import username_of
from graduand.screens.base_app import BaseApp
from graduand.screens.messages import Changed, Opened
from graduand.screens.people import PeopleScreen
from graduand.screens.routes import DOORS, Destination
from graduand.screens.widgets.banner import Banner
from graduand.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.screen import Screen
    from textual.worker import Worker

    from graduand.editing.draft_store import OrphanedDraft
    from graduand.file_change import SavedFile
    from graduand.index.people_list import PeopleList, SentStatus
    from graduand.screens.form import FormScreen

_CHECK_INTERVAL: Final = 2.0
"""Seconds between two looks at what has changed outside."""

_PAINTED: Final = 1.0
"""Seconds that threads wait for the first people to be painted, at most."""


class GraduandApp(BaseApp):
    """graduand at a terminal, on one repository, as of one day.

    Threads tell what they found by `call_later`, which does not wait: an ending program would not answer.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "undo", N_("Undo"), show=False, id="app.undo"),
        Binding("ctrl+y", "redo", N_("Do again"), show=False, id="app.redo"),
        Binding("ctrl+r", "read_everybody", N_("Read everything again"), show=False, id="app.read"),
    ]

    def __init__(self, workspace: Workspace, on: str) -> None:
        super().__init__()
        self.workspace = workspace
        self.on = on
        self.people = PeopleScreen("graduand")
        self._done: list[tuple[SavedFile, ...]] = []
        self._undone: list[tuple[SavedFile, ...]] = []
        self._painted = Event()
        """Set after the first people are painted; a reading thread would slow the painting."""
        self._seen = b""
        """How the files stood when they were last looked at."""
        self._hindered = ""
        """Why nothing can be saved or committed."""

    def _heading(self) -> str:
        try:
            name = self.workspace.institution.name
        except Trouble:
            name = ""
        return " · ".join(["graduand", visible(name or str(self.workspace.root))])

    def get_default_screen(self) -> Screen[None]:
        """Begin with everybody."""
        return self.people

    def on_mount(self) -> None:
        """Paint first, read afterwards."""
        self.hear_the_end()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.tell_what_is_not_preferred()
        self.read_everybody()
        self._look_for_what_was_left()
        self.set_timer(0.5, self.look_around)

    @work(thread=True, group="left")
    def _look_for_what_was_left(self) -> None:
        """Offer the drafts that killed sessions left, and finish what a killed save began."""
        self._painted.wait(_PAINTED)
        from graduand.editing.transaction import resume, resumed_message  # noqa: PLC0415 - after the first paint
        from graduand.screens.draft_autosave import DraftAutosave  # noqa: PLC0415

        try:
            resumed = resume(self.workspace)
            left = DraftAutosave(self.workspace).left()
        except Trouble:  # without git there are no drafts; the read reports a broken schema
            return
        if resumed:
            self.call_later(self.notify, resumed_message(resumed), timeout=12, markup=False)
        if left:
            self.call_later(self._offer, left)

    def _offer(self, left: Sequence[OrphanedDraft]) -> None:
        from graduand.screens.recovery import RecoveryScreen  # noqa: PLC0415

        self.push_screen(RecoveryScreen(self.workspace, self.on, left, commit=self.preferences.commit))

    # Reading

    @work(thread=True, exclusive=True, group="reading")
    def read_everybody(self) -> None:
        """Read all records, and show them; then find out what is outstanding."""
        worker = get_current_worker()
        if self._seen:
            self.workspace = Workspace(self.workspace.root)  # the schema may have changed too
            self._look()

        def tell(done: int, of: int) -> None:
            if worker.is_cancelled:
                raise WorkerCancelled
            self.call_later(self._tell, _("reading {done} of {count}").format(done=done, count=of))

        self.call_later(self._tell, _("reading"))
        if not self.people.roster.entries and (known := self.workspace.last_people_list()):
            self.call_later(self._show_last, known)
            self._painted.wait(_PAINTED)
        self._painted.set()
        self.call_later(self._entitle, self._heading())
        try:
            roster = self.workspace.people_list(self.on, tell).prepare()
        except WorkerCancelled:
            return
        except Trouble as trouble:
            self.call_later(self._could_not_read, trouble)
            return
        if not worker.is_cancelled:
            self.call_later(self._show, roster)
            self._compare(worker)

    def _compare(self, worker: Worker[None]) -> None:
        from graduand.uploads.status import sent_statuses  # noqa: PLC0415 - after the first paint

        try:
            outstanding = sent_statuses(self.workspace, self.on)
        except NothingToCompile:
            outstanding = {}
        except Trouble as trouble:
            self.call_later(self.tell_trouble, trouble)
            outstanding = {}
        if not worker.is_cancelled:
            self.call_later(self._know, outstanding)

    def _entitle(self, words: str) -> None:
        self.people.heading = words

    def _tell(self, words: str) -> None:
        self.people.status_text = words

    def _show_last(self, roster: PeopleList) -> None:
        """Show everybody as they were known last, until all is read."""
        self.people.roster = roster
        self.call_after_refresh(self._painted.set)

    def _show(self, roster: PeopleList) -> None:
        self.people.status_text = _("comparing with the last upload")
        self.people.trouble = ""
        self.people.roster = roster.with_outstanding(self.people.roster.outstanding)
        for screen in self.screen_stack:
            outdated = getattr(screen, "outdated", None)
            if outdated:
                outdated()

    def _know(self, outstanding: Mapping[str, SentStatus]) -> None:
        self.people.status_text = ""
        self.people.roster = self.people.roster.with_outstanding(outstanding)

    def _could_not_read(self, trouble: Trouble) -> None:
        self.people.status_text = ""
        self.people.trouble = str(trouble)

    # What screens ask for

    @on(Changed)
    def read_again(self, event: Changed) -> None:
        """Read again what a screen has saved; it can be undone from now on."""
        if event.saved:
            self._done.append(event.saved)
            self._undone.clear()
        self.read_everybody()

    @on(Opened)
    def open_the_record(self, event: Opened) -> None:
        """Open the form of a record."""
        from graduand.screens.form import FormScreen  # noqa: PLC0415 - not needed before the list

        form = FormScreen(self.workspace, event.path, self.on, event.field, commit=self.preferences.commit)
        self._open(form)

    def _open(self, form: FormScreen) -> None:
        form.neighbours, form.states = lambda: self.people.roster.neighbours, lambda: self.people.roster.states
        form.hindered = self._hindered
        self.push_screen(form)

    @on(PeopleScreen.Begun)
    @work
    async def begin_a_record(self, event: PeopleScreen.Begun) -> None:
        """Ask whose record it is to be, and open its form."""
        from graduand.screens.form import FormScreen  # noqa: PLC0415
        from graduand.screens.new_record import NewRecordScreen  # noqa: PLC0415

        draft = await self.push_screen_wait(NewRecordScreen(self.workspace, self.people.roster.cohorts, event.cohort))
        if draft:
            commit = self.preferences.commit
            self._open(FormScreen(self.workspace, draft.path, self.on, draft=draft, commit=commit))

    @on(PeopleScreen.Wanted)
    def go_there(self, event: PeopleScreen.Wanted) -> None:
        """Show another screen."""
        destination = Destination(
            self.workspace, self.on, event.paths, self.people.roster.cohorts, self.preferences.commit
        )
        self.push_screen(DOORS[event.what](destination))

    def action_read_everybody(self) -> None:
        """Read all records again."""
        self.read_everybody()

    # Undoing

    def action_undo(self) -> None:
        """Take the last save back."""
        if self._done:
            self._take_back(self._done, self._undone)
        else:
            self.notify(_("There is nothing to undo."), markup=False)

    def action_redo(self) -> None:
        """Do once more what was taken back last."""
        if self._undone:
            self._take_back(self._undone, self._done)
        else:
            self.notify(_("There is nothing to do again."), markup=False)

    @work(thread=True, group="undoing")
    def _take_back(self, done: list[tuple[SavedFile, ...]], undone: list[tuple[SavedFile, ...]]) -> None:
        from graduand.editing.transaction import undo  # noqa: PLC0415 - the first row waits for no undo

        saved = done.pop()
        try:
            back = undo(self.workspace, saved, commit=self.preferences.commit)
        except Trouble as trouble:
            if isinstance(trouble, NotCommitted) and trouble.saved:
                undone.append(trouble.saved)
            elif not isinstance(trouble, ChangedOnDisk):  # it can be taken back later
                done.append(saved)
            self.call_later(self.tell_trouble, trouble)
            return
        undone.append(back)
        words = ngettext("Taken back: {who}", "Taken back in {count} records", len(back))
        self.call_later(
            self.notify, words.format(who=visible(username_of(back[0].path)), count=len(back)), markup=False
        )
        self.call_later(self.read_everybody)

    # What changes outside

    @work(thread=True, exclusive=True, group="watching")
    def look_around(self) -> None:
        """Read again what another program or a pull has changed."""
        began, before = time.monotonic(), self._seen
        self._look()
        if self._seen != before and before:
            self.call_later(self.read_everybody)
        # Of a large school a glance takes a while; it must not be all that the machine does.
        pause = max(_CHECK_INTERVAL, 20 * (time.monotonic() - began))
        self.call_later(self.set_timer, pause, self.look_around)

    def _look(self) -> None:
        with suppress(Trouble):  # the reading says what is wrong with the folder
            self._seen = self.workspace.fingerprint()
        from graduand.editing.transaction import saving_obstacle  # noqa: PLC0415 - after the first paint

        self.call_later(self._hinder, saving_obstacle(self.workspace))

    def _hinder(self, sentence: str) -> None:
        self._hindered = sentence
        for banner in [banner for screen in self.screen_stack for banner in screen.query(Banner)]:
            banner.say(sentence)


def open_interface(workspace: Workspace, on: str) -> int:
    """Run the interface until it is left; return the exit code.

    Raises:
        Exception: what went wrong in it, if anything did.
    """
    gc.set_threshold(100_000)  # more often than in a command, as it runs for hours
    app = GraduandApp(workspace, on)
    app.run()
    if app._exception:  # noqa: SLF001 - Textual ends with status 0 after a crash
        raise app._exception  # noqa: SLF001
    return app.return_code or Exit.DONE
