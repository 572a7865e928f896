"""Check a text with an independent reader, ruamel.yaml, before it is saved."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from graduand.records.kinds import FieldKind, matches
from graduand.records.record import WAIVE
from graduand.records.transition import Waiver

if TYPE_CHECKING:
    from graduand.records.record import Record
    from graduand.records.school import School


def agrees(text: str, record: Record, school: School) -> bool:
    """Return whether ruamel.yaml reads `text` as this record, with every text as a text."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - 20 ms that only a save needs
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    try:
        tree: Any = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError):
        return False
    found = dict(_flat(tree, "")) if isinstance(tree, dict) else {}
    waived = found.pop(WAIVE, ())
    return (
        found.keys() == record.values.keys()
        and all(_same(school.fields[key].kind, value, found[key]) for key, value in record.values.items())
        and isinstance(waived, tuple)
        and len(waived) == len(record.waivers)
        and all(map(_waives, waived, record.waivers))
    )


def _flat(tree: dict[str, Any], group: str) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for name, value in tree.items():
        key = f"{group}{name}"
        if isinstance(value, dict):
            pairs += _flat(value, f"{key}:")
        else:
            pairs.append((key, tuple(value) if isinstance(value, list) else value))
    return pairs


def _same(kind: FieldKind, value: str | tuple[str, ...], found: object) -> bool:
    """Return whether `found` is `value`; dates, booleans and grades are typed by that reader."""
    if kind is FieldKind.DATE and type(found) is date:
        return found.isoformat() == value
    if kind is FieldKind.BOOLEAN and isinstance(found, bool):
        return str(found).lower() == value
    if kind is FieldKind.GPA and type(found) in {int, float}:
        return isinstance(value, str) and matches(kind, value) and float(value) == found
    return found == value


def _waives(found: object, waiver: Waiver) -> bool:
    expected = {name: text for name, text in zip(Waiver._fields, waiver, strict=True) if text}
    if not isinstance(found, dict) or found.keys() != expected.keys():
        return False
    return all(
        _same(FieldKind.DATE if name == "until" else FieldKind.TEXT, text, found[name])
        for name, text in expected.items()
    )
