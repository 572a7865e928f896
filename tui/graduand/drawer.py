"""Drawer: where leaves are kept in git's own folder, for the next time; thrown away whenever in doubt."""

from __future__ import annotations

import hashlib
import sys
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand import __version__, disk
from graduand.errors import NotWritten, Unreadable
from graduand.language import spoken
from graduand.leaf import FORM, packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Collection

    from graduand.leaf import Leaf

_LIMIT: Final = 1 << 31


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
        try:
            raw = disk.read(self._place(cohort), _LIMIT)
            head, _line, body = raw.partition(b"\n")
            if head != self._head(body):
                return None
            leaf = unpacked(body)
        except (Unreadable, ValueError, TypeError, EOFError):
            return None
        return leaf if leaf.cohort == cohort else None

    def put(self, leaf: Leaf) -> None:
        """Keep a leaf; where the disk refuses, the files are read again the next time."""
        body = packed(leaf)
        with suppress(NotWritten):
            disk.keep(self._place(leaf.cohort), self._head(body) + b"\n" + body, sync=False)

    def clear(self, cohorts: Collection[str]) -> None:
        """Throw away what is kept of other cohorts than these."""
        disk.thin(self._folder, {self._place(cohort).name for cohort in cohorts})

    def _head(self, body: bytes) -> bytes:
        return f"{self._key} {zlib.crc32(body):08x}".encode()

    def _place(self, cohort: str) -> Path:
        return self._folder / hashlib.sha256(cohort.encode(errors="surrogateescape")).hexdigest()[:32]
