"""Whose a failed row is: found by what the row has kept of a person, and nobody's where two could be meant."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graduand.language import visible
from graduand.tables.match_people import MatchedBy, PersonMatch, RowIdentity, match_people

USERNAMES: Final = (
    "00412345",
    "412399",
    "00412399",
    "cdupont",
    "1e5",
    "410000000001",
    "420000000001",
    "420000000002",
    "41234567890123456789",
    "007",
    "0007",
    "zoe",
)
EMAILS: Final = {
    "Chloe.Dupont@valmont.example": "cdupont",
    "zero@valmont.example": "00412399",
    "james@valmont.example": "0007",
    "zoe@valmont.example": "zoe",
    "two@valmont.example": "007",
    "TWO@valmont.example": "0007",
}
FORMER: Final = {"old-zoe": "zoe", "00099": "zoe", "cdupont": "zoe"}


def matched(username: str, email: str = "") -> PersonMatch:
    (found,) = match_people([RowIdentity(username, email)], USERNAMES, EMAILS, FORMER)
    return found


@pytest.mark.parametrize(
    ("username", "email", "found", "how"),
    [
        ("00412345", "", "00412345", MatchedBy.USERNAME),
        ("00412345", "unknown@valmont.example", "00412345", MatchedBy.USERNAME),
        ("00412345", "zoe@valmont.example", "00412345", MatchedBy.USERNAME),
        ("cdupont", "", "cdupont", MatchedBy.USERNAME),
        # Zeros and figures that a spreadsheet took.
        ("412345", "", "00412345", MatchedBy.SPREADSHEET),
        ("412345.0", "", "00412345", MatchedBy.SPREADSHEET),
        ("412345,0", "", "00412345", MatchedBy.SPREADSHEET),
        ("4.12345E+05", "", "00412345", MatchedBy.SPREADSHEET),
        ("4,12345E+05", "", "00412345", MatchedBy.SPREADSHEET),
        ("4.12345e5", "", "00412345", MatchedBy.SPREADSHEET),
        ("412\u202f345", "", "00412345", MatchedBy.SPREADSHEET),
        ("412 345,00", "", "00412345", MatchedBy.SPREADSHEET),
        ('="00412345"', "", "00412345", MatchedBy.SPREADSHEET),
        ("'cdupont", "", "cdupont", MatchedBy.SPREADSHEET),
        ("1.00E+05", "", "1e5", MatchedBy.SPREADSHEET),
        ("100000", "", "1e5", MatchedBy.SPREADSHEET),
        ("4.1E+11", "", "410000000001", MatchedBy.SPREADSHEET),
        ("4.12346E+19", "", "41234567890123456789", MatchedBy.SPREADSHEET),
        ("41234567890123400000", "", "41234567890123456789", MatchedBy.SPREADSHEET),
        ("99", "", "zoe", MatchedBy.SPREADSHEET),
        # One of several: only the address can tell.
        ("4.2E+11", "", "", MatchedBy.NONE),
        ("7", "", "", MatchedBy.NONE),
        ("7", "james@valmont.example", "0007", MatchedBy.SPREADSHEET),
        ("7", "two@valmont.example", "", MatchedBy.NONE),
        ("4.124E+05", "zero@valmont.example", "00412399", MatchedBy.SPREADSHEET),
        ("412399", "", "412399", MatchedBy.USERNAME),
        ("412399", "zero@valmont.example", "00412399", MatchedBy.SPREADSHEET),
        # Two who contradict each other.
        ("412345", "zoe@valmont.example", "", MatchedBy.NONE),
        ("old-zoe", "chloe.dupont@valmont.example", "", MatchedBy.NONE),
        # The address, and the former username.
        ("", "CHLOE.dupont@valmont.example", "cdupont", MatchedBy.EMAIL),
        ("unknown", "chloe.dupont@valmont.example", "cdupont", MatchedBy.EMAIL),
        ("old-zoe", "", "zoe", MatchedBy.FORMER),
        ("old-zoe", "zoe@valmont.example", "zoe", MatchedBy.FORMER),
        # Nobody.
        ("unknown", "", "", MatchedBy.NONE),
        ("unknown", "unknown@valmont.example", "", MatchedBy.NONE),
        ("", "unknown@valmont.example", "", MatchedBy.NONE),
        ("", "", "", MatchedBy.NONE),
        ("99999", "", "", MatchedBy.NONE),
        ("1E+999", "", "", MatchedBy.NONE),
        ("٤١٢٣٤٥", "", "", MatchedBy.NONE),
    ],
)
def test_a_row_finds_its_person(username: str, email: str, found: str, how: MatchedBy) -> None:
    one = matched(username, email)
    assert (one.username, one.how) == (found, how)
    assert bool(one.note) is (how is not MatchedBy.USERNAME)


def test_what_was_found_is_told() -> None:
    assert matched("412345").note == "A spreadsheet has made “412345” of the username “00412345”."
    assert matched("x", "zoe@valmont.example").note == (
        "No record has the username “x”; “zoe” has the address “zoe@valmont.example”."
    )
    assert matched("7").note == (
        "A spreadsheet has made “7” of one of the usernames “0007”, “007”; which one is not known."
    )
    assert matched("412345", "zoe@valmont.example").note == (
        "The username “412345” leads to “00412345”, but the address “zoe@valmont.example” leads to “zoe”."
    )
    assert matched("\x1b[2J").note == "No record has the username “<U+001B>[2J”, and the row has no address."


def test_two_rows_of_one_person_both_stay() -> None:
    rows = [RowIdentity(username, "") for username in ("zoe", "old-zoe", "99", "99")]
    found = match_people(rows, USERNAMES, EMAILS, FORMER)
    assert [one.username for one in found] == ["zoe"] * 4


@given(st.text(max_size=12), st.text(max_size=12), st.lists(st.text(min_size=1, max_size=6), max_size=4))
def test_any_text_finds_somebody_or_nobody(username: str, email: str, usernames: list[str]) -> None:
    (found,) = match_people([RowIdentity(username, email)], usernames, {}, {})
    assert found.username in {"", *usernames}
    assert visible(found.note, len(found.note) + 1) == found.note


@given(st.lists(st.from_regex(r"\A0{0,3}[1-9][0-9]{0,17}\Z"), min_size=1, max_size=6, unique=True), st.data())
def test_a_lost_zero_never_leads_to_another_person(usernames: list[str], data: st.DataObject) -> None:
    whose = data.draw(st.sampled_from(usernames))
    emails = {f"{username}@valmont.example": username for username in usernames}
    number = int(whose)
    for written in (str(number), f"{number}.0", f"{number:.5E}", f"{number:.2E}".replace(".", ",")):
        (alone,) = match_people([RowIdentity(written, "")], usernames, {}, {})
        assert alone.username in {"", whose, written}
        (told,) = match_people([RowIdentity(written, f"{whose}@valmont.example")], usernames, emails, {})
        assert told.username == whose
