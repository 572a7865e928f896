"""The schema cache: what the two files of `schema/` say, parsed again only when a byte of them changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from graduand.language import Words
from graduand.storage.cache_file import CacheFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graduand.records.field import Field

T = TypeVar("T")

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

    def parsed(self, name: str, raw: bytes, parse: Callable[[bytes], T]) -> T:
        """Return what `parse` makes of the bytes of a file: a value of plain types.

        Raises:
            Whatever `parse` raises; nothing is remembered then.
        """
        return CacheFile[T](self._folder / name, _FORMAT, raw).get(lambda: parse(raw))

    def labels(self, schema: tuple[bytes, ...], fields: Callable[[], Mapping[str, Field]]) -> Mapping[str, FieldLabel]:
        """Return the labels of the `fields` of a schema by their keys; the files themselves are `schema`."""
        file = CacheFile[list[tuple[str, dict[str, str], str]]](self._folder / "labels", _FORMAT, *schema)
        labels = file.get(lambda: [(key, dict(field.label.texts), str(field.kind)) for key, field in fields().items()])
        return {key: FieldLabel(key, Words(label), kind) for key, label, kind in labels}
