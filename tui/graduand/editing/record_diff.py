"""Comparison: what differs between two states of a record, key by key, in the order of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.records.record import Record, Value
    from graduand.records.school import School


class ValueDifference(NamedTuple):
    """One thing that changes: a key, or "" for the file itself, and what stands there before and after."""

    key: str
    before: str
    after: str


def differences(before: Record, after: Record, school: School) -> list[ValueDifference]:
    """Return what changes from one record to another, its place first."""
    found = [ValueDifference("", before.path, after.path)] if before.path != after.path else []
    for key in school.fields:
        old, new = before.values.get(key, ""), after.values.get(key, "")
        found += [ValueDifference(key, _shown(old), _shown(new))] if old != new else []
    gone = [waiver for waiver in before.waivers if waiver not in after.waivers]
    come = [waiver for waiver in after.waivers if waiver not in before.waivers]
    found += [ValueDifference("transition:waive", f"{one.rule}, {one.until}", "") for one in gone]
    found += [ValueDifference("transition:waive", "", f"{one.rule}, {one.until}") for one in come]
    return found


def intended(record: Record, changes: Mapping[str, Value | None]) -> list[ValueDifference]:
    """Return what changes would make of a record, key by key, in their order."""
    return [ValueDifference(key, _shown(record.values.get(key, "")), _shown(new or "")) for key, new in changes.items()]


def _shown(value: Value) -> str:
    """Return a value as one text, the items of a list apart from each other whatever they hold."""
    return value if isinstance(value, str) else "; ".join(f"“{item}”" if ";" in item else item for item in value)
