"""A sheet is also a registrar's file: taking in what went out changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings

from graduand.intake import preview
from graduand.intake.preview import IntakeOptions
from graduand.language import speak
from graduand.records.record import Record
from graduand.sheets.sheet_export import as_text, sheet_of
from tests.people import DAY, SCHOOL, sound_people
from tests.repository import graduand, shipped
from tests.sheets.test_sheets import place, workspace_of

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.records.record import Value

__all__ = ["place"]


@given(people=sound_people(SCHOOL, 1, 3))
@settings(max_examples=settings().max_examples // 4)
def test_taking_in_what_went_out_changes_nothing(place: Path, people: tuple[Record, ...]) -> None:
    workspace = workspace_of(place, people)
    for language in ("en", "fr"):
        speak(language)
        raw = as_text(sheet_of(people, SCHOOL)).encode()

        look = preview.preview_file(workspace, raw, IntakeOptions(name="sheet.csv", on=DAY))

        assert look.refused == ()
        assert (look.new, look.changes) == ((), ())


def test_a_note_that_ends_in_a_blank_and_a_short_former_username_are_no_change(place: Path) -> None:
    values: dict[str, Value] = {
        "username": "0",
        "email_address": "p0@valmont.example",
        "first_name": "Chloé",
        "transition:kind": "graduated",
        "transition:notes": "0 ",
        "transition:previous_username": "x",
    }
    people = (Record("records/2026-spring/0.yaml", values),)

    look = preview.preview_file(
        workspace_of(place, people), as_text(sheet_of(people, SCHOOL)).encode(), IntakeOptions(name="sheet.csv", on=DAY)
    )

    assert (look.new, look.changes, look.refused, look.identical) == ((), (), (), ("0",))


def test_the_shipped_records_go_out_and_are_taken_in_unchanged(tmp_path: Path) -> None:
    root = shipped(tmp_path)
    sheet = tmp_path / "sheet.csv"
    assert graduand(root, "sheet", "out", "--out", str(sheet)).code == 0

    ran = graduand(root, "intake", str(sheet), "--apply")

    assert ran.code == 0, ran.out
    assert "0 new, 0 changed, 45 identical, 0 refused" in ran.out
