"""Drawer: where leaves are kept in git's own folder, for the next time."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand.index.index_page import FORM, Packed, packed, unpacked
from graduand.language import spoken
from graduand.rules.cross_record import Shared
from graduand.rules.rule import Flaw
from graduand.storage import atomic
from graduand.storage.cache_file import CacheFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from graduand.index.index_page import IndexPage

_SHARED: Final = "shared"
"""The file of what is wrong among records."""


class IndexStore:
    """The leaves of one data folder, as they are on one day, in one language, by one schema and one program."""

    def __init__(self, git_folder: str, root: Path, schema: Collection[bytes], on: str) -> None:
        self._folder = Path(git_folder, "graduand", "leaves")
        self._key: tuple[str | bytes, ...] = (FORM, str(root.resolve()), spoken(), on, *schema)

    def leaf(self, cohort: str) -> IndexPage | None:
        """Return the leaf of a cohort; None when there is none, or anything is wrong with it."""
        packed_leaf = self._file(cohort).read()
        leaf = unpacked(packed_leaf) if packed_leaf else None
        return leaf if leaf and leaf.cohort == cohort else None

    def put(self, leaf: IndexPage) -> None:
        """Keep a leaf."""
        self._file(leaf.cohort).write(packed(leaf))

    def shared(self, leaves: Iterable[IndexPage]) -> tuple[Shared, ...] | None:
        """Return what was wrong among the records of these leaves, if that is known."""
        found = self._shared_file(leaves).read()
        return None if found is None else tuple(Shared(path, Flaw(*flaw)) for path, *flaw in found)

    def put_shared(self, leaves: Iterable[IndexPage], found: Iterable[Shared]) -> None:
        """Keep what is wrong among the records of these leaves."""
        self._shared_file(leaves).write([(one.path, *one.flaw) for one in found])

    def clear(self, cohorts: Collection[str]) -> None:
        """Throw away what is kept of other cohorts than these."""
        atomic.remove_others(self._folder, {_SHARED, *(self._file(cohort).path.name for cohort in cohorts)})

    def _shared_file(self, leaves: Iterable[IndexPage]) -> CacheFile[list[tuple[str, ...]]]:
        """Return the file whose key differs whenever any file of the leaves does."""
        state = (part for leaf in leaves for part in (leaf.stamps, "\0".join(leaf.paths)))
        return CacheFile(self._folder / _SHARED, *self._key, *state)

    def _file(self, cohort: str) -> CacheFile[Packed]:
        name = hashlib.sha256(cohort.encode(errors="surrogateescape")).hexdigest()[:32]
        return CacheFile(self._folder / name, *self._key)
