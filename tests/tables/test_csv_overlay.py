"""Cells laid over a CSV file: what is not touched stays byte for byte, whatever wrote the file."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graduand.errors import Usage
from graduand.feeds.sync_file import SyncFile
from graduand.tables.csv_overlay import CsvOverlay, OverlaidRows
from graduand.tables.table_reader import FileFormat, csv_rows, open_csv
from tests.rules.test_any_record import SCHOOLS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "mac-roman", "utf-16", "utf-16-be", "shift_jis")
MARKED = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}
"""What the reader calls encodings that begin with a mark."""
HEADERS = ("username", "first_name", "last_name", "campus_name")
PIECES = ("a", "bé", " ", ",", ";", "\t", '"', "'", "\r\n", "\n", "\x85", "\xa0", '""', "ü", "**CLEAR**")
TEXTS = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)


class Written(NamedTuple):
    """A file, the bytes of each cell as they are written, and what is behind each row."""

    rows: list[list[str]]
    ends: list[str]
    separator: str

    def text(self) -> str:
        return "".join(self.separator.join(row) + end for row, end in zip(self.rows, self.ends, strict=True))


@st.composite
def files(draw: st.DrawFn) -> tuple[Written, str]:
    """Return a file of some rows below a header, quoted as programs do, and its encoding."""
    encoding = draw(st.sampled_from(ENCODINGS))
    separator, end = draw(st.sampled_from(",;\t|")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    drawn = draw(st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=6))
    rows = [[str(number), *texts] for number, texts in enumerate(drawn)]
    rows = [[text.encode(encoding, "ignore").decode(encoding) for text in row] for row in rows]
    quotes = [[draw(st.booleans()) or needs(text, separator) for text in row] for row in rows]
    written = [
        ['"' + text.replace('"', '""') + '"' if quote else text for text, quote in zip(row, how, strict=True)]
        for row, how in zip(rows, quotes, strict=True)
    ]
    last = draw(st.sampled_from([end, "", f"{end}{end}"]))
    return Written([[*HEADERS], *written], [*[end] * len(rows), last], separator), encoding


def needs(text: str, separator: str) -> bool:
    return any(sign in text for sign in (separator, '"', "\r", "\n"))


def laid(raw: bytes, form: FileFormat, cells: Mapping[int, Mapping[int, str]], added: Sequence[str] = ()) -> bytes:
    """Return the file with cells laid over it; the keys of `cells` are the numbers of rows below the header."""
    feed = SyncFile(raw, form, SCHOOLS["eu"])
    lines = [row.line for row in feed.rows()]
    rows = OverlaidRows(feed.starts, feed.fitting, {lines[at]: new for at, new in cells.items()}, added)
    return CsvOverlay(feed.text).overlaid(raw, rows)


@given(files(), st.data())
def test_every_byte_outside_of_the_cells_stays(made: tuple[Written, str], data: st.DataObject) -> None:
    file, encoding = made
    raw = file.text().encode(encoding)
    form = FileFormat(MARKED.get(encoding, encoding), file.separator)
    numbers = st.integers(0, len(file.rows) - 2)
    simple = st.sampled_from(["Alumni", "", "a,b;c|d\te", 'he said "no"', "TRUE", "**CLEAR**", " x"])
    new = data.draw(st.dictionaries(numbers, st.dictionaries(st.integers(1, 3), simple), max_size=4))
    added = data.draw(st.sampled_from([(), ("disabled",), ("disabled", "card_id")]))

    after = laid(raw, form, new, added)

    expected = [[*row] for row in file.rows]
    for at, cells in new.items():
        for place, text in cells.items():
            was = expected[at + 1][place]
            quote = was.startswith('"') or needs(text, file.separator) or text != text.strip()
            expected[at + 1][place] = '"' + text.replace('"', '""') + '"' if quote else text
    expected = [[*row, *(added if not number else [""] * len(added))] for number, row in enumerate(expected)]
    assert after == file._replace(rows=expected).text().encode(encoding)

    read = [row.cells for row in csv_rows(open_csv(after, HEADERS.__contains__, form)) if any(row.cells)]
    wanted = list(csv.reader(io.StringIO(file._replace(rows=expected).text(), newline=""), delimiter=file.separator))
    if ' "' not in file.text():
        assert read == [row for row in wanted if any(row)]


@given(files())
def test_nothing_laid_over_it_is_the_same_file(made: tuple[Written, str]) -> None:
    file, encoding = made
    raw = file.text().encode(encoding)

    assert laid(raw, FileFormat(MARKED.get(encoding, encoding), file.separator), {}) == raw


@pytest.mark.parametrize(
    ("raw", "after"),
    [
        (b"username,first_name\n1,a\n", b"username,first_name,disabled\n1,b,TRUE\n"),
        (b"username,first_name\r\n1,a\r\n\x1a", b"username,first_name,disabled\r\n1,b,TRUE\r\n\x1a"),
        (b"username,first_name\n1,a\x1a", b"username,first_name,disabled\n1,b,TRUE\x1a"),
        (b'username, "first_name"\n1, "a"\n', b'username, "first_name",disabled\n1,"b",TRUE\n'),
        (b"username,first_name,\n1,a,\n", b"username,first_name,,disabled\n1,b,,TRUE\n"),
        (b"username,first_name\n1,a\n\n2\n3,c\n", b"username,first_name,disabled\n1,b,TRUE\n\n2\n3,c,\n"),
        (b"\xef\xbb\xbfusername,first_name\n1,a", b"\xef\xbb\xbfusername,first_name,disabled\n1,b,TRUE"),
    ],
)
def test_odd_ends_and_blanks_stay(raw: bytes, after: bytes) -> None:
    place = len(after.splitlines()[0].split(b",")) - 1

    assert laid(raw, FileFormat(), {0: {1: "b", place: "TRUE"}}, ("disabled",)) == after


def test_bytes_that_are_no_text_stay_too() -> None:
    raw = b"username,first_name,last_name\n1,Zo\xc3\xa9 \xe9,\x81\x8d\n2," + "éèàçêîôû,b\n".encode()

    assert laid(raw, FileFormat(), {1: {2: "Noël"}}) == raw.replace(b",b\n", ",Noël\n".encode())


def test_what_cannot_be_written_is_known_and_a_damaged_file_is_refused() -> None:
    feed = SyncFile("username\n1é\n".encode("cp1252"), FileFormat("cp1252"), SCHOOLS["eu"])
    assert [CsvOverlay(feed.text).writes(text) for text in ("Noël", "Łukasz")] == [True, False]

    damaged = "username,first_name\n1,a\n".encode("utf-16") + b"\x00"
    with pytest.raises(Usage, match="damaged"):
        laid(damaged, FileFormat(), {0: {1: "b"}})
