"""Read tree objects of git as it stores them: of a ledger each is one folder of files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class TreeLine(NamedTuple):
    """One line of a tree: the mode as `git mktree` takes it, and the object."""

    mode: str
    kind: str
    blob: str


_KINDS = {"40000": "tree", "160000": "commit"}


def lines_of(raw: bytes, digits: int) -> Iterator[tuple[str, TreeLine]]:
    """Yield the names in a tree with their lines; `digits` is the length of an object's name in hexadecimal."""
    start, size = 0, digits // 2
    while start < len(raw):
        end = raw.index(b"\0", start)
        mode, _blank, name = raw[start:end].decode(errors="surrogateescape").partition(" ")
        start = end + 1 + size
        yield name, TreeLine(mode.zfill(6), _KINDS.get(mode, "blob"), raw[end + 1 : start].hex())
