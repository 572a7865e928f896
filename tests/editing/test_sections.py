from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.editing.sections import absent_field_states, choices, sections
from graduand.language import speak
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.record import Record

if TYPE_CHECKING:
    from graduand.records.school import School

EMAIL = "transition:personal_email:answer_by"


def record(**values: str) -> Record:
    return Record("records/a/1.yaml", {key.replace("__", ":"): value for key, value in values.items()})


def shown(one: Record, school: School, *added: str) -> list[str]:
    return [key for section in sections(one, school, added) for key in section.keys]


def test_a_graduate_needs_other_fields_than_a_returner(school: School) -> None:
    graduate = shown(record(transition__kind="graduated"), school)
    returner = shown(record(transition__kind="returned"), school)

    assert graduate.index("primary_education:end_date") < graduate.index(school.year)
    assert returner.index(school.year) < returner.index("primary_education:start_date")
    assert {"username", "email_address", "first_name", "last_name", "disabled"} <= {*graduate} & {*returner}
    assert "campus_name" not in graduate


@pytest.mark.parametrize(
    ("values", "key", "needed"),
    [
        ({}, "transition:account:reason", False),
        ({"disabled": "true"}, "transition:account:reason", True),
        ({"transition__account__requested_by": "x"}, "transition:account:reason", True),
        ({"transition__keeps_school_email": "true"}, EMAIL, False),
        ({"transition__keeps_school_email": "false"}, EMAIL, True),
        ({"campus_name": "Nord"}, "campus_name", True),
        ({}, "transition:previous_username", False),
        ({"transition__previous_username": "2"}, "transition:previous_username", True),
    ],
)
def test_a_field_shows_when_it_is_needed(school: School, values: dict[str, str], key: str, *, needed: bool) -> None:
    one = record(transition__kind="graduated", **values)

    assert (key in shown(one, school)) is needed
    assert key in shown(one, school, key)


def test_every_field_shows_once_or_can_be_added(school: School) -> None:
    one = record(transition__kind="graduated")
    listed = shown(one, school)

    rest = [key for key in school.fields if key not in listed]

    assert len(set(listed)) == len(listed)
    assert set(listed) <= set(school.fields)
    assert sorted(shown(one, school, *rest)) == sorted(school.fields)


def test_choices_are_those_of_the_school_and_the_importer(school: School, american: School) -> None:
    one = record(disabled="true")

    def values(key: str, one: Record = one, school: School = school) -> list[str]:
        offered = choices(key, one, school)
        return [choice.value for choice in offered.choices] if offered else []

    assert values("transition:kind") == ["graduated", "returned", "left"]
    assert values("transition:account:reason") == list(school.institution.deactivation_reasons)
    assert values("transition:account:reason", record(disabled="false")) == list(
        school.institution.reactivation_reasons
    )
    assert values("disabled") == ["true", "false"]
    assert values("primary_education:education_level_name")[-1] == CLEAR
    assert values("last_name") == values("primary_education:major_names") == values(school.year) == []
    assert values(american.year, one, american)[:-1] == list(american.year_values)
    level = choices("primary_education:education_level_name", one, school)
    closed = choices("primary_education:education_level_name", one, american)
    assert level is not None
    assert closed is not None
    assert (level.open, closed.open) == (True, False)
    for key, field in school.fields.items():
        assert (choices(key, one, school) is not None) >= (field.kind is FieldKind.BOOLEAN)


def test_what_holds_without_a_value_is_said_with_its_reason(school: School) -> None:
    speak("fr")

    graduate = absent_field_states(record(transition__kind="graduated"), school)
    returner = absent_field_states(record(transition__kind="returned", transition__keeps_sso="true"), school)

    assert graduate[school.year].text == "Alumni"
    assert graduate[school.year].derived
    assert "Alumni" in graduate[school.year].why
    assert (graduate["transition:keeps_sso"].text, graduate["transition:keeps_sso"].derived) == ("oui", False)
    assert returner["primary_education:end_date"].text == "effacé dans Handshake"
    assert "transition:keeps_sso" not in returner
    assert school.year not in absent_field_states(
        record(transition__kind="graduated", institution_year_name="Alumni"), school
    )
