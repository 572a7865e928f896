"""Plain words: the fast road from what is typed to the values of a command, without Typer.

It takes what can be meant in one way only, and leaves all else, and every complaint, to Typer; a test holds
what it takes against Typer's own values.
"""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.commands.parameters import Word

Values = dict[str, object]

_UNSURE: Final = object()
"""In place of a value that Typer shall judge."""


def values_of(words: Sequence[Word], typed: Sequence[str]) -> Values | None:
    """Return the value of each word that a command takes; None when Typer is to say what is meant, or wrong."""
    flags = {word.flag: word for word in words if word.flag}
    found: dict[str, list[str]] = {}
    places: list[str] = []
    waiting = iter(typed)
    for text in waiting:
        if not text.startswith("-"):
            places.append(text)
            continue
        flag, equals, value = text.partition("=")
        word = flags.get(flag)
        if word is None or (flag in found and not word.several) or (word.kind is bool and equals):
            return None
        if word.kind is not bool and not equals:
            value = next(waiting, "-")
            if value.startswith("-"):
                return None
        found.setdefault(flag, []).append(value)
    if not _placed([word for word in words if not word.flag], places, found):
        return None
    values = {word.name: _value(word, found.get(word.flag or word.name)) for word in words}
    return None if _UNSURE in values.values() else values


def _placed(arguments: Sequence[Word], places: list[str], found: dict[str, list[str]]) -> bool:
    """Give the texts without a name to the arguments, in their order; tell whether all is given away."""
    for word in arguments:
        taken = len(places) if word.several else 1
        if places[:taken]:
            found[word.name] = places[:taken]
        del places[:taken]
    return not places


def _value(word: Word, texts: list[str] | None) -> object:
    if texts is None:
        return _UNSURE if word.needed else word.default
    if word.kind is bool:
        return True
    values = [_typed(word.kind, text) for text in texts]
    if _UNSURE in values:
        return _UNSURE
    return values if word.several else values[0]


def _typed(kind: type, text: str) -> object:
    """Return a text as a value of its kind."""
    if not text or not text.isprintable():
        return _UNSURE
    if issubclass(kind, Enum):
        return next((one for one in kind if one.value == text), _UNSURE)
    if kind is int:
        return int(text) if text.isascii() and text.isdigit() else _UNSURE
    if kind is Path:
        return Path(text) if os.access(text, os.R_OK) or not os.path.lexists(text) else _UNSURE
    return text if kind is str else _UNSURE
