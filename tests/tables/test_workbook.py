"""Workbooks are read whole and as they are shown, whatever the program that wrote them did; or refused in words."""

from __future__ import annotations

import random
import re
import tracemalloc
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904  # type: ignore[import-untyped]

from graduand.errors import Usage
from graduand.tables import worksheet
from graduand.tables.number_format import is_date_format, show_integer
from graduand.tables.table_reader import UNKNOWN, read_table
from graduand.tables.workbook_parts import CELLS
from tests.tables.workbooks import HEAD, PEOPLE, patched, saved, with_dimension, with_formats, with_rows

if TYPE_CHECKING:
    from graduand.tables.table import Table

TRANSITIONAL: Final = b"http://schemas.openxmlformats.org/"


def read(content: bytes, header: int = 0, sheet: str = "") -> Table:
    file = UNKNOWN._replace(header=header, sheet=sheet)
    return read_table(content, file, lambda cell: cell in {*HEAD, "start_date", "mobile_number"})


def rows(table: Table) -> list[tuple[str, ...]]:
    return [tuple(row.cells) for row in table.rows()]


@pytest.mark.parametrize("ref", ["A1", "A1:E2", "A1:B4", "C2:C3", "A1:XFD1048576", "nonsense"])
def test_all_people_and_columns_are_read_whatever_the_dimension_says(ref: str) -> None:
    table = read(with_dimension(saved([HEAD, *PEOPLE]), ref))

    assert (table.headers, rows(table)) == (HEAD, list(PEOPLE))


def test_a_workbook_without_places_of_cells_is_read_by_their_order() -> None:
    content = patched(saved([HEAD, *PEOPLE]), lambda raw: re.sub(rb' r="[A-Z]*[0-9]+"', b"", raw))

    assert rows(read(content)) == list(PEOPLE)


def test_strict_workbooks_are_read_like_others() -> None:
    content = patched(
        saved([HEAD, *PEOPLE]),
        lambda raw: raw.replace(
            TRANSITIONAL + b"spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"
        ).replace(
            TRANSITIONAL + b"officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
        only="",
    )

    assert rows(read(content)) == list(PEOPLE)


def test_prefixed_elements_are_read_like_others() -> None:
    content = patched(
        saved([HEAD, *PEOPLE]),
        lambda raw: re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", raw).replace(b"xmlns=", b"xmlns:x="),
    )

    assert rows(read(content)) == list(PEOPLE)


def test_hidden_rows_are_read_and_counted() -> None:
    def hide(sheet: Any) -> None:  # noqa: ANN401 - openpyxl has no types
        sheet.row_dimensions[3].hidden = True
        sheet.row_dimensions[9].hidden = True
        sheet.column_dimensions["C"].hidden = True

    table = read(saved([HEAD, *PEOPLE], hide))

    assert (table.size, table.hidden, table.hidden_columns) == (3, 1, ("last_name",))


def test_cells_merged_downwards_are_filled_and_counted() -> None:
    table = read(saved([HEAD, *PEOPLE], lambda sheet: sheet.merge_cells("E2:E4")))

    assert list(table.columns[4]) == ["Geology"] * 3
    assert table.merged == 2


def test_a_cell_merged_beyond_the_people_makes_no_new_ones() -> None:
    table = read(saved([HEAD, *PEOPLE], lambda sheet: sheet.merge_cells("D3:E9")))

    assert table.size == 3
    assert rows(table)[2] == (*PEOPLE[2][:3], PEOPLE[1][3], "")


def test_a_header_merged_with_the_groups_above_it_is_the_header() -> None:
    groups = ("username", "Person", "", "", "majors")
    content = saved(
        [groups, ("", *HEAD[1:4], ""), *PEOPLE],
        lambda sheet: [sheet.merge_cells(ref) for ref in ("A1:A2", "E1:E2", "B1:D1")],
    )

    table = read(content)

    assert (table.headers, table.size) == (HEAD, 3)


def test_a_header_in_two_rows_has_the_names_of_both() -> None:
    groups = ("username", "Person", "", "email_address", "Study")
    content = saved([groups, ("", *HEAD[1:3], "", HEAD[4]), *PEOPLE])

    table = read(content)

    assert (table.headers, table.size, table.above) == (HEAD, 3, 1)


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("mmm yy", "2026-05"),
        ("[$-40C]mmmm yyyy;@", "2026-05"),
        ("yyyy", "2026-05"),
        ("dd/mm/yyyy", "2026-05-01"),
        ("mmm-yy", "2026-05"),
    ],
)
def test_a_day_that_a_cell_does_not_show_is_not_made_up(code: str, shown: str) -> None:
    days = [("k1", date(2026, 5, 1)), ("k2", date(2026, 5, 15))]
    table = read(with_formats([("username", "start_date"), *days], {"B2": code, "B3": code}))

    assert list(table.columns[1]) == [shown, "2026-05-15"]


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (20419001, "General", "20419001"),
        (20419001, "0", "20419001"),
        (419001, "00000000", "00419001"),
        (419001, "00000000;@", "00419001"),
        (-419001, "00000000;@", "-00419001"),
        (419001, '"K"0000000', "K0419001"),
        (419001, r"\K0000000", "K0419001"),
        (419001, "[$-40C]00000000", "00419001"),
        (419001, "[Red]00000000;[Blue]-0", "00419001"),
        (20419001, "#,##0", "20419001"),
        (612345678, '0#" "##" "##" "##" "##', "06 12 34 56 78"),
        (33612345678, '0#" "##" "##" "##" "##', "336 12 34 56 78"),
        (123456789, r"000\-00\-0000", "123-45-6789"),
        (5551234, "[<=9999999]###-####;(###) ###-####", "555-1234"),
        (8015551234, "[<=9999999]###-####;(###) ###-####", "(801) 555-1234"),
        (0, "0;-0;000", "000"),
        (-12, "00;(00)", "(12)"),
        (-12, "000", "-012"),
        (7, '#" "##', "7"),
        (12, "0.00", "12"),
        (12, ";;;", "12"),
        (12, '"hidden"', "12"),
        (12, "0E+00", "12"),
    ],
)
def test_a_whole_number_is_shown_as_its_format_shows_it(value: int, code: str, shown: str) -> None:
    assert show_integer(value, code) == shown


