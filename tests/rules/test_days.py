"""The day for which one asks: the same record the day before, on the day and the day after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.rules.judged import CLOSED, GRADUATE, RETURNER, but, judged, quoted

if TYPE_CHECKING:
    from pathlib import Path

WAITING: Final = f"{GRADUATE}  keeps_school_email: false\n  personal_email: {{answer_by: 2026-06-30}}\n"
HELD: Final = f"{CLOSED}    effective_on: 2026-07-01\n"
REOPENED: Final = but(HELD, ("disabled: true", "disabled: false"))
SETTINGS: Final = "deactivation: {reasons: [requested-by-student, tidy]}"
TIDIED: Final = but(CLOSED, ("requested-by-student", "tidy"))

DAYS: Final = {
    "the last day for an answer": (WAITING, {"2026-06-29": "GR601", "2026-06-30": "GR601", "2026-07-01": "GR602"}),
    "no day for an answer": (
        but(WAITING, ("  personal_email: {answer_by: 2026-06-30}\n", "")),
        {"2026-06-29": "GR601", "2036-07-01": "GR601"},
    ),
    "the day of closing": (HELD, {"2026-06-30": "GR506", "2026-07-01": "", "2026-07-02": ""}),
    "the day of reopening": (REOPENED, {"2026-06-30": "GR506", "2026-07-01": ""}),
    "the graduation": (GRADUATE, {"2026-06-14": "GR211", "2026-06-15": "", "2026-06-16": ""}),
    "the end of a new study": (RETURNER, {"2027-06-29": "", "2027-06-30": "", "2027-07-01": "GR214"}),
    "a year after graduation": (TIDIED, {"2027-06-14": "GR505", "2027-06-15": "", "2027-06-16": ""}),
    "a year after a leap day": (
        but(TIDIED, ("2026-06-15", "2024-02-29")),
        {"2025-02-28": "GR505", "2025-03-01": ""},
    ),
    "a closing to come, a year after": (
        f"{TIDIED}    effective_on: 2027-06-15\n",
        {"2027-06-14": "GR506", "2027-06-15": ""},
    ),
    "a closing to come, within a year": (
        f"{TIDIED}    effective_on: 2027-06-14\n",
        {"2027-06-13": "GR505 GR506", "2027-06-14": "GR505", "2030-01-01": "GR505"},
    ),
    "seventy years": (but(GRADUATE, ("2022-09", "1956-09")), {"2026-12-31": "", "2027-01-01": "GR213"}),
    "fifteen years": (but(RETURNER, ("2027-06", "2041-06")), {"2026-01-01": "", "2025-12-31": "GR213"}),
}


@pytest.mark.parametrize(
    ("text", "on", "rules"),
    [(text, on, rules) for text, days in DAYS.values() for on, rules in days.items()],
    ids=[f"{name}, {on}" for name, (_text, days) in DAYS.items() for on in days],
)
def test_a_finding_comes_and_goes_on_its_day(tmp_path: Path, text: str, on: str, rules: str) -> None:
    assert " ".join(sorted(one.rule for one in judged(tmp_path, text, on, SETTINGS))) == rules


def test_the_sentence_names_the_day(tmp_path: Path) -> None:
    said = [
        one.message
        for text, on in ((WAITING, "2026-07-01"), (HELD, "2026-06-30"), (GRADUATE, "2026-06-14"))
        for one in judged(tmp_path, text, on)
    ]

    assert [quoted(sentence) for sentence in said] == [
        ["chloe.dupont@valmont.example", "2026-06-30"],
        ["2026-07-01"],
        ["2026-06-15"],
    ]
