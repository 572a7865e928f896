"""The failed-rows file: what spreadsheets make of it is read, what is another file is refused."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from graduand.errors import Exit, NotFailedRows
from graduand.handshake.failed_rows import FailedFile, FailedRow
from graduand.handshake.response import Response
from graduand.language import visible
from graduand.similar import normalize_header
from graduand.tables.file_kind import is_binary
from graduand.uploads.results import SIZE, failed_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER: Final = ("username", "email_address", "first_name", "primary_education:major_names", "status", "response")
TAKEN: Final = '{"success":false,"errors":{"email_address":["has already been taken"]}}'
ROWS: Final = (
    ("00412345", "chloe.dupont@valmont.example", "Chloé", "Économie;Lettres modernes", "failed", TAKEN),
    ("00412346", "noe.lefevre@valmont.example", "Noé", 'Arts, "vivants"', "failed", "plain\ntext"),
    ("e12", "zoe@valmont.example", "Zoé", "", "failed", "Attempted to update auth_identifier from  to zoe"),
)


def written(
    separator: str = ",", end: str = "\n", header: Sequence[str] = HEADER, *, everything_quoted: bool = False
) -> str:
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=separator,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if everything_quoted else csv.QUOTE_MINIMAL,
    )
    writer.writerows([header, *ROWS])
    return text.getvalue()


def is_safe(sentence: str) -> bool:
    return visible(sentence, len(sentence)) == sentence


def texts(file: FailedFile) -> list[tuple[str, ...]]:
    return [(*(row.cells[header] for header in HEADER[:4]), row.status, row.response) for row in file.rows]


def saved_line_by_line() -> str:
    """What Excel saves when the whole of each line has gone into its first cell."""
    text = io.StringIO()
    lines = written(end="\r\n").split("\r\n")
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows([line] for line in lines if line)
    return text.getvalue()


MANGLED: Final = {
    "as Handshake gives it": written().encode(),
    "byte order mark": written().encode("utf-8-sig"),
    "UTF-16": written().encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + written("\t", "\r\n").encode("utf-16-be"),
    "UTF-16 without mark": written("\t", "\r\n").encode("utf-16-le"),
    "Windows-1252": written(";", "\r\n").encode("cp1252"),
    "CRLF": written(end="\r\n").encode(),
    "CR": written(end="\r", everything_quoted=True).encode(),
    "semicolons": written(";").encode(),
    "tabs": written("\t").encode(),
    "everything quoted": written(everything_quoted=True).encode(),
    "sep=;": b"sep=;\r\n" + written(";", "\r\n").encode(),
    "sep=; after a mark, quoted, filled up": b'\xef\xbb\xbf"sep=;";;;\r\n' + written(";", "\r\n").encode(),
    "sep=,, then saved with semicolons": b"sep=,\n" + written(";").encode(),
    "sep=|": b"sep=|\n" + written("|").encode(),
    "capitals": written(header=[name.upper() for name in HEADER]).encode(),
    "blanks around and within": written(
        header=(
            " username",
            "Email address ",
            "first_name\u00a0",
            "primary_education : major_names",
            "STATUS",
            "response",
        )
    ).encode(),
    "hidden signs": written(header=[f"\ufeff{name}\u200b" for name in HEADER]).encode("utf-8-sig"),
    "blank rows": written().replace("\n00412346", "\n\n,,,,,\n , ,\u00a0,,,\n00412346").encode() + b"\n\n,,,,,\n",
    "empty columns": written().replace("status,response\n", "status,response,,\n").replace('}}"\n', '}}",,\n').encode(),
    "no line end at the end": written().rstrip("\n").encode(),
    "lines that became cells": saved_line_by_line().encode(),
}


@pytest.mark.parametrize("raw", MANGLED.values(), ids=MANGLED)
def test_what_a_spreadsheet_leaves_is_read_as_it_was(raw: bytes) -> None:
    assert texts(failed_rows(raw)) == [*ROWS]


def test_columns_in_another_order_and_more_of_them() -> None:
    raw = b"response,note,Email_Address,username,status\nis invalid,seen,a@b.example, 0042\xc2\xa0,failed\n"
    file = failed_rows(raw)
    assert file.columns == ("note", "email_address", "username")
    (row,) = file.rows
    assert (row.line, row.username, row.email, row.status, row.response) == (
        2,
        "0042",
        "a@b.example",
        "failed",
        "is invalid",
    )
    assert row.cells == {"note": "seen", "email_address": "a@b.example", "username": " 0042\u00a0"}


@pytest.mark.parametrize(("end", "sep"), [("\n", ""), ("\r\n", ""), ("\r", "sep=,\r")])
def test_lines_are_those_of_the_file(end: str, sep: str) -> None:
    raw = f'{sep}username,response{end}{end}1,"a{end}b"{end}2,c{end}'.encode()
    first = 4 if sep else 3
    assert [row.line for row in failed_rows(raw).rows] == [first, first + 2]


def test_the_answers_of_an_earlier_upload_are_not_taken_for_the_last() -> None:
    file = failed_rows(b"username,status,response,status,response\n1,old,old,new,new\n")
    assert [(row.status, row.response) for row in file.rows] == [("new", "new")]
    assert file.columns == ("username",)


def test_an_answer_that_its_own_commas_have_torn_is_whole_again() -> None:
    raw = b'username,status,response,,\n1,failed,{"success":false,"errors":{"card_id":["x"],"username":["y"]}},,\n'
    (row,) = failed_rows(raw).rows
    assert [answer.message for answer in row.answers] == ["x", "y"]


def test_a_note_beside_an_answer_is_no_answer() -> None:
    (row,) = failed_rows(b"username,response,\n1,is invalid,ask Ana\n").rows
    assert row.response == "is invalid"


def test_a_short_row_has_blank_cells() -> None:
    rows = failed_rows(b"username,email_address,first_name,response\n1\n").rows
    assert rows == (FailedRow(2, "1", "", {"username": "1", "email_address": "", "first_name": ""}, "", ""),)
    assert rows[0].answers == (Response("", ""),)


def test_no_failed_row_is_no_fault() -> None:
    assert failed_rows(",".join(HEADER).encode()) == FailedFile(HEADER[:4], ())


def test_a_damaged_letter_does_not_turn_the_others() -> None:
    raw = written().encode() + "00412347,,Zoé Noël,,failed,tél".encode() + b"\xc3"
    assert failed_rows(raw).rows[-1].response == "tél\ufffd"
    assert failed_rows(raw).rows[0].cells["first_name"] == "Chloé"


def test_an_answer_may_be_as_long_as_it_likes() -> None:
    (row,) = failed_rows(b'username,response\n1,"' + b"x" * 3_000_000 + b'"\n').rows
    assert len(row.response) == 3_000_000


def test_hostile_text_is_kept_as_it_is_and_seen_when_shown() -> None:
    (row,) = failed_rows('username,response\n1,"{""errors"":{""card_id"":[""\x1b[2J [red]\u202e""]}}"\n'.encode()).rows
    (answer,) = row.answers
    assert answer.message == "\x1b[2J [red]\u202e"
    assert visible(answer.message) == "<U+001B>[2J [red]<U+202E>"


def workbook() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return whole.getvalue()


OTHERS: Final = {
    "nothing": (b"", "it is empty"),
    "a mark and no more": (b"\xef\xbb\xbf\r\n", "it is empty"),
    "a mark of UTF-16 and no more": ("\ufeff\r\n".encode("utf-16-le"), "it is empty"),
    "nothing but separators": (b";;;\n;;;\n", "it is empty"),
    "nothing but quotation marks": (b'"",""\n', "it is empty"),
    "xlsx": (workbook(), "it is an Excel workbook"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "it is an Excel workbook"),
    "PDF": (b"%PDF-1.7\n", "it is a PDF"),
    "HTML": (b"\n<!DOCTYPE html><html><body>username,response</body></html>", "it is a web page"),
    "HTML in UTF-16": ("<html>".encode("utf-16"), "it is a web page"),
    "our upload": (b"username,email_address,first_name\n1,a@b.example,Ana\n", "it is a file for upload"),
    "other columns": (b"id;name;response\n1;2;3\n", "its first line holds “id”, “name”, “response”."),
    "many columns": (b"a,b,c,d,e,f,g\n", "“f” …."),
    "no CSV": (b"\0\x01\x02 PNG \x1b[2J", "<U+001B>"),
    "JSON": (b'{"success": false}', "it is JSON"),
    "cut off": (b'username,response\n1,x\n2,"{""succ', "a quotation mark in the row of line 3 is never closed"),
    "cut off at once": (b'"username', "a quotation mark in the row of line 1 is never closed"),
    "too large": (b"username,response\n" * (SIZE // 18 + 1), "it is larger than 64 MB"),
}


@pytest.mark.parametrize(("raw", "found"), OTHERS.values(), ids=OTHERS)
def test_another_file_is_refused_by_what_it_is(raw: bytes, found: str) -> None:
    with pytest.raises(NotFailedRows) as trouble:
        failed_rows(raw, "failed\x1b.csv")
    sentence = str(trouble.value)
    assert sentence.startswith("failed<U+001B>.csv is no file of failed rows: ")
    assert found in sentence
    assert "status and response" in sentence
    assert is_safe(sentence)
    assert trouble.value.exit_code is Exit.USAGE


@pytest.mark.parametrize(
    ("cell", "header"),
    [
        ("username", "username"),
        ("\ufeffUserName ", "username"),
        ("e-mail", "e-mail"),
        ('"response"', "response"),
        ("Primary_Education :\u00a0Major  names", "primary_education:major_names"),
        ("", ""),
        ("\u00a0\t", ""),
    ],
)
def test_a_header_is_known_in_any_dress(cell: str, header: str) -> None:
    assert normalize_header(cell) == header


def sentence_of(raw: bytes) -> str:
    """Return why the bytes are refused; "" when they are read."""
    try:
        failed_rows(raw)
    except NotFailedRows as trouble:
        return str(trouble)
    return ""


@given(st.binary(max_size=400))
def test_bytes_are_read_or_refused(raw: bytes) -> None:
    for prefix in (b"", b"username,status,response\n", "username,response\n".encode("utf-16")):
        assert is_safe(sentence_of(prefix + raw))


@given(st.text(alphabet='username,response;\t"\n\r =', max_size=200))
def test_texts_like_a_table_are_read_or_refused(text: str) -> None:
    for prefix in ("", 'username,"response"\n', "sep=;\nusername;response\n"):
        try:
            rows = failed_rows((prefix + text).encode()).rows
        except NotFailedRows:
            continue
        assert all(row.holds_anything for row in rows)


LETTERS: Final = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r"), max_size=8)
FRENCH: Final = st.from_regex("(?:[abcd ;,\"'\\n][éèàçùô]?){0,4}|É[abcd ]{0,3}", fullmatch=True)


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, list[tuple[str, ...]]]:
    """A file in any dialect and encoding, and what stands in it."""
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    cell = FRENCH if encoding == "cp1252" else LETTERS
    rows = draw(st.lists(st.tuples(*[cell] * len(HEADER)), max_size=4))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    # Python 3.11 does not quote a line feed where lines end with CR.
    sparing = end != "\r" and draw(st.booleans())
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=draw(st.sampled_from(",;\t")),
        lineterminator=end,
        quoting=csv.QUOTE_MINIMAL if sparing else csv.QUOTE_ALL,
    )
    writer.writerows([HEADER, *rows])
    return text.getvalue().encode(encoding), [row for row in rows if any(part.strip() for part in row)]


@given(files())
def test_every_dialect_is_read_back_equal(case: tuple[bytes, list[tuple[str, ...]]]) -> None:
    raw, rows = case
    assume(not is_binary(raw.decode("utf-8", "replace")))  # such a file is refused
    assert texts(failed_rows(raw)) == [(*row[:4], row[4].strip(), row[5]) for row in rows]
