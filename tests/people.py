"""People whom nobody invented: records of any shape that `check` calls sound, for hypothesis."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from hypothesis import assume
from hypothesis import strategies as st

from graduand.findings import Severity
from graduand.records.importer import read_importer
from graduand.records.institution import read_institution
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.paths import record_path
from graduand.records.record import START, Record
from graduand.records.school import school_of
from graduand.rules.judgement import judge, judge_all
from graduand.rules.registry import RULES
from tests.repository import HOUSE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graduand.records.field import Field
    from graduand.records.record import Value
    from graduand.records.school import School
    from graduand.rules.rule import Flaw

DAY: Final = "2026-11-23"
SCHOOL: Final = school_of(
    read_institution((HOUSE / "schema/institution.yaml").read_bytes()),
    read_importer((HOUSE / "schema/handshake.yaml").read_bytes()),
)

_TRAPS: Final = (
    *(
        "O’Brien, baronne",
        "O'Connor",
        '"',
        'a"b',
        "a,b",
        "x, y",
        "Null",
        "no",
        "1e5",
        "0012",
        "x;y",
        "**CLEAR",
        "a\\nb",
    ),
    *(
        "Écon",
        "É",
        "王",
        "بن يوسف",
        "👩\u200d🎓",
        "क्\u200dष",
        "a\u0301",
        "ﬁ",
        "\ufeffx",
        "x\u202ey",
        "\ud7a3",
        "𝒜",
        "a\tb",
        "- x",
    ),
)
"""Text that a CSV or YAML writer, a spreadsheet or a reader may stumble over."""

_TEXT: Final = st.sampled_from(_TRAPS) | st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
_BY_KIND: Final[dict[FieldKind, st.SearchStrategy[str]]] = {
    # What is all signs or in quotation marks stands for something else in a foreign table.
    FieldKind.IDENTIFIER: st.from_regex(
        r"(?=[!-~]*[A-Za-z0-9])(?![!-~]*(?:''|\\['\"]))[!#-&(-*,./0-9:;<>?A-~][!-~]{0,20}", fullmatch=True
    ),
    FieldKind.EMAIL: st.from_regex(
        r"[a-z0-9!#$%&'*/?^_`{|}~][a-zA-Z0-9+=-]{0,20}(\.[a-z]{1,9})?@(valmont|mail|courriel)\.example", fullmatch=True
    ),
    FieldKind.PHONE: st.from_regex(r"\+?[0-9]{10}", fullmatch=True),
    # An intake takes the days of other years for words that stand for no day.
    FieldKind.DATE: st.dates(date(1930, 1, 1), date(2049, 12, 31)).map(str).filter("1970-01-01".__ne__),
    FieldKind.BOOLEAN: st.sampled_from(["true", "false"]),
    FieldKind.GPA: st.from_regex(r"[0-4](\.[0-9]{1,2})?", fullmatch=True),
}


_NOT_DRAWN: Final = frozenset({"transition:kind", "transition:confidential", "transition:excluded_from_sync"})
"""Of the kind two are drawn that need no more; of the others no row is sent."""


def sound_people(school: School, least: int = 1, most: int = 1) -> st.SearchStrategy[tuple[Record, ...]]:
    """Return people without an error, by themselves and among each other."""

    @st.composite
    def people(draw: st.DrawFn) -> tuple[Record, ...]:
        everybody = tuple(_person(draw, school, number) for number in range(draw(st.integers(least, most))))
        assume(not errors(shared.flaw for shared in judge_all(everybody)))
        return everybody

    return people()


def errors(flaws: Iterable[Flaw]) -> list[Flaw]:
    """Return the flaws that forbid compiling."""
    return [flaw for flaw in flaws if RULES[flaw.rule].severity is Severity.ERROR]


def _person(draw: st.DrawFn, school: School, number: int) -> Record:
    kind = draw(st.sampled_from(["graduated", "returned"]))
    plain: dict[str, Value] = {
        "username": f"{number}",
        "email_address": f"p{number}@valmont.example",
        "first_name": "Chloé",
        "transition:kind": kind,
        **({school.year: "Masters", START: "2026-09-01"} if kind == "returned" else {}),
    }
    wild = {
        key: draw(_value(field))
        for key, field in school.fields.items()
        if field.kind is not FieldKind.WAIVERS and key not in _NOT_DRAWN and draw(st.booleans())
    }
    return _without_errors(plain | wild, plain, school)


def _value(field: Field) -> st.SearchStrategy[Value]:
    if field.key == "transition:account:reason":
        return st.sampled_from(["requested-by-student", "required-by-policy", "closed-by-mistake"])
    kind = field.item if field.kind is FieldKind.LIST else field.kind
    text = st.sampled_from(field.values) if field.values else _BY_KIND.get(kind, _TEXT)
    whole = st.lists(text, min_size=1, max_size=4, unique=True).map(tuple) if field.kind is FieldKind.LIST else text
    return st.one_of(whole, whole, whole, st.just(CLEAR)) if field.clear else whole


def _without_errors(values: dict[str, Value], plain: dict[str, Value], school: School) -> Record:
    """Take out the values that an error is about, and put plain ones in; that may bring up another error."""
    while True:
        record = Record(record_path("2026-spring", str(values["username"]), 1), values)
        wrong = [flaw.field for flaw in errors(judge(record, school, DAY))]
        if not wrong:
            return record
        kept = {key: value for key, value in values.items() if not any(_touch(key, field) for field in wrong)}
        assert len(kept) < len(values), wrong
        values = plain | kept


def _touch(key: str, field: str) -> bool:
    return f"{key}:".startswith(f"{field}:") or f"{field}:".startswith(f"{key}:")
