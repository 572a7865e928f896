"""Tables of invented people as programs of every kind write them: CSV files and workbooks, drawn at random."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from xml.sax.saxutils import escape

import openpyxl  # type: ignore[import-untyped]
from openpyxl.utils.datetime import CALENDAR_MAC_1904  # type: ignore[import-untyped]

from tests.tables.workbooks import patched, with_dimension

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

COLUMNS: Final = ("username", "first_name", "last_name", "email_address", "majors", "end_date", "notes")
NAMES: Final = ("Maud", "Léo", "Ça-Ira", "Œuvray", "Hélène", "Aas", "O’Neill", "Zoë", "d'Arc", "Müller", "Null")
TEXTS: Final = (
    *NAMES, "", "", "00412345", "Law; History", "a,b", 'said "so"', '"', "a\nb", "two\r\nlines", " ", " x ", "x\ty",
    "a|b", "=1+1", "<&>", "&eacute;", "7", "3.10", "31/05/2026", "-", "'0123", "\u00a0",
)  # fmt: skip
WIDE: Final = ("Nguyễn", "Ōta", "李娜", "Łucja", "Жанна", "🎓", "e\u0301")
"""Texts that no encoding of one byte a character holds."""
ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac-roman", "cp850")


class Csv(NamedTuple):
    """A CSV file, and how the program that wrote it did so."""

    raw: bytes
    text: str
    """Its text without a line that announces the separator and without signs behind the last line."""
    separator: str
    encoding: str
    blanks: bool
    """Blanks stand before quotation marks."""
    above: int
    """Rows above the header."""


def random_csv(chosen: Random) -> Csv:
    """Return a CSV file of a header, up to 12 people and what may stand around them."""
    encoding, separator = chosen.choice(ENCODINGS), chosen.choice(",;\t|")
    end = chosen.choice(("\n", "\r\n", "\r"))
    width = chosen.randint(2, len(COLUMNS))
    texts = [text for text in TEXTS if _held(text, encoding)] + ([] if encoding[:3] != "utf" else [*WIDE])
    people = [(f"k{number}", *chosen.choices(texts, k=width - 1)) for number in range(chosen.randint(1, 12))]
    titles = [(f"Report {number}",) for number in range(chosen.choice((0, 0, 0, 1, 4)))]
    rows: list[Sequence[str]] = [*titles, COLUMNS[:width], *people]
    for _blank in range(chosen.choice((0, 0, 2))):
        rows.insert(chosen.randint(len(titles) + 1, len(rows)), chosen.choice(((), ("",) * width)))
    if chosen.random() < 0.2:
        rows.insert(chosen.randint(len(titles) + 1, len(rows)), ("k99", *("Aas",) * width))
    text = _written(rows, separator, end, chosen.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)))
    blanks = chosen.random() < 0.1 and f'{separator}"' in text
    if blanks:
        text = _written(rows, separator, end, csv.QUOTE_ALL).replace(f'"{separator}"', f'"{separator} "')
    text = text if chosen.random() < 0.8 else text.removesuffix(end)
    announced = f"sep={separator}{end}" if chosen.random() < 0.1 else ""
    behind = chosen.choice(("", "", "", "\x1a", "\0\0"))
    raw = f"{announced}{text}{behind}".encode(encoding)
    return Csv(raw, text, separator, encoding, blanks=blanks, above=len(titles))


def _written(rows: Sequence[Sequence[str]], separator: str, end: str, quoting: Any) -> str:  # noqa: ANN401 - a number of csv
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)
    return file.getvalue()


def _held(text: str, encoding: str) -> bool:
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeEncodeError:
        return False


def damaged(raw: bytes, chosen: Random) -> bytes:
    """Return bytes of which a few are changed, doubled or lost."""
    pieces = bytearray(raw)
    for _change in range(chosen.randint(1, 4)):
        place = chosen.randrange(len(pieces))
        match chosen.randrange(4):
            case 0:
                pieces[place] = chosen.randrange(256)
            case 1:
                del pieces[place : place + chosen.choice((1, 1, 9))]
            case 2:
                pieces[place:place] = chosen.choice((b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"<", b"&", b"  "))
            case _:
                pieces[place:place] = pieces[place : place + 20]
        pieces = pieces or bytearray(b" ")
    return bytes(pieces)


# Workbooks

PLAIN: Final = (
    None, None, "Maud", "李娜", " ", "_x0041_", "_x000D_x", "a\nb", "<&>", "00412345", "🎓", "e\u0301", " kept ", "'7",
    "#N/A", "#REF!", True, False, 7, 0, -4, 20419001, 10**14, 10**15, 10**17, 3.25, 0.1, -2.5, 1e-7, 1e20, 20419001.0,
)  # fmt: skip
"""Values without a number format; texts that look like an error are stored as errors."""
DAYS: Final = (date(2026, 5, 31), date(1999, 12, 31), datetime(2025, 1, 31, 23, 59), date(2024, 2, 29), time(9, 30))  # noqa: DTZ001
DAY_FORMATS: Final = ("dd/mm/yyyy", "yyyy-mm-dd", "[$-40C]d mmmm yyyy;@", "mm-dd-yy", "m/d/yy h:mm")


def _signed(value: int, text: str) -> str:
    return f"-{text}" if value < 0 else text


FORMATS: Final[dict[str, Callable[[int], str]]] = {
    "0": str,
    "00000000": lambda value: _signed(value, f"{abs(value):08d}"),
    "00000000;@": lambda value: _signed(value, f"{abs(value):08d}"),
    '"K"0000000': lambda value: _signed(value, f"K{abs(value):07d}"),
    r"\K0": lambda value: _signed(value, f"K{abs(value)}"),
    "#,##0": str,
    "0.00": str,
    "0%": str,
    "0.0%": str,
    "@": str,
    "[Red]000": lambda value: _signed(value, f"{abs(value):03d}"),
    "000;(000)": lambda value: f"({abs(value):03d})" if value < 0 else f"{value:03d}",
    "0E+00": str,
}
"""Number formats, and what a whole number looks like in each, without thousands marks, percent signs and exponents."""
WHOLE: Final = (7, 0, -12, 419001, 20419001, 612345678)


def random_workbook(chosen: Random) -> bytes:
    """Return a workbook with a sheet of people, as several programs write one."""
    book = openpyxl.Workbook()
    if chosen.random() < 0.3:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    width = chosen.randint(2, len(COLUMNS))
    for number in range(chosen.choice((0, 0, 1, 3))):
        sheet.append([f"Report {number}"])
    sheet.append(COLUMNS[:width])
    first = sheet.max_row + 1
    for number in range(first, first + chosen.randint(1, 12)):
        sheet.append([None] * (width + 1) if chosen.random() < 0.1 else [f"k{number}"])
        for column in range(2, width + 1 + (chosen.random() < 0.05)):
            _fill(sheet.cell(number, column), chosen)
        sheet.row_dimensions[number].hidden = chosen.random() < 0.1
    sheet.cell(sheet.max_row + chosen.choice((1, 3)), 1, "k99")
    for _merge in range(chosen.choice((0, 0, 1, 2))):
        column, top = chosen.randint(1, width), chosen.randint(first, sheet.max_row)
        reach = {"end_row": top + chosen.randint(0, 3), "end_column": column + chosen.choice((0, 0, 1))}
        sheet.merge_cells(start_row=top, start_column=column, **reach)
    if chosen.random() < 0.2:
        book.create_sheet("Notes").sheet_state = "hidden"
    content = io.BytesIO()
    book.save(content)
    return _as_other_programs(content.getvalue(), chosen)


def _fill(cell: Any, chosen: Random) -> None:  # noqa: ANN401 - openpyxl has no types
    match chosen.randrange(5):
        case 0:
            cell.value, cell.number_format = chosen.choice(WHOLE), chosen.choice([*FORMATS])
        case 1:
            cell.value = chosen.choice(DAYS)
            if not isinstance(cell.value, time):
                cell.number_format = chosen.choice(DAY_FORMATS)
        case _:
            cell.value = chosen.choice(PLAIN)


def _as_other_programs(content: bytes, chosen: Random) -> bytes:
    """Return a workbook with texts in the cells themselves, without places of cells, or of a wrong size."""
    if chosen.random() < 0.3:
        texts = openpyxl.reader.excel.ExcelReader(io.BytesIO(content))
        texts.read_manifest()
        texts.read_strings()

        def inline(found: re.Match[bytes]) -> bytes:
            text = escape(texts.shared_strings[int(found[2])])
            return found[1] + f't="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'.encode()

        content = patched(content, lambda raw: re.sub(rb'(<c [^>]*)t="s"><v>(\d+)</v></c>', inline, raw))
    if chosen.random() < 0.2:
        content = with_dimension(content, chosen.choice(("A1", "A1:B2", "A1:XFD1048576")))
    return content
