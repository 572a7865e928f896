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
from itertools import chain
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, Union, get_args, get_origin

from graduand import __version__
from graduand.errors import CacheDamaged, NotWritten, Unreadable
from graduand.storage import atomic, file_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

T = TypeVar("T")
V = TypeVar("V")

_ODD: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError)
"""What is raised where a value is not of the form that is expected."""

_LIMIT: Final = 1 << 31
"""The most bytes that a cache file may have."""

_load: Final[Callable[[memoryview], Any]] = marshal.loads
_dump: Final[Callable[[Any], bytes]] = marshal.dumps


class CacheFile(Generic[T]):
    """A file that holds a value of plain types: None, texts, numbers, bytes, buffers, tuples, lists, dictionaries.

    The first line is the key and the checksum of the rest, which is the value as `marshal` has it. A
    value read back has bytes in the place of buffers (`array`, `memoryview`).
    """

    def __init__(self, path: Path, *key: str | bytes, shape: Any) -> None:  # noqa: ANN401 - a type, or an alias of one
        """Name the file at `path`, the `key` of its value, and the value's type.

        Args:
            path: Where it lies.
            key: All that the value depends on, and its format.
            shape: The type of the value: `list[str]`, or whatever `fits` understands.
        """
        self.path = path
        self._key = key_of(*key)
        self._shape = shape

    def read(self) -> T | None:
        """Return the value.

        None when there is none, or it has another key, or the file is damaged, of another shape or not private.
        """
        body = self._trusted()
        if body is None:
            return None
        try:
            value: T = _load(body)
        except _ODD:
            return None
        return value if fits(value, self._shape) else None

    def read_as(self, make: Callable[[T], V]) -> V | None:
        """Return what is made of the value; None where there is none, or nothing can be made of it."""
        value = self.read()
        if value is None:
            return None
        try:
            return make(value)
        except _ODD:
            return None

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


_PLAIN: Final = frozenset({str, int, bool, bytes})


def fits(value: object, shape: Any) -> bool:  # noqa: ANN401 - a type, or an alias of one
    """Return whether a value is of a type, and so is all that it holds.

    The type is one of a plain value, of `list[…]`, `tuple[…]` or `dict[…]`, a union of such, or `Any`.
    """
    return _all_fit([value], shape)


def _all_fit(values: list[Any], shape: Any) -> bool:  # noqa: ANN401, PLR0911 - a type; one answer for each kind of it
    """Return whether all values are of a type; whole columns are asked at once, as they are long."""
    if shape is Any or not values:
        return True
    origin, parts = get_origin(shape), get_args(shape)
    if origin in {UnionType, Union}:
        return _each_fits_one(values, parts)
    kind = origin or NoneType if shape is None else origin or shape
    if {*map(type, values)} != {kind}:
        return False
    if kind is dict and parts:
        keys = [*chain.from_iterable(values)]
        return _all_fit(keys, parts[0]) and _all_fit([*chain.from_iterable(map(dict.values, values))], parts[1])
    if (kind is list and parts) or parts[1:] == (...,):
        inner = chain.from_iterable(values)
        if parts[0] in _PLAIN:
            return {*map(type, inner)} <= {parts[0]}
        return _all_fit([*inner], parts[0])
    if kind is tuple and parts:
        is_long_enough = {*map(len, values)} == {len(parts)}
        return is_long_enough and all(map(_all_fit, map(list, zip(*values, strict=True)), parts))
    return True


def _each_fits_one(values: Iterable[Any], shapes: Iterable[Any]) -> bool:
    """Return whether each value is of one of some types, no two of which are of the same kind."""
    by_kind = {get_origin(one) or one: one for one in shapes}
    apart: dict[Any, list[Any]] = {}
    for value in values:
        apart.setdefault(type(value), []).append(value)
    return apart.keys() <= by_kind.keys() and all(_all_fit(found, by_kind[kind]) for kind, found in apart.items())


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
    """A part of a cached value that is unpacked only when it is asked for.

    Then it is too late to do without the file, so one that is odd is removed, and whoever asked ends with a sentence.
    """

    def __init__(self, raw: bytes, file: Path | None, is_sound: Callable[[T], bool]) -> None:
        """Hold the part `raw` of a cache file; `is_sound` tells whether its value is as it was written."""
        self.raw = raw
        self._file = file
        self._is_sound = is_sound

    @classmethod
    def of(cls, value: T) -> Deferred[T]:
        """Return the part that holds `value`."""
        part = cls(b"", None, lambda _value: True)
        part.__dict__["value"] = value
        return part

    @cached_property
    def value(self) -> T:
        """The part itself.

        Raises:
            CacheDamaged: it is not as it was written; the file is removed.
        """
        with suppress(*_ODD):
            value: T = _load(memoryview(self.raw))
            if self._is_sound(value):
                return value
        assert self._file is not None  # noqa: S101 - a part that was made of its value never comes here
        with suppress(NotWritten):
            atomic.remove(self._file)
        raise CacheDamaged(self._file)

    def packed(self) -> bytes:
        """Return the part as bytes, which a cached value may hold."""
        return self.raw or _dump(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Deferred) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash(self.packed())
