"""Define the tree of a YAML document: texts with their places, sequences and mappings of them."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from graduand.findings import Place

DEPTH: Final = 6
"""Levels that a file may nest; a record needs four."""


class Scalar(NamedTuple):
    """A text; `start` and `end` are its span in the file, quotes included."""

    text: str
    place: Place
    plain: bool
    start: int
    end: int


class Sequence(NamedTuple):
    """A list of nodes."""

    items: tuple[Node, ...]
    place: Place


class Mapping(NamedTuple):
    """Keys and their nodes, in the order of the file."""

    entries: tuple[tuple[Scalar, Node], ...]
    place: Place

    def get(self, key: str) -> Node | None:
        """Return the node under `key`, or None."""
        return next((node for name, node in self.entries if name.text == key), None)


Node = Scalar | Sequence | Mapping


def packed(node: Node) -> tuple[Any, ...]:
    """Return a tree as plain tuples, which can be marshalled."""
    if isinstance(node, Scalar):
        return (node.text, tuple(node.place), node.plain, node.start, node.end)
    if isinstance(node, Sequence):
        return (tuple(map(packed, node.items)), tuple(node.place), "")
    return (tuple((packed(key), packed(value)) for key, value in node.entries), tuple(node.place))


def unpacked(parts: tuple[Any, ...]) -> Any:  # noqa: ANN401 - one of three kinds of node, as it was packed
    """Return the tree of a `packed` tuple."""
    place = Place(*parts[1])
    if len(parts) == 5:
        return Scalar(parts[0], place, *parts[2:])
    if len(parts) == 3:
        return Sequence(tuple(map(unpacked, parts[0])), place)
    return Mapping(tuple((unpacked(key), unpacked(value)) for key, value in parts[0]), place)
