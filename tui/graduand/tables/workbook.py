"""Read a sheet of an Excel workbook as a table of text."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from openpyxl import load_workbook  # type: ignore[import-untyped] # it has no types
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from graduand.errors import Usage
from graduand.language import _, quoted
from graduand.tables.table import TableBuilder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graduand.tables.table import Table

_UNPACKED: Final = 1_000_000_000
"""Bytes to which a workbook may unpack."""

_ZEROS: Final = re.compile(r"0{2,}")
"""A number format that shows as many digits as it has zeros."""


def read_workbook(raw: bytes, sheet: str, is_known: Callable[[str], bool]) -> Table:
    """Return the table in the sheet of that name; "" means the only visible sheet with content.

    Raises:
        Usage: it is no workbook, there is no such sheet, or several have content and none is named.
    """
    with _openpyxl_errors():  # a sheet is unpacked and parsed while it is looked through
        book = _open(raw, computed=True)
        name = _sheet_name(book, sheet)
        formulas = _formulas(_open(raw, computed=False)[name])
        rows = [tuple(map(_text, cells)) for cells in book[name].iter_rows()]
    if not any(any(map(str.strip, row)) for row in rows):
        raise Usage(_("The sheet {sheet} is empty.").format(sheet=quoted(name)))
    for number, column in formulas:
        if not rows[number - 1][column - 1].strip():
            message = _(
                "The formula in row {row}, column {column} of {sheet} was never computed; open the file in a "
                "spreadsheet and save it."
            )
            raise Usage(message.format(row=number, column=column, sheet=quoted(name)))
    width = max(map(len, rows))
    builder = TableBuilder(is_known)
    builder.add([(*row, *("" for _more in range(width - len(row)))) for row in rows])
    return builder.table(range(1, len(rows) + 1))._replace(sheet=name, formulas=len(formulas))


@contextmanager
def _openpyxl_errors() -> Iterator[None]:
    """Turn what openpyxl and the modules below it raise for a damaged file into one sentence."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        InvalidFileException,
        RuntimeError,
        *_OF_BROKEN_XML,
        OSError,
        EOFError,
    ) as error:
        raise Usage(_("The workbook cannot be read: it is damaged, or protected by a password.")) from error


_OF_BROKEN_XML: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, SyntaxError)
"""What openpyxl raises for XML that is cut off or has unexpected content."""


def _open(raw: bytes, *, computed: bool) -> Any:  # noqa: ANN401 - openpyxl has no types
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        names = {entry.filename for entry in packed.infolist()}
        unpacked = sum(entry.file_size for entry in packed.infolist())
    if "xl/workbook.xml" not in names:
        found = _("it is an archive or a document of another program")
        raise Usage(_("This is no table of people: {found}.").format(found=found))
    if unpacked > _UNPACKED:
        message = _("The workbook unpacks to more than {size} MB; save the sheet as “CSV UTF-8”.")
        raise Usage(message.format(size=_UNPACKED // 1_000_000))
    return load_workbook(io.BytesIO(raw), read_only=True, data_only=computed, keep_links=False)


def _sheet_name(book: Any, sheet: str) -> str:  # noqa: ANN401
    names = {str(one.title): one.sheet_state for one in book.worksheets}
    shown = ", ".join(quoted(name) + (_(" (hidden)") if state != "visible" else "") for name, state in names.items())
    if sheet:
        if sheet not in names:
            raise Usage(_("There is no sheet {sheet}; there are: {sheets}.").format(sheet=quoted(sheet), sheets=shown))
        return sheet
    visible = [name for name, state in names.items() if state == "visible"]
    with_content = [name for name in visible if _has_content(book[name])]
    if len(with_content) > 1:
        raise Usage(_("Several sheets hold something; say which with --sheet: {sheets}.").format(sheets=shown))
    if not with_content:
        raise Usage(
            _("No visible sheet holds anything; there are: {sheets}. Name a hidden one with --sheet.").format(
                sheets=shown
            )
        )
    return with_content[0]


def _has_content(sheet: Any) -> bool:  # noqa: ANN401
    return any(cell is not None for row in sheet.iter_rows(max_row=20, values_only=True) for cell in row)


def _formulas(sheet: Any) -> list[tuple[int, int]]:  # noqa: ANN401
    """Return the row and the column, from 1, of each formula."""
    return [
        (number, column)
        for number, row in enumerate(sheet.iter_rows(), 1)
        for column, cell in enumerate(row, 1)
        if cell.data_type == "f"
    ]


def _text(cell: Any) -> str:  # noqa: ANN401
    """Return the text of a cell, as near as can be to what the spreadsheet shows."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int) and _ZEROS.fullmatch(cell.number_format or ""):
        return str(value).zfill(len(cell.number_format))
    return str(value)
