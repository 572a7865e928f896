"""Drawer: where leaves are kept in git's own folder, for the next time."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand.index.index_page import FORM, packed, unpacked
from graduand.language import spoken
from graduand.rules.cross_record import Shared
from graduand.rules.rule import Flaw
from graduand.storage import cache_file, disk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from graduand.index.index_page import IndexPage

_SHARED: Final = "shared"
"""The file of what is wrong among records."""


class IndexStore:
    """The leaves of one data folder, as they are on one day, in one language, by one schema and one program."""

    def __init__(self, git_folder: str, root: Path, schema: Collection[bytes], on: str) -> None:
        self._folder = Path(git_folder, "graduand", "leaves")
        self._key = cache_file.key_of(FORM, str(root.resolve()), spoken(), on, *schema)

    def leaf(self, cohort: str) -> IndexPage | None:
        """Return the leaf of a cohort; None when there is none, or anything is wrong with it."""
        body = cache_file.taken(self._place(cohort), self._key)
        try:
            leaf = unpacked(body) if body else None
        except (ValueError, TypeError, EOFError):
            return None
        return leaf if leaf and leaf.cohort == cohort else None

    def put(self, leaf: IndexPage) -> None:
        """Keep a leaf."""
        cache_file.put(self._place(leaf.cohort), self._key, packed(leaf))

    def shared(self, leaves: Iterable[IndexPage]) -> tuple[Shared, ...] | None:
        """Return what was wrong among the records of these leaves, if that is known."""
        body = cache_file.taken(self._folder / _SHARED, self._state(leaves))
        if body is None:
            return None
        return tuple(Shared(path, Flaw(*flaw)) for path, *flaw in json.loads(bytes(body)))

    def put_shared(self, leaves: Iterable[IndexPage], found: Iterable[Shared]) -> None:
        """Keep what is wrong among the records of these leaves."""
        body = json.dumps([(one.path, *one.flaw) for one in found]).encode()
        cache_file.put(self._folder / _SHARED, self._state(leaves), body)

    def clear(self, cohorts: Collection[str]) -> None:
        """Throw away what is kept of other cohorts than these."""
        disk.thin(self._folder, {_SHARED, *(self._place(cohort).name for cohort in cohorts)})

    def _state(self, leaves: Iterable[IndexPage]) -> str:
        """Return what differs whenever any file of the leaves does."""
        return cache_file.key_of(self._key, *(part for leaf in leaves for part in (leaf.stamps, "\0".join(leaf.paths))))

    def _place(self, cohort: str) -> Path:
        return self._folder / hashlib.sha256(cohort.encode(errors="surrogateescape")).hexdigest()[:32]
