"""Edited: what every field tells the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.message import Message

from graduand.language import visible

if TYPE_CHECKING:
    from graduand.editing.draft import Held

_WHOLE: Final = 1_000_000
"""Characters; no value is cut while it is edited."""


@dataclass
class Edited(Message):
    """Somebody gave a field another value; None takes its key out of the record."""

    key: str
    value: Held | None
    whole: bool = False
    """Whether this is all, and not a letter of more to come."""


def shown(text: str) -> str:
    """Return a text as a field shows it: what a terminal would obey or hide is spelled out, line ends stay."""
    return text if text.isprintable() else "\n".join(visible(line, _WHOLE) for line in text.split("\n"))


def pasted(text: str) -> str:
    """Return of a pasted text what can be typed; what nobody could see is left out."""
    return "".join(char for char in text.replace("\t", " ") if char.isprintable() or char in "\n\u00a0\u202f")
