"""Exemptions: each rule that allows one, each that does not, and what makes an exemption void."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from graduand.rules.registry import RULES
from tests.rules.judged import GRADUATE, HERE, but, judged, other, quoted
from tests.rules.rule_cases import CASES, FEED_CASES, check_files

if TYPE_CHECKING:
    from pathlib import Path

UNREAD: Final = {f"GR{number:03}" for number in range(1, 12)} | {"GR014", "GR015", "GR018"}
"""Where there is no record to read an exemption from."""
READ: Final = [name for name in CASES if name[:5] not in UNREAD]

PHONE: Final = but(GRADUATE, ("primary_education:\n", "mobile_number: +33612345678\nprimary_education:\n"))
EXEMPTED: Final = (
    f"{PHONE}  waive:\n    - rule: GR126\n      reason: abroad\n      until: 2026-07-01\n      by: registrar\n"
)


def exempt(text: str, rule: str) -> str:
    """Return the record with an exemption from `rule`."""
    waiver = f"{{rule: {rule}, reason: seen, until: 2026-07-01, by: registrar}}"
    if "  waive:\n" in text:
        return but(text, ("  waive:\n", f"  waive:\n    - {waiver}\n"))
    return but(text, ("transition:\n", f"transition:\n  waive: [{waiver}]\n"))


@pytest.mark.parametrize("name", READ)
def test_an_exemption_silences_a_rule_that_allows_it_and_no_other(tmp_path: Path, name: str) -> None:
    case, rule = CASES[name], name[:5]
    breaking = {one.path: exempt(case.bad[one.path], rule) for one in case.findings}
    found = check_files(tmp_path, case, {**case.bad, **breaking})

    assert {one.rule for one in found} == (set() if RULES[rule].waivable else {rule, "GR606"})


def test_no_rule_is_left_out_above() -> None:
    about_files = {name[:5] for name in FEED_CASES}

    assert {name[:5] for name in READ} == set(RULES) - UNREAD - about_files
    assert not any(RULES[rule].waivable for rule in UNREAD | about_files)


VOID: Final = {
    "the last day": ("", "", "2026-07-01", set()),
    "the day after": ("", "", "2026-07-02", {"GR605", "GR126"}),
    "no reason": ("      reason: abroad\n", "", "2026-07-01", {"GR608", "GR126"}),
    "nothing but the rule": (
        "      reason: abroad\n      until: 2026-07-01\n      by: registrar\n",
        "",
        "2026-07-01",
        {"GR608", "GR126"},
    ),
    "no such day": ("until: 2026-07-01", "until: 2026-09-31", "2026-07-01", {"GR608", "GR126"}),
    "a day the French way": ("until: 2026-07-01", "until: 31/12/2026", "2026-07-01", {"GR608", "GR126"}),
    "a day without hyphens": ("until: 2026-07-01", "until: 20261231", "2026-07-01", {"GR608", "GR126"}),
    "a day as a week": ("until: 2026-07-01", "until: 2026-W53-1", "2026-07-01", {"GR608", "GR126"}),
    "a rule in small letters": ("rule: GR126", "rule: gr126", "2026-07-01", {"GR606", "GR126"}),
    "a family": ("rule: GR126", "rule: GR1", "2026-07-01", {"GR606", "GR126"}),
    "a rule that protects the file": ("rule: GR126", "rule: GR119", "2026-07-01", {"GR606", "GR126"}),
    "another rule": ("rule: GR126", "rule: GR111", "2026-07-01", {"GR607", "GR126"}),
    "a reason that nobody sees whole": ("abroad", '"ab\\u202eroad"', "2026-07-01", {"GR114"}),
    "a reason that drives the terminal": ("abroad", '"\\e[2J"', "2026-07-01", {"GR114"}),
    "a second one that has run out": (
        "  waive:\n",
        "  waive:\n    - {rule: GR126, reason: a, until: 2025-01-01, by: b}\n",
        "2026-07-01",
        {"GR605"},
    ),
}


@pytest.mark.parametrize(("old", "new", "on", "rules"), VOID.values(), ids=VOID)
def test_an_exemption_holds_to_its_last_day_and_only_when_it_is_whole(
    tmp_path: Path, old: str, new: str, on: str, rules: set[str]
) -> None:
    assert {one.rule for one in judged(tmp_path, but(EXEMPTED, (old, new)), on)} == rules


def test_a_rule_in_small_letters_is_understood_and_not_obeyed(tmp_path: Path) -> None:
    found = judged(tmp_path, but(EXEMPTED, ("GR126", "gr126")))

    assert [quoted(one.message) for one in found if one.rule == "GR606"] == [["gr126", "GR126"]]


def test_what_is_missing_is_named_by_its_key(tmp_path: Path) -> None:
    found = judged(tmp_path, f"{PHONE}  waive:\n    - {{rule: GR126, by: registrar}}\n")
    (said,) = (one.message for one in found if one.rule == "GR608")

    assert "reason, until" in said
    assert "rule" not in said


def test_an_exemption_of_one_leaves_what_is_said_of_the_other(tmp_path: Path) -> None:
    waiver = "  waive: [{rule: GR407, reason: twins, until: 2026-12-31, by: registrar}]\n"
    back = but(
        other(GRADUATE), ("Martin", "Dupont"), ("graduated", "returned"), ("first", "institution_year_name: M1\nfirst")
    )
    found = judged(tmp_path, {HERE: GRADUATE + waiver, "2026-spring/00412346.yaml": back})

    assert [one.username for one in found if one.rule in {"GR407", "GR607"}] == ["00412346"]
