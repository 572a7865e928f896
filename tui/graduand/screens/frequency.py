"""How many of the people who are found have each value of a column; Enter finds those who have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click, Resize
from textual.widgets import Static

from graduand.index.frequency import Frequency, frequencies
from graduand.index.people_list import COUNTED
from graduand.language import N_, _, ngettext
from graduand.screens.place_screen import PlaceScreen
from graduand.screens.widgets.keyline import KeyLine
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit
from graduand.screens.widgets.person_line import column_title, exact_filter, value_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

_NUMBERS: Final = 18
"""Columns of the number of people and of their share."""


def _percent(share: float) -> str:
    number = round(100 * share)
    return _("{share}%").format(share=number if number or not share else "<1")


class FrequencyScreen(PlaceScreen):
    """The values of one column, the most frequent first."""

    DEFAULT_CSS = """
    FrequencyScreen {
        & #heading { height: 1; text-style: bold; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & #counted { height: 1; padding: 0 1; }
        & LineList { height: 1fr; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the list, which would scroll by them.
        Binding("right", "turn(1)", N_("Next column"), priority=True, id="frequency.next"),
        Binding("left", "turn(-1)", N_("Column before"), priority=True, id="frequency.before"),
        Binding("escape", "leave", N_("Back"), id="frequency.leave"),
    ]

    def __init__(self, found: Callable[[], Sequence[int]], column: str) -> None:
        """Set who is counted, by their numbers in the roster, and the column that is shown first."""
        super().__init__()
        self._found = found
        self.column = column
        self.filter = ""
        """The filter that finds who has the value that was chosen; "" when none was."""
        self._values: Sequence[Frequency] = ()
        self._people = 0

    def compose(self) -> ComposeResult:
        """Build the screen."""
        yield from self.compose_head()
        yield Static(Content(""), id="heading")
        yield Static(Content(""), id="counted")
        yield LineList()
        yield KeyLine()

    @property
    def lines(self) -> LineList:
        """The list of values."""
        return self.query_one(LineList)

    def on_mount(self) -> None:
        """Count."""
        self._count()

    def watch_roster(self) -> None:
        """Count again who is found now."""
        if self.is_mounted:
            self._count()

    def _count(self) -> None:
        before = self._values[self.lines.cursor].value if self._values else ""
        found = self._found()
        self._people = len(found)
        self._values = frequencies(self.roster, found, self.column)
        at = next((number for number, one in enumerate(self._values) if one.value == before), 0)
        self.lines.show(len(self._values), self._draw, at)
        self._tell()

    @on(Resize)
    def _tell(self) -> None:
        people = ngettext("{count} person", "{count} people", self._people).format(count=self._people)
        values = ngettext("{count} value", "{count} values", len(self._values)).format(count=len(self._values))
        words = [column_title(self.column), values, people]
        self.query_one("#heading", Static).update(Content(" · ".join(words)))
        pieces: list[str | tuple[str, str]] = []
        for one in COUNTED:
            pieces += [(column_title(one), "bold reverse" if one == self.column else "$foreground 70%"), "  "]
        self.query_one("#counted", Static).update(Content.assemble(*pieces))

    def _draw(self, index: int, width: int) -> Drawn:
        value, people = self._values[index]
        share = people / self._people
        wide = min(max((width - _NUMBERS) // 2, 12), 48)
        bar = width - _NUMBERS - wide
        words = value_words(self.column, value)
        said = words or _("empty")
        return (
            Cell(f" {fit(said, wide - 1)}", "strong" if words else "muted"),
            Cell(f"{people:>9}", ""),
            Cell(f"{_percent(share):>7}  ", "muted"),
            Cell(("━" * max(round(share * bar), 1)).ljust(bar), "accent"),
        )

    def action_turn(self, columns: int) -> None:
        """Count another column."""
        self.column = COUNTED[(COUNTED.index(self.column) + columns) % len(COUNTED)]
        self._values = ()
        self._count()

    @on(Click, "#counted")
    def count_the_clicked_column(self, event: Click) -> None:
        """Count the column whose title was clicked."""
        end = 1
        for column in COUNTED:
            end += len(column_title(column)) + 2
            if event.x < end:
                self.column, self._values = column, ()
                self._count()
                return

    @on(LineList.Chosen)
    def take(self) -> None:
        """Find who has the value under the cursor."""
        self.filter = exact_filter(self.column, self._values[self.lines.cursor].value)
        self.dismiss(None)

    def action_leave(self) -> None:
        """Go back; who is found stays found."""
        self.dismiss(None)
