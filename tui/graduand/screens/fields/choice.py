"""Fields with set values: one of several, stepped to or found in a list, and a date."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from graduand.editing.sections import FieldChoice
from graduand.editing.typed_values import typed_day
from graduand.language import _, visible
from graduand.records.record import DISABLED
from graduand.screens.choose import ChooseScreen, Option
from graduand.screens.fields.text import Edited, TextField
from graduand.similar import folded

if TYPE_CHECKING:
    from textual.events import Click, Key

    from graduand.editing.draft import FieldValue
    from graduand.editing.sections import Choices


class ChoiceField(Widget, can_focus=True):
    """A value of a list; absent is one of the choices."""

    DEFAULT_CSS = """
    ChoiceField {
        height: 1; padding: 0 1; background: $surface; text-wrap: nowrap; text-overflow: ellipsis;
        &:focus { background: $surface-active; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False, id="choice.before"),
        Binding("right", "step(1)", show=False, id="choice.after"),
        Binding("enter,space", "list", show=False, id="choice.list"),
        Binding("delete,backspace", "absent", show=False, id="choice.absent"),
        Binding("up", "app.focus_previous", show=False, id="choice.up"),
        Binding("down", "app.focus_next", show=False, id="choice.down"),
    ]

    value: reactive[str] = reactive("")
    """What the record holds; "" when the key is absent."""
    absent: reactive[str] = reactive("")
    """What holds as long as it is."""

    def __init__(self, key: str, title: str, choices: Choices) -> None:
        super().__init__()
        self.key = key
        self._title = title
        self.offered = choices
        self._begun = ""

    @property
    def now(self) -> FieldValue | None:
        """What is chosen."""
        return self.value or None

    def show(self, value: FieldValue | None) -> None:
        """Show what the record holds."""
        self.value = value if isinstance(value, str) else ""

    def show_placeholder(self, text: str) -> None:
        """Say what holds as long as nothing is chosen."""
        self.absent = text

    def render(self) -> Content:
        """Draw the value, between arrows where it can be changed."""
        words = self._label(self.value) if self.value else self.absent
        text = Content.styled(visible(words, 200), "" if self.value else "$foreground 70%")
        if not self.has_focus:
            return text
        if self.is_guarded:
            return Content.assemble(text, (_("  Enter chooses"), "$text-accent"))
        return Content.assemble(("◂ ", "$text-accent"), text, (" ▸", "$text-accent"))

    @property
    def is_guarded(self) -> bool:
        """Whether it is chosen from the list alone, since a key too many would close an account or reopen it."""
        return self.key == DISABLED

    def _label(self, value: str) -> str:
        return next((choice.label for choice in self.offered.choices if choice.value == value), value)

    def _all(self) -> list[FieldChoice]:
        """Return the choices, absent first, with the value that the record brought along."""
        choices = [FieldChoice("", _("not given")), *self.offered.choices]
        known = {choice.value for choice in choices}
        return choices if self.value in known else [*choices, FieldChoice(self.value, self.value)]

    def _choose(self, value: str) -> None:
        if value != self.value:
            self.value = value
            self.post_message(Edited(self.key, self.now, whole=True))

    def action_step(self, steps: int) -> None:
        """Choose the next one, or the one before; an account is not closed or reopened on the way."""
        if self.is_guarded:
            return
        values = [choice.value for choice in self._all()]
        self._choose(values[(values.index(self.value) + steps) % len(values)])

    def action_absent(self) -> None:
        """Choose nothing."""
        if not self.is_guarded:
            self._choose("")

    def action_list(self) -> None:
        """Choose from the whole list."""
        options = [
            Option(choice.value, visible(choice.label, 200), visible(choice.value, 200)) for choice in self._all()
        ]
        screen = ChooseScreen(self._title, options, self.value, free=self.offered.open)
        self.app.push_screen(screen, self._chosen)

    def _chosen(self, value: str | None) -> None:
        if value is not None:
            self._choose(value)

    def on_key(self, event: Key) -> None:
        """Choose by the first letters of a choice."""
        if not event.is_printable or event.character in {None, " "}:
            return
        event.stop()
        if self.is_guarded:
            return
        for begun in (f"{self._begun}{event.character}", f"{event.character}"):
            found = [choice for choice in self.offered.choices if folded(choice.label).startswith(folded(begun))]
            if found:
                self._begun = begun
                at = next((number for number, one in enumerate(found) if one.value == self.value), -1)
                self._choose(found[(at + 1) % len(found) if len(begun) == 1 else 0].value)
                return

    def on_blur(self) -> None:
        """Begin anew the next time."""
        self._begun = ""

    def on_click(self, _event: Click) -> None:
        """Show the list to the mouse."""
        if self.has_focus:
            self.action_list()


class DayField(TextField):
    """A date; however it is typed, it becomes `yyyy-mm-dd` when one goes on. Stepping begins from today when empty."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+up", "step(1, 0)", show=False, id="day.later"),
        Binding("ctrl+down", "step(-1, 0)", show=False, id="day.earlier"),
        Binding("ctrl+right", "step(0, 1)", show=False, id="day.month_later"),
        Binding("ctrl+left", "step(0, -1)", show=False, id="day.month_earlier"),
    ]

    def __init__(self, key: str, today: str) -> None:
        super().__init__(key)
        self._today = today

    @property
    def now(self) -> FieldValue | None:
        """The day in it; a text that is none, as it was typed."""
        held = super().now
        return typed_day(held, self._today) if isinstance(held, str) and self._is_typed else held

    @property
    def _is_typed(self) -> bool:
        return self.value != self._seen

    def on_blur(self) -> None:
        """Show the day as the record holds it."""
        self.straighten()

    def straighten(self) -> None:
        """Write the day as the record holds it."""
        if self._is_typed and isinstance(self.now, str) and self.now != self.value:
            self.value = self.now

    def action_step(self, days: int, months: int) -> None:
        """Go so many days and months on."""
        self.value = stepped(self.value.strip(), self._today, days, months)
        self.cursor_position = len(self.value)


def stepped(text: str, today: str, days: int, months: int) -> str:
    """Return the day so many days and months after `text`; today when that is no day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        last = monthrange(years, month + 1)[1]
        return (day.replace(year=years, month=month + 1, day=min(day.day, last)) + timedelta(days)).isoformat()
    except (ValueError, OverflowError):  # beyond the first or the last year
        return text
