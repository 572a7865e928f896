"""A list of any length with a cursor; only visible lines are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import on
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from graduand.language import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.style import Style


class Cell(NamedTuple):
    """A piece of a line: its text, already as wide as it shall be, and the name of one of `Lines.STYLES`."""

    text: str
    style: str = ""


Drawn = tuple[Cell, ...]


def fit(text: str, width: int) -> str:
    """Return `text`, made visible, exactly `width` columns wide; what is cut off shows as an ellipsis."""
    shown = visible(text, 3 * width + 1)
    if shown.isascii():
        return shown.ljust(width) if len(shown) <= width else f"{shown[: width - 1]}…"
    if cell_len(shown) <= width:
        return set_cell_size(shown, width)
    return set_cell_size(set_cell_size(shown, width - 1).rstrip() + "…", width)


class LineList(ScrollView, can_focus=True):
    """A list that asks for a line when it comes into sight, and never before."""

    STYLES: ClassVar = ("error", "warning", "note", "muted", "strong", "accent", "heading", "added", "removed")
    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--cursor", *(f"lines--{style}" for style in STYLES)}
    DEFAULT_CSS = """
    LineList {
        height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; background: $background;
        & > .lines--cursor { background: $panel; }
        &:focus > .lines--cursor { background: $primary-muted; text-style: bold; }
        & > .lines--error { color: $text-error; text-style: bold; }
        & > .lines--warning { color: $text-warning; text-style: bold; }
        & > .lines--note { color: $text-primary; }
        & > .lines--muted { color: $foreground 70%; }
        & > .lines--strong { text-style: bold; }
        & > .lines--accent { color: $text-accent; text-style: bold; }
        & > .lines--heading { text-style: bold underline; }
        & > .lines--added { color: $text-success; }
        & > .lines--removed { color: $text-error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", show=False, id="lines.up"),
        Binding("down", "step(1)", show=False, id="lines.down"),
        Binding("pageup", "page(-1)", show=False, id="lines.page_up"),
        Binding("pagedown", "page(1)", show=False, id="lines.page_down"),
        Binding("home", "first", show=False, id="lines.first"),
        Binding("end", "last", show=False, id="lines.last"),
        Binding("enter", "choose", show=False, id="lines.choose"),
    ]

    @dataclass
    class Moved(Message):
        """The cursor stands on another line."""

        lines: LineList
        index: int

        @property
        def control(self) -> LineList:
            """The list."""
            return self.lines

    @dataclass
    class Chosen(Message):
        """Enter was pressed on a line, or it was clicked again."""

        lines: LineList
        index: int

        @property
        def control(self) -> LineList:
            """The list."""
            return self.lines

    cursor: reactive[int] = reactive(0, repaint=False)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._draw: Callable[[int, int], Drawn] = lambda _index, _width: ()
        self.count = 0

    def show(self, count: int, draw: Callable[[int, int], Drawn], cursor: int = 0) -> None:
        """Show `count` lines; `draw` returns the pieces of one line of the list, given its number and the width."""
        self.count = count
        self._draw = draw
        self.virtual_size = Size(self.columns, count)
        self.set_reactive(LineList.cursor, min(max(cursor, 0), max(count - 1, 0)))
        self._into_sight()
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    @property
    def columns(self) -> int:
        """How wide a line is, the scrollbar aside."""
        return self.scrollable_content_region.width

    def render_line(self, y: int) -> Strip:
        """Draw one line in sight."""
        width, index = self.columns, self.scroll_offset.y + y
        if index >= self.count:
            return Strip.blank(width, self.rich_style)
        base = self.rich_style
        if index == self.cursor:
            base += self.get_component_rich_style("lines--cursor", partial=True)
        sign = Segment("▸" if index == self.cursor else " ", base)
        segments = [sign] + [Segment(cell.text, self._style(cell.style, base)) for cell in self._draw(index, width - 1)]
        return Strip(segments).adjust_cell_length(width, base).crop(0, width)

    def _style(self, name: str, base: Style) -> Style:
        return base + self.get_component_rich_style(f"lines--{name}", partial=True) if name else base

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor in the list."""
        return min(max(cursor, 0), max(self.count - 1, 0))

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw the two lines that look otherwise now."""
        self.refresh_line(old)
        self.refresh_line(new)
        self._into_sight()
        self.post_message(self.Moved(self, new))

    def _into_sight(self) -> None:
        if self.size.height:
            region = Region(0, self.cursor, 1, 1)
            self.scroll_to_region(region, animate=False, force=True, immediate=True, x_axis=False)

    @on(Resize)
    def fill_the_width(self) -> None:
        """Take the new width, and keep the cursor in sight."""
        self.virtual_size = Size(self.columns, self.count)
        self._into_sight()

    @on(Click)
    def go_where_it_was_clicked(self, event: Click) -> None:
        """Move the cursor to the line under the mouse; a second click chooses it."""
        index = self.scroll_offset.y + event.y
        if index < self.count:
            if event.chain > 1:
                self.action_choose()
            self.cursor = index

    def action_step(self, lines: int) -> None:
        """Move the cursor up or down."""
        self.cursor += lines

    def action_page(self, pages: int) -> None:
        """Move the cursor by as many lines as are in sight."""
        self.cursor += pages * max(self.size.height - 1, 1)

    def action_first(self) -> None:
        """Go to the first line."""
        self.cursor = 0

    def action_last(self) -> None:
        """Go to the last line."""
        self.cursor = self.count - 1

    def action_choose(self) -> None:
        """Choose the line under the cursor."""
        if self.count:
            self.post_message(self.Chosen(self, self.cursor))
