from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from graduand.findings import Severity
from graduand.records.reading import KEYS, read
from graduand.records.transition import Waiver

if TYPE_CHECKING:
    from collections.abc import Callable

    from graduand.records.record import Reading, Value
    from graduand.records.school import School

PATH = "records/2026-spring/00412345.yaml"

MANY_FAULTS = """\
username: "00412345"
first_name:
last_name: ~
Email_Address: chloe.dupont@valmont.example
middle_name: ""
primary_education: Bachelors
gender: [one, two]
additional_email_addresses: chloe@courriel.example
1: x
transition:
  kind: graduated
  account: {}
  personal_email:
  waive:
    - GR207
    - rule: GR301
      reason: [a, b]
      until:
      by: ""
      since: 2026-01-01
  notes: Null
system_label_names:
  - Lettres
  -
  - ""
  - {a: b}
campus_name: {a: b}
hometown_location_attributes:
  name: []
"primary_education:minor_names":
"""


def test_every_fault_of_shape_is_found_at_its_place_and_the_rest_is_read(school: School) -> None:
    reading = read(PATH, MANY_FAULTS.encode(), school)

    assert reading.record is not None
    assert [(found.rule, found.line, found.column, found.field) for found in reading.findings] == [
        ("GR013", 2, 12, "first_name"),
        ("GR013", 3, 12, "last_name"),
        ("GR101", 4, 1, "Email_Address"),
        ("GR013", 5, 14, "middle_name"),
        ("GR012", 6, 20, "primary_education"),
        ("GR012", 7, 9, "gender"),
        ("GR012", 8, 29, "additional_email_addresses"),
        ("GR101", 9, 1, "1"),
        ("GR013", 12, 12, "transition:account"),
        ("GR013", 13, 18, "transition:personal_email"),
        ("GR012", 15, 7, "transition:waive:0"),
        ("GR012", 17, 15, "transition:waive:1"),
        ("GR012", 18, 13, "transition:waive:1"),
        ("GR012", 19, 11, "transition:waive:1"),
        ("GR101", 20, 7, "transition:waive:1"),
        ("GR013", 21, 10, "transition:notes"),
        ("GR012", 24, 4, "system_label_names"),
        ("GR012", 25, 5, "system_label_names"),
        ("GR012", 26, 5, "system_label_names"),
        ("GR012", 27, 14, "campus_name"),
        ("GR012", 29, 9, "hometown_location_attributes:name"),
        ("GR101", 30, 1, "primary_education:minor_names"),
    ]
    assert {(PATH, "00412345", Severity.ERROR)} == {
        (found.path, found.username, found.severity) for found in reading.findings
    }
    assert reading.record.values == {
        "username": "00412345",
        "transition:kind": "graduated",
        "system_label_names": ("Lettres",),
    }
    assert (Waiver("GR301"),) == reading.record.waivers


@pytest.mark.parametrize(
    ("text", "rule", "line", "column"),
    [
        ("", "GR013", 1, 1),
        ("username: a: b\n", "GR007", 1, 12),
        ("username: a\nusername: b\n", "GR008", 2, 1),
        ("username: a\r\n", "GR004", 1, 12),
        ("username: a\nlast_name: !x b\n", "GR010", 2, 12),
    ],
)
def test_a_file_that_cannot_be_read_is_one_finding(
    text: str, rule: str, line: int, column: int, school: School
) -> None:
    reading = read(PATH, text.encode(), school)

    assert reading.record is None
    assert not reading.places
    (found,) = reading.findings
    assert (rule, PATH, line, column, "") == (found.rule, found.path, found.line, found.column, found.username)
    assert found.severity == Severity.ERROR


def test_a_value_knows_its_place_and_so_does_each_item(school: School) -> None:
    text = """\
username: "a"
primary_education:
  major_names: ["é", b]
  end_date:
    2026-06-15
transition:
  waive:
    - rule: GR207
      by: registrar
"""
    assert read(PATH, text.encode(), school).places == {
        "username": (1, 11),
        "primary_education": (3, 3),
        "primary_education:major_names": (3, 16),
        "primary_education:major_names:0": (3, 17),
        "primary_education:major_names:1": (3, 22),
        "primary_education:end_date": (5, 5),
        "transition": (7, 3),
        "transition:waive": (8, 5),
        "transition:waive:0": (8, 7),
        "transition:waive:0:rule": (8, 13),
        "transition:waive:0:by": (9, 11),
    }


