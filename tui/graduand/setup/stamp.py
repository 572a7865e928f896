"""The stamp of a data repository: which graduand shipped its files, and how each of them read.

The texts themselves are kept beside it, so that a later graduand can tell the school's changes from its own. They are
kept in the commit, and not looked for in the history, because a squash, a shallow clone and an erasure all leave the
commit whole; git stores a text that nobody changed only once.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand import __version__
from graduand.errors import Unreadable
from graduand.language import _
from graduand.records.schema_format import parts_of
from graduand.setup.install_source import FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping

STAMP: Final = f"{FOLDER}/stamp.json"
CONFLICTS: Final = f"{FOLDER}/conflicts"
"""The folder of what an upgrade could not decide: each file with git's marks."""
KEPT: Final = f"{FOLDER}/shipped"
"""The folder of the texts as they were shipped."""
_SCHEMA: Final = "graduand/stamp/1"


class ShippedStamp(NamedTuple):
    """Which graduand shipped the files of a repository."""

    version: str
    checksums: Mapping[str, str]
    """The SHA-256 of each file as it was shipped, by its path."""

    @property
    def is_newer(self) -> bool:
        """Whether a newer graduand than this one shipped them."""
        return parts_of(self.version) > parts_of(__version__)


def stamp_of(texts: Mapping[str, str]) -> ShippedStamp:
    """Return the stamp of what this graduand ships."""
    return ShippedStamp(__version__, {path: _checksum(text.encode()) for path, text in sorted(texts.items())})


def stamp_files(texts: Mapping[str, str]) -> dict[str, bytes]:
    """Return the files that keep what is shipped, by their paths."""
    stamp = stamp_of(texts)
    facts = {"schema": _SCHEMA, "version": stamp.version, "shipped": stamp.checksums}
    files = {kept_at(path): text.encode() for path, text in texts.items()}
    return files | {STAMP: f"{json.dumps(facts, indent=1)}\n".encode()}


def kept_at(path: str, folder: str = KEPT) -> str:
    """Return where the text of a file is kept: by a flat name, under which no other program takes it for its own."""
    return f"{folder}/{path.lstrip('.').replace('/', '.')}"


def read_stamp(raw: bytes) -> ShippedStamp:
    """Return the stamp that the bytes of `STAMP` hold.

    Raises:
        Unreadable: they hold none.
    """
    broken = Unreadable(STAMP, _("it is not as graduand writes it; take it from an earlier commit"))
    try:
        facts: Any = json.loads(raw)
        stamp = ShippedStamp(
            str(facts["version"]), {str(path): str(sha256) for path, sha256 in facts["shipped"].items()}
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise broken from error
    if not any(parts_of(stamp.version)):
        raise broken
    return stamp


def is_as_shipped(stamp: ShippedStamp, path: str, text: bytes) -> bool:
    """Return whether a text is what was shipped as this file."""
    return stamp.checksums.get(path) == _checksum(text)


def _checksum(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
