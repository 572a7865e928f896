from __future__ import annotations

import pytest

from graduand.findings import Place
from graduand.records.source import LIMIT, Refused, place_at, text_of

REFUSED = {
    # Class B10: encodings
    "a byte of Windows-1252": (
        b"a: b\nname: Ren\xe9\n",
        "GR002",
        2,
        10,
        "Byte 0xE9 is not UTF-8 (in Windows-1252 it would be “é”)",
    ),
    "the same after wide letters": ("é漢😀: ".encode() + b"\x92", "GR002", 1, 6, "“’”"),
    "a byte that Windows-1252 lacks": (b"\x81", "GR002", 1, 1, "0x81"),
    "an overlong slash": (b"a: \xc0\xaf", "GR002", 1, 4, "0xC0"),
    "a lone surrogate": (b"ab: \xed\xa0\x80", "GR002", 1, 5, "0xED"),
    "a letter cut in half": ("a: é".encode()[:-1], "GR002", 1, 4, "0xC3"),
    "UTF-16, little end first": ("a: b".encode("utf-16"), "GR003", 1, 1, "byte order mark"),
    "UTF-16, big end first": (b"\xfe\xff\x00a", "GR003", 1, 1, "byte order mark"),
    "UTF-8 with a mark": (b"\xef\xbb\xbfa: b\n", "GR003", 1, 1, "byte order mark"),
    # Class B11: line ends
    "Windows": (b"a: b\nc: d\r\n", "GR004", 2, 5, "CRLF"),
    "an old Mac": (b"a: b\rc: d\r", "GR004", 1, 5, "CRLF"),
    # Class B12 and B13: control characters
    "a tab": (b"a:\n\tb: c\n", "GR005", 2, 1, "tab"),
    "NUL": (b"a: \x00\n", "GR005", 1, 4, "U+0000"),
    "escape": (b"a: \x1b[2J\n", "GR005", 1, 4, "U+001B"),
    "vertical tab": (b"a: \x0b\n", "GR005", 1, 4, "U+000B"),
    "delete": (b"a: \x7f\n", "GR005", 1, 4, "U+007F"),
    "C1 escape": ("a: é\x9b31m\n".encode(), "GR005", 1, 5, "U+009B"),
    "next line": ("a: \x85\n".encode(), "GR005", 1, 4, "U+0085"),
    # Class B15: what nobody sees
    "text from right to left": ("a: b\u202ec\n".encode(), "GR005", 1, 5, "U+202E"),
    "an isolate": ("a: \u2066b\n".encode(), "GR005", 1, 4, "U+2066"),
    "an Arabic mark": ("a: \u061cb\n".encode(), "GR005", 1, 4, "U+061C"),
    "zero width": ("a: \u200bb\n".encode(), "GR005", 1, 4, "U+200B"),
    "a line separator": ("a: \u2028b\n".encode(), "GR005", 1, 4, "U+2028"),
    "a byte order mark inside": ("a: \ufeffb\n".encode(), "GR005", 1, 4, "U+FEFF"),
    "a tag character": ("a: \U000e0041\n".encode(), "GR005", 1, 4, "U+E0041"),
    # Class F16: an unfinished merge
    "ours": (b"a: b\n<<<<<<< HEAD\na: c\n", "GR006", 2, 1, "merge"),
    "the base": (b"||||||| 1a2b3c4\n", "GR006", 1, 1, "merge"),
    "the middle": (b"a: b\n=======\nc: d\n", "GR006", 2, 1, "merge"),
    "theirs": (b">>>>>>> branch\n", "GR006", 1, 1, "merge"),
    "inside a note": (b"notes: |\n  a\n<<<<<<< HEAD\n  b\n", "GR006", 3, 1, "merge"),
}


@pytest.mark.parametrize(("raw", "rule", "line", "column", "said"), REFUSED.values(), ids=REFUSED)
def test_bytes_that_can_deceive_are_refused_at_their_place(
    raw: bytes, rule: str, line: int, column: int, said: str
) -> None:
    with pytest.raises(Refused) as refused:
        text_of(raw)

    fault = refused.value.fault
    assert (rule, Place(line, column)) == (fault.rule, fault.place)
    assert said in fault.message


@pytest.mark.parametrize(
    "text",
    [
        "name: Nguyễn Thị Hồng",
        "name: 小梅",
        "name: ليلى بن يوسف",
        "name: D’Arc \u00a0 😀",
        "name: \u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian joins letters with U+200C
        "name: ක්\u200dෂ",  # Sinhala with U+200D
        "name: Rene\u0301",  # B17: another normal form is not the file's business
        "name: \u0421hloe",  # B16: neither is another script
        "a: <<<<<<< HEAD\nb: ========\nc: |\n  =======\n",
        "",
    ],
)
def test_what_a_reader_can_see_comes_back_letter_by_letter(text: str) -> None:
    assert text == text_of(text.encode())


def test_a_file_is_too_large_one_byte_above_the_limit() -> None:
    assert len(text_of(b"#" * LIMIT)) == LIMIT
    with pytest.raises(Refused) as refused:
        text_of(b"#" * (LIMIT + 1))

    assert ("GR001", Place(1, 1)) == refused.value.fault[:2]
    assert "65536 bytes" in refused.value.fault.message


@pytest.mark.parametrize(
    ("index", "place"), [(0, (1, 1)), (1, (1, 2)), (2, (1, 3)), (3, (2, 1)), (4, (3, 1)), (5, (3, 2))]
)
def test_a_place_counts_lines_and_characters_from_one(index: int, place: tuple[int, int]) -> None:
    assert Place(*place) == place_at("é😀\n\nb", index)
    assert Place(place[0] + 1, place[1]) == place_at("\né😀\n\nb", index + 1)
