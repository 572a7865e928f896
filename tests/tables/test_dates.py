"""Dates of foreign files and of saved sheets are parsed by one function."""

from __future__ import annotations

import pytest

from graduand.tables.dates import DAY_FIRST, MONTH_FIRST, SAVED, SERIAL, WRITTEN, DateSyntax, parse_date


@pytest.mark.parametrize(
    ("text", "form", "written", "saved"),
    [
        ("2026-06-05", "", "2026-06-05", "2026-06-05"),
        ("2026/6/5", "", "2026-06-05", "2026-06-05"),
        ("20260605", "", "2026-06-05", ""),
        ("2026-06-05 00:00:00", "", "2026-06-05", "2026-06-05"),
        ("2026-06-05 14:30", "", "2026-06-05", ""),
        ("05/06/2026", DAY_FIRST, "2026-06-05", "2026-06-05"),
        ("05/06/2026", MONTH_FIRST, "2026-05-06", "2026-05-06"),
        ("05/06/2026 14:30", DAY_FIRST, "2026-06-05", ""),
        ("6/25/2026", "", "2026-06-25", "2026-06-25"),
        ("31/02/2026", DAY_FIRST, "", ""),
        ("5.6.70", DAY_FIRST, "1970-06-05", "2070-06-05"),
        ("46178", SERIAL, "2026-06-05", "2026-06-05"),
        ("46178", "", "", ""),
        ("70000", SERIAL, "", "2091-08-25"),
        ("1er juin 2026", "", "2026-06-01", ""),
        ("June 1st, 2026", "", "2026-06-01", ""),
        ("soon", SERIAL, "", ""),
        ("46178.604", SERIAL, "2026-06-05", ""),
        ("46178,5", SERIAL, "2026-06-05", ""),
        ("200526", "", "", ""),
        ("46178.5", "", "", ""),
        ("2026-06-05 / 2026-07-01", "", "", ""),
        ("05/06/2026 (planned)", DAY_FIRST, "", ""),
        ("2026-06-05T00:00:00+02:00[Europe/Paris]", "", "2026-06-05", ""),
        ("Fri Jun 05 2026 00:00:00 GMT+0200 (CEST)", "", "2026-06-05", ""),
        ("05-JUN-26 10.00.00.000000 PM", "", "2026-06-05", ""),
        ("5 juin 2026 à 14 h 30", "", "2026-06-05", ""),
        ("6/5/2026 12:00:00 a.m.", MONTH_FIRST, "2026-06-05", ""),
        ("2026-06-05T22:00:00.000Z", "", "", ""),
        ("Fri, 05 Jun 2026 23:00:00 GMT", "", "", ""),
        ("2026-06-05T22:00:00+02:00", "", "2026-06-05", ""),
    ],
)
def test_a_syntax_says_which_dates_are_accepted(text: str, form: str, written: str, saved: str) -> None:
    def parsed(syntax: DateSyntax) -> str:
        return parse_date(text, form, syntax)

    assert (parsed(WRITTEN), parsed(SAVED)) == (written, saved)
