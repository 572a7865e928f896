"""The schema cache: what the two files of `schema/` say, parsed again only when a byte of them changes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from graduand.errors import SchemaBroken
from graduand.language import Words
from graduand.storage.cache_file import CacheFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graduand.records.field import Field

T = TypeVar("T")
V = TypeVar("V")

_Labels = list[tuple[str, dict[str, str], str]]
"""The key, the label in each language and the kind of each field."""

_FORMAT: Final = "graduand/schema/3"


class FieldLabel(NamedTuple):
    """The label of one field, and the kind of its values."""

    key: str
    label: Words
    kind: str


class SchemaCache:
    """Parsed schema files in git's own folder."""

    def __init__(self, git_folder: str) -> None:
        self._folder = Path(git_folder, "graduand", "schema")

    def parsed(self, name: str, raw: bytes, parse: Callable[[bytes], T], make: Callable[[T], V]) -> V:
        """Return what `make` makes of what `parse` makes of the bytes of a file: a value of plain types.

        Raises:
            Whatever `parse` and `make` raise; nothing is remembered of what cannot be parsed.
        """
        file = CacheFile[T](self._folder / name, _FORMAT, raw, shape=Any)
        with suppress(SchemaBroken):  # as the cached value is odd, or as the file is, which is said below
            found = file.read_as(make)
            if found is not None:
                return found
        value = parse(raw)
        file.write(value)
        return make(value)

    def labels(self, schema: tuple[bytes, ...], fields: Callable[[], Mapping[str, Field]]) -> Mapping[str, FieldLabel]:
        """Return the labels of the `fields` of a schema by their keys; the files themselves are `schema`."""
        file = CacheFile[_Labels](self._folder / "labels", _FORMAT, *schema, shape=_Labels)
        labels = file.get(lambda: [(key, dict(field.label.texts), str(field.kind)) for key, field in fields().items()])
        return {key: FieldLabel(key, Words(label), kind) for key, label, kind in labels}
