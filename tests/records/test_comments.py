from __future__ import annotations

from collections import Counter
from difflib import ndiff
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graduand.records.comments import END, TOP, Comment, Comments, comments_of
from graduand.records.kinds import FieldKind
from graduand.records.reading import read
from graduand.records.record import Record
from graduand.records.transition import Waiver
from graduand.records.tree import parse
from graduand.records.writing import canonical

if TYPE_CHECKING:
    import random

    from graduand.records.record import Value
    from graduand.records.school import School

PATH = "records/2026-spring/00412345.yaml"
EXAMPLES = settings().max_examples

EVERYWHERE = """\
# yaml-language-server: $schema=../../schema/transition.schema.json
# above everything
username: "00412345"  # beside a quoted text
# above a key
# on two lines
email_address: chloe.dupont@valmont.example
first_name: "Chloé # no comment"  # but this: one
last_name: d'Arc#x  # beside a plain text
primary_education:  # beside a group
  # above a nested key
  education_level_name: Bachelors
  major_names:  # beside a list
    # above an item
    - Économie  # beside an item
    - Lettres modernes
    # above the last item
    - "C # D"
  end_date: 2026-06-15
transition:
  # above the first key of a group
  kind: graduated
  account:  # beside a group in a group
    reason: requested-by-student
    # above the last key of a group in a group
    requested_by: student  # beside it
  waive:  # beside the exemptions
    # above an exemption
    - rule: GR207  # beside a rule
      # inside an exemption
      reason: None
      until: 2027-06-30
    # above the next exemption
    - rule: GR301
      by: registrar  # beside the last value of an exemption
  # above a note
  notes: |-  # behind the head of a block
    The # of the ticket
    # is no comment

    nor is this: # here
# below everything
# and below that
"""
"""Canonical, with a comment wherever one can stand."""


def _record(text: str, school: School) -> Record:
    reading = read(PATH, text.encode(), school)
    assert not reading.findings
    assert reading.record is not None
    return reading.record


def _comments(text: str) -> Comments:
    return comments_of(text, parse(text))


def _marks(text: str) -> Counter[str]:
    """Return the texts of all comments, wherever they stand."""
    return Counter(mark for comment in _comments(text).values() for mark in (*comment.before, comment.inline) if mark)


def _fmt(text: str, school: School) -> str:
    return canonical(_record(text, school), school.fields, _comments(text))


def _changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the lines that went and the lines that came."""
    lines = list(ndiff(before.splitlines(), after.splitlines()))
    return [line[2:] for line in lines if line[0] == "-"], [line[2:] for line in lines if line[0] == "+"]


def test_a_comment_may_stand_anywhere_and_no_text_is_taken_for_one(school: School) -> None:
    assert {
        TOP: Comment(("# yaml-language-server: $schema=../../schema/transition.schema.json",)),
        ("username",): Comment(("# above everything",), "# beside a quoted text"),
        ("email_address",): Comment(("# above a key", "# on two lines")),
        ("first_name",): Comment((), "# but this: one"),
        ("last_name",): Comment((), "# beside a plain text"),
        ("primary_education",): Comment((), "# beside a group"),
        ("primary_education", "education_level_name"): Comment(("# above a nested key",)),
        ("primary_education", "major_names"): Comment((), "# beside a list"),
        ("primary_education", "major_names", "0", "Économie"): Comment(("# above an item",), "# beside an item"),
        ("primary_education", "major_names", "2", "C # D"): Comment(("# above the last item",)),
        ("transition", "kind"): Comment(("# above the first key of a group",)),
        ("transition", "account"): Comment((), "# beside a group in a group"),
        ("transition", "account", "requested_by"): Comment(
            ("# above the last key of a group in a group",), "# beside it"
        ),
        ("transition", "waive"): Comment((), "# beside the exemptions"),
        ("transition", "waive", "0", "rule"): Comment(("# above an exemption",), "# beside a rule"),
        ("transition", "waive", "0", "reason"): Comment(("# inside an exemption",)),
        ("transition", "waive", "1", "rule"): Comment(("# above the next exemption",)),
        ("transition", "waive", "1", "by"): Comment((), "# beside the last value of an exemption"),
        ("transition", "notes"): Comment(("# above a note",), "# behind the head of a block"),
        END: Comment(("# below everything", "# and below that")),
    } == _comments(EVERYWHERE)
    assert _fmt(EVERYWHERE, school) == EVERYWHERE


ALL = [
    "username",
    "email_address",
    "first_name",
    "last_name",
    "primary_education:education_level_name",
    "primary_education:major_names",
    "primary_education:end_date",
    "transition:kind",
    "transition:account:reason",
    "transition:account:requested_by",
    "transition:notes",
]


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("username", 'username: "00412345"  # beside a quoted text', 'username: "new"  # beside a quoted text'),
        ("email_address", "email_address: chloe.dupont@valmont.example", "email_address: new"),
        ("first_name", 'first_name: "Chloé # no comment"  # but this: one', "first_name: new  # but this: one"),
        ("last_name", "last_name: d'Arc#x  # beside a plain text", "last_name: new  # beside a plain text"),
        ("primary_education:end_date", "  end_date: 2026-06-15", "  end_date: new"),
        ("transition:kind", "  kind: graduated", "  kind: new"),
        (
            "transition:account:requested_by",
            "    requested_by: student  # beside it",
            "    requested_by: new  # beside it",
        ),
    ],
)
def test_a_changed_value_changes_its_own_line_only(key: str, before: str, after: str, school: School) -> None:
    record = _record(EVERYWHERE, school)
    changed = record._replace(values={**record.values, key: "new"})

    assert EVERYWHERE.count(f"\n{before}\n") == 1
    assert EVERYWHERE.replace(f"\n{before}\n", f"\n{after}\n") == canonical(
        changed, school.fields, _comments(EVERYWHERE)
    )


MAJORS = """\
  major_names:  # beside a list
    # above an item
    - Économie  # beside an item
    - Lettres modernes
    # above the last item
    - "C # D"
