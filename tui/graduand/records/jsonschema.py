"""Generate the JSON Schema of a record from its fields, for editors and other tools.

Other YAML readers convert unquoted scalars, ours reads all as text; so wherever a text is valid, the schema also
allows a number or a boolean (`00412345`, `no`). Rules that a record can be exempted from are left out.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from graduand.language import N_, translations
from graduand.records.kinds import CLEAR, PATTERNS, FieldKind
from graduand.records.record import (
    ACCOUNT,
    ALUMNI,
    ATTENDING,
    CONFIDENTIAL,
    DISABLED,
    KIND,
    LISTED,
    REASON,
    START,
    STAYS,
)
from graduand.records.transition import DECEASED, DUPLICATE, GRADUATED, LEFT, RETURNED, Waiver

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.records.field import Field
    from graduand.records.school import School

Schema = dict[str, Any]

_TITLE: Final = N_("A person in transition")
_ABOUT: Final = N_(
    "One person who graduates, returns or leaves. Every key is a column of Handshake by its own name, except "
    "transition, which says why. An absent key leaves the column as it is."
)
_COMMENT: Final = "Made by `graduand schema` from handshake.yaml and institution.yaml; do not edit it, make it anew."

_ALMOST_CLEAR: Final = r"(?=[^*]*\*)[* ]*[Cc][Ll][Ee][Aa][Rr][* ]*"
_PATTERNS: Final = {
    **PATTERNS,
    FieldKind.IDENTIFIER: rf"(?!{_ALMOST_CLEAR}$)(?:{PATTERNS[FieldKind.IDENTIFIER]})",
    FieldKind.NOTE: rf"(?!{_ALMOST_CLEAR}$)[\s\S]+",
}
"""Patterns by kind; a text that is nearly the word for "wipe" does not match."""

_LINE: Final = rf"(?!{_ALMOST_CLEAR}$)[^ \n](?:[^\n]*[^ \n])?"
_ITEM: Final = rf"(?!{_ALMOST_CLEAR}$)[^ ;\n](?:[^;\n]*[^ ;\n])?"
"""Patterns of the other kinds: one line without blanks at its ends; an item of a list has no semicolon."""

_ANY: Final = {"type": ["string", "number", "boolean"]}
_TYPES: Final[dict[FieldKind, Schema]] = {
    FieldKind.EMAIL: {"type": "string"},
    FieldKind.PHONE: {"type": ["string", "integer"], "minimum": 0},
    FieldKind.DATE: {"type": "string"},
    FieldKind.BOOLEAN: {"type": ["boolean", "string"]},
    FieldKind.GPA: {"type": ["number", "string"], "minimum": 0, "maximum": 4},
}
"""The JSON types that other readers may give a text of the kind; `_ANY` for the other kinds."""

_GENERAL: Final = N_('One line, no blank at its edges, in a list no semicolon; to wipe, exactly "**CLEAR**".')
_SENTENCES: Final = {
    FieldKind.IDENTIFIER: N_("Plain letters, figures and signs, no blank."),
    FieldKind.EMAIL: N_("One address, such as a.b@mail.example."),
    FieldKind.PHONE: N_("Figures only, with or without a + in front."),
    FieldKind.DATE: N_("A date is written yyyy-mm-dd: 2026-06-15."),
    FieldKind.BOOLEAN: N_("Write true or false."),
    FieldKind.GPA: N_("0 to 4, with a point: 3.25."),
}
"""The error messages that editors show instead of a pattern; `_GENERAL` for the other kinds."""

_OF_FIXED_LENGTH: Final = frozenset({FieldKind.DATE, FieldKind.BOOLEAN, FieldKind.GPA})

_TRUE: Final[Schema] = {"enum": [True, "true"]}
_FALSE: Final[Schema] = {"enum": [False, "false"]}


def json_schema(school: School) -> str:
    """Return the text of `schema/transition.schema.json`, draft-07; it depends on the files of `schema/` only."""
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$comment": _COMMENT,
        "title": _joined(translations(_TITLE)),
        "description": _joined(translations(_ABOUT), "\n\n"),
        **_object("", school),
        "allOf": list(_conditions(school)),
    }
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _joined(texts: Iterable[str], between: str = " / ") -> str:
    """Return the texts of all languages as one, without repetitions."""
    return between.join(dict.fromkeys(texts))


def _object(above: str, school: School) -> Schema:
    """Return the schema of the mapping at the key `above`, which is "" or ends with a colon."""
    below = [key.removeprefix(above) for key in school.fields if key.startswith(above)]
    names = list(dict.fromkeys(key.partition(":")[0] for key in below))
    needed = (*school.region.required_values, KIND)
    required = [name for name in names if any(f"{key}:".startswith(f"{above}{name}:") for key in needed)]
    return {
        "type": "object",
        "additionalProperties": False,
        **({"required": required} if required else {"minProperties": 1}),
        "properties": {name: _property(f"{above}{name}", school) for name in names},
    }


def _property(key: str, school: School) -> Schema:
    field = school.fields.get(key)
    if field is None:
        return _object(f"{key}:", school)
    return {
        "title": _joined(field.label.in_each()),
        "description": _joined(field.help.in_each(), "\n\n"),
        **_value(field),
    }


def _value(field: Field) -> Schema:
    if field.kind is FieldKind.WAIVERS:
        return {"type": "array", "items": _waiver(), "minItems": 1}
    if field.kind is not FieldKind.LIST:
        return _text(field, field.kind, clear=field.clear)
    texts = {
        "type": "array",
        "items": _text(field, field.item, clear=False),
        "minItems": 1,
        "uniqueItems": True,
    }
    return {"anyOf": [texts, {"const": CLEAR}]} if field.clear else texts


def _text(field: Field, kind: FieldKind, *, clear: bool) -> Schema:
    """Return the schema of a field's text, or of an item of its list; `clear`: whether `**CLEAR**` is allowed."""
    if field.values and not field.is_open:
        return {"enum": [*_typed(field.values), *([CLEAR] if clear else [])]}
    schema = _shape(kind, clear=clear, separated=field.kind is FieldKind.LIST)
    if kind not in _OF_FIXED_LENGTH:
        schema["maxLength"] = field.max
    if field.misspellings:
        schema["not"] = {"enum": _typed(field.misspellings)}
    if field.values:
        schema["examples"] = list(field.values)
    return schema


