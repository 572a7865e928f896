"""The application: the screens, what they have in common, and the work that goes on behind them."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.worker import get_current_worker

from graduand.errors import Exit, Trouble
from graduand.language import N_, _, visible
from graduand.roster import outstanding_of, roster_of
from graduand.screens.messages import Changed, Opened
from graduand.screens.people import PeopleScreen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.roster import Progress, Roster
    from graduand.workspace import Workspace


class GraduandApp(App[None]):
    """graduand at a terminal, on one repository, as of one day."""

    TITLE = "graduand"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", N_("Quit"), show=False, id="app.leave"),
        Binding("ctrl+q", "leave", N_("Quit"), show=False, priority=True, id="app.leave_now"),
    ]

    def __init__(self, workspace: Workspace, on: str) -> None:
        super().__init__()
        self.workspace = workspace
        self.on = on
        self.people = PeopleScreen(self._heading())

    def _heading(self) -> str:
        try:
            name = self.workspace.institution.name
        except Trouble:
            name = ""
        return " · ".join(["graduand", visible(name or str(self.workspace.root))])

    def on_mount(self) -> None:
        """Paint first, read afterwards."""
        self.push_screen(self.people)
        self._hear_the_end()
        self.call_after_refresh(self.read_everybody)

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

    # Reading

    @work(thread=True, exclusive=True, group="reading", exit_on_error=False)
    def read_everybody(self) -> None:
        """Read all records, and show them; then find out what is outstanding."""
        worker = get_current_worker()

        def tell(done: int, of: int) -> None:
            if not worker.is_cancelled:
                self.call_from_thread(self._tell, _("reading {done} of {count}").format(done=done, count=of))

        self.call_from_thread(self._tell, _("reading"))
        try:
            roster = roster_of(self.workspace, self.on, tell)
            self.call_from_thread(self._show, roster)
            outstanding = outstanding_of(self.workspace, self.on)
        except Trouble as trouble:
            self.call_from_thread(self._stopped, str(trouble))
        else:
            if not worker.is_cancelled:
                self.call_from_thread(self._know, outstanding)

    def _tell(self, words: str) -> None:
        self.people.told = words

    def _show(self, roster: Roster) -> None:
        self.people.told = _("comparing with the last upload")
        self.people.roster = roster

    def _know(self, outstanding: Mapping[str, Progress]) -> None:
        from dataclasses import replace  # noqa: PLC0415

        self.people.told = ""
        self.people.roster = replace(self.people.roster, outstanding=outstanding)

    def _stopped(self, sentence: str) -> None:
        self.people.told = ""
        self.notify(sentence, severity="warning", markup=False)

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

    def action_leave(self) -> None:
        """End the program."""
        self.exit()
