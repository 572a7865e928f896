"""Hold the table of a foreign file: headers, columns of text, and rows that do not fit the header."""

from __future__ import annotations

import csv
import io
from heapq import merge
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.language import _
from graduand.tables.cell_text import decode_entities

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

TOP: Final = 60
"""Rows at the top of a file among which the header is looked for: titles, dates, lists of codes may precede it."""

WIDEST: Final = 2_000
"""Columns of the widest table."""
LONGEST: Final = 1_048_576
"""Rows of the longest table, blank ones included: as many as a sheet of Excel has."""
MOST: Final = 400_000
"""Rows with text of the longest table."""
_HEADER: Final = 1_000
"""Characters of a header from which on the others are cut off."""


class TooLong(Usage):
    """A table of more rows than are read."""

    def __init__(self) -> None:
        super().__init__(_("The file has more than {count} rows; split it.").format(count=MOST))


class TableRow(NamedTuple):
    """One row: the line of the file on which it begins, and its cells."""

    line: int
    cells: Sequence[str]


class Table(NamedTuple):
    """The content of a file, column by column; rows without any text are left out."""

    headers: tuple[str, ...]
    """As written in the file, without blank ones at the end."""
    columns: tuple[Sequence[str], ...]
    """The cells below each header, in the order of the rows; equal texts are the same object."""
    distinct: tuple[Collection[str], ...]
    """The texts of each column, each at least once: all cells of a column in which most texts differ."""
    lines: Sequence[int]
    """The line of the file on which each row begins."""
    ragged: tuple[TableRow, ...]
    """Rows whose number of cells differs from the header's; they are in no column."""
    separator: str = ""
    encoding: str = ""
    certain: bool = True
    """False: the encoding is a guess."""
    sheet: str = ""
    formulas: int = 0
    """Cells of a workbook that are formulas, of which the last computed value is used."""
    above: int = 0
    """Rows above the header."""
    merged: int = 0
    """Blank cells of a workbook that got the text of the merged cell which covers them."""
    hidden: int = 0
    """Rows of a workbook that are hidden, as by a filter."""
    hidden_columns: tuple[str, ...] = ()
    """Headers of hidden columns of a workbook."""

    @property
    def size(self) -> int:
        """The number of rows, ragged ones included."""
        return len(self.lines) + len(self.ragged)

    def row(self, number: int) -> tuple[str, ...]:
        """Return the cells of one row that fits the header, counted from 0."""
        return tuple(column[number] for column in self.columns)

    def rows(self) -> Iterator[TableRow]:
        """Return all rows in the order of the file, ragged ones included."""
        fitting = map(TableRow, self.lines, zip(*self.columns, strict=True))
        return merge(fitting, self.ragged, key=attrgetter("line"))

    def with_rows(self, cells: Mapping[int, Sequence[str]]) -> Table:
        """Return the table with other cells in the rows that begin on some lines; lines without a row are ignored."""
        if not cells:
            return self
        rows = [TableRow(row.line, tuple(cells.get(row.line, row.cells))) for row in self.rows()]
        fitting = [row for row in rows if len(row.cells) == len(self.headers)]
        columns = tuple(zip(*(row.cells for row in fitting), strict=True)) or tuple(() for _header in self.headers)
        return self._replace(
            columns=columns,
            distinct=tuple(tuple(dict.fromkeys(column)) for column in columns),
            lines=[row.line for row in fitting],
            ragged=tuple(row for row in rows if len(row.cells) != len(self.headers)),
        )


_DIFFERENT: Final = 1_000
"""Different texts of a column from which on it is asked whether most of its texts differ."""


class _InternedTexts(dict[str, str]):
    """The texts of a column; equal texts give the same object."""

    def __missing__(self, text: str) -> str:
        self[text] = text
        return text


