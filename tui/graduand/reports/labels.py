"""Terms: what keys and values of records are called where a person reads them; JSON and CSV keep them as they are."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Trouble
from graduand.language import _, visible
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.reason_labels import reason_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graduand.index.schema_cache import FieldLabel
    from graduand.records.field import Field
    from graduand.workspace import Workspace

    Fields = Mapping[str, Field | FieldLabel]

_DISABLED: Final = "disabled"
_KIND: Final = "transition:kind"
REASON: Final = "transition:account:reason"
ASKED_BY: Final = "transition:account:requested_by"


class Terms(NamedTuple):
    """The names of the school's fields and values; what they do not know is shown as it stands."""

    read: Callable[[], Fields]
    """Returns the fields; asked for only once something is to be named."""
    spoken: bool = True
    """Whether a person reads; else all stays as the record has it."""

    def field(self, key: str) -> str:
        """Return the label of a key."""
        field = self.read().get(key) if self.spoken else None
        return str(field.label) if field else visible(key)

    def value(self, key: str, text: str) -> str:
        """Return a value in words, where its field has words of its own."""
        if not text or not self.spoken:
            return text
        if key in {REASON, ASKED_BY}:
            return reason_words(text)
        field = self.read().get(key)
        cell = text.lower() if text in {"TRUE", "FALSE"} else text
        return _words(field).get(cell, text) if field else text


def _words(field: Field | FieldLabel) -> Mapping[str, str]:
    """Return the words for the values that have some."""
    words = {CLEAR: _("wiped in Handshake")}
    if field.key == _DISABLED:
        words |= {"true": _("closed"), "false": _("reopened")}
    elif field.key == _KIND:
        words |= {"graduated": _("graduated"), "returned": _("returned")}
    elif field.kind == FieldKind.BOOLEAN:
        words |= {"true": _("yes"), "false": _("no")}
    return words


TECHNICAL: Final = Terms(dict, spoken=False)
"""Keys and values as the record has them."""


def terms_of(workspace: Workspace) -> Terms:
    """Return the terms of the school; where its schema cannot be read none, so that a history is told all the same."""

    @cache
    def fields() -> Fields:
        try:
            return workspace.labels
        except Trouble:
            return {}

    return Terms(fields)
