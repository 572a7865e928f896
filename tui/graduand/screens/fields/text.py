"""TextField: one line of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from graduand.screens.fields.edited import Edited, shown
from graduand.screens.fields.line import SafeInput

if TYPE_CHECKING:
    from graduand.editing.draft import Held


class TextField(SafeInput):
    """A text as it stands in the record; an empty field is an absent key."""

    DEFAULT_CSS = """
    TextField {
        height: 1; border: none; padding: 0 1; background: $surface;
        &:focus { background: $surface-active; border: none; }
        & > .input--placeholder { color: $foreground 55%; }
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
        self._held = ""
        self._seen = ""

    @property
    def now(self) -> Held | None:
        """What is in it; what only looks like the old text is the old text."""
        return (self._held if self.value == self._seen else self.value) or None

    def show(self, value: Held | None) -> None:
        """Show what the record holds; what is being typed stays as it is."""
        if value == self.now:
            return
        self._held = value if isinstance(value, str) else ""
        self._seen = shown(self._held).replace("\n", "⏎")
        with self.prevent(Input.Changed):
            self.value = self._seen
        self.cursor_position = len(self._seen)

    def stand(self, text: str) -> None:
        """Say what holds as long as the field is empty."""
        self.placeholder = text

    @on(Input.Changed)
    def tell_the_form(self, event: Input.Changed) -> None:
        """Tell what was typed."""
        event.stop()
        self.post_message(Edited(self.key, self.now))
