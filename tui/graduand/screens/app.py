"""The application: opens the screens, and reads and saves in the background."""

from __future__ import annotations

import gc
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.worker import WorkerCancelled, get_current_worker

from graduand.errors import ChangedOnDisk, Exit, NotCommitted, NothingToCompile, Trouble
from graduand.language import N_, _, ngettext, visible
from graduand.patience import Watcher, watched
from graduand.records.paths import username_of
from graduand.screens.base_app import BaseApp
from graduand.screens.messages import Changed, Opened, UploadCompiled
from graduand.screens.people import PeopleScreen
from graduand.screens.place_screen import PlaceScreen
from graduand.screens.places import ADDRESSES, CLASS, PLACES, PLAN, PROBLEMS, SHARE, UPLOAD, Overview
from graduand.screens.routes import DOORS, PLACE_SCREENS, Destination
from graduand.screens.widgets.banner import Banner
from graduand.screens.widgets.head import PlaceBar
from graduand.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual.worker import Worker

    from graduand.editing.clone_status import CloneStatus
    from graduand.editing.draft_store import OrphanedDraft
    from graduand.file_change import SavedFile
    from graduand.index.people_list import PeopleList, SentStatus
    from graduand.screens.form import FormScreen
    from graduand.screens.palette import PaletteJob
    from graduand.screens.waiting import Tell

_CHECK_INTERVAL: Final = 2.0
"""Seconds between two looks at what has changed outside."""

_RARELY: Final = 16
"""By how much longer a remote is left alone, at most, that was not reached several times."""