def _shape(kind: FieldKind, *, clear: bool, separated: bool = False) -> Schema:
    pattern = _PATTERNS.get(kind, _ITEM if separated else _LINE)
    shape: Schema = {
        **_TYPES.get(kind, _ANY),
        "pattern": rf"^(?:\*\*CLEAR\*\*|{pattern})$" if clear else f"^(?:{pattern})$",
        "patternErrorMessage": _joined(translations(_SENTENCES.get(kind, _GENERAL))),
    }
    if kind is FieldKind.DATE:  # the pattern lets 30 February pass
        shape |= {"anyOf": [{"format": "date"}, {"const": CLEAR}]} if clear else {"format": "date"}
    return shape


def _typed(texts: Iterable[str]) -> list[str | int | float | bool]:
    """Return the texts, and after a text that other readers convert (`true`, `2`) also its converted value."""
    found: list[str | int | float | bool] = []
    for text in dict.fromkeys(texts):
        found.append(text)
        if text in {"true", "false"}:
            found.append(text == "true")
        elif re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text):
            found.append(float(text) if "." in text else int(text))
    return found


def _waiver() -> Schema:
    something: Schema = {**_ANY, "minLength": 1}
    parts = {
        "rule": {"type": "string", "pattern": "^GR[0-9]{3}$"},
        "reason": something,
        "until": _shape(FieldKind.DATE, clear=False),
        "by": something,
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(Waiver._fields),
        "properties": {name: parts[name] for name in Waiver._fields},
    }


def _conditions(school: School) -> Iterator[Schema]:
    """Return the schemas of conditions between values of a record."""
    yield _when(_at(KIND, {"const": RETURNED}), *_returner(school))
    alumnus = {"allOf": [_at(KIND, {"const": GRADUATED}), {"not": _at(ATTENDING, _TRUE)}]}
    yield _when(alumnus, _at(school.year, {"enum": [ALUMNI]}, required=False))
    yield _when(_at(KIND, {"const": LEFT}), _at(school.year, {"not": {"const": ALUMNI}}, required=False))
    reasons = ((_TRUE, school.institution.deactivation_reasons), (_FALSE, school.institution.reactivation_reasons))
    for direction, known in reasons:
        yield _when(_at(DISABLED, direction), _at(REASON, {"enum": _typed(known)}))
    yield _when(_at(ACCOUNT, {"not": _reason(DECEASED)}), {"required": [DISABLED]})
    yield _when({"allOf": [_at(DISABLED, _TRUE), _at(REASON, {"const": DUPLICATE})]}, _at(STAYS, {}))
    yield _when(_at(CONFIDENTIAL, _TRUE), {"not": {"required": [DISABLED]}})
    for main, listed in LISTED.items():
        yield _when(_at(main, {"not": {"const": CLEAR}}), _at(listed, {"type": "array"}))


def _returner(school: School) -> Iterator[Schema]:
    yield _at(school.year, {"not": {"enum": [CLEAR, ALUMNI]}})
    yield _at(START, {"not": {"const": CLEAR}})
    yield _at(ATTENDING, {"not": _FALSE}, required=False)
    yield _at(DISABLED, {"not": _TRUE}, required=False)


def _reason(code: str) -> Schema:
    """Return the schema of an account block that gives this reason."""
    name = REASON.rpartition(":")[2]
    return {"properties": {name: {"const": code}}, "required": [name]}


def _when(given: Schema, *then: Schema) -> Schema:
    return {"if": given, "then": {"allOf": list(then)} if len(then) > 1 else then[0]}


def _at(key: str, schema: Schema, *, required: bool = True) -> Schema:
    """Return the schema of a record whose value of `key` matches `schema`, and is present if `required`."""
    for name in reversed(key.split(":")):
        schema = {"properties": {name: schema}} | ({"required": [name]} if required else {})
    return schema
