"""Fix flaws of records where only one thing can be meant.

An account is never closed, and reopened only where the record says nothing of an account that is closed.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from graduand.records.kinds import FieldKind
from graduand.records.record import DISABLED, LISTED, REASON, WAIVE, Record, of_account
from graduand.records.repair import RULES as REPAIRS
from graduand.records.transition import MISTAKE, RETURN
from graduand.rules.handshake_state import ABOUT_ACCOUNTS
from graduand.rules.values import close, days_meant, meant
from graduand.similar import folded

if TYPE_CHECKING:
    from collections.abc import Callable

    from graduand.records.field import Field
    from graduand.records.school import School


def remedied(record: Record, rule: str, key: str, school: School) -> Record | None:
    """Return the record with its flaw under `key` fixed; None when a person must decide."""
    remedy = REMEDIES.get(rule)
    if remedy is None or key.startswith(WAIVE) is not (remedy is _without_exemption):
        return None
    if of_account(key) and rule not in REOPENING:
        return None
    cured = remedy(record, key, school)
    return None if cured == record else cured


def _parts(key: str, school: School) -> tuple[Field, int]:
    """Return the field of a finding's key, and the number of the item of its list; -1: the whole value."""
    if key in school.fields:
        return school.fields[key], -1
    base, _colon, index = key.rpartition(":")
    return school.fields[base], int(index)


def _text(record: Record, field: Field, index: int) -> str:
    return record.text(field.key) if index < 0 else record.texts(field.key)[index]


def _put(record: Record, field: Field, index: int, *texts: str) -> Record:
    """Return the record with `texts` in the place of a value or of an item of a list; none: without it."""
    values = dict(record.values)
    if index < 0:
        values.pop(field.key)
        values.update((field.key, text) for text in texts)
        return record._replace(values=values)
    items = record.texts(field.key)
    items = (*items[:index], *texts, *items[index + 1 :])
    if items:
        values[field.key] = items
    else:
        values.pop(field.key)
    return record._replace(values=values)


def _rewriting(straight: Callable[[Field, str, Record, School], str]) -> Callable[[Record, str, School], Record | None]:
    """Return the fix that replaces a text by what `straight` returns; "" leaves it."""

    def remedy(record: Record, key: str, school: School) -> Record | None:
        field, index = _parts(key, school)
        text = straight(field, _text(record, field, index), record, school)
        return _put(record, field, index, text) if text else None

    return remedy


def _day(_field: Field, text: str, _record: Record, _school: School) -> str:
    days = days_meant(text)
    return days[0] if len(days) == 1 else ""


def _shape(field: Field, text: str, _record: Record, _school: School) -> str:
    return close(field.item if field.kind is FieldKind.LIST else field.kind, text)


def _listed(field: Field, text: str, _record: Record, _school: School) -> str:
    return meant(field, text) or field.counterparts.get(text) or _alike(text, field.values)


def _main(field: Field, text: str, record: Record, _school: School) -> str:
    return _alike(text, record.texts(LISTED[field.key]))


def _alike(text: str, allowed: tuple[str, ...]) -> str:
    """Return the value that differs in capitals, accents and punctuation only."""
    found = [value for value in allowed if folded(value) == folded(text)]
    return found[0] if len(found) == 1 else ""


def _trimmed(_field: Field, text: str, _record: Record, _school: School) -> str:
    return "".join(" " if unicodedata.category(char) == "Zs" else char for char in text).strip(" ")


def _composed(_field: Field, text: str, _record: Record, _school: School) -> str:
    return unicodedata.normalize("NFC", text)


def _without(record: Record, key: str, school: School) -> Record:
    return _put(record, *_parts(key, school))


def _split(record: Record, key: str, school: School) -> Record | None:
    field, index = _parts(key, school)
    there = record.texts(field.key)
    items = [item.strip() for item in _text(record, field, index).split(";")]
    return _put(record, field, index, *(item for item in dict.fromkeys(items) if item and item not in there))


def _without_exemption(record: Record, key: str, _school: School) -> Record:
    index = int(key.removeprefix(f"{WAIVE}:").partition(":")[0])
    return record._replace(waivers=(*record.waivers[:index], *record.waivers[index + 1 :]))


def _reopened(record: Record, _key: str, _school: School) -> Record | None:
    """Return the record with the account reopened; None where an account block says something already."""
    if any(map(of_account, record.values)):
        return None
    reason = RETURN if record.returned else MISTAKE
    return record._replace(values={**record.values, DISABLED: "false", REASON: reason})


REMEDIES: Final = {
    "GR106": _rewriting(_day),
    "GR107": _rewriting(_shape),
    "GR108": _rewriting(_shape),
    "GR109": _rewriting(_listed),
    "GR115": _rewriting(_trimmed),
    "GR117": _split,
    "GR118": _rewriting(_composed),
    "GR121": _without,
    "GR123": _rewriting(_main),
    "GR125": _rewriting(_shape),
    "GR129": _rewriting(_listed),
    "GR208": _without,
    "GR306": _without,
    "GR605": _without_exemption,
    "GR607": _without_exemption,
    "GR701": _reopened,
    "GR702": _reopened,
}
"""The fixes, by rule."""

REOPENING: Final = ABOUT_ACCOUNTS
"""Rules whose flaws are fixed by reopening the account."""

PLACES: Final = frozenset({"GR016", "GR017"})
"""Rules whose flaws are fixed by moving the file."""

ASKED_FOR: Final = frozenset({"GR129"})
"""Rules whose flaws are fixed only where the rule is named: the value may be right, and many people have it."""

CURABLE: Final = REPAIRS | frozenset(REMEDIES) | PLACES
"""Rules whose flaws can be fixed in some records; whether one can be, depends on the record."""
