"""Drawer: where leaves are kept in git's own folder, for the next time; thrown away whenever in doubt."""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand import __version__, disk
from graduand.errors import NotWritten, Unreadable
from graduand.language import spoken
from graduand.leaf import FORM, packed, unpacked
from graduand.rules.among import Shared
from graduand.rules.rule import Flaw

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from graduand.leaf import Leaf

_LIMIT: Final = 1 << 31
_SHARED: Final = "shared"
"""The file of what is wrong among records."""


class Drawer:
    """The leaves of one data folder, as they are on one day, in one language, by one schema and one program."""

    def __init__(self, git_folder: str, root: Path, schema: Collection[bytes], on: str) -> None:
        self._folder = Path(git_folder, "graduand", "leaves")
        digest = hashlib.sha256()
        for part in (FORM, __version__, sys.version, str(root.resolve()), spoken(), on):
            digest.update(part.encode(errors="surrogateescape") + b"\0")
        for raw in schema:
            digest.update(hashlib.sha256(raw).digest())
        self._key = digest.hexdigest()

    def leaf(self, cohort: str) -> Leaf | None:
        """Return the leaf of a cohort; None when there is none, or anything is wrong with it."""
        body = self._taken(self._place(cohort), self._key)
        try:
            leaf = unpacked(body) if body else None
        except (ValueError, TypeError, EOFError):
            return None
        return leaf if leaf and leaf.cohort == cohort else None

    def put(self, leaf: Leaf) -> None:
        """Keep a leaf; where the disk refuses, the files are read again the next time."""
        self._put(self._place(leaf.cohort), self._key, packed(leaf))

    def shared(self, leaves: Iterable[Leaf]) -> tuple[Shared, ...] | None:
        """Return what was wrong among the records of these leaves, if that is known."""
        body = self._taken(self._folder / _SHARED, self._state(leaves))
        if body is None:
            return None
        return tuple(Shared(path, Flaw(*flaw)) for path, *flaw in json.loads(bytes(body)))

    def put_shared(self, leaves: Iterable[Leaf], found: Iterable[Shared]) -> None:
        """Keep what is wrong among the records of these leaves."""
        body = json.dumps([(one.path, *one.flaw) for one in found]).encode()
        self._put(self._folder / _SHARED, self._state(leaves), body)

    def _state(self, leaves: Iterable[Leaf]) -> str:
        """Return what differs whenever any file of the leaves does."""
        digest = hashlib.sha256(self._key.encode())
        for leaf in leaves:
            digest.update(leaf.stamps)
            digest.update("\0".join(leaf.paths).encode(errors="surrogateescape"))
        return digest.hexdigest()

    @staticmethod
    def _taken(place: Path, key: str) -> memoryview | None:
        """Return what is kept at a place under a key; None when there is nothing, or it is damaged."""
        try:
            whole = memoryview(disk.read(place, _LIMIT))
        except Unreadable:
            return None
        head, body = whole[:_HEAD], whole[_HEAD:]
        return body if head == _head(key, body) else None

    @staticmethod
    def _put(place: Path, key: str, body: bytes) -> None:
        with suppress(NotWritten):
            disk.keep(place, _head(key, body) + body, sync=False)

    def clear(self, cohorts: Collection[str]) -> None:
        """Throw away what is kept of other cohorts than these."""
        disk.thin(self._folder, {_SHARED, *(self._place(cohort).name for cohort in cohorts)})

    def _place(self, cohort: str) -> Path:
        return self._folder / hashlib.sha256(cohort.encode(errors="surrogateescape")).hexdigest()[:32]


def _head(key: str, body: bytes | memoryview) -> bytes:
    return f"{key} {zlib.crc32(body):08x}\n".encode()


_HEAD: Final = len(_head(hashlib.sha256().hexdigest(), b""))
