"""The search line, which completes filters while they are typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from graduand.index.query import completed
from graduand.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from graduand.index.people_list import PeopleList


_LEAST: Final = 20
"""Columns for what is typed, however much else is to be said."""
_GAPS: Final = 5
"""Columns around the parts of the line."""


class Completion(Suggester):
    """Completes filters while they are typed, from the cohorts and rules that there are."""

    def __init__(self, roster: Callable[[], PeopleList]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._roster = roster

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole text of the search with its last filter completed."""
        roster = self._roster()
        found = completed(value, roster.cohorts, roster.rules)
        return found if found != value else None


class Search(Horizontal):
    """What is looked for, and how many are found."""

    DEFAULT_CSS = """
    Search {
        height: 1; padding: 0 1;
        Static { width: auto; padding-right: 1; color: $text-accent; text-style: bold; }
        Input { width: 1fr; height: 1; border: none; padding: 0; background: $background; }
        Input:focus { background: $surface; }
        .counts { padding: 0 0 0 2; color: $foreground; text-style: none; }
    }
    """

    @dataclass
    class Asked(Message):
        """Something else is looked for."""

        text: str

    @dataclass
    class Left(Message):
        """The search is done with; on to what was found."""

    def __init__(self, roster: Callable[[], PeopleList], hint: str) -> None:
        super().__init__(id="search")
        self._roster = roster
        self._hint = hint
        self._told: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Build the line."""
        yield Static(Content(_("Find")))
        field = Input(
            placeholder=self._hint, suggester=Completion(self._roster), compact=True, select_on_focus=False, id="find"
        )
        field.cursor_blink = False
        yield field
        yield Static(Content(""), classes="counts")

    @property
    def text(self) -> str:
        """What is looked for."""
        return self.query_one(Input).value

    @property
    def typing(self) -> bool:
        """Whether the cursor is here."""
        return self.query_one(Input).has_focus

    def type(self, text: str = "") -> None:
        """Put the cursor here, behind what is typed."""
        field = self.query_one(Input)
        self.screen.set_focus(field)  # at once, so that no letter typed after it is lost
        if text:
            field.insert_text_at_cursor(text)

    def add(self, text: str) -> None:
        """Look for this too."""
        field = self.query_one(Input)
        field.value = f"{field.value} {text}".strip()

    def clear(self) -> None:
        """Look for nothing."""
        self.query_one(Input).value = ""

    def tell(self, *told: str) -> None:
        """Show how many are found, and what else there is room for beside what is typed; what matters most is first."""
        self._told = told
        self.make_room()

    @on(Resize)
    def make_room(self) -> None:
        """Leave out what would take the room of what is typed."""
        if not self.size.width:
            return
        typed = min(max(cell_len(self.text) + 2, _LEAST), self.size.width // 2)
        room = self.size.width - cell_len(_("Find")) - _GAPS - typed
        told = [*self._told]
        while len(told) > 1 and cell_len(" · ".join(told)) > room:
            told.pop()
        self.query_one(".counts", Static).update(Content(" · ".join(told)))

    @on(Input.Changed)
    def ask_while_typing(self, event: Input.Changed) -> None:
        """Look for what is typed by now."""
        event.stop()
        self.post_message(self.Asked(event.value))

    @on(Input.Submitted)
    def leave(self, event: Input.Submitted) -> None:
        """Go on to what was found."""
        event.stop()
        self.post_message(self.Left())

    def key_down(self) -> None:
        """Go on to what was found, as in any list that one types into."""
        self.post_message(self.Left())
