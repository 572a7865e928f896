"""The base of screens that stand below the head and the bar of the places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message
from textual.reactive import reactive

from graduand.index.people_list import PeopleList
from graduand.screens.in_turn import LeftInTurn
from graduand.screens.places import Overview
from graduand.screens.widgets.head import Head, PlaceBar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.widget import Widget

    from graduand.workspace import Workspace


class PlaceScreen(LeftInTurn[None]):
    """A screen in one of the places; the application says what head and bar show, and who everybody is."""

    overview: reactive[Overview] = reactive(Overview(), init=False)
    roster: reactive[PeopleList] = reactive(PeopleList(), init=False)
    """All people as they were read last."""
    workspace: Workspace
    day: str = ""
    """The day as of which records are judged."""
    commit: bool = True
    """Whether what is saved here is committed."""

    @dataclass
    class ShownFirst(Message):
        """A screen is shown for the first time, and asks for what head and bar show."""

        screen: PlaceScreen

    class WentBack(Message):
        """One goes back to the place where one was before."""

    def compose_head(self) -> Iterator[Widget]:
        """Build the head and the bar."""
        yield Head().data_bind(PlaceScreen.overview)
        yield PlaceBar().data_bind(PlaceScreen.overview)

    def on_mount(self) -> None:
        """Ask for what head and bar show."""
        self.post_message(self.ShownFirst(self))

    async def do_when_read(self, action: str) -> None:
        """Do something here, once what it is about is read."""
        await self.run_action(action)

    def take_people(self, marks: frozenset[str], here: str) -> None:
        """Do something about the people who are marked in the list, by their paths, when one comes here.

        `here` is the path of the one under the cursor of the place from which one comes; "" for nobody.
        """

    def person_path(self) -> str:
        """Return the path of the record of the person under the cursor; "" for nobody."""
        return ""

    def leave_place(self) -> None:
        """Go back to the place where one was before."""
        self.post_message(self.WentBack())
