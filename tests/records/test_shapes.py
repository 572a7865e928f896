"""A file of a known shape is read as the full reader reads it, whatever its values are.

`GRADUAND_SHAPE_CASES=1000000 pytest tests/records/test_shapes.py` tries so many texts instead of a few thousand, and
`GRADUAND_SHAPE_SEED` other ones.
"""

from __future__ import annotations

import os
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from graduand.records import shapes
from graduand.records.institution import Institution
from graduand.records.kinds import FieldKind
from graduand.records.reading import read, read_fully
from graduand.records.school import school_of
from graduand.records.shapes import ShapeReader
from graduand.records.source import LIMIT
from graduand.records.writing import canonical, modeline
from tests.bench.generator import records

if TYPE_CHECKING:
    from graduand.records.record import Reading
    from graduand.records.school import School

PATH: Final = "records/2026-spring/00412345.yaml"
CASES: Final = int(os.environ.get("GRADUAND_SHAPE_CASES", "2000"))
SEED: Final = int(os.environ.get("GRADUAND_SHAPE_SEED", "1"))
SHIPPED: Final = sorted((Path(__file__).parents[2] / "records").glob("*/*.yaml"))
OTHER_FORMS: Final = (
    """\
# A file that somebody wrote by hand.
transition:
    kind: graduated   # by jury
    personal_email:
        requested_on:  2026-04-01

last_name:  "Dupont"
primary_education:
# which
  major_names:

    - Droit public
    # and
    - "Chimie"
  college_names:   # one
  - Lac
  end_date: 2026-06-15
username: "00412345" # from the card
email_address: chloe@valmont.example
""",
    'username: a\nprimary_education:\n  major_names: "**CLEAR**"\n  end_date: "**CLEAR**"\n',
    "username: a\nlast_name: b\n  - c\n",
    "username: a\ntransition:\n  waive:\n  - b\n",
)
PIECES: Final = (
    *"#:,-?[]{}\"'|>&*!%@`\\ \n\t.~=<0aé\u00a0\u0301😀",
    *("\n  ", ": ", " #", "- ", "\n- ", "---", "...", "<<: ", "|+", "|2", ">", "\n\n", "null", "\\n", "\\x41", "\\N"),
    *("? ", "[a, b]", "{a: b}", '"a":b', "[a: b]", '"x"#c', "::", ":,", "- - a", "?a", ":a", "%YAML 1.1\n", "\n  - b"),
    *("<<<<<<< x\n", "\r\n", "\ufeff", "\x00", "\x85", "\u2028", "**CLEAR**", "username: x\n", "transition:\n"),
    *("  # x", "#x\n", "  a: b\n", "- a: b\n", "major_names:\n", "    - x\n", '"', '" ', 'a: "b"\n', "key: x # y\n"),
)
DANGEROUS: Final = (
    *("null", "Null", "NULL", "~", "nulls", "null x", "true", "No", "0x1F", "12:30", "1e5", "2026-02-30", "**CLEAR**"),
    *("a: b", "a :b", "a:b", "a #b", "a# b", "#a", " a", "a ", "a  b", "- a", "-a", "? a", "?a", "|", ">-", "|\n  a"),
    *("[a]", "{a: b}", "[", "}", "&a", "*a", "!a", "%a", "@a", "`a", "'a'", "'", "a'b", '"a"', '"', 'a"b', '"a', 'a"'),
    *("\\", "a\\nb", '\\"', "a\\", "=", "<<", "...", "---", ".", "a\tb", "a\nb", "a\n  b", "a\n- b", "a\n\n", "\x7f"),
    *(
        "\u00a0",
        "a\u2028b",
        "\ufeff",
        "\u202e",
        "\x85",
        "\U000e0001",
        "é",
        "王",
        "😀",
        "x" * 1_100,
        "",
        ":",
        "a:",
        "::",
    ),
)
_VALUE: Final = re.compile(r'(?m)((?:-|[a-z_]+:) +"?)(.+?)("?(?: +#.*)?)$')


