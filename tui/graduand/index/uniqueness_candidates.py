"""Neighbours: the use case of who else may have what should be one person's alone, from the list of everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.records.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graduand.index.people_list import ListedPerson


WHO: Final = (
    "username",
    "email_address",
    "additional_email_addresses",
    "transition:previous_username",
    *("card_id", "auth_identifier"),
    "first_name",
    "last_name",
)
"""The keys that decide who the neighbours are."""


def neighbours(entries: Iterable[ListedPerson], record: Record) -> tuple[Record, ...]:
    """Return the others who have what `record` alone may have, or its name, as the list has them."""
    texts = {record.username, record.text("email_address"), record.text("transition:previous_username")}
    texts = {text.casefold() for text in texts.union(record.texts("additional_email_addresses")) if text}
    card, login = (record.text(key).casefold() or None for key in ("card_id", "auth_identifier"))
    name = (record.text("last_name").casefold(), record.text("first_name").casefold())
    return tuple(
        _record(entry)
        for entry in entries
        if entry.username.casefold() in texts
        or entry.address.casefold() in texts
        or entry.card.casefold() == card
        or entry.login.casefold() == login
        or (entry.last_name.casefold(), entry.first_name.casefold()) == name
    )


def _record(entry: ListedPerson) -> Record:
    values = {
        "username": entry.username,
        "email_address": entry.address,
        "first_name": entry.first_name,
        "last_name": entry.last_name,
        "transition:kind": entry.kind,
        "card_id": entry.card,
        "auth_identifier": entry.login,
    }
    return Record(entry.path, {key: value for key, value in values.items() if value})
