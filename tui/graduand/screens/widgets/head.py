"""The two lines above every place: how the clone stands, and the bar of the places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len
from textual import on
from textual.content import Content
from textual.events import Click, Resize
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from graduand.language import _, ngettext, visible
from graduand.screens.places import PLACES, Overview

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.editing.clone_status import CloneStatus
    from graduand.screens.places import NumberedPlace

_SCHOOL: Final = 12
"""Columns that the name of the school keeps, however much else is to be said."""
_GAP: Final = "   "


class Said(NamedTuple):
    """A piece of the head, and its style."""

    text: str
    style: str = ""


def standing_words(standing: CloneStatus) -> Iterator[Said]:
    """Return how the clone stands, what matters most first."""
    if standing.unfinished:
        yield Said(_("not finished in git"), "bold $text-error")
    branch = visible(standing.branch, 30) or _("no branch")
    yield Said(f"{branch} ↑{standing.ahead} ↓{standing.behind}" if standing.upstream else branch)
    if number := len(standing.changed):
        yield Said(ngettext("{count} uncommitted", "{count} uncommitted", number).format(count=number), "$text-warning")
    if number := len(standing.unshared):
        words = ngettext("ledger: {count} not shared", "ledger: {count} not shared", number)
        yield Said(words.format(count=number), "$text-warning")


def head_line(overview: Overview, width: int) -> Content:
    """Return the head: the school, how the clone stands, whether a save commits, the day."""
    said = list(standing_words(overview.standing)) if overview.standing else []
    if not overview.commits:
        said.insert(0, Said(_("saves do not commit"), "bold $text-warning"))
    elif overview.standing:
        said.append(Said(_("saves commit")))
    while said and _SCHOOL + sum(cell_len(one.text) + len(_GAP) for one in said) > width:
        said.pop()
    pieces = [(f"{_GAP}{one.text}", one.style) for one in said]
    room = width - sum(cell_len(text) for text, _style in pieces)
    day = f"{_GAP}{overview.day}" if overview.day else ""
    day = day if room - len(day) >= min(cell_len(overview.school), 2 * _SCHOOL) else ""
    school = visible(overview.school, max(room - len(day), _SCHOOL))
    gap = " " * max(width - cell_len(school) - (width - room) - len(day), 0)
    return Content.assemble((school, "bold"), *pieces, gap, day)


_SHORT: Final = (99, 99, 5, 3, 3)
"""How many letters of a name are shown where there is room for nothing longer."""
_COUNTLESS: Final = len(_SHORT) - 1
"""From which shortness on only the place that is shown has its count."""


class PlaceSpan(NamedTuple):
    """A place in the bar: what is written there, and from which column on."""

    place: NumberedPlace
    digit: str
    name: str
    number: str
    start: int = 0

    @property
    def wide(self) -> int:
        """Columns that it takes."""
        return cell_len(f"{self.digit} {self.name}") + (cell_len(self.number) + 1 if self.number else 0)


def _spans(overview: Overview, shortness: int) -> Iterator[PlaceSpan]:
    column, gap = 1, 1 if shortness else 2
    for digit, place in enumerate(PLACES, 1):
        here, name, letters = place.key == overview.here, _(place.name), _SHORT[shortness]
        shown = name if here or len(name) <= letters + 1 else f"{name[:letters].rstrip()}."
        count = overview.counts.get(place.key, "") if here or shortness < _COUNTLESS else ""
        yield (span := PlaceSpan(place, str(digit), shown, count, column))
        column += span.wide + gap


def bar_spans(overview: Overview, width: int) -> tuple[PlaceSpan, ...]:
    """Return the places as they have room: with whole names, with short ones, without counts."""
    spans: tuple[PlaceSpan, ...] = ()
    for shortness in range(len(_SHORT)):
        spans = tuple(_spans(overview, shortness))
        if spans[-1].start + spans[-1].wide < width:
            break
    return spans


class Head(Static):
    """Whose people they are, and how the clone stands."""

    DEFAULT_CSS = """
    Head { height: 1; padding: 0 1; background: $panel; }
    """
    overview: reactive[Overview] = reactive(Overview())

    def watch_overview(self) -> None:
        """Say it; outside of the places there is nothing to say."""
        self.display = bool(self.overview.here)
        self.fill_the_width()

    @on(Resize)
    def fill_the_width(self) -> None:
        """Say as much as there is room for."""
        if self.size.width:
            self.update(head_line(self.overview, self.size.width), layout=False)


class PlaceBar(Static):
    """The places with their counts; a click goes there."""

    DEFAULT_CSS = """
    PlaceBar { height: 1; background: $panel; color: $foreground 80%; }
    """
    overview: reactive[Overview] = reactive(Overview())

    @dataclass
    class PlaceChosen(Message):
        """A place was clicked: its key."""

        place: str

    def watch_overview(self) -> None:
        """Show it; outside of the places there is no bar."""
        self.display = bool(self.overview.here)
        self.fill_the_width()

    @on(Resize)
    def fill_the_width(self) -> None:
        """Show as much as there is room for."""
        if not self.size.width:
            return
        pieces: list[tuple[str, str]] = []
        column = 0
        for span in bar_spans(self.overview, self.size.width):
            here = span.place.key == self.overview.here
            styles = ("bold reverse",) * 3 if here else ("$foreground 70%", "", "bold $text-accent")
            words = (f"{span.digit} ", span.name, f" {span.number}" if span.number else "")
            pieces += [(" " * (span.start - column), ""), *zip(words, styles, strict=True)]
            column = span.start + span.wide
        self.update(Content.assemble(*pieces), layout=False)

    @on(Click)
    def go_where_it_was_clicked(self, event: Click) -> None:
        """Ask for the place under the mouse."""
        for span in bar_spans(self.overview, self.size.width):
            if span.start <= event.x < span.start + span.wide:
                self.post_message(self.PlaceChosen(span.place.key))