@pytest.mark.parametrize("nothing", ["", " ~", " null", " []", " # a remark"])
def test_a_list_of_nothing_is_an_empty_value(nothing: str, school: School) -> None:
    reading = read(PATH, f"system_label_names:{nothing}\n".encode(), school)

    assert reading.record is not None
    assert not reading.record.values
    (found,) = reading.findings
    assert ("GR013", 1, "system_label_names") == (found.rule, found.line, found.field)


LEGITIMATE = [  # B28, and what B2, B3, B15 to B17 leave to the rules: read as typed
    "Jean-Baptiste",
    "O'Connor",
    "d’Aubigny",
    "O",
    "ليلى",
    "小梅",
    "x" * 60,
    "Rene\u0301",
    "\u0421hloe",
    "2024-02-29",
    "2024-02-30",
    "0123456",
    "12e5",
    "0o17",
    "TRUE",
    "NO",
    "on",
    "١٢٣",
    "\uff0d\uff11",
    "=1+1",
    "a\u00a0b",
]


@pytest.mark.parametrize("text", LEGITIMATE)
def test_a_text_is_read_as_it_was_typed(text: str, school: School) -> None:
    reading = read(PATH, f"last_name: {text}\n".encode(), school)

    assert reading.record is not None
    assert ({"last_name": text}, ()) == (reading.record.values, reading.findings)


@pytest.mark.parametrize("text", ["Null", "null", "~", "True", "Yes", "No", " ", "\x00", "\x1b[2J", "\u202e"])
def test_quotes_make_a_text_of_anything(text: str, school: School) -> None:
    escaped = text.encode("unicode_escape").decode()
    reading = read(PATH, f'last_name: "{escaped}"\n'.encode(), school)

    assert reading.record is not None
    assert ({"last_name": text}, ()) == (reading.record.values, reading.findings)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('end_date: "**CLEAR**"', "**CLEAR**"),
        ("end_date: '**CLEAR**'", "**CLEAR**"),
        ('major_names: "**CLEAR**"', "**CLEAR**"),
        ("major_names: [a]", ("a",)),
        ('major_names: ["**CLEAR**"]', ("**CLEAR**",)),
    ],
)
def test_a_column_or_a_list_can_be_wiped(text: str, value: Value, school: School) -> None:
    reading = read(PATH, f"primary_education:\n  {text}\n".encode(), school)

    assert reading.record is not None
    assert ([value], ()) == (list(reading.record.values.values()), reading.findings)


@pytest.mark.parametrize("group", ["", "primary_education:\n", "transition:\n  waive:\n"])
def test_a_file_with_too_many_keys_is_refused_at_the_first_one_too_many(group: str, school: School) -> None:
    above, indent = group.count("\n"), "  " * group.count("\n")
    bullet = "- " if above > 1 else ""
    many = [f"{indent}{bullet}key{number}: x" for number in range(KEYS + 1 - above)]
    reading = read(PATH, (group + "\n".join(many)).encode(), school)
    fewer = read(PATH, (group + "\n".join(many[:-1])).encode(), school)

    assert reading.record is None
    (found,) = reading.findings
    assert ("GR012", KEYS + 1, len(indent + bullet) + 1) == (found.rule, found.line, found.column)
    assert fewer.record is not None
    assert len(fewer.findings) == KEYS - above


# ---- Whatever the bytes are

