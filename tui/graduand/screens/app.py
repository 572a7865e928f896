"""The application: the screens, what they have in common, and the work that goes on behind them."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.worker import WorkerCancelled, get_current_worker

from graduand.errors import Exit, NothingToCompile, Trouble
from graduand.language import N_, _, visible
from graduand.preferences import Preferences, preferences_path, read_preferences, write_preferences
from graduand.roster import outstanding_of, roster_of
from graduand.screens.help import HelpScreen
from graduand.screens.keys import key_name
from graduand.screens.messages import Changed, Opened
from graduand.screens.palette import Job, PaletteScreen
from graduand.screens.people import PeopleScreen
from graduand.screens.themes import THEMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.worker import Worker

    from graduand.roster import Progress, Roster
    from graduand.workspace import Workspace


class GraduandApp(App[None]):
    """graduand at a terminal, on one repository, as of one day."""

    TITLE = "graduand"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", N_("Quit"), show=False, id="app.leave"),
        Binding("f1", "help", N_("Help"), id="app.help"),
        Binding("ctrl+p", "palette", N_("What can be done here"), show=False, priority=True, id="app.palette"),
        Binding("ctrl+t", "theme", N_("Dark or light"), show=False, id="app.theme"),
        Binding("f9", "commit", N_("Commit what is saved, or only save it"), show=False, id="app.commit"),
        Binding("ctrl+r", "read_everybody", N_("Read everything again"), show=False, id="app.read"),
        Binding("ctrl+q", "leave", N_("Quit"), show=False, priority=True, id="app.leave_now"),
    ]

    def __init__(self, workspace: Workspace, on: str) -> None:
        super().__init__()
        self.workspace = workspace
        self.on = on
        self.preferences = Preferences()
        self.people = PeopleScreen(self._heading())

    def _heading(self) -> str:
        try:
            name = self.workspace.institution.name
        except Trouble:
            name = ""
        return " · ".join(["graduand", visible(name or str(self.workspace.root))])

    def on_mount(self) -> None:
        """Paint first, read afterwards."""
        for theme in THEMES.values():
            self.register_theme(theme)
        self.push_screen(self.people)
        self._hear_the_end()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._prefer()
        self.read_everybody()

    def _prefer(self) -> None:
        try:
            self.preferences = read_preferences()
        except Trouble as trouble:
            self.tell_trouble(trouble)
        self.theme = THEMES[self.preferences.theme].name
        self.set_keymap(dict(self.preferences.keys))

    def _hear_the_end(self) -> None:
        """End in order when the terminal is closed or the machine goes down; what is typed is kept first."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(name, self.end_now)

    def end_now(self) -> None:
        """Keep what is typed, and end."""
        for screen in self.screen_stack:
            keep = getattr(screen, "keep_now", None)
            if keep:
                keep()
        self.exit(return_code=Exit.INTERRUPTED)

    def _fatal_error(self) -> None:
        """End without showing anything: what a traceback holds is people's data. The door says where it was."""
        self._close_messages_no_wait()

    def tell_trouble(self, trouble: Trouble) -> None:
        """Show the sentence of what went wrong, for long enough to be read."""
        self.notify(str(trouble), severity="warning", timeout=12, markup=False)

    def get_key_display(self, binding: Binding) -> str:
        """Return a key as it is printed on the keyboards of the language spoken now."""
        return binding.key_display or key_name(binding.key)

    # Reading

    @work(thread=True, exclusive=True, group="reading")
    def read_everybody(self) -> None:
        """Read all records, and show them; then find out what is outstanding."""
        worker = get_current_worker()

        def tell(done: int, of: int) -> None:
            if worker.is_cancelled:
                raise WorkerCancelled
            self.call_from_thread(self._tell, _("reading {done} of {count}").format(done=done, count=of))

        self.call_from_thread(self._tell, _("reading"))
        try:
            roster = roster_of(self.workspace, self.on, tell).prepare()
        except WorkerCancelled:
            return
        except Trouble as trouble:
            self.call_from_thread(self._could_not_read, trouble)
            return
        if not worker.is_cancelled:
            self.call_from_thread(self._show, roster)
            self._compare(worker)

    def _compare(self, worker: Worker[None]) -> None:
        try:
            outstanding = outstanding_of(self.workspace, self.on)
        except NothingToCompile:
            outstanding = {}
        except Trouble as trouble:
            self.call_from_thread(self.tell_trouble, trouble)
            outstanding = {}
        if not worker.is_cancelled:
            self.call_from_thread(self._know, outstanding)

    def _tell(self, words: str) -> None:
        self.people.told = words

    def _show(self, roster: Roster) -> None:
        self.people.told = _("comparing with the last upload")
        self.people.trouble = ""
        self.people.roster = roster.knowing(self.people.roster.outstanding)

    def _know(self, outstanding: Mapping[str, Progress]) -> None:
        self.people.told = ""
        self.people.roster = self.people.roster.knowing(outstanding)

    def _could_not_read(self, trouble: Trouble) -> None:
        self.people.told = ""
        self.people.trouble = str(trouble)

    # What screens ask for

    @on(Changed)
    def read_again(self) -> None:
        """Read again what a screen has saved."""
        self.read_everybody()

    @on(Opened)
    def open_the_record(self, event: Opened) -> None:
        """Open the form of a record."""

    @on(PeopleScreen.Wanted)
    def go_there(self, event: PeopleScreen.Wanted) -> None:
        """Show another screen."""

    # What can be done everywhere

    def _jobs(self) -> list[Job]:
        """Return what can be done on this screen, each once, in the order in which the screen names it."""
        found: dict[str, Job] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.id and binding.description and active.enabled and binding.action not in found:
                shown = self.get_key_display(binding)
                found[binding.action] = Job(binding.description, shown, active.node, binding.action)
        return list(found.values())

    @work
    async def action_palette(self) -> None:
        """Choose from all that can be done here, by name."""
        if isinstance(self.screen, PaletteScreen):
            return
        job = await self.push_screen_wait(PaletteScreen(self._jobs()))
        if job:
            await self.run_action(job.action, job.node)

    def action_help(self) -> None:
        """Show the keys of this screen."""
        filters = isinstance(self.screen, PeopleScreen)
        self.push_screen(HelpScreen(self._jobs(), str(preferences_path()), filters=filters))

    def action_theme(self) -> None:
        """Change between dark and light, for this time and the next ones."""
        other = "light" if self.preferences.theme == "dark" else "dark"
        self.theme = THEMES[other].name
        self._remember(replace(self.preferences, theme=other))

    def action_commit(self) -> None:
        """Commit what is saved from now on, or only save it."""
        self._remember(replace(self.preferences, commit=not self.preferences.commit))
        words = (
            _("From now on a save is committed.") if self.preferences.commit else _("From now on a save only saves.")
        )
        self.notify(words, markup=False)

    def _remember(self, preferences: Preferences) -> None:
        self.preferences = preferences
        try:
            write_preferences(preferences)
        except Trouble as trouble:
            self.tell_trouble(trouble)

    def action_leave(self) -> None:
        """End the program."""
        self.exit()


def open_interface(workspace: Workspace, on: str) -> int:
    """Run the interface until it is left; return the exit code.

    Raises:
        Exception: what went wrong in it, if anything did.
    """
    app = GraduandApp(workspace, on)
    app.run()
    if app._exception:  # noqa: SLF001 - Textual ends with status 0 after a crash
        raise app._exception  # noqa: SLF001
    return app.return_code or Exit.DONE