"""


@pytest.mark.parametrize(
    ("items", "majors"),
    [
        (("Droit", "Lettres modernes", "C # D"), MAJORS.replace("Économie", "Droit")),
        (("Économie", "Droit", "C # D"), MAJORS.replace("Lettres modernes", "Droit")),
        (("Économie", "Lettres modernes", "Droit"), MAJORS.replace('"C # D"', "Droit")),
        (("Économie", "Lettres modernes", "C # D", "Droit"), MAJORS + "    - Droit\n"),
        (
            ("Droit", "Économie", "Lettres modernes", "C # D"),
            MAJORS.replace("    # above an item", "    - Droit\n    # above an item"),
        ),
        (("Économie", "C # D"), MAJORS.replace("    - Lettres modernes\n", "")),
        (
            ("C # D", "Économie"),
            """\
  major_names:  # beside a list
    # above the last item
    - "C # D"
    # above an item
    - Économie  # beside an item
""",
        ),
    ],
)
def test_the_comments_of_an_item_stay_with_it_or_with_what_replaces_it(
    items: tuple[str, ...], majors: str, school: School
) -> None:
    record = _record(EVERYWHERE, school)
    changed = record._replace(values={**record.values, "primary_education:major_names": items})

    assert MAJORS in EVERYWHERE
    assert EVERYWHERE.replace(MAJORS, majors) == canonical(changed, school.fields, _comments(EVERYWHERE))


@pytest.mark.parametrize("marked", [(0,), (1,), (2,), (0, 2)])
def test_a_comment_stays_with_its_own_of_two_equal_items(marked: tuple[int, ...], school: School) -> None:
    items = [f"  - {item}{f'  # {index}' if index in marked else ''}\n" for index, item in enumerate("aba")]
    text = "system_label_names:\n" + "".join(items)

    assert _fmt(text, school) == text


def test_a_changed_note_changes_its_own_lines_only(school: School) -> None:
    record = _record(EVERYWHERE, school)
    after = canonical(
        record._replace(values={**record.values, "transition:notes": "short # now"}),
        school.fields,
        _comments(EVERYWHERE),
    )

    assert EVERYWHERE.partition("  notes:")[0] == after.partition("  notes:")[0]
    assert '  notes: "short # now"  # behind the head of a block\n# below everything\n' in after
    assert _marks(EVERYWHERE) == _marks(after)


@pytest.mark.parametrize("key", ALL)
def test_the_comments_of_a_removed_field_stay_in_the_file(key: str, school: School) -> None:
    record = _record(EVERYWHERE, school)
    fewer = record._replace(values={other: value for other, value in record.values.items() if other != key})
    after = canonical(fewer, school.fields, _comments(EVERYWHERE))

    assert fewer == _record(after, school)
    assert _marks(EVERYWHERE) == _marks(after)
    assert after == _fmt(after, school)
    assert set(_flat(after)) <= set(_flat(EVERYWHERE))


def _flat(text: str) -> list[str]:
    """Return the lines and the comments behind them, without indentation."""
    lines = text.splitlines()
    return [line.strip() for line in lines] + [f"#{line.partition('  #')[2]}" for line in lines if "  #" in line]


def test_what_was_beside_a_removed_field_stands_above_the_next(school: School) -> None:
    record = _record(EVERYWHERE, school)
    fewer = record._replace(values={key: value for key, value in record.values.items() if key != "last_name"})

    assert canonical(fewer, school.fields, _comments(EVERYWHERE)) == EVERYWHERE.replace(
        "last_name: d'Arc#x  # b", "# b"
    )


@pytest.mark.parametrize("waivers", [(), (Waiver("GR207"),), (Waiver("", "x"),)])
def test_the_comments_of_a_removed_exemption_stay_in_the_file(waivers: tuple[Waiver, ...], school: School) -> None:
    fewer = _record(EVERYWHERE, school)._replace(waivers=waivers)
    after = canonical(fewer, school.fields, _comments(EVERYWHERE))

    assert fewer == _record(after, school)
    assert _marks(EVERYWHERE) == _marks(after)
    assert after == _fmt(after, school)


def test_the_comments_of_all_fields_stay_when_one_is_left(school: School) -> None:
    for left in ("username", "primary_education:end_date", "transition:notes"):
        after = canonical(Record(PATH, {left: "x"}), school.fields, _comments(EVERYWHERE))

        assert _marks(EVERYWHERE) == _marks(after)
        assert after == _fmt(after, school)


def test_an_added_field_is_all_that_changes(school: School) -> None:
    record = _record(EVERYWHERE, school)
    added = [
        field
        for key, field in school.fields.items()
        if key not in record.values and field.kind is not FieldKind.WAIVERS
    ]
    assert len(added) > 20
    for field in added:
        value: Value = ("a", "b") if field.kind is FieldKind.LIST else "a"
        after = canonical(
            record._replace(values={**record.values, field.key: value}), school.fields, _comments(EVERYWHERE)
        )

        gone, come = _changed(EVERYWHERE, after)
        groups = ("hometown_location_attributes", "transition:personal_email", "transition:left", "transition:sso")
        opened = field.group in groups
        assert ([], 1 + opened + 2 * (field.kind is FieldKind.LIST)) == (gone, len(come))
        assert _marks(EVERYWHERE) == _marks(after)


ODD = [
    ("username: a# no\n", []),
    ("username: a#\n", []),
    ("transition:\n  notes: |\n    a #\n    #\n# one\n", ["# one"]),
    ('username: "a"# yes\n', ["# yes"]),
    ("username: 'a # no'   # yes   \n", ["# yes"]),
    ("username: a #yes\n", ["#yes"]),
    ("username:  # beside\n  # above\n  a\n", ["# above", "# beside"]),
    ("? username  # key\n: a  # value\n", ["# key", "# value"]),
    ("username: a\n\n\n  # deep\n\n # less\nlast_name: b\n", ["# deep", "# less"]),
    ("# one\n# two\nusername: a", ["# one", "# two"]),
    ("\n\n# one\n\n# two\n\nusername: a\n# three", ["# one", "# two", "# three"]),
    ("username: a\n#\n# \n##\n", ["#", "#", "##"]),
    ("last_name: b\n# yaml-language-server: $schema=x\nusername: a\n", ["# yaml-language-server: $schema=x"]),
    ("{username: a, # one\n last_name: b # two\n} # three\n", ["# one", "# two", "# three"]),
    ("system_label_names: [a, # one\n  b]# two\n", ["# one", "# two"]),
    (
        "system_label_names: # one\n- a # two\n- # three\n  b # four\n# five\n",
        [f"# {n}" for n in ("one", "two", "three", "four", "five")],
    ),
    ("system_label_names:\n- a # one\n- a # two\n", ["# one", "# two"]),
    ("transition:\n  notes: |# one\n    a # no\n    # no\n  # two\n", ["# one", "# two"]),
    ("transition:\n  notes: >2-   # one \n    a\n\n    # no\n\n\n# two\n", ["# one", "# two"]),
    ("transition:\n  notes: |+\n    a # no\n\n\n\n# one\n", ["# one"]),
    ("transition:\n  notes: |\n    a # no", []),
    (
        "transition: # one\n  # two\n  waive: # three\n  # four\n  - # five\n    rule: a # six\n  # seven\n",
        [f"# {n}" for n in ("one", "two", "three", "four", "five", "six", "seven")],
    ),
    (
        "transition:\n  waive: [{rule: a, # one\n   by: b}, # two\n   {rule: c} # three\n  ] # four\n",
        [f"# {n}" for n in ("one", "two", "three", "four")],
    ),
    ('username: a\n   b  # one\nlast_name: "c\n  # no\n  d"  # two\n', ["# one", "# two"]),
    ("username: a  # 😀 漢 \u00a0é\n", ["# 😀 漢 \u00a0é"]),
]


@pytest.mark.parametrize(("text", "marks"), ODD)
def test_no_comment_is_lost_in_whatever_style_it_was_written(text: str, marks: list[str], school: School) -> None:
    record = _record(text, school)
    after = _fmt(text, school)

    assert Counter(marks) == _marks(text)
    assert Counter(marks) == _marks(after)
    assert record == _record(after, school)
    assert after == _fmt(after, school)
    assert not any(line.endswith(" ") for line in after.splitlines())


@given(chance=st.randoms(use_true_random=False))
@settings(max_examples=EXAMPLES)
def test_fmt_of_shuffled_keys_keeps_every_comment(school: School, chance: random.Random) -> None:
    lines = _shuffled(EVERYWHERE.splitlines(), chance)
    text = "".join(f"{line}\n" for line in lines)
    after = _fmt(text, school)

    assert Counter(EVERYWHERE.splitlines()) == Counter(lines)
    assert _marks(EVERYWHERE) == _marks(text) == _marks(after)
    assert _record(EVERYWHERE, school) == _record(text, school) == _record(after, school)
    assert after == _fmt(after, school)


def _shuffled(lines: list[str], chance: random.Random, depth: int = 0) -> list[str]:
    """Return the lines with the keys of each level in another order, each with the comments above it."""
    entries = _entries(lines, depth)
    below = entries.pop() if _is_comment(entries[-1][-1]) else []
    chance.shuffle(entries)
    return [line for entry in entries for line in _shuffled_inside(entry, chance, depth)] + below


def _shuffled_inside(entry: list[str], chance: random.Random, depth: int) -> list[str]:
    head = 1 + sum(_is_comment(line) for line in entry[: [_is_comment(line) for line in entry].index(False)])
    if entry[head - 1].split(":")[0].strip() not in {"primary_education", "transition", "account"}:
        return entry
    return entry[:head] + _shuffled(entry[head:], chance, depth + 2)


def _entries(lines: list[str], depth: int) -> list[list[str]]:
    """Cut the lines above each key of this depth and the comments on it."""
    entries: list[list[str]] = [[]]
    for line in lines:
        if len(line) - len(line.lstrip()) == depth and line and not all(map(_is_comment, entries[-1])):
            entries.append([])
        entries[-1].append(line)
    return entries


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


REMARKS = st.tuples(
    st.integers(0, 60),  # in which line
    st.integers(-3, 6),  # so many blanks before it; below zero: behind the line
    st.sampled_from(["a", "a: b", "- c", '"', "|", "# d", "#e", "😀 é"]),
)


def _remarked(lines: list[str], remarks: list[tuple[int, int, str]]) -> tuple[str, list[str]]:
    """Return the lines with remarks put between and behind them, and the remarks."""
    above: list[list[str]] = [[] for _line in lines]
    inline = [""] * len(lines)
    marks = [f"# new {number} {text}" for number, (_line, _blanks, text) in enumerate(remarks)]
    for mark, (line, blanks, _text) in zip(marks, remarks, strict=True):
        here = line % len(lines)
        if blanks < 0 and not inline[here] and not _is_comment(lines[here]):
            inline[here] = " " * -blanks + mark
        else:
            above[here].append(" " * max(blanks, 0) + mark)
    text = [part for here, line in enumerate(lines) for part in (*above[here], line + inline[here])]
    return "".join(f"{line}\n" for line in text), marks


SHIPPED = [path.read_text(encoding="utf-8") for path in (Path(__file__).parents[2] / "records").glob("*/*.yaml")]


@given(sound=st.sampled_from([EVERYWHERE, *sorted(SHIPPED)]), remarks=st.lists(REMARKS, min_size=1, max_size=8))
@settings(max_examples=4 * EXAMPLES)
def test_no_comment_put_anywhere_into_a_record_is_lost(
    school: School, sound: str, remarks: list[tuple[int, int, str]]
) -> None:
    head, block, tail = sound.partition("  notes: |")
    text, new = _remarked(head.splitlines(), remarks)
    text += block + tail
    after = _fmt(text, school)

    assert _record(sound, school) == _record(text, school) == _record(after, school)
    assert _marks(text) == _marks(after)
    assert all(sum(mark in known for known in _marks(after).elements()) == 1 for mark in new)
    assert after == _fmt(after, school)
