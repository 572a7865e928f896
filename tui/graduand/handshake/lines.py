"""Lines: many rows as lines of CSV below the same headers, taken apart only where somebody looks into one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple, overload

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
        if columns == self.columns or not self.lines:
            return self.lines
        move = _mover(self.columns, columns)
        return [move(line) for line in self.lines]

    def without(self, places: Sequence[int]) -> Lines:
        """Return the lines with those at `places` blank, and no column that only they have used."""
        lines = [*self.lines]
        perhaps: set[str] = set()
        for place in places:
            perhaps |= self[place].keys()
            lines[place] = b""
        rest = Lines(self.columns, lines)
        columns = rest.used(perhaps)
        return Lines(columns, rest.below(columns))

    def used(self, perhaps: Iterable[str]) -> Columns:
        """Return the columns; of those that `perhaps` no row uses any more, only the ones in which there is a cell."""
        blank = {header: self.columns.index(header) for header in perhaps if header in self.columns}
        for line in filter(None, self.lines if blank else ()):
            found = cells(line)
            blank = {header: place for header, place in blank.items() if not found[place]}
            if not blank:
                break
        return tuple(header for header in self.columns if header not in blank)


class Band(NamedTuple):
    """Ordinary rows: whose they are, and their lines."""

    usernames: Sequence[str]
    lines: Lines
    perhaps: frozenset[str] = frozenset()
    """Columns that perhaps no row uses any more; all others are used."""

    def picked(self, wanted: Sequence[bool], perhaps: Iterable[str]) -> Band:
        """Return the wanted rows; no row may use the columns `perhaps` any more."""
        lines = Lines(self.lines.columns, [*compress(self.lines.lines, wanted)])
        return Band([*compress(self.usernames, wanted)], lines, self.perhaps.union(perhaps))


EMPTY: Final = Band((), Lines(("username", "email_address"), ()))


class KnownLines(Mapping[str, Mapping[str, str]]):
    """The cells of many people by username, as lines."""

    def __init__(self, columns: Columns, lines: Mapping[str, bytes]) -> None:
        self.columns = columns
        self.lines = lines

    @classmethod
    def of(cls, cells: Mapping[str, Mapping[str, str]], columns: Columns) -> KnownLines:
        """Return the cells of people as lines below `columns`, unless they are lines already."""
        if isinstance(cells, KnownLines):
            return cells
        return cls(
            columns,
            {username: line_of([row.get(header, "") for header in columns]) for username, row in cells.items()},
        )

    def __getitem__(self, username: str) -> Mapping[str, str]:
        return Lines(self.columns, (self.lines[username],))[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def below(self, columns: Columns) -> Mapping[str, bytes]:
        """Return the lines by username as they stand below other `columns`."""
        if columns == self.columns or not self.lines:
            return self.lines
        move = _mover(self.columns, columns)
        return {username: move(line) for username, line in self.lines.items()}


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