@pytest.mark.parametrize(
    ("code", "yes"),
    [
        ("dd/mm/yyyy", True),
        ("[$-40C]d mmmm yyyy;@", True),
        ("General", False),
        ('0" days"', False),
        ("[Red]0", False),
        ("[h]:mm", False),
        (r"\d0", False),
        ("0;dd", False),
    ],
)
def test_formats_of_days_are_known(code: str, *, yes: bool) -> None:
    assert is_date_format(200, code) is yes


def test_values_are_read_as_they_are_shown() -> None:
    head = ("username", "first_name", "start_date", "x", "y", "z", "majors")
    row = (419001, True, datetime(2026, 5, 31, 23, 59), time(9, 30), 3.1, "#N/A", " a ")  # noqa: DTZ001
    formats = {"A2": '"K"0000000', "E2": "0.0000"}

    table = read(with_formats([head, row, (None, None, date(2024, 2, 29))], formats))

    assert rows(table)[0] == ("K0419001", "true", "2026-05-31", "09:30:00", "3.1", "#N/A", " a ")
    assert rows(table)[1][2] == "2024-02-29"


def test_days_and_times_are_told_apart_in_both_calendars() -> None:
    def count_from_1904(sheet: Any) -> None:  # noqa: ANN401 - openpyxl has no types
        sheet.parent.epoch = CALENDAR_MAC_1904

    row = ("k1", datetime(1904, 1, 1), datetime(2026, 5, 31), time(9, 30))  # noqa: DTZ001

    assert rows(read(saved([HEAD[:4], row], count_from_1904))) == [("k1", "1904-01-01", "2026-05-31", "09:30:00")]


