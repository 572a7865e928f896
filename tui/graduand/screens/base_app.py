"""The base of the application: keys and their names, help, colours, messages, and an orderly end."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key, Paste
from textual.widget import Widget

from graduand.errors import Exit, SchemaBroken, Trouble
from graduand.language import N_, _
from graduand.patience import be_patient
from graduand.preferences import Preferences, preferences_path, read_preferences, write_preferences
from graduand.screens.keys import key_name
from graduand.screens.people import PeopleScreen
from graduand.screens.places import PLACES
from graduand.screens.themes import THEMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from textual.actions import ActionParseResult
    from textual.dom import DOMNode
    from textual.events import Event
    from textual.message_pump import MessagePump
    from textual.notifications import SeverityLevel
    from textual.screen import Screen

    from graduand.reports.console import Line
    from graduand.screens.own_keys import KeyFault
    from graduand.screens.palette import PaletteJob

_READ: Final = {"information": 1.0, "warning": 4.0, "error": 4.0}
"""Seconds after which a message is read, so that the next key may take it away."""
_ROUNDS: Final = 3
"""How many times what a key does can ask for something else: a list for its screen, that for the application."""
_PATIENCE: Final = 5.0
"""Seconds that a key waits, at most, for each widget that is busy with the one before."""
_LONG: Final = 60.0
"""Seconds for which it stands that a commit waits."""
_GRACE: Final = 3.0
"""Seconds that the program may take to end once its terminal is closed."""


class BaseApp(App[None]):
    """An application that can be learned by its keys, and that ends in order."""

    TITLE = "graduand"
    # Messages stand in a row of their own above the keys and cover nothing.
    CSS = """
    ToastRack {
        layer: default; height: auto; max-height: 5; margin: 0 0 1 0; padding: 0; overflow-y: auto; visibility: visible;
        & ToastHolder { align-horizontal: left; }
        & Toast { width: 1fr; max-width: 100%; margin: 0; padding: 0 1; background: $boost; }
    }
    """
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "ask_to_leave", N_("Quit"), show=False, id="app.leave"),
        Binding("f1", "help", N_("Help"), id="app.help"),
        Binding("ctrl+p", "palette", N_("What can be done"), show=False, priority=True, id="app.palette"),
        Binding("colon", "palette", N_("What can be done"), show=False, id="app.palette_too"),
        Binding("question_mark", "help", N_("Help"), show=False, id="app.help_too"),
        Binding(
            "ctrl+t",
            "theme",
            N_("Dark or light"),
            show=False,
            tooltip=N_("Change the colours, for the next times too."),
            id="app.theme",
        ),
        Binding(
            "f9",
            "commit",
            N_("Commit each save, or do not"),
            show=False,
            tooltip=N_("Whether a save is committed at once; for the next times too."),
            id="app.commit",
        ),
        Binding(
            "f7",
            "keys",
            N_("Other keys"),
            show=False,
            tooltip=N_("Which names the file of your own keys takes, and where it is."),
            id="app.keys",
        ),
        Binding(
            "ctrl+l",
            "language",
            N_("Language"),
            show=False,
            tooltip=N_("Where it is said in which language graduand speaks."),
            id="app.language",
        ),
        Binding(
            "f8",
            "messages",
            N_("Messages"),
            show=False,
            tooltip=N_("All that was said since the start, with the paths of files."),
            id="app.messages",
        ),
        Binding("ctrl+q", "leave", N_("Quit"), show=False, priority=True, id="app.leave_now"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.preferences = Preferences()
        self._not_preferred: Trouble | None = None
        self._said: list[tuple[str, str, str]] = []
        """When, how and what was told in passing; a detail of it has no time."""
        self._typed: deque[Key | Paste] = deque()
        """Keys that wait; the first one is at work."""
        for theme in THEMES.values():
            self.register_theme(theme)

    def on_load(self) -> None:
        """Take the user's own colours and keys, before anything is painted in others."""
        be_patient(self._tell_of_wait)
        try:
            self.preferences = read_preferences()
        except Trouble as trouble:
            self._not_preferred = trouble
        self.set_reactive(App.theme, THEMES[self.preferences.theme].name)  # what follows from it is done here
        self.stylesheet.set_variables(self.get_css_variables())
        self.set_class(self.current_theme.dark, "-dark-mode", update=False)
        self.set_class(not self.current_theme.dark, "-light-mode", update=False)
        self.set_keymap(dict(self.preferences.keys))

    def get_css_variables(self) -> dict[str, str]:
        """Return the colours by name; those that a theme names itself, and Textual would derive, are as it has them."""
        return {**super().get_css_variables(), **self.current_theme.variables}

    def _tell_of_wait(self, sentence: str) -> None:
        """Tell of a commit that takes long, from the thread that waits for it."""
        with suppress(RuntimeError):  # the application itself waits, or has ended
            self.call_from_thread(self.notify, sentence, severity="warning", markup=False, timeout=_LONG)

    def tell_what_is_not_preferred(self) -> None:
        """Say why the user's own colours and keys are not taken, if they are not."""
        if self._not_preferred:
            self.tell_trouble(self._not_preferred)
        if self.preferences.keys:
            self._check_keys()

    @work(thread=True, group="keys", exit_on_error=False)
    def _check_keys(self) -> None:
        """Say of the user's own keys which cannot be taken, and leave these as they were."""
        from graduand.screens.own_keys import key_faults  # noqa: PLC0415 - it imports all screens; few have own keys

        faults = key_faults(self.preferences.keys, type(self))
        if faults:
            self.call_later(self._refuse_keys, faults)

    def _refuse_keys(self, faults: list[KeyFault]) -> None:
        refused = {fault.name for fault in faults}
        self.set_keymap({name: key for name, key in self.preferences.keys.items() if name not in refused})
        for fault in faults:
            line_number = self.preferences.lines.get(fault.name, 0)
            self.tell_trouble(SchemaBroken(str(preferences_path()), line_number, fault.sentence))

    def hear_the_end(self) -> None:
        """End in order when the terminal is closed or the machine goes down; what is typed is kept first."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(name, self.end_now)

    def end_now(self) -> None:
        """Keep what is typed, and end."""
        for _place, screen in self.open_screens():
            keep = getattr(screen, "keep_now", None)
            if keep:
                keep()
        self.exit(return_code=Exit.INTERRUPTED)
        if self._driver and not self.is_headless:
            # A terminal that is gone takes nothing any more, and what waits to be painted would wait for ever.
            deadline = threading.Timer(_GRACE, os._exit, (Exit.INTERRUPTED,))
            deadline.daemon = True
            deadline.start()

    def _fatal_error(self) -> None:
        """End without showing a traceback, which would hold people's data; the command line says where it was."""
        self._close_messages_no_wait()

    def tell_trouble(self, trouble: Trouble) -> None:
        """Show the sentence of what went wrong, for long enough to be read."""
        self.notify(str(trouble), severity="warning", timeout=12, markup=False)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Tell something in passing, and keep it for those who want to read it again."""
        self._said.append((time.strftime("%H:%M"), severity, message))
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def add_details(self, details: Iterable[str]) -> None:
        """Keep more of what was told last, such as the commit, where messages are read again."""
        self._said += [("", "", detail) for detail in details]

    def action_keys(self) -> None:
        """Show the names by which other keys can be given to what can be done here."""
        from graduand.reports.console import line  # noqa: PLC0415
        from graduand.screens.page import PageScreen  # noqa: PLC0415 - the first row waits for no other screen

        head = _("In {path}, below keys:, a name and another key.").format(path=preferences_path())
        named = [line(f"{job.id:<24} {job.key:<10} {_(job.name)}") for job in self._jobs()]
        self.push_screen(PageScreen(_("Other keys"), [line(head), line(""), *named]))

    def action_language(self) -> None:
        """Say where the language is chosen."""
        said = _("The language is one of the school's settings (language: fr or en). For one time: graduand --lang fr")
        self.notify(said, markup=False, timeout=12)

    def action_messages(self) -> None:
        """Show what was told in passing, the last first."""
        from graduand.reports.console import Span, line  # noqa: PLC0415
        from graduand.screens.page import PageScreen  # noqa: PLC0415 - the first row waits for no other screen

        signs = {"information": "·", "warning": "!", "error": "✗"}
        told: list[Line] = []
        details: list[Line] = []
        for moment, severity, message in reversed(self._said):
            if not moment:
                details.insert(0, line(Span(f"        {message}", "dim")))
                continue
            told += [line(f"{moment} {signs[severity]} {message}"), *details]
            details = []
        self.push_screen(PageScreen(_("Messages"), told or [line(_("Nothing was said yet."))]))

    def get_key_display(self, binding: Binding) -> str:
        """Return a key as it is printed on the keyboards of the language spoken now."""
        return binding.key_display or key_name(binding.key)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do nothing on a screen that is not in front any more: its key came late."""
        if isinstance(default_namespace, Widget) and default_namespace.screen is not self.screen:
            return True
        return await super().run_action(action, default_namespace, namespaces)

    async def on_event(self, event: Event) -> None:
        """Take away what has been read, as soon as one goes on."""
        if isinstance(event, Key):
            now = time.time()
            for message in list(self._notifications):
                if now - message.raised_at >= _READ[message.severity]:
                    self._unnotify(message)
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self._typed.append(event)
            if len(self._typed) == 1:
                self.run_worker(self._hand_on(), group="typing")
        else:
            await super().on_event(event)

    async def _hand_on(self) -> None:
        """Hand on what is typed, one after the other: the next key waits until what the last one opened is there.

        However quickly keys come, each reaches the screen that was meant.
        """
        while self._typed:
            await super().on_event(self._typed[0])
            for _round in range(_ROUNDS):
                await self._catch_up()
            self._typed.popleft()

    async def _catch_up(self) -> None:
        """Wait until the widget that has the focus, all that it is in, and the application have done what they had."""
        node: MessagePump | None = self.focused or self.screen
        while node:
            done = asyncio.Event()
            if node.call_later(done.set):
                with suppress(TimeoutError):  # it went away meanwhile
                    await asyncio.wait_for(done.wait(), _PATIENCE)
            node = node._parent  # noqa: SLF001 - Textual has no other way from a widget to the application

    # What can be done everywhere

    def _jobs(self) -> list[PaletteJob]:
        """Return what can be done on this screen, each once, in the order in which the screen names it."""
        found: dict[str, PaletteJob] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.id and binding.description and active.enabled and binding.action not in found:
                found[binding.action] = self._job(binding, active.node)
        return list(found.values())

    def _job(self, binding: Binding, node: DOMNode | None, place: str = "") -> PaletteJob:
        from graduand.screens.palette import PaletteJob  # noqa: PLC0415 - the first row waits for no other screen

        shown, id_ = self.get_key_display(binding), binding.id or ""
        return PaletteJob(binding.description, shown, node, binding.action, id_, binding.tooltip, place)

    def jobs_elsewhere(self) -> list[PaletteJob]:
        """Return what can be done in the other places."""
        return []

    def palette_jobs(self) -> list[PaletteJob]:
        """Return what can be done here, then what can be done in the other places."""
        here = self._jobs()
        known = {job.id for job in here}
        return [*here, *(job for job in self.jobs_elsewhere() if job.id not in known)]

    async def do_elsewhere(self, job: PaletteJob) -> None:
        """Go to the place of a job, and do it there."""

    @work
    async def action_palette(self) -> None:
        """Choose from all that can be done here, by name."""
        from graduand.screens.palette import PaletteScreen  # noqa: PLC0415 - the first row waits for no other screen

        if isinstance(self.screen, PaletteScreen):
            return
        job = await self.push_screen_wait(PaletteScreen(self.palette_jobs()))
        if job and job.node:
            await self.run_action(job.action, job.node)
        elif job:
            await self.do_elsewhere(job)

    def action_help(self) -> None:
        """Say what this place is for, then its keys."""
        from graduand.screens.help import HelpScreen  # noqa: PLC0415 - the first row waits for no other screen

        here = next((place for place in PLACES if place.key == self.current_mode), None)
        is_base = len(self.screen_stack) == 1
        filters = isinstance(self.screen, PeopleScreen)
        self.push_screen(HelpScreen(self._jobs(), here if is_base else None, str(preferences_path()), filters=filters))

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

    def losses(self) -> str:
        """Return what would be lost if the program ended now; "" for nothing."""
        return ""

    @work(exclusive=True, group="asking")
    async def action_ask_to_leave(self) -> None:
        """End the program, after a question where something would be lost."""
        lost = self.losses()
        if not lost:
            self.action_leave()
            return
        from graduand.screens.question import Answer, QuestionScreen  # noqa: PLC0415 - the first row waits for no other screen

        answers = [
            Answer(("q", "enter", "y"), "q", _("quit"), "quit"),
            Answer((), _("Esc"), _("stay here"), ""),
        ]
        said = [Content.styled(lost, "$text-warning")]
        if await self.push_screen_wait(QuestionScreen(_("Quit graduand?"), said, answers)):
            self.action_leave()

    @work(exclusive=True, group="asking")
    async def action_leave(self) -> None:
        """End the program, once no screen has anything to lose."""
        for place, screen in reversed(list(self.open_screens())):
            may_leave = getattr(screen, "may_leave", None)
            if may_leave:
                self.switch_mode(place)
                if not await may_leave():
                    return
        self.exit()

    def open_screens(self) -> Iterator[tuple[str, Screen[Any]]]:
        """Yield each screen with the key of its place, those behind others too."""
        for place in self._modes:
            with suppress(KeyError):  # nobody was there yet
                for screen in self.get_screen_stack(place):
                    yield place, screen
