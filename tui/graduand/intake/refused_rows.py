"""Refused: the rows that were not taken, as a table with the reasons, to be put right and taken in again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.intake.column_mapping import REASON, plain
from graduand.tables.spreadsheet import as_csv, guarded, unguarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Refusal(NamedTuple):
    """One row that was not taken."""

    line: int
    username: str
    key: str
    """The key that it is about; "" for the whole row."""
    reason: str
    """A whole sentence, safe to print."""


def refused_table(headers: Sequence[str], rows: Iterable[tuple[Sequence[str], str]], separator: str) -> bytes:
    """Return a CSV of rows, each with why it was refused, that a spreadsheet neither runs nor alters.

    A row with more or fewer cells than there are headers keeps them, and is refused again until somebody looks.
    """
    kept = [index for index, header in enumerate(headers) if plain(header) != REASON]
    lines = [[*map(_guarded, (headers[index] for index in kept)), REASON]]
    for row, reason in rows:
        cells = [row[index] for index in kept] if len(row) == len(headers) else row
        lines.append([*map(_guarded, cells), reason])
    return as_csv(lines, separator or ",").replace("\0", "").encode(errors="replace")


def _guarded(cell: str) -> str:
    """Return a cell behind one guard where it needs any, also when it comes from a table of refused rows."""
    return guarded(unguarded(cell))
