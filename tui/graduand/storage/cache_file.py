"""Kept: what is remembered in git's own folder, private, under a key; thrown away whenever in doubt."""

from __future__ import annotations

import hashlib
import sys
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from graduand import __version__
from graduand.errors import NotWritten, Unreadable
from graduand.storage import disk

if TYPE_CHECKING:
    from pathlib import Path

_LIMIT: Final = 1 << 31


def key_of(*parts: str | bytes) -> str:
    """Return a key that differs whenever a part does, or the program, or the Python that runs it."""
    digest = hashlib.sha256()
    for part in (__version__, sys.version, *parts):
        raw = part.encode(errors="surrogateescape") if isinstance(part, str) else part
        digest.update(b"%d:" % len(raw))
        digest.update(raw)
    return digest.hexdigest()


def taken(place: Path, key: str) -> memoryview | None:
    """Return what is kept at a place under a key; None when there is nothing, or it is damaged."""
    try:
        whole = memoryview(disk.read(place, _LIMIT))
    except Unreadable:
        return None
    head, body = whole[:_HEAD], whole[_HEAD:]
    return body if head == _head(key, body) else None


def put(place: Path, key: str, body: bytes) -> None:
    """Keep something; where the disk refuses, it is found again the next time."""
    with suppress(NotWritten):
        disk.keep(place, _head(key, body) + body, sync=False)


def _head(key: str, body: bytes | memoryview) -> bytes:
    return f"{key} {zlib.crc32(body):08x}\n".encode()


_HEAD: Final = len(_head(key_of(), b""))
