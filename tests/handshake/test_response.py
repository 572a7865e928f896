"""The answers in failed rows: every shape that is known is taken apart and explained, none is lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graduand.handshake.error_catalogue import ErrorCatalogue, error_catalogue
from graduand.handshake.response import Response, parse_response
from graduand.language import speak, visible

if TYPE_CHECKING:
    from graduand.records.school import School

END: Final = "primary_education:end_date"
EXCLUDED: Final = "User is marked as excluded from sync and cannot be updated."

KNOWN: Final = [
    # As the articles quote them, brackets and all.
    ("Attempted to update auth_identifier from A to B", "auth_identifier", "sensitive-auth-identifier-changed"),
    ("Attempted to update username from A to B", "username", "sensitive-username-changed"),
    ("Attempted to update email_address from A to B", "email_address", "sensitive-email-changed"),
    ("Attempted to update card_id from A to B", "card_id", "sensitive-field-changed"),
    (
        "Attempted to update sensitive fields without setting change_sensitive_fields",
        "",
        "sensitive-fields-changed-old",
    ),
    ('{"email_address":["can\'t be blank"]}', "email_address", "value-missing"),
    ('{"username":["can\'t be blank"]}', "username", "value-missing"),
    ('{"first_name":["can\'t be blank"]}', "first_name", "value-missing"),
    ('{"auth_identifier":["has already been taken"]}', "auth_identifier", "auth-identifier-already-taken"),
    ('{"card_id":["has already been taken"]}', "card_id", "card-id-already-taken"),
    ('{"email_address":["has already been taken"]}', "email_address", "email-already-taken"),
    ('{"email_address":["is already in use"]}', "email_address", "email-already-in-use"),
    (
        '{"primary_education.end_date":["must be a date on or after primary_education:start_date"]}',
        END,
        "end-date-before-start-date",
    ),
    (
        '{"primary_education.end_date":["must be a date on or afterprimary_education:start_date"]}}',
        END,
        "end-date-before-start-date",
    ),
    (f'"exclude_from_sync":true,"errors":["{EXCLUDED}"]', "", "excluded-from-sync"),
    ('{"mobile_number":["is invalid"]}', "mobile_number", "mobile-number-invalid"),
    # In the whole response, sound and not.
    (
        '{"success":false,"errors":"Attempted to update auth_identifier from  to jdoe"}',
        "auth_identifier",
        "sensitive-auth-identifier-changed",
    ),
    (
        '{"success":false,"errors":["Attempted to update username from a@b.example to 1"]}',
        "username",
        "sensitive-username-changed",
    ),
    ('{"success":false,"errors":{"email_address":["has already been taken"]', "email_address", "email-already-taken"),
    ('"success":false,"errors":{"username":["can\'t be blank"]}}}', "username", "value-missing"),
    (f'{{"success":false,"exclude_from_sync":true,"errors":["{EXCLUDED}"]}}', "", "excluded-from-sync"),
    ("{'success': False, 'errors': {'username': ['can't be blank']}}", "username", "value-missing"),
    ('{""success"":false,""errors"":{""card_id"":[""has already been taken""]}}', "card_id", "card-id-already-taken"),
    ('"{""errors"":{""mobile_number"":[""is invalid""]}}"', "mobile_number", "mobile-number-invalid"),
    (
        '{""""errors"""":{""""mobile_number"""":[""""is invalid""""]}}',
        "mobile_number",
        "mobile-number-invalid",
    ),
    (r'"{\"errors\":{\"card_id\":[\"has already been taken\"]}}"', "card_id", "card-id-already-taken"),
    ("{“errors”:{“first_name”:[“can’t be blank”]}}", "first_name", "value-missing"),
    ('{:success=>false, :errors=>{"card_id"=>["has already been taken"]}}', "card_id", "card-id-already-taken"),
    ('{"errors":{"email_address":["has already been taken}}', "email_address", "email-already-taken"),
    (
        '{"errors":{"primary_education":{"end_date":["must be a date on or after 2026-09-01"]}}}',
        END,
        KNOWN_END := "end-date-before-start-date",
    ),
    ("must be a date on or after primary_education:start_date", END, KNOWN_END),
    ('{"errors":["Email address has already been taken"]}', "email_address", "email-already-taken"),
    ('{"errors":{"base":["First name CAN\'T BE  BLANK."]}}', "first_name", "value-missing"),
]


@pytest.fixture(scope="module")
def catalogue(school: School) -> ErrorCatalogue:
    return error_catalogue(school.importer)


@pytest.mark.parametrize(("response", "field", "message"), KNOWN)
def test_a_known_message_is_explained(catalogue: ErrorCatalogue, response: str, field: str, message: str) -> None:
    (answer,) = parse_response(response)
    found = catalogue.explain(answer)
    assert (found.field, found.message) == (field, message)
    assert found.cause
    assert found.cure


def test_every_message_about_rows_is_among_the_known(school: School) -> None:
    here = {message for _response, _field, message in KNOWN} | {"email-conflicts-with-primary-account"}
    assert here == {message.id for message in school.importer.messages if message.stage == "row"}


def test_two_messages_are_two_answers(catalogue: ErrorCatalogue) -> None:
    answers = parse_response(
        '{"success":false,"errors":{"email_address":["has already been taken","conflicts with another primary account"]'
    )
    assert [catalogue.explain(answer).message for answer in answers] == [
        "email-already-taken",
        "email-conflicts-with-primary-account",
    ]


@pytest.mark.parametrize("closed", ["]", "", "}"])
def test_a_forgotten_bracket_does_not_join_two_fields(closed: str) -> None:
    response = f'{{"errors":{{"email_address":["is already in use"{closed},"username":["can\'t be blank"]}}}}'
    assert parse_response(response) == (
        Response("email_address", "is already in use"),
        Response("username", "can't be blank"),
    )


@pytest.mark.parametrize(
    "response",
    [
        "",
        " \n",
        "Something went wrong",
        "[ERROR] twice, at 12:30",
        "{",
        "[]",
        '{"success":false}',
        '{"success":"false","errors":[]}',
        '{"success":false,"exclude_from_sync":true,"err',
        '"quoted"',
        '{"errors":500}',
    ],
)
def test_what_cannot_be_taken_apart_is_one_answer(response: str) -> None:
    assert parse_response(response) == (Response("", response),)


def test_what_is_cut_off_keeps_its_field(catalogue: ErrorCatalogue) -> None:
    (answer,) = parse_response('{"success":false,"errors":{"primary_education.end_date":["must be a da')
    assert answer == Response(END, "must be a da")
    assert catalogue.explain(answer)[:2] == ("", END)


@pytest.mark.parametrize(
    ("answer", "field", "cause"),
    [
        (Response("gender", "is odd"), "gender", "Handshake answered “is odd”, which is not explained here."),
        (Response("", "Gender is odd"), "gender", "Handshake answered “Gender is odd”, which is not explained here."),
        (Response("Primary_Education.End_Date", "x"), END, "Handshake answered “x”, which is not explained here."),
        (Response("shoe_size", "x"), "shoe_size", "Handshake answered “x”, which is not explained here."),
        (Response("", "username and card_id are odd"), "", "Handshake answered “username and card_id are odd”"),
        (Response("", "has already been taken"), "", "Handshake answered “has already been taken”"),
        (Response("first_name", "is invalid"), "first_name", "Handshake answered “is invalid”"),
        (Response("", "new account found"), "", "Handshake answered “new account found”"),
        (Response("", "\x1b[2J[b]"), "", "Handshake answered “<U+001B>[2J[b]”"),
        (Response("", " "), "", "Handshake gives no reason."),
    ],
)
def test_an_unknown_message_is_shown_with_its_field(
    catalogue: ErrorCatalogue, answer: Response, field: str, cause: str
) -> None:
    found = catalogue.explain(answer)
    assert (found.message, found.field) == ("", field)
    assert found.cause.startswith(cause)
    assert found.cure


def test_a_field_that_only_the_message_names(catalogue: ErrorCatalogue) -> None:
    assert catalogue.explain(Response("", "Attempted to update shoe_size from 40 to 41")).field == "shoe_size"
    assert catalogue.explain(Response("card_id", "Attempted to update \x1b[2J from 40 to 41")).field == "card_id"
    assert catalogue.explain(Response("", "Attempted to update \x1b[2J from 40 to 41")).field == ""


def test_a_message_about_the_file_is_known_where_its_words_are(catalogue: ErrorCatalogue) -> None:
    sentence = "A system error occured while running this static analysis. Invalid byte sequence in UTF-8"
    assert catalogue.explain(Response("", sentence)).message == "analysis-invalid-byte-sequence"


def test_causes_and_cures_are_in_the_language_spoken(catalogue: ErrorCatalogue) -> None:
    speak("fr")
    found = catalogue.explain(Response("username", "can't be blank"))
    assert found.cure == "Complétez le champ dans la fiche et déposez à nouveau la ligne."


def test_the_certainty_of_a_message_is_kept(school: School) -> None:
    certain = {message.id: message.certainty for message in school.importer.messages}
    assert certain["unmapped-headers"] == "inferred"
    assert certain["value-missing"] == "documented"


@pytest.mark.parametrize(
    "response",
    [
        '{"' + '"' * 300_000,
        '{"a":' + "[{" * 100_000 + "]" * 100_000,
        '{"a":"' + "\\" * 300_001,
        "{'a':" + "' " * 150_000,
        '{""a' + '""' * 150_000,
        '{"errors":"' + "Attempted to update from " * 12_000 + '"}',
        "{" + "a=>" * 30_000,
    ],
    ids=["quotes", "depth", "backslashes", "apostrophes", "doubled", "repeated", "arrows"],
)
def test_a_response_made_to_hurt_is_only_data(catalogue: ErrorCatalogue, response: str) -> None:
    answers = parse_response(response)
    assert answers
    for answer in answers[:5]:
        assert all(is_safe(part) for part in catalogue.explain(answer))


def is_safe(sentence: str) -> bool:
    return visible(sentence, len(sentence) + 1) == sentence


PIECES: Final = st.lists(
    st.sampled_from(
        [*"{}[],:'\"\\ “”’", '""', "=>", "errors", "success", "false", "card_id", "is invalid", "\x1b", "1"]
    )
).map("".join)


@given(st.one_of(st.text(max_size=100), PIECES))
def test_no_text_is_too_odd_and_none_is_lost(catalogue: ErrorCatalogue, response: str) -> None:
    answers = parse_response(response)
    assert answers
    for answer in answers:
        assert is_safe(answer.field)
        assert all(is_safe(part) for part in catalogue.explain(answer))


FIELDS: Final = st.from_regex(r"\A[a-z]{3,8}(_[a-z]{1,8}){1,2}(\.[a-z]{1,8})?\Z")
MESSAGES: Final = st.text(min_size=1, max_size=40).filter(str.strip)


@example({"card_id": ["\\'", "“,", '"', "\\"]})
@given(st.dictionaries(FIELDS, st.lists(MESSAGES, min_size=1, max_size=3, unique=True), min_size=1, max_size=3))
def test_sound_json_is_taken_apart_exactly(errors: dict[str, list[str]]) -> None:
    expected = tuple(
        Response(field.replace(".", ":"), message) for field, messages in errors.items() for message in messages
    )
    whole = {"success": False, "errors": errors}
    for response in (json.dumps(whole), json.dumps(whole, ensure_ascii=False), json.dumps(whole, indent=1)):
        assert parse_response(response) == expected


@given(MESSAGES, st.integers(0, 120))
def test_however_much_of_it_arrives(message: str, length: int) -> None:
    whole = json.dumps({"success": False, "errors": {"card_id": [message]}})
    answers = parse_response(whole[:length])
    assert answers == (Response("", whole[:length]),) or {answer.field for answer in answers} == {"card_id"}
