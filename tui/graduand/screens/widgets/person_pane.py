"""The pane beside a list: the person under the cursor, what is wrong, what goes out, and what happened last."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.content import Content
from textual.events import Resize
from textual.reactive import reactive
from textual.widgets import Static

from graduand.errors import Trouble
from graduand.index.people_list import PeopleList
from graduand.language import masked, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.timer import Timer

    from graduand.git.events import Event
    from graduand.index.people_list import ListedPerson
    from graduand.workspace import Workspace

_EVENTS: Final = 4
"""Events that are shown, the last ones."""
_FAINT: Final = "$foreground 70%"


class PersonPane(Static):
    """What is known of one person, in short."""

    DEFAULT_CSS = """
    PersonPane { width: 42; height: 1fr; padding: 0 1; border-left: solid $panel; overflow: hidden; }
    """
    PAUSE: ClassVar[float] = 0.05
    """Seconds for which the cursor stays before anything is told of a person: the list comes first."""
    REST: ClassVar[float] = 0.35
    """Seconds for which the cursor stays before the history of a person is looked for."""

    path: reactive[str] = reactive("")
    """The path of the person's record; "" for nobody."""
    roster: reactive[PeopleList] = reactive(PeopleList(), init=False)
    """All people."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(Content(""), id=id)
        self._workspace: Workspace | None = None
        self._events: tuple[str, tuple[Event, ...]] = ("", ())
        """Of whom, and what happened last."""
        self._pause: Timer | None = None
        self._rest: Timer | None = None
        self.waits = False
        """Whether the person under the cursor is still to be shown."""

    def look_into(self, workspace: Workspace) -> None:
        """Read histories from this repository; they are read anew from now on."""
        self._workspace = workspace
        self._events = ("", ())
        self.watch_path()

    def watch_path(self) -> None:
        """Show the person once the cursor pauses, and the history once it rests."""
        for timer in filter(None, (self._pause, self._rest)):
            timer.stop()
        if not self.display or not self.is_mounted:
            return
        self.waits = True
        self._pause = self.set_timer(self.PAUSE, self.watch_roster)
        if self.path:
            self._rest = self.set_timer(self.REST, self._read_events)

    @on(Resize)
    def show_where_there_is_room(self) -> None:
        """Show the person once the terminal is wide enough for the pane."""
        self.watch_path()

    def watch_roster(self) -> None:
        """Show the person as the list has them now."""
        self.waits = False
        if self.is_mounted and self.display:
            height = self.styles.height
            self.update(Content("\n").join(self._lines()), layout=bool(height and height.is_auto))

    def _lines(self) -> Iterator[Content]:
        number = self.roster.places.get(self.path) if self.path else None
        if number is None:
            return
        from graduand.screens.widgets import person_text  # noqa: PLC0415 - the first row waits for none of it

        entry = self.roster.entries[number]
        yield from _head(entry)
        yield from person_text.wrong(self.roster.findings_of(self.path))
        yield from person_text.goes_out(entry, self.roster.outstanding.get(entry.username))
        if self._events[0] == self.path:
            yield from person_text.happened(self._events[1])

    @work(thread=True, exclusive=True, group="pane", exit_on_error=False)
    def _read_events(self) -> None:
        path, workspace = self.path, self._workspace
        number = self.roster.places.get(path)
        if workspace is None or number is None:
            return
        from graduand.audit import query  # noqa: PLC0415

        try:
            events = query.log(workspace, self.roster.entries[number].username).events
        except Trouble:  # nothing is committed of the person, or there is no git
            events = ()
        self.app.call_later(self._know, path, tuple(events)[-_EVENTS:])

    def _know(self, path: str, events: tuple[Event, ...]) -> None:
        self._events = (path, events)
        self.watch_roster()


def _head(entry: ListedPerson) -> Iterator[Content]:
    yield Content.styled(visible(entry.name, 80) or "–", "bold")
    yield Content.styled(" · ".join(filter(None, (visible(entry.username), visible(entry.cohort)))), _FAINT)
    for text in (entry.programme, masked(entry.address)):
        if text:
            yield Content(visible(text, 120))