def test_a_formula_with_an_empty_text_is_blank_and_one_without_value_is_refused() -> None:
    content = saved([HEAD, *PEOPLE])
    computed = (
        b'<row r="1"><c r="A1" t="str"><v>username</v></c></row><row r="2"><c r="A2" t="str"><f>""</f><v></v></c>'
    )
    computed += b'<c r="B2"><v>1</v></c></row>'
    table = read(with_rows(content, computed))
    assert (table.formulas, [tuple(row.cells) for row in table.ragged]) == (1, [("", "1")])

    with pytest.raises(Usage, match="row 2, column 1 of “People” was never computed"):
        read(with_rows(content, computed.replace(b' t="str"><f>', b"><f>")))


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (b"<row>" + b"<c/>" * 20_000 + b"</row>", "is damaged"),
        (b'<row r="1"><c r="A1"><v>1</v></c></row><row r="9999999"/>', "is damaged"),
        (b'<row r="2"><c r="A2"><v>1</v></c></row><row r="1"/>', "is damaged"),
        (b'<row r="1"><c r="XFE1"><v>1</v></c></row>', "is damaged"),
        (b'<row r="1"><c r="A1" t="str"><v>' + b"xyz" * 22_000_000 + b"</v></c></row>", "unfolds to more cells"),
        (b'<row r="1"><c r="A1" t="str"><v y="' + b"x" * 9_000_000 + b'">u</v></c></row>', "unfolds to more cells"),
        (b"<x>" * 2_000_000 + b"</x>" * 2_000_000, "unfolds to more cells"),
        (b"".join(b"<n%d/>" % number for number in range(100_001)), "unfolds to more cells"),
        (b'<row r="1"><c r="A1" t="s"><v>99</v></c></row>', "is damaged"),
        (b'<row r="1"><c r="XFD1" t="str"><v>x</v></c></row>', "more than 2000 columns"),
    ],
    ids=[
        "blank row",
        "far row",
        "order",
        "column",
        "long text",
        "long tag",
        "depth",
        "names",
        "no such text",
        "wide",
    ],
)
def test_a_workbook_that_unfolds_is_refused_in_words_and_little_memory(xml: bytes, said: str) -> None:
    content = with_rows(saved([HEAD, *PEOPLE]), xml)
    del xml

    assert memory_of_refusal(content, said) < 250_000_000


def test_blank_cells_take_no_memory_and_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 50_000
    monkeypatch.setattr(worksheet, "CELLS", limit)
    content = with_rows(saved([HEAD, *PEOPLE]), (b"<row>" + b"<c/>" * 10_000 + b"</row>") * (limit // 10_000 + 1))

    assert memory_of_refusal(content, "unfolds to more cells") < 250_000_000 * limit // CELLS


def memory_of_refusal(content: bytes, said: str) -> int:
    """Return how many bytes it took at most to refuse a workbook in these words."""
    tracemalloc.start()
    try:
        with pytest.raises(Usage, match=said):
            read(content)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_document_type_is_refused() -> None:
    evil = b'<!DOCTYPE worksheet [<!ENTITY a "aaaa">]><worksheet'

    with pytest.raises(Usage, match="is damaged"):
        read(patched(saved([HEAD, *PEOPLE]), lambda raw: raw.replace(b"<worksheet", evil, 1)))


@pytest.mark.parametrize("seed", range(12))
def test_two_readers_agree_on_random_workbooks(seed: int) -> None:
    chosen = random.Random(seed)
    values = [None, "Aas", " ", "Ø", 7, 20419001, 3.25, -4, True, date(2025, 1, 31), "=1", "_x0041_", "a\nb", "<&>"]
    width = chosen.randint(2, 9)
    body = [[chosen.choice(values) for _column in range(width)] for _row in range(chosen.randint(1, 30))]
    body = [[f"p{number}", *row] for number, row in enumerate(body)]
    content = saved([["username", *("majors" for _column in range(width))], *body])
    content = content if chosen.random() < 0.5 else with_dimension(content, "A1:B2")
    if any("=1" in row for row in body):
        with pytest.raises(Usage, match="never computed"):
            read(content)
        return

    found = [[*row.cells] for row in read(content).rows()]

    expected: dict[object, str] = {None: "", "_x0041_": "A"}
    assert found == [["true" if cell is True else str(expected.get(cell, cell)) for cell in row] for row in body]


def test_a_header_row_can_be_given() -> None:
    above = [("Promotion 2026",), ("username", "first_name"), ("", "")]

    table = read(saved([*above, ("id", "nom"), *PEOPLE]), header=4)
    assert (table.headers, len(table.ragged)) == (("id", "nom"), 3)
    with pytest.raises(Usage, match="There is no row 99"):
        read(saved([*above, HEAD, *PEOPLE]), header=99)
