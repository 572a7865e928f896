"""Read records of any schema, as in old commits; nothing is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.records.nodes import Mapping, Node, Scalar, Sequence
from graduand.records.record import Reading, Record, Value
from graduand.records.shapes import ShapeReader
from graduand.records.source import Refused, text_of
from graduand.records.transition import Waiver
from graduand.records.tree import parse

if TYPE_CHECKING:
    from graduand.findings import Place

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_PLACES: Final = {name: place for place, name in enumerate(Waiver._fields)}
"""The places of the keys of an exemption in its text, whatever their order in the file."""


def read_past_record(path: str, raw: bytes) -> Record | None:
    """Return the record in the bytes of a file, whichever schema it was written for; None when they are no record.

    For keys of the schema it returns the values of the full reader; exemptions are texts like all other values.
    """
    return _SHAPES.read(path, raw).record


def _read_fully(path: str, raw: bytes) -> Reading:
    values: dict[str, Value] = {}
    places: dict[str, Place] = {}
    try:
        _collect("", parse(text_of(raw)), values, places)
    except Refused:
        return Reading(None, (), {})
    return Reading(Record(path, values), (), places)


_SHAPES: Final = ShapeReader(_read_fully, ())


def _collect(group: str, tree: Mapping, values: dict[str, Value], places: dict[str, Place]) -> None:
    """Add the values below `group` and their places."""
    for name, node in tree.entries:
        key = f"{group}:{name.text}" if group else name.text
        places[key] = node.place
        if isinstance(node, Mapping):
            _collect(key, node, values, places)
        elif isinstance(node, Sequence):
            items = [(text, item.place) for item in node.items if (text := _text(item))]
            if items:
                values[key] = tuple(text for text, _place in items)
                places |= {f"{key}:{index}": place for index, (_item, place) in enumerate(items)}
        elif text := _text(node):
            values[key] = text


def _text(node: Node) -> str:
    """Return the text of an item; of a block its keys and texts on one line, and "" of nothing."""
    if isinstance(node, Scalar):
        return "" if node.plain and node.text in _NULL else node.text
    if isinstance(node, Mapping):
        entries = sorted(node.entries, key=lambda entry: _PLACES.get(entry[0].text, len(_PLACES)))
        return ", ".join(f"{name.text}: {text}" for name, value in entries if (text := _text(value)))
    return "; ".join(text for item in node.items if (text := _text(item)))
