"""Find the comments of a file and the value that each belongs to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.records.nodes import Mapping, Node, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

Spot = tuple[str, ...]
"""The path of a value from the root: keys, number and text of a list's item, number of an exemption."""

TOP: Final[Spot] = ("",)
"""Before all values: the line that tells an editor which schema to use."""

END: Final[Spot] = ()
"""After all values."""

MODELINE: Final = "# yaml-language-server:"
"""The beginning of the line that tells an editor which schema to use."""
_COMMENT = re.compile(r"#.*")
"""Between two scalars this sign begins a comment, whatever precedes it."""

_BLOCK = re.compile(r"[|>][^\n#]*(#.*)")


class Comment(NamedTuple):
    """The comment lines before a value, and the comment after it; each begins with `#`."""

    before: tuple[str, ...] = ()
    inline: str = ""


Comments = dict[Spot, Comment]


def comments_of(text: str, tree: Mapping) -> Comments:
    """Return all comments of `text`, whose tree is `tree`."""
    found: Comments = {}
    spot, end = TOP, 0
    for next_spot, scalar in _scalars((), tree):
        _between(found, text[end : scalar.start], spot, next_spot)
        if block := _BLOCK.match(text, scalar.start):
            _add(found, next_spot, Comment(inline=block.group(1).rstrip()))
        spot, end = next_spot, scalar.end
        if text[end - 1 : end] == "\n":  # a block scalar's span ends below its last line
            end -= 1
    _between(found, text[end:], spot, END)
    return found


def _scalars(spot: Spot, node: Node) -> Iterator[tuple[Spot, Scalar]]:
    if isinstance(node, Scalar):
        yield spot, node
    elif isinstance(node, Mapping):
        for key, value in node.entries:
            yield (*spot, key.text), key
            yield from _scalars((*spot, key.text), value)
    else:
        for index, item in enumerate(node.items):
            text = (item.text,) if isinstance(item, Scalar) else ()
            yield from _scalars((*spot, str(index), *text), item)


def _between(found: Comments, gap: str, left: Spot, right: Spot) -> None:
    first, *lines = gap.split("\n")
    if inline := _COMMENT.search(first):
        _add(
            found, left, Comment(inline=inline.group().rstrip()) if left != TOP else Comment((inline.group().rstrip(),))
        )
    for line in lines:
        if comment := _COMMENT.search(line):
            whole = comment.group().rstrip()
            _add(found, TOP if whole.startswith(MODELINE) else right, Comment((whole,)))


def _add(found: Comments, spot: Spot, comment: Comment) -> None:
    there = found.get(spot, Comment())
    both = (there.inline, comment.inline)
    before = (*there.before, *comment.before) + ((there.inline,) if all(both) else ())
    found[spot] = Comment(before, comment.inline or there.inline)
