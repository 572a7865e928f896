"""Workbooks of invented people, and what programs do to them."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

import openpyxl  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

HEAD: Final = ("username", "first_name", "last_name", "email_address", "majors")
PEOPLE: Final = (
    ("20419001", "Maud", "Kessler", "maud.kessler@valmont.example", "Geology"),
    ("20419002", "Ivo", "Brandt", "ivo.brandt@valmont.example", "History"),
    ("20419003", "Lene", "Aas", "lene.aas@valmont.example", "Physics"),
)
SHEET: Final = "xl/worksheets/sheet1.xml"


def saved(rows: Iterable[Sequence[Any]], change: Callable[[Any], object] = lambda _sheet: None) -> bytes:
    """Return a workbook of one sheet, after a change to the sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "People"
    for row in rows:
        sheet.append(list(row))
    change(sheet)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_formats(rows: Iterable[Sequence[Any]], formats: Mapping[str, str]) -> bytes:
    """Return a workbook with number formats by cell."""

    def change(sheet: Any) -> None:  # noqa: ANN401 - openpyxl has no types
        for place, code in formats.items():
            sheet[place].number_format = code

    return saved(rows, change)


def patched(content: bytes, change: Callable[[bytes], bytes], only: str = SHEET) -> bytes:
    """Return a workbook after a change to the bytes of one part, or with "" of all parts."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            raw = before.read(entry)
            after.writestr(entry.filename, change(raw) if only in {"", entry.filename} else raw)
    return result.getvalue()


def with_dimension(content: bytes, ref: str) -> bytes:
    """Return a workbook whose sheet says that it has another size."""
    return patched(content, lambda raw: re.sub(rb'<dimension ref="[^"]*"', f'<dimension ref="{ref}"'.encode(), raw))


def with_rows(content: bytes, xml: bytes) -> bytes:
    """Return a workbook whose sheet holds the XML of other rows."""
    return patched(
        content, lambda raw: re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>" + xml + b"</sheetData>", raw)
    )
