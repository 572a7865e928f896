"""Read a sheet of an Excel workbook as a table of text."""

from __future__ import annotations

import io
import zipfile
import zlib
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.language import _, quoted
from graduand.tables.file_kind import other_archive
from graduand.tables.table import WIDEST, TableBuilder
from graduand.tables.workbook_parts import CELLS, Damaged, Sheet, TooLarge, Workbook, open_workbook
from graduand.tables.worksheet import Cells, TextFound, fill_merged

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from graduand.tables.table import Table
    from graduand.tables.worksheet import MergedRange

_BATCH: Final = 250
"""Rows that are turned into columns together."""
_FULL: Final = 4 * CELLS
"""Cells of the largest table, blank ones included."""


def read_workbook(raw: bytes, sheet: str, is_known: Callable[[str], bool], header: int = 0) -> Table:
    """Return the table in the sheet of that name; "" means the only visible sheet with content.

    All rows and columns are read, whatever the sheet says of its size; hidden rows too. Merged cells are filled.

    Args:
        raw: The content of the file.
        sheet: The name of the sheet.
        is_known: Whether a text is the header of a known column.
        header: The row of the header, from 1; 0: it is found out.

    Raises:
        Usage: it is no workbook, there is no such sheet, several have content and none is named, or it is too large.
    """
    with sentence_for_damage(), zipfile.ZipFile(io.BytesIO(raw)) as archive:
        book = open_workbook(archive)
        if book is None:
            raise Usage(
                _("This is no table of people: {found}.").format(found=other_archive(frozenset(archive.namelist())))
            )
        name, part, _visible = chosen_sheet(book.sheets, sheet, lambda one: _has_content(archive, book, one))
        cells = Cells(book)
        cells.read(archive, part)
    if cells.uncomputed and _has_text(cells.rows):
        message = _(
            "The formula in row {row}, column {column} of {sheet} was never computed; open the file in a "
            "spreadsheet and save it."
        )
        row, column = cells.uncomputed
        raise Usage(message.format(row=row, column=column, sheet=quoted(name)))
    hidden = HiddenParts(cells.hidden, cells.hidden_columns)
    table = sheet_table(name, cells.rows, cells.merged, hidden, TableBuilder(is_known, header=header))
    return table._replace(formulas=cells.formulas)


class HiddenParts(NamedTuple):
    """Numbers of hidden rows and columns, from 1."""

    rows: Collection[int]
    columns: Collection[int]


def sheet_table(
    name: str, rows: list[list[str]], merged: Iterable[MergedRange], hidden: HiddenParts, builder: TableBuilder
) -> Table:
    """Return the table in the rows of a sheet, with merged cells filled.

    Raises:
        Usage: the sheet is empty, or too large.
    """
    if not _has_text(rows):
        raise Usage(_("The sheet {sheet} is empty.").format(sheet=quoted(name)))
    filled = fill_merged(rows, merged)
    out_of_sight = sum(1 for number in hidden.rows if any(map(str.strip, rows[number - 1])))
    table = _table(rows, builder)
    headers = tuple(header for number, header in enumerate(table.headers, 1) if number in hidden.columns)
    return table._replace(sheet=name, merged=filled, hidden=out_of_sight, hidden_columns=headers)


def _has_text(rows: Iterable[Sequence[str]]) -> bool:
    return any(any(map(str.strip, row)) for row in rows)


def _table(rows: Sequence[Sequence[str]], builder: TableBuilder) -> Table:
    """Return rows of different lengths as a table."""
    rest = iter(rows)
    first = list(islice(rest, _BATCH))
    builder.add(_padded(first, min(WIDEST + 1, max(map(len, first)))))
    width = builder.width
    if width * len(rows) > _FULL:
        raise TooLarge
    while batch := list(islice(rest, _BATCH)):
        builder.add(_padded(batch, width))
    return builder.table(range(1, len(rows) + 1))


def _padded(rows: Sequence[Sequence[str]], width: int) -> list[Sequence[str]]:
    return [row if len(row) >= width else (*row, *[""] * (width - len(row))) for row in rows]


@contextmanager
def sentence_for_damage() -> Iterator[None]:
    """Turn what a damaged file leads to into one sentence."""
    try:
        yield
    except (
        Damaged,
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        IndexError,
        KeyError,
        OverflowError,
        RuntimeError,
        OSError,
        EOFError,
    ) as error:
        raise Usage(_("The workbook cannot be read: it is damaged, or protected by a password.")) from error


def chosen_sheet(sheets: Sequence[Sheet], name: str, has_content: Callable[[Sheet], bool]) -> Sheet:
    """Return the sheet of that name, or for "" the only visible one with content.

    Raises:
        Usage: there is none, or there are several.
    """
    shown = ", ".join(quoted(one.name) + ("" if one.visible else _(" (hidden)")) for one in sheets)
    if name:
        found = next((one for one in sheets if one.name == name), None)
        if found is None:
            raise Usage(_("There is no sheet {sheet}; there are: {sheets}.").format(sheet=quoted(name), sheets=shown))
        return found
    with_content = [one for one in sheets if one.visible and has_content(one)]
    if len(with_content) > 1:
        raise Usage(_("Several sheets hold something; say which with --sheet: {sheets}.").format(sheets=shown))
    if not with_content:
        raise Usage(
            _("No visible sheet holds anything; there are: {sheets}. Name a hidden one with --sheet.").format(
                sheets=shown
            )
        )
    return with_content[0]


def _has_content(archive: zipfile.ZipFile, book: Workbook, sheet: Sheet) -> bool:
    try:
        Cells(book, any_text=True).read(archive, sheet.part)
    except TextFound:
        return True
    return False
