"""Read the school's nightly sync file: the importer's own headers in the first row, and a person a row."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import Usage
from graduand.language import _, quoted
from graduand.records.kinds import FieldKind
from graduand.records.record import USERNAME
from graduand.tables.table_reader import csv_rows, open_csv

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.records.school import School
    from graduand.tables.table_reader import CsvText, FileFormat


class SyncRow(NamedTuple):
    """A row of the file that has any text."""

    line: int
    """The line of the file on which it begins; the header's is 1."""
    cells: Sequence[str]
    """As the file has them."""
    fits: bool
    """Whether it has as many cells as the header."""


class SyncFile:
    """The header of a sync file, and its rows."""

    def __init__(self, raw: bytes, file: FileFormat, school: School) -> None:
        """Read the header.

        Raises:
            NotATable: it is no CSV file.
            Usage: the first row is no header of the importer's, or an option does not fit the file.
        """
        self._opened = open_csv(raw, school.columns.__contains__, file)
        self._rows = csv_rows(self._opened)
        first = next(self._rows, None)
        self.headers: Sequence[str] = first.cells if first else ()
        self.places = {header: place for place, header in enumerate(self.headers) if header in school.columns}
        """The place of each column of the importer."""
        self._require(school)
        self.kinds = {header: school.columns[header].kind for header in self.places}
        upper = {header for header in self.places if school.columns[header].kind is FieldKind.BOOLEAN}
        self.starts = array("L", [1])
        """The line on which each row begins, from the header on, blank ones too."""
        self.fitting = bytearray([1])
        """Whether each of them has as many cells as the header."""
        self._columns = [(header, place, header in upper) for header, place in self.places.items()]

    @property
    def text(self) -> CsvText:
        """The text of the file."""
        return self._opened

    def _require(self, school: School) -> None:
        if self._opened.first > 1:
            raise Usage(_("The first line names a separator; the Importer looks there for the header."))
        if USERNAME not in self.places:
            close = next((one for one in self.headers if one.strip().lower() == USERNAME), "")
            hint = _(" {header} is written otherwise.").format(header=quoted(close)) if close else ""
            message = _("The first row of the file has no column {column}; a sync file begins with the header.")
            raise Usage(message.format(column=quoted(USERNAME)) + hint)
        twice = next((one for one in self.headers if one in school.columns and self.headers.count(one) > 1), "")
        if twice:
            raise Usage(_("The column {column} is in the file twice.").format(column=quoted(twice)))

    def rows(self) -> Iterator[SyncRow]:
        """Yield the rows below the header, blank ones left out.

        Raises:
            NotATable: the end of the file is missing.
        """
        width = len(self.headers)
        for line, cells in self._rows:
            self.starts.append(line)
            self.fitting.append(len(cells) == width)
            if any(cells) and any(map(str.strip, cells)):
                yield SyncRow(line, cells, len(cells) == width)

    def username(self, row: SyncRow) -> str:
        """Return the username in a row; "" when it has none."""
        at = self.places[USERNAME]
        return row.cells[at].strip() if at < len(row.cells) else ""

    def by_header(self, row: SyncRow) -> dict[str, str]:
        """Return the cells of a row that fits, without blanks around them; TRUE and FALSE in capitals."""
        cells = row.cells
        return {
            header: text.upper() if is_boolean else text
            for header, place, is_boolean in self._columns
            for text in (cells[place].strip(),)
        }
