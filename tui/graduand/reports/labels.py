"""Translate keys and values of records into the school's terms."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Trouble
from graduand.language import _, visible
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.record import DISABLED, HOW, KIND, REASON, REQUESTED_BY
from graduand.records.transition import KINDS, kind_words, reason_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graduand.index.schema_cache import FieldLabel
    from graduand.records.field import Field
    from graduand.workspace import Workspace

    Fields = Mapping[str, Field | FieldLabel]


IMPERSONAL: Final = frozenset({FieldKind.DATE, FieldKind.BOOLEAN, FieldKind.CHOICE, FieldKind.GPA, FieldKind.LIST})
"""Kinds of values that name nobody."""


class Terms(NamedTuple):
    """The labels of the school's fields and values; unknown ones are unchanged."""

    read: Callable[[], Fields]
    """Returns the fields; called when the first label is needed."""
    spoken: bool = True
    """False: keys and values are unchanged."""

    def field(self, key: str) -> str:
        """Return the label of a key."""
        field = self.read().get(key) if self.spoken else None
        return str(field.label) if field else visible(key)

    def names_nobody(self, key: str) -> bool:
        """Return whether the values of a key, such as dates, can name nobody."""
        field = self.read().get(key)
        return bool(field and field.kind in IMPERSONAL)

    def value(self, key: str, text: str) -> str:
        """Return a value in words, if its field has words for it."""
        if not text or not self.spoken:
            return text
        if key in {REASON, REQUESTED_BY, HOW}:
            return reason_words(text)
        field = self.read().get(key)
        cell = text.lower() if text in {"TRUE", "FALSE"} else text
        return _words(field).get(cell, text) if field else text


def _words(field: Field | FieldLabel) -> Mapping[str, str]:
    """Return the words by value of a field."""
    words = {CLEAR: _("wiped in Handshake")}
    if field.key == DISABLED:
        words |= {"true": _("closed"), "false": _("reopened")}
    elif field.key == KIND:
        words |= {kind: kind_words(kind) for kind in KINDS}
    elif field.kind == FieldKind.BOOLEAN:
        words |= {"true": _("yes"), "false": _("no")}
    return words


TECHNICAL: Final = Terms(dict, spoken=False)
"""Keys and values as in the record."""


def terms_of(workspace: Workspace) -> Terms:
    """Return the terms of the school; if its schema cannot be read, keys and values are unchanged."""

    @cache
    def fields() -> Fields:
        try:
            return workspace.labels
        except Trouble:
            return {}

    return Terms(fields)
