"""The JSON Schema of what graduand writes as JSON, held against whatever tests see of it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft7Validator  # type: ignore[import-untyped] # it comes without types

SCHEMA: Final = Path(__file__).parent.parent / "schema" / "output.schema.json"
MARK: Final = '{"schema": "graduand/'
INDENTED: Final = '{\n  "schema": "graduand/'


def require_its_schema(printed: str) -> None:
    """Fail where JSON that a command printed is not by its schema, or has keys of which that says nothing."""
    if printed.startswith(INDENTED):
        wholes = [json.loads(printed)]
    elif printed.startswith(MARK):
        wholes = [json.loads(line) for line in printed.splitlines()]
    else:
        return
    for whole in wholes:
        assert faults(whole) == []


def faults(whole: dict[str, Any]) -> list[str]:
    """Return what is not by the schema of an object that graduand has written."""
    name = whole["schema"].split("/")[1]
    return [f"{error.json_path}: {error.message}" for error in _validator(name).iter_errors(whole)]


@cache
def definitions() -> dict[str, Any]:
    """Return the schema of each kind of object, by its name."""
    found: dict[str, Any] = json.loads(SCHEMA.read_bytes())["definitions"]
    return found


@cache
def _validator(name: str) -> Draft7Validator:
    """Return the schema of an object, which takes no other keys; an entry of the ledger notes more by its kind."""
    assert name in definitions(), f"schema/output.schema.json says nothing of {name}"
    schema = definitions()[name]
    return Draft7Validator(schema if name == "entry" else _closed(schema))


def _closed(schema: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(one) for key, one in schema.items()}
    return closed | ({"additionalProperties": False} if "required" in schema and "properties" in schema else {})
