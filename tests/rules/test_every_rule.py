"""Every rule of the book: broken by its example alone, not by the neighbour, and explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.language import speak
from graduand.rules.registry import FAMILIES, RULES
from tests.rules.judged import CLOSED, GRADUATE, HERE, RETURNER, importer, judged, marked
from tests.rules.pairs import PAIRS

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.rules.rule import Rule


@pytest.mark.parametrize("base", [GRADUATE, RETURNER, CLOSED], ids=["graduate", "returner", "closed"])
def test_nothing_is_wrong_with_the_records_that_the_others_are_made_of(tmp_path: Path, base: str) -> None:
    assert judged(tmp_path, base) == ()


@pytest.mark.parametrize("name", PAIRS)
def test_the_record_breaks_this_rule_alone_and_just_there(tmp_path: Path, name: str) -> None:
    pair = PAIRS[name]
    found = judged(tmp_path, pair.bad, settings=pair.settings)

    assert [(one.rule, one.field, one.path, one.line, one.column) for one in found] == [
        (name[:5], pair.field, *place) for place in marked(pair.bad)
    ]
    assert found


@pytest.mark.parametrize("name", PAIRS)
def test_its_neighbour_breaks_none(tmp_path: Path, name: str) -> None:
    assert judged(tmp_path, PAIRS[name].good, settings=PAIRS[name].settings) == ()


@pytest.mark.parametrize("name", PAIRS)
def test_the_same_is_found_in_french_with_every_blank_filled_in(tmp_path: Path, name: str) -> None:
    speak("fr")
    found = judged(tmp_path, PAIRS[name].bad, settings=PAIRS[name].settings)

    assert {name[:5]} == {one.rule for one in found}
    assert not any("{" in one.message or "“" in one.message.replace("“**CLEAR**”", "") for one in found)


def test_a_link_is_no_record(tmp_path: Path) -> None:
    judged(tmp_path, GRADUATE)
    link = tmp_path / "records" / "2026-spring" / "00412346.yaml"
    link.symlink_to(tmp_path / "records" / HERE)

    assert [(one.rule, one.path) for one in judged(tmp_path, GRADUATE)] == [
        ("GR015", "records/2026-spring/00412346.yaml")
    ]


def test_every_rule_of_the_book_is_broken_above() -> None:
    assert {name[:5] for name in PAIRS} | {"GR015"} == set(RULES)


def test_no_two_rules_share_an_id_and_each_stands_in_its_family() -> None:
    ids = [(number, rule.id) for number, family in enumerate(FAMILIES) for rule in family.RULES]

    assert len(ids) == len(RULES)
    assert [rule for number, rule in ids if not rule.startswith(f"GR{number}") or len(rule) != 5] == []
    assert [rule for _number, rule in ids] == sorted(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_each_rule_says_what_is_wrong_why_and_what_to_do(rule: Rule) -> None:
    assert all(text and text == text.strip() and "{" not in text for text in (rule.title, rule.why, rule.cure))
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert rule.cure.endswith(".")


@pytest.mark.parametrize("rule", RULES)
def test_each_source_can_be_looked_up(rule: str) -> None:
    assert [key for key in RULES[rule].sources if key not in importer().sources] == []
