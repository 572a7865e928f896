"""PageField: several lines of text."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import TextArea

from graduand.screens.fields.edited import Edited, pasted, shown

if TYPE_CHECKING:
    from textual.events import Paste

    from graduand.editing.draft import Held


class PageField(TextArea):
    """A text of several lines; an empty field is an absent key. The arrows lead out of it at its ends."""

    DEFAULT_CSS = """
    PageField {
        height: auto; max-height: 8; border: none; padding: 0 1; background: $surface;
        &:focus { background: $surface-active; border: none; }
        & .text-area--cursor-line { background: transparent; }
        & .text-area--placeholder { color: $foreground 55%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "up_or_out", show=False, id="page.up"),
        Binding("down", "down_or_out", show=False, id="page.down"),
    ]

    def __init__(self, key: str) -> None:
        super().__init__(compact=True, show_line_numbers=False, soft_wrap=True, highlight_cursor_line=False)
        self.key = key
        self.cursor_blink = False
        self._held: Held | None = None
        self._seen = ""

    @abstractmethod
    def text_of(self, value: Held | None) -> str:
        """Return a value as lines."""

    @abstractmethod
    def value_of(self, text: str) -> Held | None:
        """Return the value that the lines are."""

    @property
    def now(self) -> Held | None:
        """What is in it; what only looks like the old text is the old text."""
        return self._held if self.text == self._seen else self.value_of(self.text)

    def show(self, value: Held | None) -> None:
        """Show what the record holds."""
        if value == self.now:
            return
        self._held = value
        self._seen = shown(self.text_of(value))
        with self.prevent(TextArea.Changed):
            self.load_text(self._seen)
        self.move_cursor(self.document.end)

    def stand(self, text: str) -> None:
        """Say what holds as long as the field is empty."""
        self.placeholder = Content(text)

    @on(TextArea.Changed)
    def tell_the_form(self, event: TextArea.Changed) -> None:
        """Tell what was typed."""
        event.stop()
        self.post_message(Edited(self.key, self.now))

    def on_paste(self, event: Paste) -> None:
        """Take what is pasted, without what nobody could see."""
        event.prevent_default()
        event.stop()
        self.replace(pasted(event.text), *self.selection)

    def action_up_or_out(self) -> None:
        """Go a line up; from the first one to the field above."""
        if self.cursor_at_first_line:
            self.screen.focus_previous()
        else:
            self.action_cursor_up()

    def action_down_or_out(self) -> None:
        """Go a line down; from the last one to the field below."""
        if self.cursor_at_last_line:
            self.screen.focus_next()
        else:
            self.action_cursor_down()