class TableBuilder:
    """Builds a table from batches of rows."""

    def __init__(self, is_known: Callable[[str], bool], separator: str = "", header: int = 0) -> None:
        """Begin; `is_known` says whether a text is a known header, `header` is the row of the header (0: unknown)."""
        self._header = header
        self.seen = 0
        """Rows added so far."""
        self._is_known = is_known
        self._separator = separator
        self._headers: tuple[str, ...] = ()
        self._above = 0
        self._columns: list[list[str]] = []
        self._texts: list[_InternedTexts | None] = []
        """None: most texts of the column differ, and interning them does not pay."""
        self._numbers: list[int] = []
        self._ragged: list[tuple[int, Sequence[str]]] = []

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self._headers)

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Add the next rows; the first batch holds the header.

        Raises:
            Usage: there are too many columns or rows, or no row of that number to be the header.
        """
        if not self._headers and rows:
            self._begin(rows)
            rows = rows[self._above + 1 :]
        start = self.seen
        self.seen += len(rows)
        if self.seen > LONGEST or len(self._numbers) + len(self._ragged) > MOST:
            raise TooLong
        if set(map(len, rows)) - {len(self._headers)}:
            numbers, rows = self._fitting(rows, start)
        else:
            numbers = list(range(start, self.seen))
        if not rows:
            return
        cells = tuple(zip(*rows, strict=True))
        if "" in cells[0] or any(map(str.isspace, cells[0])):
            filled = [index for index, row in enumerate(rows) if any(map(str.strip, row))]
            numbers = [numbers[index] for index in filled]
            cells = tuple(tuple(map(column.__getitem__, filled)) for column in cells)
        self._numbers += numbers
        for index, below in enumerate(cells):
            column, texts = self._columns[index], self._texts[index]
            column.extend(below if texts is None else map(texts.__getitem__, below))
            if texts is not None and len(texts) > _DIFFERENT and len(texts) * 2 > len(column):
                self._texts[index] = None

    def _begin(self, rows: Sequence[Sequence[str]]) -> None:
        if max(map(len, rows[:TOP])) > WIDEST:
            message = _("The file has more than {count} columns; leave out those that nobody needs.")
            raise Usage(message.format(count=WIDEST))
        if self._header > len(rows):
            message = _("There is no row {row} near the top of the file that could be the header.")
            raise Usage(message.format(row=self._header))
        top = [
            [decode_entities(cell) if len(cell) < _HEADER else cell for cell in split_single_cell(row, self._separator)]
            for row in rows[: max(self._header, self._most_above(rows))]
        ]
        self._above = self._header - 1 if self._header else header_row(top, self._is_known)
        self._headers = _without_blank_end([name[:_HEADER] for name in self._with_names_above(top)])
        self._columns = [[] for _header in self._headers]
        self._texts = [_InternedTexts() for _header in self._headers]
        self.seen = self._above + 1

    def _with_names_above(self, top: Sequence[Sequence[str]]) -> Sequence[str]:
        """Return the header; a blank cell of it gets the known name above, as in a header of two rows."""
        header = top[self._above]
        above = top[self._above - 1] if self._above and not self._header else ()
        is_header = any(self._is_known(cell) for cell in header if len(cell) < _HEADER)
        names = [name if len(name) < _HEADER and self._is_known(name) else "" for name in above] if is_header else []
        names = names[: max(len(header), max((place for place, name in enumerate(names, 1) if name), default=0))]
        cells = [*header, *[""] * (len(names) - len(header))]
        return [cell if cell.strip() or place >= len(names) else names[place] for place, cell in enumerate(cells)]

    @staticmethod
    def _most_above(rows: Sequence[Sequence[str]]) -> int:
        """Return how many rows are looked through for the header: the first `TOP`, counted from one with text."""
        return TOP + next((number for number, row in enumerate(rows) if any(map(str.strip, row))), 0)

    def _fitting(self, rows: Sequence[Sequence[str]], start: int) -> tuple[list[int], list[Sequence[str]]]:
        """Return the rows with a cell for each header and their numbers; blank cells at the end are cut off."""
        width = len(self._headers)
        numbers: list[int] = []
        fitting: list[Sequence[str]] = []
        for number, cells in enumerate(rows, start):
            row = split_single_cell(cells, self._separator) if width > 1 else cells
            if len(row) >= width and not any(map(str.strip, row[width:])):
                numbers.append(number)
                fitting.append(row[:width])
            elif any(map(str.strip, row)):
                self._ragged.append((number, row))
        return numbers, fitting

    def table(self, lines: Sequence[int]) -> Table:
        """Return the table; `lines` holds the line on which each row added begins."""
        every = len(self._numbers) == self.seen - self._above - 1
        numbers = lines[self._above + 1 : self.seen] if every else [lines[number] for number in self._numbers]
        ragged = tuple(TableRow(lines[number], row) for number, row in self._ragged)
        columns = tuple(self._columns)
        texts = tuple(columns[index] if known is None else known for index, known in enumerate(self._texts))
        return Table(self._headers, columns, texts, numbers, ragged, self._separator, above=self._above)


def split_single_cell(row: Sequence[str], separator: str) -> Sequence[str]:
    """Return the cells of a row that was written as one quoted cell, as by a program with another separator."""
    if len(row) == 1 and separator and separator in row[0]:
        found = list(csv.reader(io.StringIO(row[0], newline=""), delimiter=separator, skipinitialspace=True))
        return found[0] if len(found) == 1 else row
    return row


def header_row(rows: Sequence[Sequence[str]], is_known: Callable[[str], bool]) -> int:
    """Return which row is the header: the first one with text, or a later one that holds far more known columns.

    One that holds hardly anything else needs only more of them: a row of groups may be above it.
    """
    first = next((number for number, row in enumerate(rows) if any(map(str.strip, row))), 0)
    if not rows:
        return first
    scores = [
        sum(is_known(cell) for cell in row if len(cell) < _HEADER and cell.strip()) for row in rows[first : first + TOP]
    ]
    best = max(scores)
    row = first + scores.index(best)
    filled = sum(bool(cell.strip()) for cell in rows[row])
    is_names = best >= _NAMES and best * 3 >= filled * 2
    return row if best > max(1, 2 * scores[0]) or (best > scores[0] and is_names) else first


_NAMES: Final = 3
"""Known names of a header below a row of groups."""


def _without_blank_end(header: Sequence[str]) -> tuple[str, ...]:
    width = len(header)
    while width > 1 and not header[width - 1].strip():
        width -= 1
    return tuple(header[:width])
