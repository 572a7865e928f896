"""Cells on their way to a spreadsheet and back."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graduand.language import speak
from graduand.sheets.sheet_cells import REMOVE, Dates, cell_of, dates_order, parse_cell
from graduand.tables.spreadsheet import as_csv, guarded, is_converted, separator, unguarded
from tests.people import SCHOOL

FIELDS = SCHOOL.fields
END = FIELDS["primary_education:end_date"]
MAJORS = FIELDS["primary_education:major_names"]

RUN = [
    *("=1+1", "+33612345678", "-x", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1+1", "\uff0bx"),
    *('=HYPERLINK("x")', "=cmd|' /C calc'!A0"),
]
ALTERED = [
    *("00412345", "1e5", "1E5", "12:30", "3 pm", "2026-05", "1/2", "1234567890123456", "3.50", "12,5", "50 %"),
    *("true", "VRAI", "Faux", "mai 2026", "5-May", "1 févr. 2026", "Sept 12", "$5", "(5)"),
]
KEPT = [
    *("412345", "0", "Économie", "L3", "Master 1", "O'Brien", "Mai", "Marie 2", "B2B", "c.dupont@mail.example"),
    *("1er", "1er étage", "a;b"),
]


@pytest.mark.parametrize("text", [*RUN, *ALTERED, "'x", "''"])
def test_what_a_spreadsheet_would_run_or_alter_stands_behind_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", KEPT)
def test_all_else_stands_as_it_is(text: str) -> None:
    assert guarded(text) == text


@given(st.text() | st.sampled_from([*RUN, *ALTERED, *KEPT]) | st.from_regex(r"'*[=+@0-9-][0-9a-z.'/]*", fullmatch=True))
def test_a_guarded_text_comes_back_as_it_was(text: str) -> None:
    cell = guarded(text)

    assert unguarded(cell) == text
    assert cell.strip()[:1] not in set("=+-@") or not text.strip()


def test_the_separator_is_the_one_at_home() -> None:
    assert separator() == ","
    speak("fr")
    assert separator() == ";"


def test_the_csv_is_the_one_that_excel_reads() -> None:
    text = as_csv([["a", 'b "c"; d'], ["é", "x\ny"]], ";")

    assert text == '\ufeffa;"b ""c""; d"\r\né;"x\ny"\r\n'
    assert [*csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";")] == [
        ["a", 'b "c"; d'],
        ["é", "x\ny"],
    ]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("412345", "00412345"),
        ("4.12E+05", "00412345"),
        ("4,12E+05", "00412345"),
        ("1234567890123450", "1234567890123456"),
        ("33612345678", "+33612345678"),
    ],
)
def test_what_a_spreadsheet_has_made_of_a_number_is_known_again(written: str, text: str) -> None:
    assert is_converted(written, text)


@pytest.mark.parametrize(
    ("written", "text"), [("412346", "00412345"), ("00412345", "00412345"), ("S412345", "S0412345")]
)
def test_what_is_another_number_is_not_taken_for_it(written: str, text: str) -> None:
    assert not is_converted(written, text)


LISTS = [
    *(("a;b", "c"), (" a", "b "), ('["a"]',), ("a\nb",), ("[x", "y]"), ("00412345",), ("=1", "2")),
    ("Économie", "Droit"),
]


@pytest.mark.parametrize("items", LISTS)
def test_a_list_comes_back_whatever_its_items_hold(items: tuple[str, ...]) -> None:
    assert parse_cell(cell_of(MAJORS, items), MAJORS, ("other",), None).value == items


def test_a_list_is_written_with_semicolons_and_may_come_back_on_lines() -> None:
    assert cell_of(MAJORS, ("Économie", "Droit")) == "Économie;Droit"
    assert parse_cell("Économie\r\nDroit", MAJORS, None, None).value == ("Économie", "Droit")
    assert parse_cell(" Économie ; Droit;", MAJORS, ("Économie", "Droit"), None).value == ("Économie", "Droit")


@pytest.mark.parametrize(
    ("cell", "key", "before", "value"),
    [
        ("", "last_name", "Dupont", "Dupont"),
        ("  ", "last_name", "Dupont", "Dupont"),
        (" Martin ", "last_name", "Dupont", "Martin"),
        (REMOVE, "last_name", "Dupont", None),
        ("**remove**", "last_name", "Dupont", None),
        ("**CLEAR**", "last_name", "Dupont", "**CLEAR**"),
        ("VRAI", "disabled", "true", "true"),
        ("Faux", "disabled", "true", "false"),
        ("TRUE", "disabled", None, "true"),
        ("oui", "athlete", None, "true"),
        ("3.5", "primary_education:cumulative_gpa", "3.50", "3.50"),
        ("3,5", "primary_education:cumulative_gpa", "3.50", "3.50"),
        ("3,75", "primary_education:cumulative_gpa", "3.50", "3.75"),
        ("412345", "auth_identifier", "00412345", "00412345"),
        ("'00412399", "auth_identifier", "00412345", "00412399"),
        ("x\r\ny", "transition:notes", "x\ny", "x\ny"),
    ],
)
def test_a_cell_says_what_its_field_can_hold(cell: str, key: str, before: str | None, value: str | None) -> None:
    found = parse_cell(cell, FIELDS[key], before, None)

    assert (found.value, found.refused) == (value, "")


DAYS = {
    "2026-05-31": "2026-05-31",
    "2026/5/31": "2026-05-31",
    "2026-05-31 00:00:00": "2026-05-31",
    "31/05/2026": "2026-05-31",
    "31.5.2026": "2026-05-31",
    "5/31/2026": "2026-05-31",
    "31/05/26": "2026-05-31",
    "05/05/2026": "2026-05-05",
    "46173": "2026-05-31",
}


@pytest.mark.parametrize(("cell", "day"), DAYS.items())
def test_a_day_is_read_in_all_its_dresses(cell: str, day: str) -> None:
    assert parse_cell(cell, END, "2026-06-15", None).value == day


@pytest.mark.parametrize(("dates", "day"), [(Dates.DMY, "2026-06-05"), (Dates.MDY, "2026-05-06")])
def test_a_day_that_could_be_two_is_refused_unless_the_order_is_known(dates: Dates, day: str) -> None:
    assert "could be two days" in parse_cell("05/06/2026", END, "2026-06-15", None).refused
    assert parse_cell("05/06/2026", END, "2026-06-15", dates).value == day


@pytest.mark.parametrize("cell", ["31/02/2026", "2026-02-31", "juin 2026", "13/13/2026", "99999"])
def test_what_is_no_day_is_refused(cell: str) -> None:
    assert parse_cell(cell, END, None, None).refused


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        ([("31/05/2026", "")], Dates.DMY),
        ([("05/31/2026", "")], Dates.MDY),
        ([("05/06/2026", "2026-06-05")], Dates.DMY),
        ([("05/06/2026", "2026-05-06")], Dates.MDY),
        ([("05/06/2026", "2027-01-01"), ("05/05/2026", "2026-05-05"), ("", "2026-05-06")], None),
        ([("31/05/2026", ""), ("05/31/2026", "")], None),
    ],
)
def test_the_order_of_days_is_told_by_the_days_that_leave_no_doubt(
    cells: list[tuple[str, str]], order: Dates | None
) -> None:
    assert dates_order(cells) is order


def test_a_line_break_in_a_cell_is_a_blank_but_in_a_note() -> None:
    assert parse_cell("Zoë\nMarie", FIELDS["first_name"], "Zoë", None).value == "Zoë Marie"
    assert parse_cell("Zoë\r\n Marie", FIELDS["first_name"], "Zoë Marie", None).value == "Zoë Marie"
    assert parse_cell("one\ntwo", FIELDS["transition:notes"], None, None).value == "one\ntwo"
