"""Summarize one record's file: its values without the YAML, for a reviewer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import Unreadable
from graduand.handshake.row import derived_cells
from graduand.language import _
from graduand.records.comments import MODELINE, comments_of
from graduand.records.legacy_reader import read_past_record
from graduand.records.source import text_of
from graduand.records.tree import parse
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from graduand.records.record import Record
    from graduand.records.school import School


class RecordSummary(NamedTuple):
    """The values of a file, and the cells that follow from them."""

    record: Record
    derived: Mapping[str, str]
    """The cells that the record need not hold, by header."""
    comments: tuple[str, ...]
    """In their order, each with its `#`."""


def summarize(path: Path, school: School) -> RecordSummary:
    """Return the summary of the file at `path`, whichever schema it was written for.

    Raises:
        Unreadable: it is no record, or not there.
    """
    raw = file_reader.read(path)
    record = read_past_record(str(path), raw)
    if record is None:
        raise Unreadable(path, _("it is no record"))
    text = text_of(raw)
    comments = [comment for one in comments_of(text, parse(text)).values() for comment in (*one.before, one.inline)]
    derived = {header: derived.cell for header, derived in derived_cells(record, school).items()}
    return RecordSummary(record, derived, tuple(line for line in comments if line and not line.startswith(MODELINE)))
