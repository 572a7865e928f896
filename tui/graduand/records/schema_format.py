"""The format of the files of `schema/`, and the graduand that they ask for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from graduand import __version__
from graduand.errors import NewerSchema, SchemaBroken
from graduand.language import _, quoted
from graduand.records.nodes import Scalar
from graduand.similar import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graduand.records.nodes import Mapping

FORMAT: Final = 2
"""The format that this program writes; it reads this one and all before it. A file without the key has 1."""
REGIONS: Final = ("eu", "us")
"""Handshake's, of which a school has one: institution.yaml names it, handshake.yaml has the facts of each."""

_REQUIRES: Final = re.compile(r">=\s*(\d{1,4}(?:\.\d{1,4}){0,2})")


def require_known_format(tree: Mapping, path: str) -> None:
    """Check that this program is new enough for a file of `schema/`; a later one may hold keys that it does not know.

    Raises:
        NewerSchema: it is not.
        SchemaBroken: `format` or `requires` has a value that it cannot have.
    """
    wanted, line = "", 1
    if node := tree.get("requires"):
        text, line = _text(node), node.place.line
        found = _REQUIRES.fullmatch(text)
        if not found:
            message = _("“requires” is {value}; it is written like this: “>=0.2”.")
            raise SchemaBroken(path, line, message.format(value=quoted(text)))
        wanted = found[1]
    if wanted and parts_of(wanted) > parts_of(__version__):
        raise NewerSchema(path, line, wanted)
    if format_of(tree, path) > FORMAT:
        node = tree.get("format")
        raise NewerSchema(path, node.place.line if node else 1, "")


def format_of(tree: Mapping, path: str) -> int:
    """Return the format of a file of `schema/`.

    Raises:
        SchemaBroken: it is no number.
    """
    node = tree.get("format")
    if node is None:
        return 1
    text = _text(node)
    if not re.fullmatch("[1-9][0-9]{0,3}", text):
        message = _("“format” is {value}; it must be a whole number.")
        raise SchemaBroken(path, node.place.line, message.format(value=quoted(text)))
    return int(text)


def parts_of(version: str) -> tuple[int, int, int]:
    """Return the three numbers of a version, such as 0, 2, 0 of `0.2` and of `0.2.0.dev1`."""
    numbers = [int(part) for part in re.match(r"(?:\d+\.?)*", version)[0].split(".") if part]  # type: ignore[index]
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    return major, minor, patch


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Return the sentence on a key that a file of `schema/` cannot have, and the one that was meant."""
    close = nearest(key, known)
    hint = _(" Did you mean {key}?").format(key=quoted(close)) if close else ""
    return _("{key} is no key of this file.").format(key=quoted(key)) + hint


def _text(node: object) -> str:
    return node.text if isinstance(node, Scalar) else "…"
