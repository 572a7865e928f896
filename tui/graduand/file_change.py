"""The change of one file by a save, to show it and to undo it."""

from __future__ import annotations

from typing import NamedTuple


class SavedFile(NamedTuple):
    """One file of `records/` before and after a save."""

    path: str
    before: bytes | None
    """The content before; None: there was no file."""
    after: bytes | None
    """The content after; None: the file was removed."""
    commit: str
    """The commit of the change; "" if there is none."""