class Watched:
    """A reader that notes which files it asks the full reader about."""

    def __init__(self, school: School) -> None:
        self.asked: list[bytes] = []
        lists = frozenset(key for key, field in school.fields.items() if field.kind is FieldKind.LIST)
        self.read = ShapeReader(lambda path, raw: self._full(path, raw, school), lists).read

    def _full(self, path: str, raw: bytes, school: School) -> Reading:
        self.asked.append(raw)
        return read_fully(path, raw, school)


def sound(school: School) -> list[str]:
    written = [canonical(record, school.fields, modeline(record.path)) for record in records(20)]
    return [*OTHER_FORMS, *(path.read_text(encoding="utf-8") for path in SHIPPED), *written]


def slipped(text: str, chance: random.Random) -> str:
    """Return a text after one to four slips of the hand."""
    for _slip in range(chance.randint(1, 4)):
        start = chance.randint(0, len(text))
        text = text[:start] + chance.choice(PIECES) + text[start + chance.choice([0, 0, 0, 1, 2, 5, 30]) :]
    return text


def with_values(text: str, chance: random.Random) -> str:
    """Return a text with other words in the place of one or two of its values."""
    for _value in range(chance.randint(1, 2)):
        places = list(_VALUE.finditer(text))
        if places:
            start, end = chance.choice(places).span(2)
            value = chance.choice(DANGEROUS)
            text = text[:start] + (value if chance.random() < 0.5 else f"Droit{value}public") + text[end:]
    return text


def test_what_a_shape_says_is_what_the_full_reader_says(school: School) -> None:
    chance = random.Random(SEED)
    watched, answered, texts = Watched(school), 0, sound(school)
    begun = len(texts)
    for number in range(1, CASES + 1):
        change = with_values if chance.random() < 0.7 else slipped
        text = change(chance.choice(texts), chance)
        raw = text.encode()
        reading = watched.read(PATH, raw)
        if not watched.asked:
            answered += 1
            assert as_lists(reading) == as_lists(read_fully(PATH, raw, school)), text
        elif reading.record and not reading.findings and len(text) < 3_000:
            texts = [*texts[:begun], *texts[begun:][-300:], text]  # changed once more later
        watched.asked.clear()
        if number % 5_000 == 0:
            watched, texts = Watched(school), texts[:begun]  # which knows no shape yet

    print(f"{CASES} texts, {answered} answered by a shape")  # noqa: T201
    assert answered > CASES / 20


def as_lists(reading: Reading) -> tuple[Reading, list[str], list[str]]:
    """Return a reading, and the order of its keys, in which findings come."""
    return reading, list(reading.record.values if reading.record else ()), list(reading.places)


def test_the_full_reader_is_asked_once_for_each_shape(school: School) -> None:
    watched = Watched(school)
    texts = [text.replace("00412345", f"{number:08}") for number in range(5) for text in sound(school)]
    readings = [watched.read(PATH, text.encode()) for text in texts]

    assert readings == [read_fully(PATH, text.encode(), school) for text in texts]
    beyond = sum("waive:" in text or "notes: |" in text or "CLEAR" in text or "  - c" in text for text in texts)
    assert len(watched.asked) < beyond + len(texts) / 5


@pytest.mark.parametrize(
    "raw",
    [b"", b"x", b'username: "a"\r\n', b"username: \xff\n", b"username: a", b"username: a\n#" + b"#" * LIMIT + b"\n"],
)
def test_what_has_no_shape_is_left_to_the_full_reader(raw: bytes, school: School) -> None:
    watched = Watched(school)

    assert [watched.read(PATH, raw) for _turn in range(2)] == [read_fully(PATH, raw, school)] * 2
    assert watched.asked == [raw, raw]


def test_no_more_shapes_are_learnt_than_there_is_room_for(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "SHAPES", 2)
    watched = Watched(school)
    texts = [f"{'#' * bool(number)}\n{' ' * number}#\nusername: a\n".encode() for number in range(4)]
    for _turn in range(2):
        for raw in texts:
            watched.read(PATH, raw)

    assert watched.asked == [*texts, *texts[2:]]


def test_each_school_has_shapes_of_its_own(school: School) -> None:
    text = b"username: a\nschool_year_name: Alumni\n"
    american = school_of(Institution(region="us"), school.importer)

    assert [read(PATH, text, one).findings == () for one in (school, american, school)] == [False, True, False]
