"""Table: a foreign file as a header and rows of text, column by column, wherever it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

TOP: Final = 10
"""Rows above a header that are looked through: a title, the day of the export."""


class Odd(NamedTuple):
    """A row that has not as many cells as the header."""

    line: int
    cells: Sequence[str]


class Table(NamedTuple):
    """What a file holds, column by column; rows without any text are left out."""

    headers: tuple[str, ...]
    """As they stand in the file."""
    columns: tuple[Sequence[str], ...]
    """The cells below each header, in the order of the rows; the same text is the same object."""
    distinct: tuple[Collection[str], ...]
    """The texts of each column, each at least once: where most are different, the cells themselves."""
    lines: Sequence[int]
    """Where each row begins in the file."""
    ragged: tuple[Odd, ...]
    separator: str = ""
    encoding: str = ""
    certain: bool = True
    """Whether the encoding is no guess."""
    sheet: str = ""
    formulas: int = 0
    """Cells of a spreadsheet whose last computed value was taken."""
    above: int = 0
    """Rows that stood above the header and were passed over."""

    @property
    def size(self) -> int:
        """How many rows there are, those that do not fit the header too."""
        return len(self.lines) + len(self.ragged)

    def row(self, number: int) -> tuple[str, ...]:
        """Return the cells of one row, counted from 0."""
        return tuple(column[number] for column in self.columns)


_DIFFERENT: Final = 1_000
"""Different texts of a column after which it may be one in which hardly any comes again."""


class _Texts(dict[str, str]):
    """The texts of a column; asked for one, it gives the same object each time."""

    def __missing__(self, text: str) -> str:
        self[text] = text
        return text


class Sheaf:
    """Rows, bound into columns as they come; those that do not fit the header are set aside."""

    def __init__(self, known: Callable[[str], bool]) -> None:
        """Begin; `known` tells whether a text is the header of a known column."""
        self.seen = 0
        """Rows so far."""
        self._known = known
        self._headers: tuple[str, ...] = ()
        self._above = 0
        self._columns: list[list[str]] = []
        self._texts: list[_Texts | None] = []
        """None, where most cells of a column are different and it does not pay to find those that are not."""
        self._numbers: list[int] = []
        self._odd: list[tuple[int, Sequence[str]]] = []

    def take(self, rows: Sequence[Sequence[str]]) -> None:
        """Take the next rows; the header is among the first."""
        if not self._headers and rows:
            self._begin(rows)
            rows = rows[self._above + 1 :]
        start = self.seen
        self.seen += len(rows)
        if set(map(len, rows)) - {len(self._headers)}:
            numbers, rows = self._fitting(rows, start)
        else:
            numbers = list(range(start, self.seen))
        if not rows:
            return
        cells = tuple(zip(*rows, strict=True))
        if "" in cells[0] or any(map(str.isspace, cells[0])):
            kept = [index for index, row in enumerate(rows) if any(map(str.strip, row))]
            numbers = [numbers[index] for index in kept]
            cells = tuple(tuple(map(column.__getitem__, kept)) for column in cells)
        self._numbers += numbers
        for index, below in enumerate(cells):
            column, texts = self._columns[index], self._texts[index]
            column.extend(below if texts is None else map(texts.__getitem__, below))
            if texts is not None and len(texts) > _DIFFERENT and len(texts) * 2 > len(column):
                self._texts[index] = None

    def _begin(self, rows: Sequence[Sequence[str]]) -> None:
        self._above = _header(rows, self._known)
        self._headers = _trimmed(rows[self._above])
        self._columns = [[] for _header in self._headers]
        self._texts = [_Texts() for _header in self._headers]
        self.seen = self._above + 1

    def _fitting(self, rows: Sequence[Sequence[str]], start: int) -> tuple[list[int], list[Sequence[str]]]:
        """Return the rows that have a cell for each header; blank ones at the end do not count."""
        width = len(self._headers)
        numbers: list[int] = []
        fitting: list[Sequence[str]] = []
        for number, row in enumerate(rows, start):
            if len(row) >= width and not any(map(str.strip, row[width:])):
                numbers.append(number)
                fitting.append(row[:width])
            elif any(map(str.strip, row)):
                self._odd.append((number, row))
        return numbers, fitting

    def table(self, lines: Sequence[int]) -> Table:
        """Return what was taken; `lines` says where each row begins.

        Raises:
            Usage: there is no row below the header.
        """
        if not self._numbers and not self._odd:
            raise Usage(_("Below the header there is no row: nobody to take in."))
        every = len(self._numbers) == self.seen - self._above - 1
        numbers = lines[self._above + 1 : self.seen] if every else [lines[number] for number in self._numbers]
        ragged = tuple(Odd(lines[number], row) for number, row in self._odd)
        columns = tuple(self._columns)
        texts = tuple(columns[index] if known is None else known for index, known in enumerate(self._texts))
        return Table(self._headers, columns, texts, numbers, ragged, above=self._above)


def _header(rows: Sequence[Sequence[str]], known: Callable[[str], bool]) -> int:
    """Return which row is the header: the first, or one further down when only that knows columns."""
    first = next((number for number, row in enumerate(rows) if any(map(str.strip, row))), 0)
    if not rows or any(known(cell) for cell in rows[first]):
        return first
    scores = [sum(known(cell) for cell in row if cell.strip()) for row in rows[first : first + TOP]]
    return first + scores.index(max(scores)) if max(scores) > 1 else first


def _trimmed(header: Sequence[str]) -> tuple[str, ...]:
    """Return the headers without blank ones at their end."""
    width = len(header)
    while width > 1 and not header[width - 1].strip():
        width -= 1
    return tuple(header[:width])
