from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from graduand.records.comments import comments_of
from graduand.records.independent_check import agrees
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.reading import read
from graduand.records.record import Record, Value
from graduand.records.source import text_of
from graduand.records.transition import Waiver
from graduand.records.tree import parse
from graduand.records.writing import canonical, modeline, scalar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from graduand.records.field import Field
    from graduand.records.school import School

PATH = "records/2026-spring/00412345.yaml"
EXAMPLES = settings().max_examples
TYPED: dict[FieldKind, tuple[type, ...]] = {
    FieldKind.DATE: (date,),
    FieldKind.BOOLEAN: (bool,),
    FieldKind.GPA: (int, float),
}

NASTY = [
    *["0012345", "0x1F", "0o17", "1e5", "1_000", "12:30", "1:30:00", "+1", "-1", ".5", ".inf", ".NaN", "9" * 400],
    *["no", "NO", "Yes", "on", "off", "y", "N", "true", "False", "~", "null", "Null", "NULL", "=", "<<"],
    *["2026-06-15", "2026-02-30", "0000-01-01", "2026-6-5", "2026-06-15 12:00:00", "2026-06-15T00:00:00Z"],
    *["a: b", "a:", ":a", "a:b", "a #b", "a#b", "#a", "- a", "-a", "? a", "?a", "&a", "*a", "!a", "%a", "@a", "`a"],
    *["[a]", "{a}", "a]", "a, b", ",a", ">", "|", ">-", "'", '"', "'a'", '"a"', "\\", "\\n", 'a"b', "a'b", "a\\b"],
    *["---", "...", "--- a", "=======", "<<<<<<< HEAD", ">>>>>>> b", "%YAML 1.1", CLEAR, "**clear**", "$a", "(a)"],
    *[" a", "a ", " ", "a  b", "\u00a0a", "a\u00a0", "\u3000", "\ta", "a\tb", "a\t", "\u00ad", "\u200d", "\u200c"],
    *["a\nb", "a\n", "\na", "\n", "a\n\nb", "a\n\n", "a\n b", " a\nb", "a \nb", "a\n b\n", "#a\n#b", "a: b\nc: d\n"],
    *["- a\n- b", "---\na", "a\n...\n", "a\r\nb", "a\rb", "a\n\tb", "a\n\u2028b", "a\n=======\nb", '"a"\n\\b'],
    *["\x00", "\x07", "\x1b[2J", "\x7f", "\x85", "\x9b", "\u2028", "\u2029", "\ufeff", "\ufeffa", "\ufffe", "\uffff"],
    *[
        "\u202ea",
        "\u2066",
        "\ud7ff",
        "\ue000",
        "😀",
        "\U0001ffff",
        "\U000e0041",
        "\U0010ffff",
        "é",
        "e\u0301",
        "\u0301",
    ],
    *["x " * 300, "x" * 900, "ליד", "小梅", "١٢٣", "\uff0d\uff11", "O’Connor"],
]
TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
    st.text("aé0-:#?,[]{}&*!|>'\"%@` \n\\=~.<\u0085\u2028\t", min_size=1, max_size=12),
    st.lists(st.sampled_from(NASTY), min_size=1, max_size=4).map("".join),
)
TYPED_TEXTS = st.one_of(
    st.dates().map(str),
    st.sampled_from(["true", "false", "0", "4", "3.5", "3.50", "4.00", "0.0"]),
)


def _values(field: Field) -> st.SearchStrategy[Value]:
    if field.kind is FieldKind.LIST:
        return st.one_of(st.lists(TEXTS, min_size=1, max_size=4).map(tuple), st.just(CLEAR))
    return st.one_of(TYPED_TEXTS, TEXTS) if field.kind in TYPED else TEXTS


WAIVERS = st.lists(
    st.tuples(*[st.one_of(st.just(""), TEXTS, TYPED_TEXTS)] * 4).filter(any).map(lambda parts: Waiver(*parts)),
    max_size=3,
).map(tuple)


