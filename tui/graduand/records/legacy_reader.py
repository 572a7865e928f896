"""Bygone: what a file of an old commit says, by whatever keys it had then; nothing is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.records.nodes import Mapping, Node, Scalar, Sequence
from graduand.records.record import Record, Value
from graduand.records.source import Refused, text_of
from graduand.records.tree import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})


def read_bygone(path: str, raw: bytes) -> Record | None:
    """Return the record in the bytes of a file, whichever schema it was written for; None when they are no record.

    Of the keys that the schema knows it reads what the full reader reads; exemptions are texts like all else.
    """
    try:
        return Record(path, dict(_values("", parse(text_of(raw)))))
    except Refused:
        return None


def _values(group: str, tree: Mapping) -> Iterator[tuple[str, Value]]:
    for name, node in tree.entries:
        key = f"{group}:{name.text}" if group else name.text
        if isinstance(node, Mapping):
            yield from _values(key, node)
        elif isinstance(node, Sequence):
            texts = tuple(text for item in node.items if (text := _text(item)))
            if texts:
                yield key, texts
        elif text := _text(node):
            yield key, text


def _text(node: Node) -> str:
    """Return the text of an item; of a block its keys and texts on one line, and "" of nothing."""
    if isinstance(node, Scalar):
        return "" if node.plain and node.text in _NULL else node.text
    if isinstance(node, Mapping):
        return ", ".join(f"{name.text}: {text}" for name, value in node.entries if (text := _text(value)))
    return "; ".join(text for item in node.items if (text := _text(item)))
