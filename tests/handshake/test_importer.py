"""The stand-in answers as the pages say: each documented message, skip and silence, provoked."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.importer import CLEAR, END, LABELS, REQUIRED, START, Importer, Outcome, Settings

if TYPE_CHECKING:
    from tests.importer import Account

ALMA: Account = {
    "email_address": "alma@valmont.example",
    "first_name": "Alma",
    "auth_identifier": "alma",
    "card_id": "0012345",
    START: "2026-09-01",
    LABELS: "Honors",
    "disabled": "TRUE",
}
OTHER: Account = {"email_address": "bo@valmont.example", "first_name": "Bo", "auth_identifier": "bo", "card_id": "7"}
ROW: Account = {"username": "S1", "email_address": "alma@valmont.example", "first_name": "Alma"}
SENSITIVE = Settings(changes_identifier_data=True)
BY_ADDRESS = Settings("email_address", changes_identifier_data=True)


def importer() -> Importer:
    return Importer(
        {"S1": ALMA, "S2": OTHER, "S3": {"email_address": "cy@valmont.example", "first_name": "Cy"}},
        institutions={"hudson.edu"},
        elsewhere={"dora@mail.example"},
        excluded={"S3"},
    )


def table(*rows: Account) -> bytes:
    """Return rows as a file with the required headers."""
    headers = [
        *REQUIRED["eu"],
        *dict.fromkeys(header for row in rows for header in row if header not in REQUIRED["eu"]),
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, headers, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def responses(outcome: Outcome) -> list[object]:
    """Return the errors of the failed rows."""
    rows = csv.DictReader(io.StringIO(outcome.failed.decode(), newline=""))
    return [json.loads(row["response"])["errors"] for row in rows]


TAKEN = ["has already been taken"]
PRIMARY = [*TAKEN, "conflicts with another primary account"]


@pytest.mark.parametrize(
    ("row", "settings", "errors"),
    [
        ({"auth_identifier": "new"}, Settings(), "Attempted to update auth_identifier from alma to new"),
        ({"username": "S9"}, Settings("email_address"), "Attempted to update username from S1 to S9"),
        ({"first_name": ""}, Settings(), {"first_name": ["can't be blank"]}),
        (
            {"username": "S9", "email_address": "new@mail.example", "auth_identifier": "alma"},
            SENSITIVE,
            {"auth_identifier": TAKEN},
        ),
        ({"username": "S9", "email_address": "new@mail.example", "card_id": "0012345"}, SENSITIVE, {"card_id": TAKEN}),
        ({"username": "S9"}, Settings(), {"email_address": TAKEN}),
        ({"username": "S9", "email_address": "dora@mail.example"}, Settings(), {"email_address": TAKEN}),
        ({"email_address": "bo@valmont.example"}, Settings(), {"email_address": PRIMARY}),
        ({"username": "S2"}, BY_ADDRESS, {"username": TAKEN}),
        (
            {END: "2026-06-15"},
            Settings(),
            {"primary_education.end_date": ["must be a date on or after primary_education:start_date"]},
        ),
        ({"mobile_number": "+33639981207"}, Settings(), {"mobile_number": ["is invalid"]}),
        (
            {"username": "S3", "email_address": "cy@valmont.example", "first_name": "Cy"},
            Settings(),
            ["User is marked as excluded from sync and cannot be updated."],
        ),
    ],
)
def test_a_row_fails_with_the_documented_message_and_changes_nothing(
    row: Account, settings: Settings, errors: object
) -> None:
    handshake = importer()

    outcome = handshake.take("20260701_users.csv", table(ROW | row), settings)

    assert responses(outcome) == [errors]
    assert outcome.failed.splitlines()[0].endswith(b",status,response")
    assert handshake.accounts == importer().accounts


@pytest.mark.parametrize(
    ("row", "settings", "changes"),
    [
        ({}, Settings(), {}),
        ({"mobile_number": "", "unheard_of": "x"}, Settings(), {}),
        ({"email_address": "alma@mail.example"}, Settings(), {"email_address": "alma@mail.example"}),
        ({"auth_identifier": "new"}, SENSITIVE, {"auth_identifier": "new"}),
        ({START: CLEAR, END: "2020-06-15"}, Settings(), {START: "", END: "2020-06-15"}),
        ({"disabled": CLEAR}, Settings(), {}),
        ({"disabled": "false"}, Settings(), {}),
        ({"disabled": "FALSE"}, Settings(), {"disabled": "FALSE"}),
        ({"first_name": "", "disabled": "TRUE"}, Settings(), {}),
        ({LABELS: ""}, Settings(), {LABELS: ""}),
        ({LABELS: "New;Other"}, Settings(), {LABELS: "New;Other"}),
    ],
)
def test_a_row_that_is_taken_changes_just_what_it_says(row: Account, settings: Settings, changes: Account) -> None:
    handshake = importer()

    outcome = handshake.take("20260701_users.csv", table(ROW | row), settings)

    assert outcome.ran
    assert outcome.failed == b""
    wanted = {"username": "S1", **ALMA, **changes}
    assert handshake.accounts["S1"] == {header: cell for header, cell in wanted.items() if cell}


def test_a_new_username_is_found_by_the_address_only() -> None:
    handshake = importer()

    assert handshake.take("a.csv", table(ROW | {"username": "S9"}), BY_ADDRESS).failed == b""

    assert handshake.accounts["S9"] == {**ALMA, "username": "S9"}
    assert "S1" not in handshake.accounts


def test_who_is_unknown_everywhere_gets_an_account() -> None:
    handshake = importer()

    handshake.take("a.csv", table({"username": "S9", "email_address": "new@mail.example", "first_name": "Nia"}))

    assert handshake.accounts["S9"]["email_address"] == "new@mail.example"


def test_rows_that_share_an_identifier_or_have_a_foreign_or_no_address_are_skipped_without_a_failed_row() -> None:
    handshake = importer()
    rows = [
        {**ROW, "card_id": "7"},
        {**ROW, "username": "S2", "email_address": "bo@valmont.example", "card_id": "7"},
        {**ROW, "username": "S4", "email_address": ""},
        {**ROW, "username": "S5", "email_address": "eve@hudson.edu"},
    ]

    outcome = handshake.take("a.csv", table(*rows))

    assert outcome.ran
    assert outcome.failed == b""
    assert outcome.skipped == {
        "S1": "duplicate card_id",
        "S2": "duplicate card_id",
        "S4": "blank email_address",
        "S5": "not associated with your school",
    }
    assert any("not associated with your school" in sentence for sentence in outcome.said)
    assert handshake.accounts == importer().accounts


def test_an_unchanged_row_is_skipped_even_after_a_change_by_hand() -> None:
    handshake = importer()
    handshake.take("a.csv", table(ROW | {"campus_name": "Centre"}))
    handshake.accounts["S1"]["campus_name"] = "Nord"

    outcome = handshake.take("b.csv", table(ROW | {"campus_name": "Centre"}))

    assert outcome.skipped == {"S1": "unchanged"}
    assert handshake.accounts["S1"]["campus_name"] == "Nord"


def test_a_failed_row_may_be_sent_again_with_the_option() -> None:
    handshake = importer()
    content = table(ROW | {"auth_identifier": "new"})
    assert handshake.take("a.csv", content).failed

    assert handshake.take("a.csv", content, SENSITIVE).failed == b""
    assert handshake.accounts["S1"]["auth_identifier"] == "new"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("test_a.csv", table(ROW), "never run"),
        ("latest.csv", table(ROW), "never run"),
        ("a.xls", table(ROW), "File name is invalid"),
        ("a.csv", table(ROW).replace(b"Alma", "Chloé".encode("cp1252")), "could not recogonize"),
        ("a.csv", table(ROW).replace(b"\n", b"\r\n"), "A system error"),
        ("a.csv", table(ROW | {"first_name": "Al\nma"}), "A system error"),
        ("a.csv", table(ROW).replace(b"\n", b",\n"), "A system error"),
        ("a.csv", table(ROW) + b"short\n", "A system error"),
        ("a.csv", b"", "A system error"),
        ("a.csv", table(ROW).replace(b"last_name", b"Last_Name"), "Required headers are missing: last_name"),
        ("a.csv", table(ROW) + b",,,,,,,\n" * 199_999, "The file you uploaded has (200000) rows."),
        ("a.csv", table(ROW) + b" " * 50_000_000, "not smaller than 50 MB"),
    ],
)
def test_a_file_that_the_analysis_does_not_pass_is_not_run(name: str, content: bytes, said: str) -> None:
    handshake = importer()

    outcome = handshake.take(name, content)

    assert not outcome.ran
    assert said in outcome.said[-1]
    assert handshake.accounts == importer().accounts


@pytest.mark.parametrize(
    ("moved", "closed", "foreign", "ran"),
    [(0, 0, 0, True), (1, 4, 0, True), (2, 0, 0, False), (0, 10, 0, False), (0, 0, 1, False)],
)
def test_the_automatic_sync_has_its_walls(moved: int, closed: int, foreign: int, *, ran: bool) -> None:
    people = {
        f"S{number}": {**OTHER, "email_address": f"p{number}@valmont.example", "card_id": "", "auth_identifier": ""}
        for number in range(20)
    }
    handshake = Importer(people, institutions={"hudson.edu"})
    rows = [
        {
            "username": username,
            "email_address": f"new{number}@mail.example" if number < moved else person["email_address"],
            "first_name": "Bo",
            "disabled": "TRUE" if number < closed else "",
        }
        for number, (username, person) in enumerate(people.items())
    ]
    rows += [{**ROW, "username": "X", "email_address": "eve@hudson.edu"}] * foreign

    assert handshake.take("a.csv", table(*rows), Settings(automatic=True)).ran is ran


SELF_MADE: Account = {"username": "eve@mail.example", "email_address": "eve@mail.example", "first_name": "Eve"}
EVE: Account = SELF_MADE | {"username": "S7", "auth_identifier": "eve"}


@pytest.mark.parametrize(
    ("settings", "errors"),
    [
        (Settings(), [{"email_address": TAKEN}]),
        (SENSITIVE, [{"email_address": TAKEN}]),
        (Settings("email_address"), ["Attempted to update username from eve@mail.example to S7"]),
        (BY_ADDRESS, []),
    ],
)
def test_an_account_that_its_owner_made_needs_the_option_and_the_column_of_the_address(
    settings: Settings, errors: list[object]
) -> None:
    handshake = Importer({"eve@mail.example": SELF_MADE})

    assert responses(handshake.take("20260701_users.csv", table(EVE), settings)) == errors
    assert list(handshake.accounts) == (["eve@mail.example"] if errors else ["S7"])


def test_the_form_offers_no_other_identifier_column() -> None:
    with pytest.raises(AssertionError, match="no Identifier Column auth_identifier"):
        importer().take("20260701_users.csv", table(ROW), Settings("auth_identifier"))