EXAMPLES = settings().max_examples
SHIPPED = sorted((Path(__file__).parents[2] / "records").glob("*/*.yaml"))
SOUND = [path.read_text(encoding="utf-8") for path in SHIPPED] + [
    """\
username: "00412345"
primary_education: {major_names: [a, "b", 'c'], end_date: 2026-06-15}
system_label_names:
- a
- b
transition:
  waive:
    - {rule: GR207, reason: "a \\
       b", until: 2027-01-01, by: registrar}
  notes: |
    One: # two

     three
    # four
campus_name: >-
  folded
  text

  more
gender: plain
  on two lines  # five
"""
]
PIECES = [
    *"#:,-?[]{}\"'|>&*!%@`\\ \n\t.~=<0aé\u00a0\u0301😀",
    *["\n  ", ": ", " #", "- ", "\n- ", "---", "...", "<<: ", "|+", "|2", ">", "\n\n", "null", "\\n", "\\x41", "\\N"],
    *["? ", "[a, b]", "{a: b}", "{a, b}", '"a":b', "[a: b]", '"x"#c', "::", ":,", "- - a", "?a", ":a", "%YAML 1.1\n"],
    *["<<<<<<< x\n", "\r\n", "\ufeff", "\x00", "\x85", "\u2028", "**CLEAR**", "username: x\n", "transition:\n"],
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A sound record after a few slips of the hand."""
    text = draw(st.sampled_from(SOUND))
    for _slip in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.sampled_from([0, 0, 0, 1, 2, 5, 30]))
        text = text[:start] + draw(st.sampled_from(["", *PIECES])) + text[end:]
    return text


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(str.encode),
        st.lists(st.sampled_from(PIECES), max_size=60).map(lambda pieces: "".join(pieces).encode()),
        mutated().map(str.encode),
        st.tuples(mutated(), st.binary(min_size=1, max_size=3)).map(lambda both: both[0].encode() + both[1]),
    )
)
@settings(max_examples=10 * EXAMPLES, deadline=timedelta(seconds=1))
def test_no_bytes_whatever_stop_the_reader(school: School, raw: bytes) -> None:
    reading = read(PATH, raw, school)

    lines = raw.decode(errors="replace").split("\n")
    assert reading.record is not None or len(reading.findings) == 1
    for found in reading.findings:
        assert found.rule in RULES
        assert found.message
        assert 1 <= found.line <= len(lines)
        assert 1 <= found.column <= len(lines[found.line - 1]) + 1


RULES = {f"GR{number:03}" for number in [*range(1, 14), 101, 102, 103]}


# ---- Other readers


def _of_ruamel(text: str) -> dict[str, Any]:
    return dict(YAML(typ="base", pure=True).load(text))


def _of_pyyaml(text: str) -> dict[str, Any]:
    return dict(yaml.load(text, yaml.BaseLoader))  # noqa: S506 - it makes nothing but texts


OTHERS = pytest.mark.parametrize("other", [_of_ruamel, _of_pyyaml])


def _flat(found: dict[str, Any], group: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in found.items():
        key = f"{group}{name}"
        flat |= _flat(value, f"{key}:") if isinstance(value, dict) else {key: value}
    return flat


def _said(reading: Reading) -> dict[str, Any]:
    assert reading.record is not None
    said = {key: list(value) if isinstance(value, tuple) else value for key, value in reading.record.values.items()}
    waived = [{name: text for name, text in waiver._asdict().items() if text} for waiver in reading.record.waivers]
    return said | ({"transition:waive": waived} if waived else {})


@OTHERS
@pytest.mark.parametrize("text", SOUND)
def test_other_readers_read_every_sound_record_alike(
    other: Callable[[str], dict[str, Any]], text: str, school: School
) -> None:
    reading = read(PATH, text.encode(), school)

    assert not reading.findings
    assert _said(reading) == _flat(other(text))


@OTHERS
@given(text=mutated())
@settings(max_examples=4 * EXAMPLES)
def test_no_other_reader_reads_an_accepted_text_otherwise(
    other: Callable[[str], dict[str, Any]], school: School, text: str
) -> None:
    reading = read(PATH, text.encode(), school)
    if reading.record is None or reading.findings:
        return
    try:
        theirs = other(text)
    except (YAMLError, yaml.YAMLError):
        return  # they refuse some sound YAML, such as a question mark in a list; nobody is deceived

    assert _said(reading) == _flat(theirs)