@st.composite
def records(draw: st.DrawFn, school: School) -> Record:
    """A record with any text in some of its fields, in any order."""
    fields = [field for field in school.fields.values() if field.kind is not FieldKind.WAIVERS]
    chosen = draw(st.lists(st.sampled_from(fields), max_size=8, unique_by=lambda field: field.key))
    return Record(PATH, {field.key: draw(_values(field)) for field in chosen}, draw(WAIVERS))


def _read_again(text: str, school: School) -> Record:
    reading = read(PATH, text.encode(), school)
    assert not reading.findings
    assert reading.record is not None
    return reading.record


def _again(text: str, school: School) -> str:
    """Read and write, comments with it."""
    return canonical(_read_again(text, school), school.fields, comments_of(text, parse(text)))


@given(data=st.data())
@settings(max_examples=4 * EXAMPLES)
def test_what_is_written_is_read_again_and_written_alike(school: School, data: st.DataObject) -> None:
    record = data.draw(records(school).filter(lambda record: record.values or record.waivers))
    text = canonical(record, school.fields, {})

    assert record == _read_again(text, school)
    assert text == _again(text, school)
    assert agrees(text, record, school)
    assert _same(record, yaml.safe_load(text), school)


def _same(record: Record, found: dict[str, Any], school: School) -> bool:
    """Tell whether a reader of YAML 1.1 with all its types found the texts of `record`, none of them typed."""
    flat = _flat(found, school)
    waivers = flat.pop("transition:waive", [])
    kinds = {key: school.fields[key].kind for key in record.values}
    return (
        flat.keys() == record.values.keys()
        and all(_alike(kinds[key], value, flat[key]) for key, value in record.values.items())
        and [set(waiver) for waiver in waivers]
        == [{name for name, text in waiver._asdict().items() if text} for waiver in record.waivers]
        and all(
            _alike(FieldKind.DATE if name == "until" else FieldKind.TEXT, getattr(waiver, name), text)
            for waiver, theirs in zip(record.waivers, waivers, strict=True)
            for name, text in theirs.items()
        )
    )


def _alike(kind: FieldKind, value: Value, found: object) -> bool:
    if kind in TYPED and isinstance(found, TYPED[kind]):
        return str(found).lower() == value or (kind is FieldKind.GPA and float(str(value)) == found)
    return bool((list(value) if isinstance(value, tuple) else value) == found)


