"""Check before a record is saved that its text reads back as it is, also with an independent reader, ruamel.yaml."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from graduand.errors import NotWritten
from graduand.language import _
from graduand.records.kinds import FieldKind, matches
from graduand.records.reading import read
from graduand.records.record import WAIVE
from graduand.records.transition import Waiver

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def prove(record: Record, text: str, school: School) -> None:
    """Check that two independent readers read a text as this record.

    Raises:
        NotWritten: one of them reads something else.
    """
    raw = text.encode(errors="surrogatepass")
    if read(record.path, raw, school).record != record or not agrees(text, record, school):
        raise NotWritten(record.path, _("the text would not read back as it is"))


_LETTER: Final = "A-Za-zÀ-ÖØ-öø-ÿĀ-žẀ-\u1eff"
_SIMPLE: Final = re.compile(
    r"(?:# yaml-language-server: \$schema=(?:\.\./)+schema/transition\.schema\.json\n)?"
    r"(?: *(?:- )?(?:[a-z_]+:(?: |(?=\n)))?"
    rf"(?:\"[^\"\\\n]*\"|[{_LETTER}](?:[{_LETTER}0-9@._’'+/&(),;°!?%«»–—…€-]| (?! ))*(?<! )"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-4](?:\.[0-9]{1,2})?)?\n)*"
)
"""Lines that every reader of YAML reads alike: words, texts in quotes, dates and grades."""


def prove_all(pairs: Iterable[tuple[Record, str]], school: School) -> None:
    """Check many texts as `prove` checks one; of simple ones, which all readers read alike, with one reader.

    Raises:
        NotWritten: a text reads back as something else.
    """
    for record, text in pairs:
        raw = text.encode(errors="surrogatepass")
        if not _SIMPLE.fullmatch(text) or read(record.path, raw, school)[:2] != (record, ()):
            prove(record, text, school)
