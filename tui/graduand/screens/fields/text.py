"""Fields of text: one line, several lines, a list, a note; and the message that a field has changed."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, TextArea

from graduand.language import visible
from graduand.records.academic_list import completed
from graduand.records.kinds import CLEAR
from graduand.records.record import CONTINUES_AT

if TYPE_CHECKING:
    from textual.events import Paste

    from graduand.editing.draft import FieldValue


_WHOLE: Final = 1_000_000
"""Characters; no value is cut while it is edited."""


@dataclass
class Edited(Message):
    """Somebody gave a field another value; None takes its key out of the record."""

    key: str
    value: FieldValue | None
    whole: bool = False
    """Whether this is all, and not a letter of more to come."""


@dataclass
class Guarded(Message):
    """Somebody types into a field that is not changed without a question."""

    field: TextField


def shown(text: str) -> str:
    """Return a text as a field shows it: what a terminal would obey or hide is spelled out, line ends stay."""
    return text if text.isprintable() else "\n".join(visible(line, _WHOLE) for line in text.split("\n"))


def pasted(text: str) -> str:
    """Return a pasted text without its invisible characters; whatever breaks a line is a line feed."""
    lines = "\n".join(text[:_PASTED].replace("\t", " ").splitlines())
    return "".join(char for char in lines if char.isprintable() or char in "\n\u00a0\u202f")


def on_one_line(text: str) -> str:
    """Return a pasted text with a blank for each line break."""
    return " ".join(line for line in map(str.strip, pasted(text).split("\n")) if line)


_PASTED: Final = 100_000
"""Characters of the longest text that can be pasted."""


class SafeInput(Input):
    """One line to type into, without a border and without blinking."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False

    def on_paste(self, event: Paste) -> None:
        """Insert what is pasted, its lines with a blank between them."""
        event.prevent_default()
        event.stop()
        self.replace(on_one_line(event.text), *self.selection)


class TextField(SafeInput):
    """A text as it stands in the record; an empty field is an absent key."""

    DEFAULT_CSS = """
    TextField {
        height: 1; border: none; padding: 0 1; background: $surface;
        &:focus { background: $surface-active; border: none; }
        & > .input--placeholder { color: $foreground 70%; }
        &.-textual-compact { padding: 0 1; }
        &.-derived > .input--placeholder { color: $foreground 75%; text-style: italic; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", show=False, id="field.up"),
        Binding("down,enter", "app.focus_next", show=False, id="field.down"),
    ]

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        if key == CONTINUES_AT:
            self.suggester = InstitutionSuggester()
        self._held = ""
        self._seen = ""
        self.guarded = False
        """Whether a question comes before the first change."""

    def replace(self, text: str, start: int, end: int) -> None:
        """Put a text in place of what stands between two characters; a guarded field has it asked for first."""
        if self.guarded:
            self.post_message(Guarded(self))
        else:
            super().replace(text, start, end)

    @property
    def now(self) -> FieldValue | None:
        """What is in it; what only looks like the old text is the old text."""
        return (self._held if self.value == self._seen else self.value) or None

    def show(self, value: FieldValue | None) -> None:
        """Show what the record holds; what is being typed stays as it is."""
        if value == self.now:
            return
        self._held = value if isinstance(value, str) else ""
        self._seen = shown(self._held).replace("\n", "⏎")
        with self.prevent(Input.Changed):
            self.value = self._seen
        self.cursor_position = len(self._seen)

    def show_placeholder(self, text: str) -> None:
        """Say what holds as long as the field is empty."""
        self.placeholder = text

    @on(Input.Changed)
    def tell_the_form(self, event: Input.Changed) -> None:
        """Tell what was typed."""
        event.stop()
        self.post_message(Edited(self.key, self.now))


class InstitutionSuggester(Suggester):
    """Suggests the names of institutions of the public list."""

    def __init__(self) -> None:
        super().__init__(use_cache=True, case_sensitive=False)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the first name that begins so, whatever the accents; None when there is none."""
        found = completed(value, 1) if len(value) >= _BEGUN else []
        return found[0] if found and len(found[0]) > len(value) else None


_BEGUN: Final = 3
"""Letters from which on a name is suggested."""


class PageField(TextArea):
    """A text of several lines; an empty field is an absent key. The arrows lead out of it at its ends."""

    DEFAULT_CSS = """
    PageField {
        height: auto; max-height: 8; border: none; padding: 0 1; background: $surface;
        &:focus { background: $surface-active; border: none; }
        & .text-area--cursor-line { background: transparent; }
        & .text-area--placeholder { color: $foreground 70%; }
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
        self._held: FieldValue | None = None
        self._seen = ""

    @abstractmethod
    def text_of(self, value: FieldValue | None) -> str:
        """Return a value as lines."""

    @abstractmethod
    def value_of(self, text: str) -> FieldValue | None:
        """Return the value that the lines are."""

    @property
    def now(self) -> FieldValue | None:
        """What is in it; what only looks like the old text is the old text."""
        return self._held if self.text == self._seen else self.value_of(self.text)

    def show(self, value: FieldValue | None) -> None:
        """Show what the record holds."""
        if value == self.now:
            return
        self._held = value
        self._seen = shown(self.text_of(value))
        with self.prevent(TextArea.Changed):
            self.load_text(self._seen)
        self.move_cursor(self.document.end)

    def show_placeholder(self, text: str) -> None:
        """Say what holds as long as the field is empty."""
        self.placeholder = Content(text)

    @on(TextArea.Changed)
    def tell_the_form(self, event: TextArea.Changed) -> None:
        """Tell what was typed."""
        event.stop()
        self.post_message(Edited(self.key, self.now))

    def on_paste(self, event: Paste) -> None:
        """Insert what is pasted, without its invisible characters."""
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


class ItemsField(PageField):
    """The items of a list; empty lines are none."""

    def text_of(self, value: FieldValue | None) -> str:
        """Return the items as lines."""
        if isinstance(value, str):
            return value
        return "\n".join(str(item).replace("\n", "⏎") for item in value or ())

    def value_of(self, text: str) -> FieldValue | None:
        """Return the lines as items; the word for wiping stands alone."""
        items = tuple(line for line in text.split("\n") if line.strip())
        return CLEAR if items == (CLEAR,) else items or None


class NoteField(PageField):
    """Free text of any number of lines."""

    def text_of(self, value: FieldValue | None) -> str:
        """Return the text."""
        return value if isinstance(value, str) else ""

    def value_of(self, text: str) -> FieldValue | None:
        """Return the text; blanks alone are none."""
        return text if text.strip() else None
