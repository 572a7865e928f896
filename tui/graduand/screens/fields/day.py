"""DayField: a date, typed or stepped to."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import ClassVar

from textual.binding import Binding, BindingType

from graduand.screens.fields.text import TextField


class DayField(TextField):
    """A date `yyyy-mm-dd`; stepping begins from today when it is empty."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+up", "step(1, 0)", show=False, id="day.later"),
        Binding("ctrl+down", "step(-1, 0)", show=False, id="day.earlier"),
        Binding("pageup", "step(0, 1)", show=False, id="day.month_later"),
        Binding("pagedown", "step(0, -1)", show=False, id="day.month_earlier"),
    ]

    def __init__(self, key: str, today: str) -> None:
        super().__init__(key)
        self._today = today

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
