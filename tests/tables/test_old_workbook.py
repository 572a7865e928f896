"""Workbooks of Excel 97 to 2003 are read as they are shown, just like those of today; or refused in words."""

from __future__ import annotations

import io
from datetime import date, datetime
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest
import xlwt  # type: ignore[import-untyped]

from graduand.errors import Usage
from graduand.tables import old_workbook
from graduand.tables.table_reader import UNKNOWN, read_table
from tests.tables.random_tables import COLUMNS, DAY_FORMATS, DAYS, FORMATS, WHOLE, damaged
from tests.tables.workbooks import HEAD, PEOPLE, with_formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graduand.tables.table import Table

TEXTS: Final = ("Maud", "李娜", " ", "a\nb", "00412345", "", " kept ", None, True, False, 3.25, 20419001.0, 10**15)


def old(rows: Iterable[Sequence[Any]], formats: Mapping[str, str] | None = None) -> bytes:
    """Return a workbook of one sheet, with number formats by cell."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("People")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            code = (formats or {}).get(f"{chr(65 + column)}{number + 1}", "General")
            if value is not None:
                sheet.write(number, column, value, xlwt.easyxf(num_format_str=code))
    return saved(book)


def saved(book: Any) -> bytes:  # noqa: ANN401 - xlwt has no types
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(content: bytes, sheet: str = "") -> Table:
    return read_table(content, UNKNOWN._replace(sheet=sheet), {*HEAD, *COLUMNS}.__contains__)


def rows(table: Table) -> list[tuple[str, ...]]:
    return [table.headers, *(tuple(row.cells) for row in table.rows())]


def test_numbers_and_days_are_read_as_they_are_shown() -> None:
    row = (412345, 419001, 612345678, datetime(2026, 5, 31), date(2024, 2, 29))  # noqa: DTZ001
    codes = ("00000000", '"K"0000000', '0#" "##" "##" "##" "##', "dd/mm/yyyy", "[$-40C]d mmmm yyyy;@")
    formats = {f"{letter}2": code for letter, code in zip("ABCDE", codes, strict=True)}

    table = read(old([HEAD, row], formats))

    assert rows(table)[1:] == [("00412345", "K0419001", "06 12 34 56 78", "2026-05-31", "2024-02-29")]
    assert table.sheet == "People"


@pytest.mark.parametrize("seed", range(12))
def test_a_workbook_says_the_same_in_the_old_form_and_in_the_new(seed: int) -> None:
    chosen = Random(seed)
    formats: dict[str, str] = {}

    def cell(place: str) -> object:
        kind = chosen.randrange(4)
        if kind < 2:
            formats[place] = chosen.choice([*FORMATS] if kind else DAY_FORMATS)
            return chosen.choice(WHOLE if kind else DAYS[:4])
        return chosen.choice(TEXTS)

    people = [[f"k{row}", *(cell(f"{letter}{row}") for letter in "BCDE")] for row in range(2, 20)]

    assert rows(read(old([HEAD, *people], formats))) == rows(read(with_formats([HEAD, *people], formats)))


def test_hidden_rows_and_merged_cells_are_read_as_in_workbooks_of_today() -> None:
    book = xlwt.Workbook()
    book.dates_1904 = True
    sheet = book.add_sheet("People")
    for column, header in enumerate(HEAD):
        sheet.write(0, column, header)
    for number, person in enumerate(PEOPLE, 1):
        sheet.write(number, 0, person[0])
        sheet.write(number, 1, 44_345, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write_merge(1, 3, 4, 4, "Geology")
    sheet.row(2).hidden = True
    book.add_sheet("Notes").write(0, 0, "x")
    with pytest.raises(Usage, match="Several sheets hold something"):
        read(saved(book))

    table = read(saved(book), "People")

    assert (table.size, table.hidden, table.merged) == (3, 1, 2)
    assert list(table.columns[4]) == ["Geology"] * 3
    assert list(table.columns[1]) == ["2025-05-30"] * 3
    with pytest.raises(Usage, match="There is no sheet “x”"):
        read(saved(book), "x")


def test_damaged_old_workbooks_are_read_or_refused_in_words() -> None:
    content = old([HEAD, *PEOPLE])
    refused = 0
    for seed in range(100):
        try:
            assert read(damaged(content, Random(seed))).headers, seed
        except Usage as error:
            refused += "damaged" in str(error)
    assert refused > 20


def test_what_only_begins_like_one_is_refused() -> None:
    for content in (b"\xd0\xcf\x11\xe0rest", b"\xd0\xcf\x11\xe0" + b"\0" * 5_000):
        with pytest.raises(Usage, match="damaged, or protected by a password"):
            read(content)
    with pytest.raises(Usage, match="old form"):
        read(b"\xd0\xcf\x11\xe0" + b"x" * 24_000_000)


def test_more_cells_than_are_read_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_workbook, "CELLS", 19)

    with pytest.raises(Usage, match="unfolds to more cells"):
        read(old([HEAD, *PEOPLE]))


def test_an_empty_sheet_is_said_to_be_empty() -> None:
    with pytest.raises(Usage, match="No visible sheet holds anything"):
        read(old([]))