def _flat(found: dict[str, Any], school: School, group: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in found.items():
        key = f"{group}{name}"
        flat |= _flat(value, school, f"{key}:") if key in school.groups else {key: value}
    return flat


@pytest.mark.parametrize("text", NASTY)
def test_every_nasty_text_survives_in_every_kind_of_field(text: str, school: School) -> None:
    values: dict[str, Value] = {
        key: (text, "a", text) if field.kind is FieldKind.LIST else text
        for key, field in school.fields.items()
        if field.kind is not FieldKind.WAIVERS
    }
    record = Record(PATH, values, (Waiver(text), Waiver("GR207", text, text, text)))
    written = canonical(record, school.fields, {})

    assert record == _read_again(written, school)
    assert agrees(written, record, school)
    assert _same(record, yaml.safe_load(written), school)


@pytest.mark.parametrize(
    ("kind", "text", "written"),
    [
        (FieldKind.DATE, "2026-06-15", "2026-06-15"),
        (FieldKind.DATE, "2024-02-29", "2024-02-29"),
        (FieldKind.DATE, "2026-02-30", '"2026-02-30"'),
        (FieldKind.DATE, "2026-6-5", '"2026-6-5"'),
        (FieldKind.DATE, "soon", "soon"),
        (FieldKind.BOOLEAN, "true", "true"),
        (FieldKind.BOOLEAN, "True", '"True"'),
        (FieldKind.GPA, "3.50", "3.50"),
        (FieldKind.GPA, "4.01", '"4.01"'),
        (FieldKind.IDENTIFIER, "00412345", '"00412345"'),
        (FieldKind.IDENTIFIER, "cdupont", '"cdupont"'),
        (FieldKind.NAME, "Chloé", "Chloé"),
        (FieldKind.NAME, "N'Diaye", "N'Diaye"),
        (FieldKind.NAME, "Null", '"Null"'),
        (FieldKind.NAME, "No", '"No"'),
        (FieldKind.NAME, "小梅", "小梅"),
        (FieldKind.PHONE, "+33639981207", '"+33639981207"'),
        (FieldKind.PHONE, "0639981207", '"0639981207"'),
        (FieldKind.EMAIL, "chloe.dupont@valmont.example", "chloe.dupont@valmont.example"),
        (FieldKind.TEXT, CLEAR, f'"{CLEAR}"'),
        (FieldKind.TEXT, "true", '"true"'),
        (FieldKind.TEXT, "2026-06-15", '"2026-06-15"'),
        (FieldKind.TEXT, "Lettres: modernes", '"Lettres: modernes"'),
        (FieldKind.TEXT, "Lettres # modernes", '"Lettres # modernes"'),
        (FieldKind.TEXT, "Lettres (L3), C#, a:b", "Lettres (L3), C#, a:b"),
        (FieldKind.TEXT, "\x85\uffff", '"\\x85\\uffff"'),
        (FieldKind.TEXT, 'say "é"\\\n\t\x1b\u202e\U000e0041', '"say \\"é\\"\\\\\\n\\t\\x1b\\u202e\\U000e0041"'),
    ],
)
def test_a_scalar_is_quoted_only_where_another_reader_would_mistake_it(
    kind: FieldKind, text: str, written: str
) -> None:
    assert written == scalar(text, kind)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one line", ["  notes: one line"]),
        ("two\nlines", ["  notes: |-", "    two", "    lines"]),
        ("two\nlines\n", ["  notes: |", "    two", "    lines"]),
        ("a\n\n  b", ["  notes: |-", "    a", "", "      b"]),
        ('"a": \\\n# b', ["  notes: |-", '    "a": \\', "    # b"]),
        ("two\nlines\n\n", ['  notes: "two\\nlines\\n\\n"']),
        ("  two\nlines", ['  notes: "  two\\nlines"']),
        ("two \nlines", ['  notes: "two \\nlines"']),
        ("\ntwo", ['  notes: "\\ntwo"']),
        ("two\n\x1blines", ['  notes: "two\\n\\x1blines"']),
    ],
)
def test_a_note_of_several_lines_is_a_block_where_a_block_can_hold_it(
    text: str, lines: Sequence[str], school: School
) -> None:
    written = canonical(Record(PATH, {"transition:notes": text}), school.fields, {})

    assert ["transition:", *lines] == written.splitlines()
    assert text == _read_again(written, school).text("transition:notes")


def test_keys_stand_in_the_order_of_the_schema_and_groups_open_once(school: School) -> None:
    text_keys = {key: "x" for key, field in school.fields.items() if field.kind is not FieldKind.WAIVERS}
    values: dict[str, Value] = text_keys | {
        key: ("x",) for key, field in school.fields.items() if field.kind is FieldKind.LIST
    }
    record = Record(PATH, dict(reversed(values.items())), (Waiver("x", "x", "x", "x"),))
    text = canonical(record, school.fields, {})

    assert list(school.fields) == [key for key in read(PATH, text.encode(), school).places if key in school.fields]
    assert text.startswith('username: "x"\nemail_address: x\n')
    assert text.endswith("  notes: x\n")
    assert record == _read_again(text, school)
    headings = [line for line in text.splitlines() if line.endswith(":") and not line.startswith("    ")]
    assert len(headings) == len(set(headings))


def test_one_changed_value_is_one_changed_line(shipped: Path, school: School) -> None:
    text = shipped.read_text(encoding="utf-8")
    record = _read_again(text, school)
    comments = comments_of(text, parse(text))
    for key, value in record.values.items():
        if isinstance(value, str) and "\n" not in value:
            changed = record._replace(values={**record.values, key: "changed"})
            after = canonical(changed, school.fields, comments).splitlines()

            assert sum(line != other for line, other in zip(text.splitlines(), after, strict=True)) == 1


