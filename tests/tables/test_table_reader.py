"""Tables of text are read as offices have them, and refused in words when they hold no table."""

from __future__ import annotations

import io
import time
import zipfile
from typing import TYPE_CHECKING, Final

import pytest

from graduand.errors import Usage
from graduand.tables.table_reader import UNKNOWN, read_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from graduand.tables.table_reader import FileFormat

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


@pytest.mark.parametrize("separator", ["^", "~", "¬", "§", "\x1f"])
def test_a_rare_separator_is_found_between_known_names(separator: str) -> None:
    text = "username,first_name\nk1,Maud\n".replace(",", separator)

    assert read(text) == (("username", "first_name"), [("k1", "Maud")])
    assert read("username~x\nk~1\n") == (("username~x",), [("k~1",)])


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (r'k1,"Maud \"Mo\" Aas"', 'Maud "Mo" Aas'),
        (r'k1,"Maud \\ Aas"', r"Maud \\ Aas"),
        ('"k1" ,"Maud"\t', "Maud\t"),
        ('k1,Maud "Mo" Aas', 'Maud "Mo" Aas'),
        ('k1,"Maud ""Mo"" Aas"', 'Maud "Mo" Aas'),
    ],
)
def test_quotation_marks_in_cells_are_read_as_programs_write_them(row: str, name: str) -> None:
    [(username, first_name)] = read(f"username,first_name\n{row}\n")[1]

    assert (username.strip(), first_name) == ("k1", name)


def test_cells_between_apostrophes_may_hold_separators() -> None:
    text = "'username','first_name'\n'k1','Maud, Ida'\n'k2','D''Arc'\n"

    assert read(text) == (("username", "first_name"), [("k1", "Maud, Ida"), ("k2", "D'Arc")])


def test_a_cell_of_which_the_end_is_not_clear_is_refused_with_its_line() -> None:
    with pytest.raises(Usage, match=r"In line 3, text follows the quotation mark"):
        read('username,first_name\nk1,Ida\nk2,"Maud "Mo" Aas"\n')


ARCHIVES: Final = {
    "Numbers": ["Index/Document.iwa"],
    "unpack it": ["in.csv"],
    "text document": ["[Content_Types].xml", "word/document.xml"],
    "binary Excel": ["xl/workbook.bin"],
    "OpenDocument": ["mimetype", "content.xml"],
}


@pytest.mark.parametrize("said", ARCHIVES)
def test_an_archive_is_named_by_what_is_in_it(said: str) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in ARCHIVES[said]:
            archive.writestr(name, "x")

    with pytest.raises(Usage, match=said):
        read_table(content.getvalue(), UNKNOWN, KNOWN.__contains__)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "without the password"),
        (b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), "text document"),
        (b"\xd0\xcf\x11\xe0" + "__properties_version1.0".encode("utf-16-le"), "a mail"),
        (b"\xef\xbb\xbf%PDF-1.7", "a PDF; have the table"),
        (b"{\\rtf1 x}", "text document"),
        (b'[\n  {"username": 1}]', "JSON"),
        (b"\x1f\x8b\x08\0" + bytes(range(256)), "an archive; unpack it"),
        (b"\x89PNG\r\n" + bytes(range(256)), "a picture"),
        (b"SQLite format 3\0" + bytes(range(256)), "a database"),
        (b"xxPK" + bytes(range(256)), "no text"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"<?xml version='1.0'?><students/>", "XML; have the table"),
        ("\u0416\u0430\u043d\u043d\u0430".encode("cp1251") * 9, "which encoding"),
        ("\u674e\u5a1c".encode("gb18030") * 9, "which encoding"),
    ],
    ids=str,
)
def test_what_is_no_table_is_named_with_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(Usage, match=said):
        read_table(content, UNKNOWN, KNOWN.__contains__)


@pytest.mark.parametrize("file", [UNKNOWN._replace(encoding="cp1252"), UNKNOWN._replace(separator=";")])
def test_an_option_about_csv_is_refused_with_a_workbook(file: FileFormat) -> None:
    with pytest.raises(Usage, match="this is a workbook"):
        read_table(b"PK\x03\x04", file, KNOWN.__contains__)


ACCENTED: Final = "Zoë Mélanie Chloé Noël François Hélène Müller Søren Åse Niño João Béatrice Anaïs Benoît Inès Günther"
"""Names of which one tells an encoding from the others."""


@pytest.mark.parametrize("encoding", ["cp1252", "mac-roman", "cp850", "utf-32-le", "utf-32-be", "utf-16-le"])
@pytest.mark.parametrize("form", [str, str.upper])
def test_the_encoding_is_found_by_a_few_names(encoding: str, form: Callable[[str], str]) -> None:
    names = [name for name in form(ACCENTED).split() if encoding != "mac-roman" or not {*"ãÃ"} & {*name}]
    for start in range(len(names) - 3):
        some = ["Maud", *names[start : start + 4]]
        text = "username;first_name\n" + "".join(f"k;{name}\n" for name in some)
        table = read_table(text.encode(encoding), UNKNOWN, KNOWN.__contains__)
        assert table.columns[1] == some, table.encoding


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (",".join(["username", *(f"c{number}" for number in range(20_000))]) + "\n", "more than 2000 columns"),
        ("username,first_name\n" + "," * 20_000_000 + "\n", "line 2 has more than 100000 cells"),
        ("username,first_name\r\n" + "k,M\r\n" * 600_000 + ";" * 2_000_000, "line 600002 has more than 100000 cells"),
        ("username,first_name\r" + "|" * 2_000_000 + "\rk1,M\r", "line 2 has more than 100000 cells"),
        ("username,first_name\nk1," + "M" * 17_000_000 + "\n", "longer than 16 MB"),
        ('username,first_name\nk1,"' + "MMMMMMM\n" * 2_200_000, "row of line 2 is never closed"),
        ("username,first_name\n" + "k,M\n" * 401_000, "more than 400000 rows"),
        ("username,first_name\n" + "\n" * 1_100_000, "more than 400000 rows"),
    ],
    ids=["header", "row", "last row", "row of an old Mac", "long line", "long cell", "rows", "blank rows"],
)
def test_a_table_that_is_too_wide_is_refused_at_once(text: str, said: str) -> None:
    start = time.process_time()

    with pytest.raises(Usage, match=said):
        read(text)

    assert time.process_time() - start < 5
