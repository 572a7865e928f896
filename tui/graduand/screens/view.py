"""The base of screens that show a list, read in the background, and one line of it in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, NamedTuple, TypeVar

from textual import on, work
from textual.containers import Container, Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from graduand.errors import Trouble
from graduand.index.query import folded
from graduand.language import _
from graduand.patience import Stopped, Watcher, progress, watched
from graduand.screens.place_screen import PlaceScreen
from graduand.screens.widgets.keyline import KeyLine
from graduand.screens.widgets.lines import Drawn, LineList
from graduand.screens.widgets.person_pane import PersonPane

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import ComposeResult
    from textual.events import Key
    from textual.screen import Screen

    from graduand.screens.waiting import Tell

Found = TypeVar("Found")


class Searchable(NamedTuple, Generic[Found]):
    """What was read, with the words that each of its items is found by."""

    found: Found
    words: Sequence[str]


def haystacks(lines: Iterable[str]) -> list[str]:
    """Return the lines as they are looked through: folded in one go, for a call for each would be felt."""
    whole = "\n".join(line.replace("\n", " ") for line in lines)
    return folded(whole).split("\n") if whole else []


class View(PlaceScreen, Generic[Found]):
    """A list over the whole width, its heading above and the line under the cursor in full below or at its right."""

    DEFAULT_CSS = """
    View {
        & #heading { height: 1; text-style: bold; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & #search { height: 1; padding: 0 1; display: none; }
        & #search Static { width: auto; padding-right: 1; color: $text-accent; text-style: bold; }
        & #search Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
        & #banner { height: auto; max-height: 5; padding: 0 1; background: $warning-muted; display: none; }
        & #body { height: 1fr; layout: vertical; }
        & LineList { height: 1fr; }
        & PersonPane { display: none; width: 1fr; height: auto; border-left: none; padding: 0; margin-top: 1; }
        &.-wide PersonPane { display: block; border-top: dashed $panel; }
        & #whole { height: 8; border-top: solid $panel; padding: 0 1; scrollbar-size-vertical: 1; }
        & #nothing { display: none; height: 1fr; align: center middle; }
        & #nothing Static { width: auto; max-width: 70; color: $foreground 80%; }
        &.-narrow #nothing Static { max-width: 88%; }
        &.-finding #search { display: block; }
        &.-empty #nothing { display: block; }
        &.-empty #body { display: none; }
        &.-wide #body { layout: horizontal; }
        &.-wide #whole { width: 44; height: 1fr; border-top: none; border-left: solid $panel; }
        &.-flat #whole { height: 4; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - as Textual has it
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (20, "-tall")]  # noqa: RUF012
    AUTO_FOCUS = "LineList"
    HINT: ClassVar[str] = ""
    """What may be looked for."""

    @dataclass
    class ReadProgress(Message):
        """So much is read."""

        done: int
        of: int

    @dataclass
    class Read(Message):
        """The reading is over: what was found, or the trouble that stopped it."""

        found: object

    status_text: reactive[str] = reactive("", init=False)
    """How far the reading is; "" when what is shown is up to date."""

    def __init__(self) -> None:
        super().__init__(classes="-empty")
        self._away = False
        """Whether something has changed since it was read."""
        self._waiting = ""
        """An action that is done once all is read."""
        self.touched = False
        """Whether this screen, or one that was shown from it, has changed something that others show."""

    # What each view says for itself

    def read(self, tell: Tell) -> Found:
        """Return what is to be shown; in a thread, so that the screen stays alive."""
        raise NotImplementedError

    def show_result(self, found: Found) -> None:
        """Show what was read."""
        raise NotImplementedError

    def sift(self) -> None:
        """Show what was read before, as far as it is looked for."""

    def heading(self) -> tuple[str, ...]:
        """Return the parts of the heading; empty ones are left out."""
        raise NotImplementedError

    def draw(self, index: int, width: int) -> Drawn:
        """Return the pieces of one line."""
        raise NotImplementedError

    def whole(self) -> Content:
        """Return all that the line under the cursor stands for."""
        raise NotImplementedError

    def stopped(self, trouble: Trouble) -> None:
        """Show what kept the view from being read."""
        self.show_sentence(str(trouble))

    # What they have in common

    def compose(self) -> ComposeResult:
        """Build the screen."""
        yield from self.compose_head()
        yield Static(Content(""), id="heading")
        with Horizontal(id="search"):
            yield Static(Content(_("Find")))
            field = Input(id="find", compact=True, select_on_focus=False, placeholder=_(self.HINT) if self.HINT else "")
            field.cursor_blink = False
            yield field
        yield Static(Content(""), id="banner")
        with Container(id="body"):
            yield LineList()
            with VerticalScroll(id="whole", can_focus=False):
                yield Static(Content(""), id="full")
                yield PersonPane()
        with Container(id="nothing"):
            yield Static(Content(""), id="instead")
        yield KeyLine()

    def on_mount(self) -> None:
        """Paint first, read afterwards."""
        self.status_text = _("reading")
        self.call_after_refresh(self.action_read)

    def watch_roster(self) -> None:
        """Let the pane have who everybody is now."""
        if self.is_mounted:
            pane = self.query_one(PersonPane)
            pane.set_reactive(PersonPane.roster, self.roster)
            pane.look_into(self.workspace)

    def on_screen_resume(self) -> None:
        """Read again when something has changed."""
        if self._away:
            self._away = False
            self.action_read()

    @property
    def lines(self) -> LineList:
        """The list."""
        return self.query_one(LineList)

    def show(self, count: int, cursor: int) -> None:
        """Show so many lines."""
        self.set_class(not count, "-empty")
        self.lines.show(count, self.draw, cursor)
        if count and self.focused is None:  # it went while there was nothing to list
            self.call_after_refresh(self.lines.focus)
        self.watch_status_text()

    def show_sentence(self, sentence: str) -> None:
        """Say something where there is nothing to list."""
        self.query_one("#instead", Static).update(Content(sentence))
        self.show(0, 0)

    def warn(self, sentence: str) -> None:
        """Say above the list what must not be overlooked; "" takes it away."""
        banner = self.query_one("#banner", Static)
        banner.update(Content(sentence))
        banner.display = bool(sentence)

    def watch_status_text(self) -> None:
        """Draw the heading."""
        if self.is_mounted:
            parts = (*self.heading(), self.status_text)
            self.query_one("#heading", Static).update(Content(" · ".join(part for part in parts if part)))

    @on(LineList.Moved)
    def show_whole_line(self) -> None:
        """Show the line under the cursor in full."""
        self.query_one("#full", Static).update(self.whole() if self.lines.count else Content(""))
        self.query_one(PersonPane).path = self.person_path() if self.lines.count else ""
        self.query_one("#whole").scroll_home(animate=False)
        self.refresh_bindings()

    def go_to(self, screen: Screen[None]) -> None:
        """Show another screen; read again when something has changed there."""

        def back(_answer: None) -> None:
            if getattr(screen, "touched", True):
                self.touched = True
                self.action_read()

        if isinstance(screen, PlaceScreen):
            screen.set_reactive(PlaceScreen.overview, self.overview)
        self.app.push_screen(screen, back)

    # Reading

    def action_read(self) -> None:
        """Read again; what is shown stays until then."""
        self.status_text = self.status_text or _("reading")
        self._read()

    @work(thread=True, exclusive=True, group="reading")
    def _read(self) -> None:
        worker = get_current_worker()

        watcher = Watcher(
            lambda done, of: self.post_message(self.ReadProgress(done, of)),
            lambda: worker.is_cancelled,
            lambda: None,
        )
        try:
            with watched(watcher):
                found: object = self.read(progress)
        except Stopped:
            return
        except Trouble as trouble:
            found = trouble
        if not worker.is_cancelled:
            self.post_message(self.Read(found))

    @on(ReadProgress)
    def show_progress(self, event: ReadProgress) -> None:
        """Say how far the reading is."""
        self.status_text = _("reading {done} of {count}").format(done=event.done, count=event.of)

    async def do_when_read(self, action: str) -> None:
        """Do something here, at once or when the reading is over."""
        if self.is_mounted and not self.status_text:
            await self.run_action(action)
        else:
            self._waiting = action

    @on(Read)
    async def show_result_or_trouble(self, event: Read) -> None:
        """Show what came of the reading."""
        self.status_text = ""
        if isinstance(event.found, Trouble):
            self.stopped(event.found)
        else:
            self.show_result(event.found)  # type: ignore[arg-type]
        self.refresh_bindings()
        if action := self._waiting:
            self._waiting = ""
            await self.run_action(action)

    def on_key(self, event: Key) -> None:
        """Look for what is typed: a sign that is no key here begins the search."""
        if event.is_printable and event.character and event.key not in self.active_bindings and self.may_find:
            event.stop()
            event.prevent_default()
            self.action_find()
            self.query_one("#find", Input).insert_text_at_cursor(event.character)

    @property
    def may_find(self) -> bool:
        """Whether something can be looked for here."""
        return not isinstance(self.focused, Input) and any(
            active.binding.action == "find" for active in self.active_bindings.values()
        )

    def outdated(self) -> None:
        """Read again what has changed: at once when it is looked at, else when one comes back to it."""
        self._away = not self.is_current
        if self.is_current:
            self.action_read()

    # Finding

    @property
    def wanted(self) -> tuple[str, ...]:
        """The words that are looked for, folded."""
        return tuple(folded(self.query_one("#find", Input).value).split())

    def action_find(self) -> None:
        """Type what is looked for."""
        self.add_class("-finding")
        self.set_focus(self.query_one("#find"))

    @on(Input.Changed, "#find")
    def find_while_typing(self) -> None:
        """Show only what is looked for."""
        self.sift()

    @on(Input.Submitted, "#find")
    def go_to_the_list(self) -> None:
        """Go on to what was found."""
        self.set_focus(self.lines)

    def action_back(self) -> None:
        """End the search; without one go back, and stop a reading that goes on."""
        if self.has_class("-finding"):
            self.query_one("#find", Input).value = ""
            self.remove_class("-finding")
            self.set_focus(self.lines)
            return
        if self.app.screen_stack[0] is self:  # a place stays as it is, with what it reads
            self.leave_place()
            return
        self.workers.cancel_group(self, "reading")
        self.dismiss(None)
