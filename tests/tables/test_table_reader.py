"""Tables of text are read as offices have them, and refused in words when they hold no table."""

from __future__ import annotations

import time

import pytest

from graduand.errors import Usage
from graduand.tables.table_reader import UNKNOWN, read_table

KNOWN = {"username", "first_name", "last_name", "email_address"}


def read(text: str, header: int = 0) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    table = read_table(text.encode(), UNKNOWN._replace(header=header), KNOWN.__contains__)
    return table.headers, [tuple(row.cells) for row in table.rows()]


@pytest.mark.parametrize(
    "text",
    [
        'username, first_name\nk1, "Maud, Ida"\n',
        'username, "first_name"\n"k1", "Maud, Ida"\n',
        'username; first_name\nk1; "Maud, Ida"\n',
        'username,first_name\nk1,   "Maud, Ida"\n\x1a',
        'username,first_name\nk1,"Maud, Ida"\n\0\0',
    ],
)
def test_blanks_before_quotation_marks_and_signs_at_the_end_are_no_text(text: str) -> None:
    assert read(text) == (("username", "first_name"), [("k1", "Maud, Ida")])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_long_text_has_the_rows_of_a_short_one(end: str) -> None:
    rows = [(f"k{number}", f"Maud\n{number}" if number % 7 == 0 else "Maud") for number in range(30_000)]
    rows[20_000] = ("k", "M" * 2_100_000)  # a long line is no fault by itself
    lines = (f'{username},"{name}"' if "\n" in name else f"{username},{name}" for username, name in rows)

    assert read(f"username,first_name{end}{end.join(lines)}{end}")[1] == rows


@pytest.mark.parametrize("above", [1, 9, 25, 50])
def test_a_header_is_found_below_titles_of_any_number(above: int) -> None:
    titles = "".join(f"Line {number} of the preamble\n" for number in range(above))

    assert read(f"{titles}username,first_name\nk1,Maud\n") == (("username", "first_name"), [("k1", "Maud")])


def test_a_header_is_found_below_groups_of_which_one_is_known() -> None:
    text = "Person,,email_address,\nusername,first_name,last_name,email_address\nk1,Maud,Kessler,m@mail.example\n"

    assert read(text)[0] == ("username", "first_name", "last_name", "email_address")


def test_the_header_is_the_row_that_is_given() -> None:
    text = "username,first_name\nMatricule,Rufname\nk1,Maud\n"

    assert read(text, header=2) == (("Matricule", "Rufname"), [("k1", "Maud")])
    with pytest.raises(Usage, match="no row 7"):
        read(text, header=7)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<html><table><tr><td>username</td></tr></table>", "table of a web page; open it"),
        ("<html><form><input><table></table></form>", "asks you to log in"),
        ("<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>", "XML of Excel 2003"),
    ],
)
def test_what_is_called_xls_is_named_with_its_cure(content: str, said: str) -> None:
    with pytest.raises(Usage, match=said):
        read(content)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (",".join(["username", *(f"c{number}" for number in range(20_000))]) + "\n", "more than 2000 columns"),
        ("username,first_name\n" + "," * 20_000_000 + "\n", "line 2 has more than 100000 cells"),
        ("username,first_name\r\n" + "k,M\r\n" * 600_000 + ";" * 2_000_000, "line 600002 has more than 100000 cells"),
        ("username,first_name\r" + "|" * 2_000_000 + "\rk1,M\r", "line 2 has more than 100000 cells"),
    ],
    ids=["header", "row", "last row", "row of an old Mac"],
)
def test_a_table_that_is_too_wide_is_refused_at_once(text: str, said: str) -> None:
    start = time.process_time()

    with pytest.raises(Usage, match=said):
        read(text)

    assert time.process_time() - start < 5
