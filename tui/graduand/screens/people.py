"""The list of people, the first screen: searched while typing, with marks."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Click, Key, Resize
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from graduand.index.people_list import COUNTED
from graduand.index.query import Query, known_filters, known_values, query_of
from graduand.language import N_, _, ngettext, quoted
from graduand.screens.messages import Opened
from graduand.screens.place_screen import PlaceScreen
from graduand.screens.widgets.banner import Banner
from graduand.screens.widgets.keyline import KeyLine
from graduand.screens.widgets.lines import Drawn, LineList
from graduand.screens.widgets.person_line import PersonColumns, column_title, person_columns, person_line
from graduand.screens.widgets.person_pane import PersonPane
from graduand.screens.widgets.search import Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from graduand.index.people_list import ListedPerson


class PeopleScreen(PlaceScreen):
    """Everybody, and what they are searched by."""

    DEFAULT_CSS = """
    #columns { height: 1; color: $foreground 70%; text-style: underline; }
    #empty { display: none; height: 1fr; content-align: center middle; padding: 0 4; color: $foreground 70%; }
    #body { display: none; height: 1fr; }
    #people { width: 1fr; }
    #pane { display: none; }
    PeopleScreen.-wide #pane { display: block; }
    """
    AUTO_FOCUS = "#people"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - as Textual has it
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before all others, so that letters typed at once after it are looked for and not obeyed as keys.
        Binding("slash", "find", N_("Find"), id="people.find", key_display="/", priority=True),
        Binding("n", "new", N_("New"), tooltip=N_("Make a record of one person."), id="people.new"),
        Binding("c", "cure", N_("Correct"), id="people.cure"),
        Binding("space", "mark", N_("Mark"), id="people.mark"),
        Binding(
            "b",
            "go_with('change')",
            N_("Change marked"),
            tooltip=N_("Close or reopen accounts, change a field, of one person or of all who are marked."),
            id="people.change",
        ),
        Binding(
            "i",
            "go('intake')",
            N_("Take a class in"),
            tooltip=N_("Take people in from a CSV file or an Excel workbook of the registrar."),
            id="people.intake",
        ),
        Binding(
            "w",
            "go_with('sheet')",
            N_("Sheet for colleagues"),
            show=False,
            tooltip=N_("Write the marked people into a file for Excel, or take such a file back."),
            id="people.sheet",
        ),
        Binding("shift+down", "mark_down", N_("Mark several"), show=False, id="people.mark_down"),
        Binding("a", "mark_all", N_("Mark all that are found"), show=False, id="people.mark_all"),
        Binding("s", "sort", N_("Sort by another column"), show=False, id="people.sort"),
        Binding("S", "turn_round", N_("Reverse the order"), show=False, key_display="S", id="people.turn_round"),
        Binding(
            "T",
            "columns",
            N_("Columns"),
            show=False,
            key_display="T",
            tooltip=N_("Choose the columns and their order, for the next times too."),
            id="people.columns",
        ),
        Binding(
            "F",
            "frequency",
            N_("How many of each"),
            show=False,
            key_display="F",
            tooltip=N_("Count those who are found, by state, reason, end, level or programme."),
            id="people.frequency",
        ),
        Binding("m", "only_marked", N_("Only the marked"), show=False, id="people.only_marked"),
        Binding("escape", "clear", N_("Clear the search, then go back"), show=False, id="people.clear"),
    ]

    @dataclass
    class Wanted(Message):
        """Another screen shall be shown: one of the DOORS, for the people with `paths`."""

        what: str
        paths: tuple[str, ...] = ()

    @dataclass
    class ColumnsChosen(Message):
        """The user wants these columns from now on; none for those that fit."""

        columns: tuple[str, ...]

    @dataclass
    class Begun(Message):
        """A new record shall be made, in this cohort if no other is named."""

        cohort: str

    found: reactive[Sequence[int]] = reactive((), init=False, always_update=True)
    marks: reactive[frozenset[str]] = reactive(frozenset())
    """Paths; they stay when the list is read again."""
    order: reactive[str] = reactive("name", init=False)
    """One of ORDERS."""
    chosen: reactive[tuple[str, ...]] = reactive((), init=False)
    """The columns that the user wants; empty for those that fit."""
    backwards: reactive[bool] = reactive(default=False, init=False)
    """Whether the order is reversed."""
    only_marked: reactive[bool] = reactive(default=False, init=False)
    """Whether only marked people are shown."""
    status_text: reactive[str] = reactive("")
    """What the application is busy with; "" when the list is up to date."""

    trouble: reactive[str] = reactive("", init=False)
    """Why nothing could be read; "" when something could."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: tuple[Query, Sequence[int]] | None = None
        self._shown = PersonColumns({})
        self._counted: str = COUNTED[0]
        """The column whose values were counted last."""
        self._shown_in = -1
        """The width of the lines that the columns fit."""

    def compose(self) -> ComposeResult:
        """Build the screen."""
        yield from self.compose_head()
        yield Banner()
        yield Search(lambda: self.roster, _("name, username, address, programme, or a filter"))
        yield Static(Content(""), id="columns")
        with Horizontal(id="body"):
            yield LineList(id="people")
            yield PersonPane(id="pane")
        yield Static(Content(""), id="empty")
        yield KeyLine()

    # What is shown

    @property
    def lines(self) -> LineList:
        """The list."""
        return self.query_one("#people", LineList)

    @property
    def current(self) -> ListedPerson | None:
        """The entry under the cursor."""
        if not 0 <= self.lines.cursor < len(self.found):
            return None
        return self.roster.entries[self.found[self.lines.cursor]]

    def person_path(self) -> str:
        """Return the path of the record of the person under the cursor; "" for nobody."""
        return self.current.path if self.current else ""

    def on_mount(self) -> None:
        """Show who was known last in the first picture that is painted, once there is room for it."""
        self.call_after_refresh(self.watch_roster)

    def watch_roster(self) -> None:
        """Search again in what was read."""
        self._asked = None
        if self.marks:
            self.marks &= self.roster.places.keys()
        self._search()

        pane = self.query_one(PersonPane)
        pane.set_reactive(PersonPane.roster, self.roster)
        pane.look_into(self.workspace)

    @on(LineList.Moved)
    def show_the_person(self) -> None:
        """Show the person under the cursor in the pane."""
        self.query_one(PersonPane).path = self.current.path if self.current else ""

    def action_cure(self) -> None:
        """Show what would cure all that is wrong with the marked people, else with the one under the cursor."""
        found = [finding for path in self._meant() for finding in self.roster.findings_of(path)]
        if found:
            from graduand.screens.cure_flow import cure  # noqa: PLC0415 - the first row waits for no cure

            cure(self, found, _("Correct"), lambda: None)
        else:
            self.app.notify(_("Nothing is wrong."), markup=False)

    def watch_order(self) -> None:
        """Sort again."""
        self._asked = None
        self._search()

    def watch_backwards(self) -> None:
        """Sort again."""
        self.watch_order()

    def watch_only_marked(self) -> None:
        """Show only the marked people, or all again."""
        self.watch_order()

    def watch_marks(self) -> None:
        """Draw the marks."""
        if self.is_mounted:
            if self.only_marked:
                self.watch_order()
            self.lines.refresh()
            self._tell_counts()

    def watch_status_text(self) -> None:
        """Tell what is going on."""
        if self.is_mounted:
            self._tell_counts()
            self.watch_trouble()

    def watch_found(self, before: Sequence[int], found: Sequence[int]) -> None:
        """Show who was found; the cursor stays with the person that it is on."""
        lines = self.lines
        stay = before[lines.cursor] if lines.cursor < len(before) else -1
        cursor = 0
        with suppress(ValueError):  # who is not found any more
            cursor = found.index(stay)
        self._tell_emptiness()
        lines.show(len(found), self._draw, cursor)
        self.call_after_refresh(self._tell_columns)  # the list has no width while it is hidden
        self._tell_counts()

    @on(Resize)
    def fill_the_width(self) -> None:
        """Give the columns the new width."""
        self.call_after_refresh(self._tell_columns)

    def _tell_columns(self) -> None:
        if self.lines.columns < 1:  # hidden
            return
        self._fit_columns(self.lines.columns - 1)
        self.query_one("#columns", Static).update(Content(self._shown.titles(self.order, backwards=self.backwards)))

    def watch_chosen(self) -> None:
        """Show other columns."""
        if self.is_mounted:
            self._tell_columns()
            self._tell_counts()
            self.lines.refresh()

    def watch_trouble(self) -> None:
        """Show why there is nothing."""
        self._tell_emptiness()

    def _tell_emptiness(self) -> None:
        empty = self.query_one("#empty", Static)
        empty.display = not self.found
        self.query_one("#body").display = bool(self.found)
        if not self.found:
            empty.update(Content(self._emptiness()))

    def _emptiness(self) -> str:
        if self.trouble:
            return self.trouble
        if self.roster.entries:
            return "\n".join([*self._not_understood(), _("Nobody is found. Esc clears the search.")])
        return self.status_text or _("There is no record yet. n makes one, i takes a class in.")

    def _not_understood(self) -> list[str]:
        """Return a sentence about each part of the search that looks like a filter and is none."""
        return [
            _("{typed} is no value of {filter}; there are: {known}.").format(
                typed=quoted(part.value), filter=f"{part.name}:", known=", ".join(known_values(part.name))
            )
            if part.value
            else _("There is no filter {typed}; there are: {known}.").format(
                typed=quoted(f"{part.name}:"), known=", ".join(f"{name}:" for name in known_filters())
            )
            for part in (self._asked[0].unknown if self._asked else ())
        ]

    def _tell_counts(self) -> None:
        people = len(self.roster.entries)
        number = ngettext("{found} of {count} person", "{found} of {count} people", people)
        parts = [number.format(found=len(self.found), count=people)]
        if self.found:
            parts += self._not_understood()
        if self.marks:
            parts.append(ngettext("{count} marked", "{count} marked", len(self.marks)).format(count=len(self.marks)))
        if self.only_marked:
            parts.append(_("only the marked (m: all)"))
        if self._shown.widths and self.order not in {"problem", *self._shown.widths}:
            parts.append(f"{column_title(self.order)} {'↓' if self.backwards else '↑'}")
        if self.order == "problem":
            parts.append(_("best first") if self.backwards else _("worst first"))
        parts += [self.status_text] if self.status_text else []
        self.search.tell(*parts)

    def _draw(self, index: int, width: int) -> Drawn:
        entry = self.roster.entries[self.found[index]]
        known = self.roster.outstanding.get(entry.username)
        if width != self._shown_in:
            self._fit_columns(width)
            self.call_later(self._tell_columns)
        return person_line(entry, known.status if known else "", self._shown, marked=entry.path in self.marks)

    def _fit_columns(self, width: int) -> None:
        """Choose the columns of lines that are so wide."""
        self._shown, self._shown_in = person_columns(width, self.chosen), width

    # The search

    @property
    def search(self) -> Search:
        """The line above the list."""
        return self.query_one(Search)

    @on(Search.Asked)
    def find_while_typing(self) -> None:
        """Search for what is typed by now."""
        self._search()

    def _search(self) -> None:
        query = query_of(self.search.text)
        before = self._asked
        within = before[1] if before and query.narrows(before[0]) else None
        found = self.roster.find(query, within)
        if within is None and self.only_marked:
            found = [number for number in found if self.roster.entries[number].path in self.marks]
        if within is None and (self.order != "name" or self.backwards):
            found = self.roster.sort(found, self.order, backwards=self.backwards)
        self._asked = (query, found)
        self.found = found

    @on(Search.Left)
    def go_to_the_list(self) -> None:
        """Go on from the search to who was found."""
        self.set_focus(self.lines)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let every sign be typed into the search."""
        return not (action == "find" and self.search.typing) and super().check_action(action, parameters)

    def action_find(self) -> None:
        """Type into the search."""
        self.search.type()

    def on_key(self, event: Key) -> None:
        """Look for what is typed: a sign that is no key here begins the search."""
        if event.is_printable and event.character and event.key not in self.active_bindings and not self.search.typing:
            event.stop()
            event.prevent_default()
            self.search.type(event.character)

    def action_clear(self) -> None:
        """Clear the search, then show all again, then go back to the place where one was. Marks stay."""
        if self.search.text:
            self.search.clear()
        elif self.only_marked:
            self.only_marked = False
        elif not self.search.typing:
            self.leave_place()
        self.set_focus(self.lines)

    def action_sort(self) -> None:
        """Sort by the next order."""
        orders = [*self._shown.widths, "problem"]
        self.order = orders[(orders.index(self.order) + 1) % len(orders)] if self.order in orders else orders[0]

    def action_turn_round(self) -> None:
        """Sort by the same order backwards, or forwards again."""
        self.backwards = not self.backwards

    @on(Click, "#columns")
    def sort_by_the_clicked_column(self, event: Click) -> None:
        """Sort by the column whose title was clicked; by the same one backwards."""
        order = self._shown.order_at(event.x)
        if order and order == self.order:
            self.backwards = not self.backwards
        elif order:
            self.set_reactive(PeopleScreen.backwards, False)  # noqa: FBT003 - Textual has no word for it
            self.order = order

    def action_columns(self) -> None:
        """Ask which columns are to be shown."""
        from graduand.screens.columns import ColumnsScreen  # noqa: PLC0415 - the first row waits for no other screen

        def take(columns: tuple[str, ...] | None) -> None:
            if columns is not None:
                self.chosen = columns
                self.post_message(self.ColumnsChosen(columns))

        self.app.push_screen(ColumnsScreen(self.chosen, self._shown_in), take)

    def action_frequency(self) -> None:
        """Show how many of those who are found have each value of a column."""
        from graduand.screens.frequency import FrequencyScreen  # noqa: PLC0415 - the first row waits for no other screen

        if not self.found:
            self.app.notify(_("There is nobody here."), severity="warning", markup=False)
            return
        screen = FrequencyScreen(lambda: self.found, self.order if self.order in COUNTED else self._counted)
        screen.set_reactive(PlaceScreen.overview, self.overview)
        screen.set_reactive(PlaceScreen.roster, self.roster)

        def back(_answer: None) -> None:
            self._counted = screen.column
            if screen.filter:
                self.search.add(screen.filter)
                self.set_focus(self.lines)

        self.app.push_screen(screen, back)

    # Marks

    def action_only_marked(self) -> None:
        """Show only the marked people, or all again."""
        if self.marks or self.only_marked:
            self.only_marked = not self.only_marked
        else:
            self.app.notify(_("Nobody is marked; Space marks."), markup=False)

    def action_mark(self) -> None:
        """Mark or unmark the person under the cursor, and go on to the next."""
        if self.current:
            self.marks ^= {self.current.path}
            self.lines.action_step(1)

    def action_mark_down(self) -> None:
        """Mark the person under the cursor, and go on to the next."""
        if self.current:
            self.marks |= {self.current.path}
            self.lines.action_step(1)

    def action_mark_all(self) -> None:
        """Mark all found people; unmark them when all are marked."""
        paths = {self.roster.entries[number].path for number in self.found}
        self.marks = self.marks - paths if paths <= self.marks else self.marks | paths

    # Onwards

    @on(LineList.Chosen)
    def open_the_person(self) -> None:
        """Open the record under the cursor."""
        if self.current:
            self.post_message(Opened(self.current.path))

    def _meant(self) -> tuple[str, ...]:
        """Return the paths of who is marked, else of the person under the cursor."""
        if self.marks:
            return tuple(sorted(self.marks))
        return (self.current.path,) if self.current else ()

    def action_go_with(self, door: str) -> None:
        """Show a screen that is about all marked people."""
        if meant := self._meant():
            self.post_message(self.Wanted(door, meant))
        else:
            self.app.notify(_("There is nobody here."), severity="warning", markup=False)

    def action_new(self) -> None:
        """Make a new record, in the cohort of the person under the cursor."""
        self.post_message(self.Begun(self.current.cohort if self.current else ""))

    def action_go(self, door: str) -> None:
        """Show another screen, with the marked people in mind."""
        self.post_message(self.Wanted(door, tuple(sorted(self.marks))))
