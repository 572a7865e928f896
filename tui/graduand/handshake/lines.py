"""Lines: many rows as lines of CSV below the same headers, taken apart only where somebody looks into one."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from collections.abc import Callable

Columns = tuple[str, ...]


class Lines(Sequence[Mapping[str, str]]):
    """Rows, each the cells that are not blank, by header; a blank line is a row of nothing."""

    def __init__(self, columns: Columns, lines: Sequence[bytes]) -> None:
        self.columns = columns
        self.lines = lines

    def __len__(self) -> int:
        return len(self.lines)

    @overload
    def __getitem__(self, index: int) -> Mapping[str, str]: ...
    @overload
    def __getitem__(self, index: slice) -> Lines: ...
    def __getitem__(self, index: int | slice) -> Mapping[str, str] | Lines:
        if isinstance(index, slice):
            return Lines(self.columns, self.lines[index])
        line = self.lines[index]
        return {header: cell for header, cell in zip(self.columns, cells(line), strict=True) if cell} if line else {}

    def below(self, columns: Columns) -> Sequence[bytes]:
        """Return the lines as they stand below other `columns`; what has no column there is left out."""
        if columns == self.columns:
            return self.lines
        move = _mover(self.columns, columns)
        return [move(line) for line in self.lines]

    def used(self) -> frozenset[str]:
        """Return the columns in which a row has a cell."""
        blank = dict.fromkeys(range(len(self.columns)))
        for line in self.lines:
            found = cells(line)
            for index in [index for index in blank if found[index]]:
                del blank[index]
            if not blank:
                break
        return frozenset(self.columns) - {self.columns[index] for index in blank}


def joined_lines(parts: Sequence[Lines], headers: Sequence[str] = ()) -> Lines:
    """Return the lines of all parts below the headers of all; in the order of `headers`, where the parts differ."""
    first = parts[0].columns
    if all(part.columns == first for part in parts):
        columns = first
    else:
        used = {header for part in parts for header in part.columns}
        columns = tuple(header for header in headers if header in used)
    return Lines(columns, [line for part in parts for line in part.below(columns)])


def line_of(texts: Sequence[str]) -> bytes:
    """Return one line of CSV, without its end: UTF-8, commas, quotes only where a cell needs them."""
    joined = ",".join(texts)
    if '"' not in joined and joined.count(",") == len(texts) - 1:
        return joined.encode()
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(texts)
    return text.getvalue()[:-1].encode()


def cells(line: bytes) -> list[str]:
    """Return the cells of one line of CSV."""
    text = line.decode()
    return text.split(",") if '"' not in text else next(csv.reader([text]))


def _mover(columns: Columns, others: Columns) -> Callable[[bytes], bytes]:
    """Return what puts a line below other columns; only a line with quotes is taken apart with care."""
    pick = itemgetter(*(columns.index(header) if header in columns else len(columns) for header in others))

    def move(line: bytes) -> bytes:
        if not line:
            return line
        if b'"' in line:
            return line_of(pick([*cells(line), ""]))
        return b",".join(pick([*line.split(b","), b""]))

    return move
