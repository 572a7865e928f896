"""ItemsField: a list, one item a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.records.kinds import CLEAR
from graduand.screens.fields.page import PageField

if TYPE_CHECKING:
    from graduand.editing.draft import Held


class ItemsField(PageField):
    """The items of a list; empty lines are none."""

    def text_of(self, value: Held | None) -> str:
        """Return the items as lines."""
        if isinstance(value, str):
            return value
        return "\n".join(str(item).replace("\n", "⏎") for item in value or ())

    def value_of(self, text: str) -> Held | None:
        """Return the lines as items; the word for wiping stands alone."""
        items = tuple(line for line in text.split("\n") if line.strip())
        return CLEAR if items == (CLEAR,) else items or None
