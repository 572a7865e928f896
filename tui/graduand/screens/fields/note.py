"""NoteField: free text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.screens.fields.page import PageField

if TYPE_CHECKING:
    from graduand.editing.draft import Held


class NoteField(PageField):
    """Free text of any number of lines."""

    def text_of(self, value: Held | None) -> str:
        """Return the text."""
        return value if isinstance(value, str) else ""

    def value_of(self, text: str) -> Held | None:
        """Return the text; blanks alone are none."""
        return text if text.strip() else None
