"""Parse YAML into a tree; the parser is imported when it is first needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graduand.records.nodes import Mapping


def parse(text: str) -> Mapping:
    """Return the tree of one YAML document whose root is a mapping; every scalar stays text.

    Raises:
        Refused: not YAML, a duplicate key, an anchor or alias, a tag, a second document, a
            directive, another root than a mapping, nesting beyond `DEPTH` (GR007 to GR013).
    """
    from graduand.records.parsing import parse_yaml  # noqa: PLC0415 - 15 ms, which most commands do not need

    return parse_yaml(text)
