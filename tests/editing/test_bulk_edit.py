"""One change over many: each person's record before and after, what is grave about it, one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.editing import bulk_edit
from graduand.editing import edit as changes
from graduand.errors import InTheWay, Usage
from graduand.handshake.effect import Effect
from graduand.reports.bulk_text import grave_words, remarks
from graduand.workspace import Workspace
from tests.repository import GRADUATE, TODAY, begin, commit, git, graduate, put, settle
from tests.rules.judged import RETURNER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from graduand.editing.edit import FieldChange

ONE, TWO, BACK = (f"records/2026-spring/0041234{number}.yaml" for number in (5, 6, 7))


@pytest.fixture
def people(root: Path) -> Workspace:
    """Two graduates and a returner."""
    put(begin(root), GRADUATE)
    put(root, graduate("00412346"), "2026-spring/00412346.yaml")
    put(root, RETURNER.replace("00412345", "00412347").replace("chloe", "c7"), "2026-spring/00412347.yaml")
    commit(root)
    return Workspace(root)


def differences(people: Workspace, change: FieldChange, *paths: str) -> dict[str, dict[str, tuple[str, str]]]:
    """Return what would change, by username and key."""
    prepared = bulk_edit.prepare(people, paths or (ONE, TWO, BACK), change, TODAY)
    return {
        person.previous.username: {one.key: (one.before, one.after) for one in person.differences}
        for person in prepared.people
    }


def test_a_returner_who_graduates_is_a_student_no_more(people: Workspace) -> None:
    found = differences(people, changes.graduation_change(people.school, "2026-06-15"))

    assert found == {
        "00412347": {
            "institution_year_name": ("Master 1", ""),
            "primary_education:end_date": ("2027-06-30", "2026-06-15"),
            "transition:kind": ("returned", "graduated"),
        }
    }


def test_a_graduate_who_returns_has_a_new_study(people: Workspace) -> None:
    found = differences(people, changes.return_change(people.school, "Master 2", "2026-09-01"), ONE)

    assert found["00412345"] == {
        "institution_year_name": ("", "Master 2"),
        "primary_education:start_date": ("", "2026-09-01"),
        "primary_education:end_date": ("2026-06-15", ""),
        "transition:kind": ("graduated", "returned"),
    }


def test_accounts_are_closed_with_a_reason_and_counted(people: Workspace) -> None:
    change = changes.closing_change(people.school, "requested-by-student", "student", "2026-12-01")
    settle(people.root, limits="{deactivations: {count: 1, percent: null}}")
    workspace = Workspace(people.root)

    prepared = bulk_edit.prepare(workspace, (ONE, TWO), change, TODAY)

    assert prepared.effects == {Effect.DEACTIVATE: 2}
    assert grave_words(prepared, bulk_edit.exceeded_limits(workspace, prepared)) == (
        "2 accounts would be closed, of 3 people; the limit in institution.yaml is 1.",
    )
    assert list(remarks(prepared)) == ["Afterwards the rules find: GR506 Held back until a day (2)."]
    assert differences(people, change, ONE)["00412345"]["transition:account:effective_on"] == ("", "2026-12-01")


def test_what_is_so_already_and_what_cannot_be_read_is_left(people: Workspace) -> None:
    put(people.root, "username: [", "2026-spring/00412348.yaml")

    prepared = bulk_edit.prepare(
        people, (ONE, BACK, BACK.replace("7.", "8.")), changes.graduation_change(people.school, "2026-06-15"), TODAY
    )

    assert [person.previous.username for person in prepared.people] == ["00412347"]
    assert list(remarks(prepared))[:2] == [
        "1 record has it so already.",
        "1 record cannot be read whole, and stays as it is.",
    ]


def test_records_go_to_another_cohort_in_one_commit(people: Workspace) -> None:
    prepared = bulk_edit.prepare(people, (ONE, TWO), changes.cohort_change("2026-autumn"), TODAY)

    saved = bulk_edit.apply(people, prepared, commit=True)

    assert {one.commit for one in saved} == {git(people.root, "rev-parse", "HEAD").strip()}
    assert git(people.root, "show", "--format=%s", "--name-status", "--no-renames", "HEAD").split("\n")[:1] == [
        "Corrected: 2 records"
    ]
    assert sorted(path.name for path in (people.root / "records/2026-autumn").iterdir()) == [
        "00412345.yaml",
        "00412346.yaml",
    ]
    assert not (people.root / ONE).exists()


def test_no_record_is_moved_onto_another(people: Workspace) -> None:
    put(people.root, GRADUATE, "2026-autumn/00412345.yaml")

    with pytest.raises(InTheWay):
        bulk_edit.prepare(people, (ONE,), changes.cohort_change("2026-autumn"), TODAY)


def test_a_field_is_given_a_value_or_taken_out() -> None:
    majors = ("Droit", "Lettres")

    assert changes.field_change("last_name", "Martin").values == {"last_name": "Martin"}
    assert changes.field_change("primary_education:major_names", majors).values == {
        "primary_education:major_names": majors
    }
    assert changes.field_removal("last_name").values == {"last_name": None}


def test_wiping_is_grave_and_taking_out_is_not(people: Workspace) -> None:
    wiped = bulk_edit.prepare(people, (ONE, TWO), changes.field_change("last_name", "**CLEAR**"), TODAY)
    gone = bulk_edit.prepare(people, (ONE, TWO), changes.field_removal("last_name"), TODAY)

    assert grave_words(wiped, ()) == ("A field of 2 people would be wiped.",)
    assert grave_words(gone, ()) == ()


def refusal(make: Callable[[], object]) -> str:
    with pytest.raises(Usage) as refused:
        make()
    return str(refused.value)


def test_what_cannot_be_meant_is_refused(people: Workspace) -> None:
    school = people.school
    address = changes.field_change("email_address", "a@b.example")

    assert "no date" in refusal(lambda: changes.graduation_change(school, "15/06/2026"))
    assert "no date" in refusal(lambda: changes.address_request_change("", "soon"))
    assert "in which year" in refusal(lambda: changes.return_change(school, "", "2026-09-01"))
    assert "no name for a cohort" in refusal(lambda: changes.cohort_change("../elsewhere"))
    assert "none of the reasons: requested by the student" in refusal(lambda: changes.closing_change(school, "because"))
    assert "none of the reasons: returned" in refusal(lambda: changes.reopening_change(school, "deceased"))
    assert "left empty changes nothing" in refusal(lambda: changes.field_change("last_name", ""))
    assert "Choose the field" in refusal(lambda: changes.field_removal(""))
    assert "record by record" in refusal(lambda: bulk_edit.prepare(people, (ONE, TWO), address, TODAY))


def test_the_campaign_is_noted_with_both_its_days(people: Workspace) -> None:
    assert differences(people, changes.address_request_change("2026-11-01", "2026-12-01"), ONE)["00412345"] == {
        "transition:personal_email:requested_on": ("", "2026-11-01"),
        "transition:personal_email:answer_by": ("", "2026-12-01"),
    }
    assert "transition:personal_email:requested_on" not in changes.address_request_change("", "2026-12-01").values
