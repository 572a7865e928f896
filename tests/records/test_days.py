"""Why a text is no day."""

from __future__ import annotations

import pytest

from graduand.language import speak
from graduand.records.kinds import no_day


@pytest.mark.parametrize(
    ("text", "days", "last"),
    [
        ("31/06/2026", 30, "2026-06-30"),
        ("06/31/2026", 30, "2026-06-30"),
        ("2026-02-30", 28, "2026-02-28"),
        ("29.2.2027", 28, "2027-02-28"),
        ("2024/02/30", 29, "2024-02-29"),
    ],
)
def test_a_day_that_its_month_does_not_have_is_told_so(text: str, days: int, last: str) -> None:
    said = f"“{text}” is no date: that month has {days} days. Write it as yyyy-mm-dd, such as {last}."

    assert no_day(text) == said


@pytest.mark.parametrize("text", ["soon", "2026-13-01", "2026-06-32", "0000-02-30", "31/06/26", "9" * 50])
def test_anything_else_is_told_how_a_date_is_written(text: str) -> None:
    speak("fr")

    assert no_day(text).endswith(
        "n’est pas une date\u00a0; écrivez-la sous la forme aaaa-mm-jj, par exemple 2026-06-30."
    )