def test_a_shipped_record_comes_back_byte_by_byte(shipped: Path, school: School) -> None:
    raw = shipped.read_bytes()
    text = text_of(raw)

    assert raw == _again(text, school).encode()
    assert agrees(text, _read_again(text, school), school)
    assert text.startswith("# yaml-language-server: $schema=../../schema/transition.schema.json\n")


@pytest.mark.parametrize(
    ("path", "up"), [("records/a/b.yaml", "../../"), ("records/a/45/12345.yaml", "../../../"), ("a.yaml", "")]
)
def test_a_new_record_tells_editors_where_the_schema_is(path: str, up: str, school: School) -> None:
    text = canonical(Record(path, {"username": "b"}), school.fields, modeline(path))

    assert f'# yaml-language-server: $schema={up}schema/transition.schema.json\nusername: "b"\n' == text


# ---- The referee

SOUND = Record(
    PATH,
    {
        "username": "00412345",
        "middle_name": "3.5",
        "preferred_name": "2026-06-15",
        "primary_education:end_date": "2026-06-15",
        "primary_education:major_names": ("a", "b"),
        "primary_education:cumulative_gpa": "3.50",
        "disabled": "true",
        "campus_name": "false",
        "transition:notes": "x\ny",
    },
    (Waiver("GR207", "a", "2027-06-30", "b"),),
)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"00412345"', '"0412345"'),
        ('"00412345"', "00412345"),
        ('"00412345"', "no"),
        ('"00412345"', "[00412345]"),
        ('"00412345"', '"00412345'),
        ('"2026-06-15"', "2026-06-15"),
        ('"3.5"', "3.5"),
        ('"false"', "false"),
        ("end_date: 2026-06-15", "end_date: 2026-06-16"),
        ("end_date: 2026-06-15", "end_date: 2026-06-15 00:00:00"),
        ("end_date: 2026-06-15", "end_date: 2026-02-30"),
        ("end_date: 2026-06-15", "end_date: soon"),
        ("3.50", "3.51"),
        ("3.50", "true"),
        ("3.50", '"3.5"'),
        ("disabled: true", "disabled: false"),
        ("disabled: true", 'disabled: "True"'),
        ("disabled: true", "disabled: 1"),
        ("    - a\n", ""),
        ("    - a\n    - b", "    - b\n    - a"),
        ("    - a\n", "    - 1\n"),
        ("    y", "    z"),
        ("|-", "|"),
        ("rule: GR207", "rule: GR208"),
        ("2027-06-30", "2027-06-29"),
        ("      by: b\n", ""),
        ("      by: b\n", "      by: b\n    - rule: GR1\n"),
        ("    - rule: GR207\n      reason", "    - reason"),
        ("disabled: true\n", ""),
        ("disabled: true\n", "disabled: true\ngender: x\n"),
        ("disabled: true\n", "disabled: true\ndisabled: true\n"),
    ],
)
def test_the_referee_sees_every_difference(right: str, wrong: str, school: School) -> None:
    text = canonical(SOUND, school.fields, {})

    assert agrees(text, SOUND, school)
    assert text.count(right) == 1
    assert not agrees(text.replace(right, wrong), SOUND, school)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "- a",
        "transition:\n  waive: x\n",
        "transition:\n  waive: 1\n",
        "transition: x\n",
        "transition:\n  waive: [x]\n",
    ],
)
def test_the_referee_refuses_what_is_no_record(text: str, school: School) -> None:
    assert not agrees(text, Record(PATH, {}, (Waiver("x"),)), school)


@given(data=st.data())
@settings(max_examples=EXAMPLES)
def test_the_referee_takes_no_text_for_another(school: School, data: st.DataObject) -> None:
    record = data.draw(records(school).filter(lambda record: record.values))
    key = data.draw(st.sampled_from(sorted(record.values)))
    value = record.values[key]
    other = f"{value}x" if isinstance(value, str) else (*value[:-1], f"{value[-1]}x")

    text = canonical(record, school.fields, {})
    assert agrees(text, record, school)
    assert not agrees(text, record._replace(values={**record.values, key: other}), school)
