"""The portrait: one record's file as its values, for a reviewer who would not read YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import Unreadable
from graduand.handshake.row import derived_cells
from graduand.language import _
from graduand.records.comments import MODELINE, comments_of
from graduand.records.legacy_reader import read_bygone
from graduand.records.source import text_of
from graduand.records.tree import parse
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from graduand.records.record import Record
    from graduand.records.school import School


class Portrait(NamedTuple):
    """What a file says, and what follows from that alone."""

    record: Record
    derived: Mapping[str, str]
    """The cells that the record need not hold, by header."""
    comments: tuple[str, ...]
    """In their order, each with its sign."""


def portrait(path: Path, school: School) -> Portrait:
    """Return what the file at `path` says, whichever layout it was written in.

    Raises:
        Unreadable: it is no record, or not there.
    """
    raw = file_reader.read(path)
    record = read_bygone(str(path), raw)
    if record is None:
        raise Unreadable(path, _("it is no record"))
    text = text_of(raw)
    comments = [comment for one in comments_of(text, parse(text)).values() for comment in (*one.before, one.beside)]
    derived = {header: derived.cell for header, derived in derived_cells(record, school).items()}
    return Portrait(record, derived, tuple(line for line in comments if line and not line.startswith(MODELINE)))
