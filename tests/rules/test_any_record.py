"""Whatever a record holds, judging it ends, and what is said of it is safe to print and to the point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graduand.findings import Finding, Severity
from graduand.language import speak, visible
from graduand.records.institution import Institution, read_institution
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.record import Record
from graduand.records.school import School, school_of
from graduand.records.transition import Waiver
from graduand.rules import values as rules_of_values
from graduand.rules.judgement import CheckedRecord, findings, judge, judge_all, sound
from graduand.rules.registry import RULES
from tests.rules.judged import ON, importer

if TYPE_CHECKING:
    from graduand.records.field import Field
    from graduand.records.record import Value

VALMONT: Final = read_institution(b"own_domains: [valmont.example]\nkeeps_sso: false\nkeeps_school_email: false\n")
SCHOOLS: Final = {
    "eu": school_of(VALMONT, importer()),
    "us": school_of(Institution(region="us"), importer()),
}
_ODD: Final = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{}"), min_size=1, max_size=60)
_USUAL: Final = st.sampled_from(
    (
        *(
            "true",
            "false",
            "TRUE",
            "oui",
            "Alumni",
            "alumni",
            "Master 1",
            "graduated",
            "returned",
            "Bachelors",
            "deceased",
        ),
        *(
            "2022-09-01",
            "2026-06-15",
            "2026-07-02",
            "1900-01-01",
            "15/06/2026",
            "2026-02-30",
            "3.47",
            "4,5",
            "0612345678",
        ),
        *(
            "c@valmont.example",
            "c@gmial.com",
            "c@univ-lyon.fr",
            "c@etu.valmont.example",
            "00412345",
            "Droit;",
            "DROIT PUBLIC",
        ),
        *(
            "=1",
            "*CLEAR*",
            CLEAR,
            "Chloe\u0301",
            "Ив\u0061н",
            "a\u202eb",
            " a",
            "a\u00a0b",
            "a\nb",
            "x" * 300,
            "Chlo3",
            "e" * 51,
        ),
    )
)
_TEXT: Final = _USUAL | _ODD
_WAIVER: Final = st.builds(
    Waiver, st.sampled_from(["", "gr126", *RULES]) | _ODD, _TEXT | st.just(""), _TEXT | st.just(""), _TEXT | st.just("")
)


def values(school: School) -> st.SearchStrategy[dict[str, Value]]:
    """Return values, right or wrong, for any of the columns."""

    def value(field: Field) -> st.SearchStrategy[Value]:
        listed = st.lists(_TEXT, min_size=1, max_size=3).map(tuple)
        fitting = st.sampled_from(field.values) if field.values else _TEXT
        return listed | st.just(CLEAR) if field.kind is FieldKind.LIST else fitting | _TEXT

    fields = [field for field in school.fields.values() if field.kind is not FieldKind.WAIVERS]
    return st.fixed_dictionaries({}, optional={field.key: value(field) for field in fields})


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("region", ["eu", "us"])
@given(data=st.data())
def test_any_record_is_judged_in_sentences_that_are_safe_to_print(
    language: str, region: str, data: st.DataObject
) -> None:
    school = SCHOOLS[region]
    speak(language)
    record = Record(
        "records/2026-spring/00412345.yaml",
        data.draw(values(school), "values"),
        tuple(data.draw(st.lists(_WAIVER, max_size=2), "waivers")),
    )
    twin = record._replace(path="records/2025-autumn/00412345.yaml")
    flaws = judge(record, school, ON) + [
        shared.flaw for shared in judge_all((record, twin)) if shared.path == record.path
    ]

    for finding in findings(record, flaws, {}, ON):
        assert finding.rule in RULES
        assert finding.message
        assert all(char.isprintable() or char in "\u00a0\u202f" for char in finding.message)
        assert "{" not in finding.message
        if finding.rule[:3] in {"GR1", "GR3"} and (text := value_at(record, finding.field)):
            domain = text.rpartition("@")[2].lower()
            assert visible(text, 1000)[:30] in finding.message or (domain and visible(domain) in finding.message)


def value_at(record: Record, key: str) -> str:
    """Return the text that a finding is about; "" when it is about something absent, or about a whole list."""
    whole, _colon, index = key.rpartition(":")
    items = record.texts(whole)
    return items[int(index)] if items and index.isdecimal() else record.text(key)


@pytest.mark.parametrize("text", ["={value}", "={0}", "=%s", "=%(x)s", "={", "=\\", "=$(x)", "=`x`", "=[bold]x[/bold]"])
def test_what_looks_like_a_template_is_shown_as_it_stands(text: str) -> None:
    flaws = judge(Record("records/a/b.yaml", {"campus_name": text}), SCHOOLS["eu"], ON)

    assert [f"“{text}”" in flaw.message for flaw in flaws if flaw.rule == "GR116"] == [True]


def test_what_is_remembered_of_sound_values_changes_no_judgement(monkeypatch: pytest.MonkeyPatch) -> None:
    record = Record("records/a/b.yaml", {"campus_name": "Lac", "gender": "=1", "athlete": "true"})
    first, again = (judge(record, SCHOOLS["eu"], ON) for _turn in range(2))
    monkeypatch.setattr(rules_of_values, "_REMEMBERED", 0)
    fresh = school_of(VALMONT, importer())

    assert first == again == judge(record, fresh, ON) == judge(record, fresh, ON)


def test_only_a_record_without_an_error_is_sound() -> None:
    faulty, doubtful, plain = (Record(f"records/a/{name}.yaml", {}) for name in ("faulty", "doubtful", "plain"))
    found = [
        Finding("GR104", Severity.ERROR, faulty.path, 1, 1, "", "", ""),
        Finding("GR105", Severity.WARNING, faulty.path, 1, 1, "", "", ""),
        Finding("GR105", Severity.WARNING, doubtful.path, 1, 1, "", "", ""),
    ]

    assert sound((faulty, doubtful, plain), found) == (CheckedRecord(doubtful), CheckedRecord(plain))


def test_the_language_of_a_sentence_is_the_one_spoken_when_it_is_said() -> None:
    record = Record("records/a/b.yaml", {"campus_name": "=1"})
    said = {}
    for language in ("en", "fr", "en"):
        speak(language)
        said[language] = {flaw.message for flaw in judge(record, SCHOOLS["eu"], ON)}

    assert any("“=1”" in sentence for sentence in said["en"])
    assert any("«\u00a0=1\u00a0»" in sentence for sentence in said["fr"])
    assert not said["en"] & said["fr"]
