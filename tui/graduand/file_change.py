"""Saved: what a save did to one file, so that it can be told, shown and taken back."""

from __future__ import annotations

from typing import NamedTuple


class SavedFile(NamedTuple):
    """One file of `records/` before and after a save."""

    path: str
    before: bytes | None
    """What the file held; None: there was none."""
    after: bytes | None
    """What it holds now; None: it is gone."""
    commit: str
    """The commit that holds it; "" when it is saved only."""
