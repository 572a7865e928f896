from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graduand.index.query import DateCondition, Filter, NotUnderstood, Query, completed, folded, query_of
from graduand.language import speak


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Chloé", "chloe"),
        ("Łukasz Żak", "lukasz zak"),
        ("Søren", "soren"),
        ("O’Brien", "o'brien"),
        ("Nguyễn Thị Hồng", "nguyen thi hong"),
        ("STRASSE", "straße"),
        ("Œuvre", "oeuvre"),
        ("ليلى", "ليلى"),
        ("小梅", "小梅"),
    ],
)
def test_names_are_found_as_people_type_them(text: str, typed: str) -> None:
    assert folded(typed) in folded(text)


@given(st.text())
def test_what_is_folded_stays_folded(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", Query()),
        ("  dupont  CHLOÉ ", Query(("dupont", "chloe"))),
        ("kind:returned", Query(filters=(Filter("kind", "returned"),))),
        ("nature:retour", Query(filters=(Filter("kind", "returned"),))),
        ("nature:départ", Query(filters=(Filter("kind", "left"),))),
        ("état:att", Query(filters=(Filter("state", "waiting"),))),
        ("state:held dupont", Query(("dupont",), (Filter("state", "held"),))),
        ("problem:GR3", Query(filters=(Filter("problem", "gr3"),))),
        ("promotion:2026-Spring", Query(filters=(Filter("cohort", "2026-spring"),))),
        ("kind:", Query()),
        ("transition:closes", Query(filters=(Filter("state", "?"),), unknown=(NotUnderstood("transition", "closes"),))),
        ("kind:closed", Query(filters=(Filter("kind", "closed"),))),
        ("état:à-renvoyer", Query(filters=(Filter("state", "changed"),))),
        ('-state:"to be sent" x', Query(("x",), (Filter("state", "new", negated=True, exact=True),))),
        ('formation:"Droit public"', Query(filters=(Filter("programme", "droit public", exact=True),))),
        ("stat:xyz", Query(("stat:xyz",), unknown=(NotUnderstood("stat"),))),
        ("fin:<2026-07-01", Query(filters=(Filter("end", "<2026-07-01"),))),
        ("fin:june", Query(filters=(Filter("state", "?"),), unknown=(NotUnderstood("fin", "june"),))),
        ("12:30", Query(("12:30",))),
    ],
)
def test_a_query_is_taken_apart_in_both_languages(typed: str, query: Query) -> None:
    assert query_of(typed) == query


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("ki", "kind:"),
        ("dupont st", "dupont state:"),
        ("state:wa", "state:waiting"),
        ("état:ret", "état:retenu"),
        ("cohort:2026", "cohort:2026-spring"),
        ("problem:gr1", "problem:GR101"),
        ("k", "k"),
        ("kind:x", "kind:x"),
        ("dupont", "dupont"),
        ("", ""),
        ("dupont ", "dupont "),
    ],
)
def test_a_filter_is_completed_while_it_is_typed(typed: str, whole: str) -> None:
    found = completed(typed, ["2025-autumn", "2026-spring"], ["GR101", "GR301"])

    assert found.casefold() == whole.casefold()
    assert found.startswith(typed)


@pytest.mark.parametrize(
    ("new", "old", "narrows"),
    [
        ("dup", "du", True),
        ("dup x", "dup", True),
        ("du", "dup", False),
        ("dup", "", True),
        ("kind:returned dup", "dup", False),
        ("kind:returned dupo", "kind:returned dup", True),
    ],
)
def test_a_longer_word_is_looked_for_among_the_found_only(new: str, old: str, narrows: bool) -> None:  # noqa: FBT001
    assert query_of(new).narrows(query_of(old)) is narrows


@pytest.mark.parametrize(
    ("language", "typed", "whole"),
    [
        ("fr", "état:", "état:attend-l'adresse"),
        ("fr", "ét", "état:"),
        ("en", "state:", "state:awaits-address"),
        ("fr", "état:atten", "état:attend-l'adresse"),
    ],
)
def test_a_filter_is_completed_in_the_language_that_is_spoken(language: str, typed: str, whole: str) -> None:
    speak(language)

    assert completed(typed, [], []) == whole


@pytest.mark.parametrize(
    ("typed", "date", "holds"),
    [
        ("2026-06", "2026-06-15", True),
        ("2026-06", "2026-07-01", False),
        ("15/06/2026", "2026-06-15", True),
        ("06/2026", "2026-06-15", True),
        ("<2026-07-01", "2026-06-30", True),
        ("<2026-07-01", "2026-07-01", False),
        ("<2026-07-01", "", False),
        ("<=2026-06", "2026-06-30", True),
        (">2026-06", "2026-06-30", False),
        (">2026-06", "2026-07-01", True),
        (">=30/06/2026", "2026-06-30", True),
        ("", "", True),
        ("", "2026-06-30", False),
    ],
)
def test_a_date_is_compared_as_exactly_as_it_is_typed(typed: str, date: str, holds: bool) -> None:  # noqa: FBT001
    condition = DateCondition.of(typed)
    assert condition
    assert condition.holds(date) is holds