class GraduandApp(BaseApp):
    """graduand at a terminal, on one repository, as of one day.

    Threads tell what they found by `call_later`, which does not wait: an ending program would not answer.
    """

    DEFAULT_MODE = CLASS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "undo", N_("Undo"), show=False, tooltip=N_("Take the last save back."), id="app.undo"),
        Binding("ctrl+y", "redo", N_("Redo"), show=False, tooltip=N_("Redo what was undone last."), id="app.redo"),
        Binding("ctrl+r", "read_everybody", N_("Read everything again"), show=False, id="app.read"),
        Binding("g", "go", N_("Go to"), show=False, id="app.go"),
        *(
            Binding(
                f"alt+{digit}",
                f"go_to('{place.key}')",
                place.name,
                show=False,
                tooltip=place.about,
                id=f"app.go_to_{place.key}",
            )
            for digit, place in enumerate(PLACES, 1)
        ),
    ]

    _unreached = ""
    """Why the remote was not reached when it was asked last."""
    _failures = 0
    """How many times in a row that was so."""

    def __init__(self, workspace: Workspace, on: str) -> None:
        super().__init__()
        self.workspace = workspace
        self.on = on
        self.people = PeopleScreen()
        self.people.set_reactive(PeopleScreen.overview, Overview(here=CLASS, day=on))
        self.people.workspace, self.people.day = workspace, on
        self._been: list[str] = []
        """The places where one was, the last at the end."""
        self._standing: CloneStatus | None = None
        self._to_send = 0
        self._stamp = b""
        """How git's own folder stood when the standing was read."""
        self.add_mode(CLASS, lambda: self.people)
        for place in PLACE_SCREENS:
            self.add_mode(place, partial(self._screen_of, place))
        self._done: list[tuple[SavedFile, ...]] = []
        self._undone: list[tuple[SavedFile, ...]] = []
        self._seen = b""
        """How the files stood when they were last looked at."""
        self._hindered = ""
        """Why nothing can be saved or committed."""

    def on_load(self) -> None:
        """Take the user's own colours, keys and columns, and the list that was read last, before all is painted."""
        super().on_load()
        self.people.set_reactive(PeopleScreen.chosen, self.preferences.columns)
        self.people.set_reactive(PeopleScreen.status_text, _("reading"))
        if known := self.workspace.last_people_list():
            self.people.set_reactive(PlaceScreen.roster, known)

    @on(PeopleScreen.ColumnsChosen)
    def remember_the_columns(self, event: PeopleScreen.ColumnsChosen) -> None:
        """Show these columns the next times too."""
        self._remember(replace(self.preferences, columns=event.columns))

    def on_mount(self) -> None:
        """Paint first, read afterwards."""
        self.hear_the_end()
        self.people.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._tell_screens()
        self.tell_what_is_not_preferred()
        self.read_everybody()
        self._look_for_what_was_left()
        self._look_at_git_first()
        self.set_timer(0.5, self.look_around)
        if self.preferences.fetch and not self.is_headless:
            self.set_timer(_CHECK_INTERVAL, self.look_at_the_remote)

    # Places

    def _screen_of(self, place: str) -> PlaceScreen:
        """Return the screen of a place, which stays until the program ends."""
        screen = PLACE_SCREENS[place](self._destination())
        screen.set_reactive(PlaceScreen.overview, self._overview_of(place))
        return screen

    def _destination(self, paths: tuple[str, ...] = ()) -> Destination:
        return Destination(self.workspace, self.on, paths, self.people.roster.cohorts, self.preferences.commit)

    def action_go(self) -> None:
        """Ask for a place, and go there."""
        from graduand.screens.go_to import GoToScreen  # noqa: PLC0415 - the first row waits for no other screen

        self.push_screen(GoToScreen(self._overview_of(self.current_mode)), self._go)

    def _go(self, place: str | None) -> None:
        if place:
            self.action_go_to(place)

    def action_go_to(self, place: str) -> None:
        """Go to a place; it is as it was left."""
        if place != self.current_mode:
            before = self.get_screen_stack()[0]
            here = before.person_path() if isinstance(before, PlaceScreen) else ""
            self._been.append(self.current_mode)
            self.switch_mode(place)
            screen = self.get_screen_stack()[0]
            if isinstance(screen, PlaceScreen):
                screen.take_people(self.people.marks, here)

    def jobs_elsewhere(self) -> list[PaletteJob]:
        """Return what can be done in the other places, as far as it says what it is."""
        from graduand.screens.routes import place_classes  # noqa: PLC0415 - for the palette all are imported

        return [
            self._job(binding, None, place)
            for place, screen in place_classes().items()
            for binding in screen.__dict__["BINDINGS"]
            if isinstance(binding, Binding) and binding.tooltip
        ]

    async def do_elsewhere(self, job: PaletteJob) -> None:
        """Go to the place of a job, and do it there once it is read."""
        self.action_go_to(job.place)
        screen = self.screen
        if isinstance(screen, PlaceScreen):
            await screen.do_when_read(job.action)

    def losses(self) -> str:
        """Return what would be lost if the program ended now: marks."""
        number = len(self.people.marks)
        words = ngettext(
            "{count} person is marked; marks are not kept.", "{count} people are marked; marks are not kept.", number
        )
        return words.format(count=number) if number else ""

    @on(PlaceBar.PlaceChosen)
    def go_to_the_clicked_place(self, event: PlaceBar.PlaceChosen) -> None:
        """Go to the place that was clicked in the bar."""
        self.action_go_to(event.place)

    @on(UploadCompiled)
    def show_the_card(self) -> None:
        """Go to the place of the upload, and show the card there, in place of an earlier one."""
        from graduand.screens.uploads import UploadsScreen  # noqa: PLC0415 - not needed before the list

        self.action_go_to(UPLOAD)
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if isinstance(self.screen, UploadsScreen):
            self.screen.show_the_card()

    @on(PlaceScreen.WentBack)
    def go_back(self) -> None:
        """Go back to the place where one was."""
        if self._been:
            self.switch_mode(self._been.pop())

    def _overview_of(self, place: str) -> Overview:
        """Return what head and bar of a place show."""
        counts = self.people.roster.counts
        numbers = {CLASS: counts.people, PROBLEMS: counts.faulty, ADDRESSES: counts.waiting, PLAN: self._to_send}
        shown = {key: str(number) for key, number in numbers.items() if number}
        if standing := self._standing:
            marks = (f"↑{standing.ahead}" if standing.ahead else "", f"↓{standing.behind}" if standing.behind else "")
            shown |= {SHARE: "".join(marks)} if any(marks) else {}
            shown |= {UPLOAD: "1"} if standing.in_hand else {}
        return Overview(self._school, self.on, place, shown, standing, self.preferences.commit, self._unreached)

    @property
    def _school(self) -> str:
        try:
            name = self.workspace.institution.name
        except Trouble:
            name = ""
        return visible(name or str(self.workspace.root))

    @on(PlaceScreen.ShownFirst)
    def tell_who_arrived(self, event: PlaceScreen.ShownFirst) -> None:
        """Tell a new screen what there is; the list of people is told once it is painted."""
        if event.screen is not self.people:
            self._tell_screen(event.screen, self.current_mode)

    def _tell_screen(self, screen: PlaceScreen, place: str) -> None:
        screen.workspace, screen.commit = self.workspace, self.preferences.commit
        screen.overview = self._overview_of(place)
        if screen is not self.people:
            screen.roster = self.people.roster

    def _tell_screens(self) -> None:
        """Tell all screens what there is now."""
        for place, screen in self.open_screens():
            if isinstance(screen, PlaceScreen):
                self._tell_screen(screen, place)

    def action_commit(self) -> None:
        """Commit what is saved from now on, or only save it."""
        super().action_commit()
        self._tell_screens()

    @work(thread=True, group="left")
    def _look_for_what_was_left(self) -> None:
        """Offer the drafts that killed sessions left, and finish what a killed save began."""
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
        to_send = sum(one.status != "unchanged" for one in outstanding.values())
        if not worker.is_cancelled:
            self.call_later(self._know, outstanding, to_send)

    def _tell(self, words: str) -> None:
        self.people.status_text = words

    def _show(self, roster: PeopleList) -> None:
        self.people.status_text = _("comparing with the last upload")
        self.people.trouble = ""
        self.people.roster = roster.with_outstanding(self.people.roster.outstanding)
        self._tell_screens()
        for _place, screen in self.open_screens():
            outdated = getattr(screen, "outdated", None)
            if outdated:
                outdated()

    def _know(self, outstanding: Mapping[str, SentStatus], to_send: int) -> None:
        self.people.status_text = ""
        self.people.roster = self.people.roster.with_outstanding(outstanding)
        self._to_send = to_send
        self._tell_screens()

    def _could_not_read(self, trouble: Trouble) -> None:
        self.people.status_text = ""
        self.people.trouble = str(trouble)

    # What screens ask for

    @on(Changed)
    def read_again(self, event: Changed) -> None:
        """Read again what a screen has saved; it can be undone from now on."""
        if event.saved and not event.saved[0].commit:
            self._done.append(event.saved)
            self._undone.clear()
        elif event.saved:  # what was saved before it without a commit is in that commit, or is no longer the last
            self._done.clear()
            self._undone.clear()
        self.read_everybody()

    @on(Opened)
    def open_the_record(self, event: Opened) -> None:
        """Open the form of a record."""
        from graduand.screens.form import FormScreen  # noqa: PLC0415 - not needed before the list

        commit = self.preferences.commit
        self._open(FormScreen(self.workspace, event.path, self.on, event.field, commit=commit).to_be_read())

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
        self.push_screen(DOORS[event.what](self._destination(event.paths)))

    def action_read_everybody(self) -> None:
        """Read all records again."""
        self.read_everybody()

    # Undoing

    def action_undo(self) -> None:
        """Take the last save back, of earlier sessions too; ask where it closes, reopens or touches more than one."""
        from graduand.editing.revert import commit_to_undo  # noqa: PLC0415 - the first row waits for no undo

        if self._done:
            self._take_back(self._done, self._undone)
        else:
            self._revert(commit_to_undo, _("There is nothing to undo."))

    def action_redo(self) -> None:
        """Do once more what was taken back last."""
        from graduand.editing.revert import commit_to_redo  # noqa: PLC0415 - the first row waits for no undo

        if self._undone:
            self._take_back(self._undone, self._done)
        else:
            self._revert(commit_to_redo, _("There is nothing to redo."))

    def _revert(self, find: Callable[[Workspace], str], nothing: str) -> None:
        from graduand.screens.revert_flow import Revert  # noqa: PLC0415

        Revert(self.screen, self.workspace, commit=self.preferences.commit).begin(
            partial(find, self.workspace), nothing
        )

    def _take_back(self, done: list[tuple[SavedFile, ...]], undone: list[tuple[SavedFile, ...]]) -> None:
        from graduand.editing.transaction import undo  # noqa: PLC0415 - the first row waits for no undo
        from graduand.screens.waiting import Waiting  # noqa: PLC0415

        saved = done.pop()

        def ended(outcome: tuple[SavedFile, ...] | Trouble | None) -> None:
            if outcome is None:
                done.append(saved)
            elif isinstance(outcome, NotCommitted) and outcome.saved:
                undone.append(outcome.saved)
            elif isinstance(outcome, Trouble):
                if not isinstance(outcome, ChangedOnDisk):  # it can be taken back later
                    done.append(saved)
            else:
                undone.append(outcome)
                words = ngettext("Taken back: {who}", "Taken back in {count} records", len(outcome))
                who = visible(username_of(outcome[0].path))
                self.notify(words.format(who=who, count=len(outcome)), markup=False)
                self.read_everybody()
            if isinstance(outcome, Trouble):
                self.tell_trouble(outcome)

        def labour(_tell: Tell) -> tuple[SavedFile, ...]:
            return undo(self.workspace, saved, commit=self.preferences.commit)

        self.push_screen(Waiting(_("Undoing"), labour, writes=True), ended)

    # What changes outside

    @work(thread=True, exclusive=True, group="watching")
    def look_around(self) -> None:
        """Read again what another program or a pull has changed."""
        began, before = time.monotonic(), self._seen
        self._look()
        self._look_at_git()
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

    @work(thread=True, group="standing")
    def _look_at_git_first(self) -> None:
        self._look_at_git()

    def _look_at_git(self) -> None:
        """Find out how the clone stands, where git has done anything since, or a record has changed."""
        from graduand.editing.clone_status import clone_stamp, read_clone_status  # noqa: PLC0415 - after the first paint

        stamp = clone_stamp(self.workspace) + self._seen
        if stamp == self._stamp:
            return
        self._stamp = stamp
        standing = None
        with suppress(Trouble):  # without git there is no standing; the reading says what is wrong with the ledger
            standing = read_clone_status(self.workspace)
        self.call_later(self._stand, standing)

    def _stand(self, standing: CloneStatus | None) -> None:
        self._standing = standing
        self._tell_screens()

    @work(thread=True, exclusive=True, group="fetching")
    def look_at_the_remote(self) -> None:
        """Fetch what colleagues have pushed, quietly; the look around then finds it."""
        from graduand.editing.sharing import fetch_quietly  # noqa: PLC0415 - after the first paint

        worker = get_current_worker()
        with watched(Watcher(lambda _done, _of: None, lambda: worker.is_cancelled, lambda: None)):
            try:
                words = fetch_quietly(self.workspace)
            except Trouble:  # without git there is no remote
                words = ""
        if not worker.is_cancelled:
            self.call_later(self._know_the_remote, words)

    def _know_the_remote(self, words: str) -> None:
        """Say in Share that the remote was not reached, and ask it again later; the later, the more often it failed."""
        self._unreached = words
        self._failures = self._failures + 1 if words else 0
        self._tell_screens()
        if self.preferences.fetch and not self.is_headless:
            minutes = self.preferences.fetch * min(2**self._failures, _RARELY)
            self.set_timer(60 * minutes, self.look_at_the_remote)

    def _hinder(self, sentence: str) -> None:
        self._hindered = sentence
        for banner in [banner for _place, screen in self.open_screens() for banner in screen.query(Banner)]:
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
