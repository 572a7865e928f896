"""Catalogue: gettext's compiled messages, each looked up where it lies, so that no command waits for all of them."""

from __future__ import annotations

from struct import error, unpack_from
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC: Final = 0x950412DE


class Catalogue:
    """The messages of one `.mo` file, which lie in the order of their bytes; a missing or foreign file has none."""

    def __init__(self, path: Path) -> None:
        self._known: dict[str, tuple[str, ...] | None] = {}
        self._raw = b""
        self._count = self._keys = self._texts = 0
        try:
            raw = path.read_bytes()
            magic, _form, count, keys, texts = unpack_from("<5I", raw)
        except (OSError, error):
            return
        if magic == _MAGIC:
            self._raw, self._count, self._keys, self._texts = raw, count, keys, texts

    def forms(self, message: str) -> tuple[str, ...] | None:
        """Return the translation of a message, one text for each plural; None when there is none."""
        if message not in self._known:
            self._known[message] = self._found(message.encode())
        return self._known[message]

    def _found(self, message: bytes) -> tuple[str, ...] | None:
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            key = self._text(self._keys, middle).partition(b"\0")[0]  # the plural stands behind it
            if key == message:
                return tuple(self._text(self._texts, middle).decode().split("\0"))
            if key < message:
                low = middle + 1
            else:
                high = middle
        return None

    def _text(self, table: int, number: int) -> bytes:
        length, start = unpack_from("<2I", self._raw, table + 8 * number)
        return self._raw[start : start + length]
