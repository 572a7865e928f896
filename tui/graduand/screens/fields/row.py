"""A field of the form: its label, its editor, and its findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import DescendantBlur, DescendantFocus
from textual.widgets import Static

from graduand.language import _
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.record import WAIVE
from graduand.screens.fields.choice import ChoiceField, DayField
from graduand.screens.fields.text import ItemsField, NoteField, TextField
from graduand.screens.fields.waivers import WaiversField
from graduand.screens.page import COLOURS, SIGNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from graduand.editing.draft import FieldValue
    from graduand.editing.sections import Choices, FieldState
    from graduand.findings import Finding
    from graduand.records.field import Field

Editor = TextField | ChoiceField | ItemsField | NoteField | WaiversField


def editor_of(field: Field, choices: Choices | None, today: str) -> Editor:
    """Return what edits a field."""
    if choices:
        return ChoiceField(field.key, str(field.label), choices)
    if field.kind is FieldKind.LIST:
        return ItemsField(field.key)
    if field.kind is FieldKind.NOTE:
        return NoteField(field.key)
    if field.key == WAIVE:
        return WaiversField(field.key, today)
    return DayField(field.key, today) if field.kind is FieldKind.DATE else TextField(field.key)


class FieldRow(Horizontal):
    """One field; the form tells it what to show."""

    DEFAULT_CSS = """
    FieldRow { height: auto; }
    FieldRow > .label { width: 40%; max-width: 32; height: auto; padding: 0 1 0 3; color: $foreground 80%; }
    FieldRow.-here > .label { color: $text-accent; text-style: bold; }
    FieldRow > .value { width: 1fr; height: auto; }
    FieldRow.-read > .value > .editor { background: transparent; }
    FieldRow.-read.-here > .value > .editor { background: $surface-active; }
    FieldRow > .value > .said { height: auto; padding: 0 1; display: none; }
    FieldRow.-said > .value > .said { display: block; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", show=False, id="row.up"),
        Binding("down", "app.focus_next", show=False, id="row.down"),
    ]

    def __init__(self, field: Field, choices: Choices | None, today: str, *, reading: bool = False) -> None:
        super().__init__()
        self.field = field
        self.choices = choices
        self.editor = editor_of(field, choices, today)
        self.editor.add_class("editor")
        self._label = Static(classes="label")
        self._said = Static(classes="said")
        self._state: FieldState | None = None
        self._shows: object = None
        self._value: FieldValue | None = None
        self._found: Sequence[Finding] = ()
        self._shown_hint: object = ((), "")
        self.read(reading)

    def read(self, reading: bool) -> None:  # noqa: FBT001 - the only word of it
        """Be read, or be edited."""
        self.can_focus = reading
        self.editor.can_focus = not reading
        self.set_class(reading, "-read")

    @property
    def is_here(self) -> bool:
        """Whether the cursor is in it."""
        return self.has_focus or self.editor.has_focus

    def go(self) -> None:
        """Take the cursor."""
        (self if self.can_focus else self.editor).focus()

    def compose(self) -> ComposeResult:
        """Build the row."""
        yield self._label
        with Vertical(classes="value"):
            yield self.editor
            yield self._said

    def show(self, value: FieldValue | None, state: FieldState | None, *, changed: bool) -> None:
        """Show what the record holds under the key, and what holds while it holds nothing."""
        if self._shows == (value, state, changed):
            return
        self._shows = (value, state, changed)
        if self.editor.now == self._value:  # otherwise more was typed, which the form is about to hear of
            self.editor.show(value)
            value = self.editor.now
        self._value = value
        self._state = state
        self._show_state()
        self.editor.set_class(bool(state and state.derived), "-derived")
        self.editor.set_class(value == CLEAR, "-wiped")
        mark = (" •", "bold $text-accent") if changed else ""
        self._label.update(Content.assemble(str(self.field.label), mark))

    def offer(self, choices: Choices | None) -> None:
        """Offer other choices, as the rest of the record asks for."""
        self.choices = choices
        if isinstance(self.editor, ChoiceField) and choices:
            self.editor.offered = choices

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001 - as Textual has it
        """Say so where the cursor is in the row itself."""
        super().watch_has_focus(has_focus)
        if self.is_mounted:
            self._show_state()

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _show_state(self) -> None:
        """Say what holds while the field is empty, at length in the focused field."""
        self.set_class(self.is_here, "-here")
        self._tell()
        if self._state:
            self.editor.show_placeholder(self._state.text if self.is_here else " · ".join(self._state[:2]))
        elif self.field.exported and self.is_here:
            self.editor.show_placeholder(_("not given: Handshake keeps what it has"))
        else:
            self.editor.show_placeholder(_("not given"))

    def say(self, found: Sequence[Finding]) -> None:
        """Say below the field what is wrong with it."""
        self._found = found
        self._tell()

    def _tell(self) -> None:
        why = self._state.why if self._state and self.is_here else ""
        # Whoever goes from field to field would lay the whole form out anew, for nothing.
        if self._shown_hint == (hint := (tuple(self._found), why)):
            return
        self._shown_hint = hint
        lines = [Content.styled(f"{SIGNS[one.severity]} {one.message}", COLOURS[one.severity]) for one in self._found]
        if why:
            lines.append(Content.styled(f"↳ {why}", "italic $foreground 70%"))
        self._said.update(Content("\n").join(lines))
        self.set_class(bool(lines), "-said")
