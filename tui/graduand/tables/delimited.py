"""Delimited: CSV as anybody's spreadsheet leaves it: the sign that parts its cells, and its rows up to their end."""

from __future__ import annotations

import csv
import io
import re
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from _csv import Reader

_ANNOUNCED: Final = re.compile(r'\ufeff?"?sep=([,;|\t])"?[,;|\t ]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
"""The line by which Excel is told the separator."""

END: Final = "\ufdd0"
"""Stands behind the last line; where it does not come out as a row of its own, a quotation mark has taken it in."""


class Delimited(NamedTuple):
    """The text of a file, without a line that is meant for Excel."""

    text: str
    separator: str
    """As that line says; "" when there is none."""
    line: int
    """On which the text begins in the file."""


def delimited(text: str) -> Delimited:
    """Return a text without the line `sep=;` that Excel is told the separator by."""
    found = _ANNOUNCED.match(text)
    return Delimited(text[found.end() :], found[1], 2) if found else Delimited(text, "", 1)


def reader(text: str, separator: str) -> Reader:
    """Return the rows of a text, and at last the one that holds `END`.

    Raises:
        TypeError: the separator is more than one sign, or none.
    """
    # The module's own limit, 131,072, is less than an answer may have; the size of the file bounds a cell.
    csv.field_size_limit(2**31 - 1)
    # As bytes the text takes a quarter of the room, and gives its lines sooner.
    lines = io.TextIOWrapper(io.BytesIO(text.encode(errors="surrogatepass")), "utf-8", "surrogatepass", newline="")
    return csv.reader(chain(lines, [END]), delimiter=separator)
