"""Wishes: the words with which somebody says how a file is to be read: what a column is, what a text stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.errors import Usage
from graduand.intake.preview import FORMS
from graduand.language import _, quoted
from graduand.vocabulary import Meanings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.workspace import Workspace


def _pair(word: str, refusal: str) -> tuple[str, str]:
    name, equals, text = word.rpartition("=")
    if not equals or not name:
        raise Usage(refusal.format(word=quoted(word)))
    return name, text


def values(workspace: Workspace, words: Sequence[str]) -> dict[str, str | tuple[str, ...]]:
    """Return by key what everybody gets."""
    from graduand.editing.edit import parse_assignments

    return {key: value for key, value in parse_assignments(words, workspace.school).items() if value is not None}


def meanings(words: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return by key what the words say that texts stand for; a key may hold a colon, and so may a text."""
    found: dict[str, dict[str, str]] = {}
    refusal = _("{word} does not say what a text stands for, such as gender:F=Female.")
    for word in words:
        name, value = _pair(word, refusal)
        key, colon, text = name.partition(":")
        while colon and key in _GROUPS:
            more, colon, text = text.partition(":")
            key = f"{key}:{more}"
        if not colon or not text:
            raise Usage(refusal.format(word=quoted(word)))
        found.setdefault(key, {})[text] = value
    return found


_GROUPS = frozenset(
    {
        "primary_education",
        "hometown_location_attributes",
        "transition",
        "transition:account",
        "transition:personal_email",
    }
)


def columns(words: Sequence[str]) -> dict[str, str]:
    """Return by header the key that it fills."""
    refusal = _("{word} does not say what a column is, such as Matricule=username.")
    return dict(_pair(word, refusal) for word in words)


def forms(words: Sequence[str]) -> dict[str, str]:
    """Return by header or key the form of its dates."""
    refusal = _("{word} does not say how dates are written, such as end_date=dd/mm/yyyy.")
    found = {}
    for word in words:
        name, form = _pair(word, refusal)
        form = _ORDERS.get(form.lower(), form.lower())
        if form not in FORMS:
            message = _("{value} is no form of dates; it can be: {forms}.")
            raise Usage(message.format(value=quoted(form), forms=", ".join(FORMS)))
        found[name] = form
    return found


def figures(words: Sequence[str]) -> dict[str, int]:
    """Return by key how many figures an identifier is filled up to."""
    found = {}
    for word in words:
        name, equals, text = word.rpartition("=")
        if not text.isdigit() or len(text) > 2 or (equals and not name):
            message = _("{word} does not say how many figures there are, such as 8 or card_id=7.")
            raise Usage(message.format(word=quoted(word)))
        found[name or "username"] = int(text)
    return found


_ORDERS: Final = Meanings("date_orders")
