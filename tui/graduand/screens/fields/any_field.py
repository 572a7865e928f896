"""A field that is chosen by name, and its value in the editor that the form has for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from graduand.editing.sections import choices
from graduand.language import N_, _
from graduand.records.kinds import FieldKind
from graduand.records.record import DISABLED, Record
from graduand.screens.choose import ChooseScreen, field_options
from graduand.screens.fields.row import editor_of

if TYPE_CHECKING:
    from graduand.editing.draft import FieldValue
    from graduand.records.field import Field
    from graduand.records.school import School
    from graduand.screens.fields.row import Editor


def changeable(school: School) -> tuple[Field, ...]:
    """Return the fields that many people can have alike; an account is closed by a change of its own."""
    return tuple(
        field
        for field in school.fields.values()
        if not field.unique and field.kind is not FieldKind.WAIVERS and field.key != DISABLED
    )


class FieldPicker(Widget, can_focus=True):
    """Which field: Enter shows them all, to be found by name."""

    DEFAULT_CSS = """
    FieldPicker { height: 1; background: $surface; &:focus { background: $surface-active; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "pick", N_("Choose"), show=False, id="picker.pick"),
        Binding("up", "app.focus_previous", show=False, id="picker.up"),
        Binding("down", "app.focus_next", show=False, id="picker.down"),
    ]

    class Picked(Message):
        """Somebody chose a field."""

    key: reactive[str] = reactive("")

    def __init__(self, school: School) -> None:
        super().__init__()
        self._school = school

    @property
    def taken(self) -> str:
        """The key of the field; "" for none yet."""
        return self.key

    def render(self) -> Content:
        """Draw the name of the field."""
        if self.key:
            return Content(str(self._school.fields[self.key].label))
        return Content.styled(_("Enter chooses the field"), "$foreground 70%")

    def action_pick(self) -> None:
        """Ask for the field."""
        options = field_options(changeable(self._school), self._school)
        self.app.push_screen(ChooseScreen(_("Which field?"), options, self.key), self._picked)

    def _picked(self, key: str | None) -> None:
        if key:
            self.key = key
            self.post_message(self.Picked())


class ValueEditor(Vertical):
    """What the field is to have, in the editor that the form has for it."""

    DEFAULT_CSS = """
    ValueEditor { height: auto; }
    """

    def __init__(self, school: School, today: str) -> None:
        super().__init__()
        self._school = school
        self._today = today
        self._editor: Editor | None = None

    @property
    def taken(self) -> FieldValue | None:
        """The value; None as long as there is none."""
        return self._editor.now if self._editor else None

    async def edit(self, key: str) -> None:
        """Take the editor of a field, and go there."""
        await self.remove_children()
        self._editor = editor_of(self._school.fields[key], choices(key, Record("", {}), self._school), self._today)
        await self.mount(self._editor)
        self._editor.show_placeholder(_("empty: nothing is changed"))
        self._editor.focus()

    def focus(self, scroll_visible: bool = True) -> ValueEditor:  # noqa: FBT001, FBT002 - as Textual has it
        """Go to the editor."""
        if self._editor:
            self._editor.focus(scroll_visible)
        return self
