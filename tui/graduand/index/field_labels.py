"""Called: what the fields of the schema are called, at hand without the schema being read."""

from __future__ import annotations

import marshal
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand import __version__
from graduand.errors import NotWritten, Unreadable
from graduand.language import Words
from graduand.storage import disk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graduand.records.field import Field

_LIMIT: Final = 1 << 22
_SUM: Final = 4


class Name(NamedTuple):
    """What one field is called, and which kind of text it holds."""

    key: str
    label: Words
    kind: str


def names(git_folder: str, schema: tuple[bytes, ...], read: Callable[[], Mapping[str, Field]]) -> Mapping[str, Name]:
    """Return the names of the fields that the files of `schema` hold; `read` is asked once for each state of the files.

    The files themselves are kept beside the names: what is remembered is theirs to the byte.
    """
    place = Path(git_folder, "graduand", "schema", "names")
    state: tuple[str, tuple[bytes, ...]] = (__version__, schema)
    found = _kept(place, state)
    if found is None:
        found = [(key, (field.label.en, field.label.fr), field.kind.value) for key, field in read().items()]
        body = marshal.dumps((state, found))
        with suppress(NotWritten):
            disk.keep(place, zlib.crc32(body).to_bytes(_SUM, "big") + body, sync=False)
    return {key: Name(key, Words(*label), kind) for key, label, kind in found}


def _kept(place: Path, state: tuple[str, tuple[bytes, ...]]) -> list[tuple[str, tuple[str, str], str]] | None:
    """Return what is kept of just this state; None when there is nothing, or it is damaged."""
    try:
        whole = memoryview(disk.read(place, _LIMIT))
    except Unreadable:
        return None
    if zlib.crc32(whole[_SUM:]).to_bytes(_SUM, "big") != whole[:_SUM]:
        return None
    of, found = marshal.loads(whole[_SUM:])  # noqa: S302 - our own, and whole
    return found if of == state else None
