"""Parse the options of an intake that say how a file is read: columns, meanings of texts, forms of dates, padding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.errors import Usage
from graduand.intake.preview import FORMS, FileFormat
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


def common_values(workspace: Workspace, words: Sequence[str]) -> dict[str, str | tuple[str, ...]]:
    """Return by key the values of --set, which every row gets."""
    from graduand.editing.edit import parse_assignments

    return {key: value for key, value in parse_assignments(words, workspace.school).items() if value is not None}


def meanings(words: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return by key the values that --value gives to texts; keys and texts may hold colons."""
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


def column_keys(words: Sequence[str]) -> dict[str, str]:
    """Return the keys of --map by header."""
    refusal = _("{word} does not say what a column is, such as Matricule=username.")
    return dict(_pair(word, refusal) for word in words)


def date_forms(words: Sequence[str]) -> dict[str, str]:
    """Return the forms of dates of --dates by header or key."""
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


def list_separators(words: Sequence[str]) -> dict[str, str]:
    """Return the separators of --lists by header or key: "," or ";"."""
    refusal = _("{word} does not say what separates the items of lists, such as Labels=, or Labels=;")
    found = dict(_pair(word, refusal) for word in words)
    for name, mark in found.items():
        if mark not in {",", ";"}:
            raise Usage(refusal.format(word=quoted(f"{name}={mark}")))
    return found


def padding(words: Sequence[str]) -> dict[str, int]:
    """Return the numbers of digits of --pad by key."""
    found = {}
    for word in words:
        name, equals, text = word.rpartition("=")
        if not text.isdigit() or len(text) > 2 or (equals and not name):
            message = _("{word} does not say how many figures there are, such as 8 or card_id=7.")
            raise Usage(message.format(word=quoted(word)))
        found[name or "username"] = int(text)
    return found


def file_format(encoding: str, separator: str, sheet: str, header: int) -> FileFormat:
    """Return what --encoding, --separator, --sheet and --header say of a file."""
    return FileFormat(encoding, "\t" if separator in {"\\t", "tab"} else separator, sheet, header)


_ORDERS: Final = Meanings("date_orders")
