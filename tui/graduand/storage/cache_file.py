"""The cache file: one value below git's own folder, private, valid for one key, ignored whenever it is in doubt."""

from __future__ import annotations

import hashlib
import marshal
import os
import re
import sys
import zlib
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from graduand import __version__
from graduand.errors import NotWritten, Unreadable
from graduand.storage import atomic, file_reader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

_LIMIT: Final = 1 << 31
"""The most bytes that a cache file may have."""

_load: Final[Callable[[memoryview], Any]] = marshal.loads
_dump: Final[Callable[[Any], bytes]] = marshal.dumps


class CacheFile(Generic[T]):
    """A file that holds a value of plain types: None, texts, numbers, bytes, buffers, tuples, lists, dictionaries.

    The first line is the key and the checksum of the rest, which is the value as `marshal` has it. A
    value read back has bytes in the place of buffers (`array`, `memoryview`).
    """

    def __init__(self, path: Path, *key: str | bytes) -> None:
        """Name the file at `path` and the `key` of its value: all that the value depends on, and its format."""
        self.path = path
        self._key = key_of(*key)

    def read(self) -> T | None:
        """Return the value; None when there is none, or it has another key, or the file is damaged or not private."""
        body = self._trusted()
        if body is None:
            return None
        try:
            value: T = _load(body)
        except (ValueError, TypeError, EOFError):
            return None
        return value

    def write(self, value: T) -> None:
        """Replace the file; a value that cannot be written is computed again the next time."""
        body = _dump(value)
        with suppress(NotWritten):
            atomic.write_private(self.path, _head(self._key, body) + body, sync=False)

    def get(self, compute: Callable[[], T]) -> T:
        """Return the value; when there is none, `compute` it and write it."""
        value = self.read()
        if value is None:
            value = compute()
            self.write(value)
        return value

    def _trusted(self) -> memoryview | None:
        """Return the bytes of the value when only this user can have written them, whole, and under this key."""
        try:
            raw, status = file_reader.read_with_stat(self.path, _LIMIT)
        except Unreadable:
            return None
        whole = memoryview(raw)
        head, body = whole[:_HEAD], whole[_HEAD:]
        private = status.st_uid == os.geteuid() and not status.st_mode & 0o022
        return body if private and head == _head(self._key, body) else None


def remove_cache_files(folder: Path) -> bool:
    """Remove every cache file below a folder, whatever its name, unfinished ones too; return whether there was one.

    Raises:
        NotWritten: the file system reports an error.
    """
    found = [path for path in folder.rglob("*") if _is_cache_file(path)]
    for path in found:
        atomic.remove(path)
    return bool(found)


def _is_cache_file(path: Path) -> bool:
    """Tell whether a file begins as cache files do: a key and a checksum in one line."""
    if path.is_symlink() or not path.is_file():
        return False
    with suppress(OSError), path.open("rb") as file:
        return bool(_HEAD_PATTERN.fullmatch(file.read(_HEAD)))
    return False


def key_of(*parts: str | bytes) -> str:
    """Return a key that differs whenever a part does, or this program, or the Python that runs it."""
    digest = hashlib.sha256()
    for part in (__version__, sys.version, *parts):
        raw = part.encode(errors="surrogateescape") if isinstance(part, str) else part
        digest.update(b"%d:" % len(raw))
        digest.update(raw)
    return digest.hexdigest()


def _head(key: str, body: bytes | memoryview) -> bytes:
    return f"{key} {zlib.crc32(body):08x}\n".encode()


_HEAD: Final = len(_head(key_of(), b""))
_HEAD_PATTERN: Final = re.compile(rb"[0-9a-f]{64} [0-9a-f]{8}\n")


class Deferred(Generic[T]):
    """A part of a cached value that is unpacked only when it is asked for."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    @classmethod
    def of(cls, value: T) -> Deferred[T]:
        """Return the part that holds `value`."""
        part = cls(b"")
        part.__dict__["value"] = value
        return part

    @cached_property
    def value(self) -> T:
        """The part itself."""
        value: T = _load(memoryview(self.raw))
        return value

    def packed(self) -> bytes:
        """Return the part as bytes, which a cached value may hold."""
        return self.raw or _dump(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Deferred) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash(self.packed())
