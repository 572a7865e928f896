"""Refused: the rows that were not taken, as a table with the reasons, to be put right and taken in again."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.intake.heading import REASON, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Refusal(NamedTuple):
    """One row that was not taken."""

    line: int
    username: str
    key: str
    """The key that it is about; "" for the whole row."""
    reason: str
    """A whole sentence, safe to print."""


def refused_table(headers: Sequence[str], rows: Iterable[tuple[Sequence[str], str]], separator: str) -> bytes:
    """Return a CSV of rows, each with why it was refused, that a spreadsheet opens without running any of it.

    A row with more or fewer cells than there are headers keeps them, and is refused again until somebody looks.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator or ",", lineterminator="\r\n")
    kept = [index for index, header in enumerate(headers) if plain(header) != REASON]
    writer.writerow([*map(_disarmed, (headers[index] for index in kept)), REASON])
    for row, reason in rows:
        cells = [row[index] for index in kept] if len(row) == len(headers) else row
        writer.writerow([*map(_disarmed, cells), reason])
    return b"\xef\xbb\xbf" + text.getvalue().replace("\0", "").encode(errors="replace")


def _disarmed(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
