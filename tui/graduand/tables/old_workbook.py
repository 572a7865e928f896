"""Read a sheet of a workbook of Excel 97 to 2003 (.xls) as a table of text."""

from __future__ import annotations

import io
import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from graduand.errors import Usage
from graduand.tables.number_format import is_date_format
from graduand.tables.table import TableBuilder
from graduand.tables.workbook import HiddenParts, chosen_sheet, sentence_for_damage, sheet_table
from graduand.tables.workbook_parts import CELLS, Damaged, NumberFormat, Sheet, TooLarge
from graduand.tables.worksheet import MergedRange, number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graduand.tables.table import Table


def read_old_workbook(raw: bytes, sheet: str, is_known: Callable[[str], bool], header: int = 0) -> Table:
    """Return the table in the sheet of that name, as `read_workbook` does for workbooks of today.

    Which cells are formulas is not known; their last computed value is read.

    Raises:
        Usage: it is no workbook, there is no such sheet, several have content and none is named, or it is damaged.
    """
    with sentence_for_damage(), _opened(raw) as book:
        found = book.sheets()
        sheets = tuple(Sheet(one.name, str(number), one.visibility == 0) for number, one in enumerate(found))
        name, part, _visible = chosen_sheet(sheets, sheet, lambda one: _has_text(found[int(one.part)]))
        cells = found[int(part)]
        rows = _rows(book, cells)
        hidden = HiddenParts(
            {number + 1 for number, row in cells.rowinfo_map.items() if row.hidden and number < len(rows)},
            {number + 1 for number, column in cells.colinfo_map.items() if column.hidden or not column.width},
        )
        merged = [MergedRange(left + 1, top + 1, bottom) for top, bottom, left, _right in cells.merged_cells]
    return sheet_table(name, rows, merged, hidden, TableBuilder(is_known, header=header))


@contextmanager
def _opened(raw: bytes) -> Iterator[Any]:
    """Open a workbook of which the library may find out at any time that it is none.

    Raises:
        Damaged: it is damaged, or protected by a password.
    """
    import xlrd  # type: ignore[import-untyped]  # noqa: PLC0415 - only an old workbook needs it

    try:
        yield xlrd.open_workbook(file_contents=raw, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
    except Usage:
        raise
    except (
        xlrd.XLRDError,
        xlrd.compdoc.CompDocError,
        struct.error,
        AssertionError,
        AttributeError,
        NotImplementedError,
        TypeError,
    ) as error:
        raise Damaged from error


def _has_text(sheet: Any) -> bool:  # noqa: ANN401 - xlrd has no types
    return any(str(value).strip() for number in range(sheet.nrows) for value in sheet.row_values(number))


def _rows(book: Any, sheet: Any) -> list[list[str]]:  # noqa: ANN401
    """Return the cells as texts, each row without blank ones at the end."""
    import xlrd  # noqa: PLC0415 - only an old workbook needs it

    if sum(map(sheet.row_len, range(sheet.nrows))) > CELLS:
        raise TooLarge
    formats = [NumberFormat(one.format_str, is_date_format(key, one.format_str)) for key, one in _formats(book)]
    from_1904 = book.datemode == 1
    interned: dict[str, str] = {}

    def shown(row: int, column: int) -> str:
        cell = sheet.cell(row, column)
        match cell.ctype:
            case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
                return number_text(repr(cell.value), formats[cell.xf_index], from_1904=from_1904)
            case xlrd.XL_CELL_BOOLEAN:
                return "true" if cell.value else "false"
            case xlrd.XL_CELL_ERROR:
                return str(xlrd.error_text_from_code[cell.value])
            case _:
                return str(cell.value)

    rows = []
    for number in range(sheet.nrows):
        texts = [shown(number, column) for column in range(sheet.row_len(number))]
        while texts and not texts[-1]:
            texts.pop()
        rows.append([interned.setdefault(text, text) for text in texts])
    return rows


def _formats(book: Any) -> Iterator[tuple[int, Any]]:  # noqa: ANN401
    """Yield the number and the format of each cell style."""
    for style in book.xf_list:
        yield style.format_key, book.format_map[style.format_key]
