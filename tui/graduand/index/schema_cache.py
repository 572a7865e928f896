"""Known: the two files of `schema/` as they were parsed last; YAML is taken apart only when a byte of it changes."""

from __future__ import annotations

import marshal
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from graduand.records.importer import facts_of, importer_of
from graduand.records.institution import institution_of, tree_of
from graduand.records.nodes import packed, unpacked
from graduand.storage import cache_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from graduand.records.importer import Importer
    from graduand.records.institution import Institution

T = TypeVar("T")

_FORM: Final = "graduand/schema/1"


class SchemaCache:
    """What is kept of them in git's own folder."""

    def __init__(self, git_folder: str) -> None:
        self._folder = Path(git_folder, "graduand", "schema")

    def importer(self, raw: bytes) -> Importer:
        """Return the importer that the bytes of `handshake.yaml` describe.

        Raises:
            SchemaBroken: as `read_importer`.
        """
        return importer_of(self._parsed("importer", raw, facts_of))

    def institution(self, raw: bytes) -> Institution:
        """Return the institution that the bytes of `institution.yaml` describe.

        Raises:
            SchemaBroken: as `read_institution`.
        """
        return institution_of(unpacked(self._parsed("institution", raw, lambda text: packed(tree_of(text)))))

    def _parsed(self, name: str, raw: bytes, parse: Callable[[bytes], T]) -> T:
        place, key = self._folder / name, cache_file.key_of(_FORM, raw)
        body = cache_file.taken(place, key)
        if body is not None:
            known: T = marshal.loads(body)  # noqa: S302 - our own, and whole
            return known
        found = parse(raw)
        cache_file.put(place, key, marshal.dumps(found))  # type: ignore[arg-type]  # plain, whichever it is
        return found
