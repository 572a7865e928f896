from __future__ import annotations

import asyncio
import json
import os
import re
import threading
from typing import TYPE_CHECKING, Any

import pytest
from textual.events import Paste

from graduand.editing.draft import new_draft, save
from graduand.editing.sections import choices
from graduand.index.neighbours import Neighbours
from graduand.language import speak
from graduand.records.kinds import CLEAR
from graduand.screens import save_flow
from graduand.screens.app import GraduandApp
from graduand.screens.fields.choice import stepped
from graduand.screens.fields.sheet import FieldSheet
from graduand.screens.fields.text import TextField, pasted, shown
from graduand.screens.form import FormScreen
from graduand.workspace import Workspace
from tests.editing.drafts import ON, OTHER, PATH, commits, draft_of, message, people, text_at
from tests.editing.test_draft_store import orphan
from tests.repository import GRADUATE, git, put, shipped
from tests.screens.form_app import FormApp
from tests.screens.terminal import LARGE, SMALL, later, press, quickly, resize, screen_text, settled, story, type_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from graduand.editing.draft import Draft, FieldValue, SavedDraft
    from graduand.editing.transaction import ResumedTransaction


CLOSE = ("enter", "down", "enter")
"""The keys that close an account, in its field."""


def golden_text(app: FormApp) -> bytes:
    """Return the screen without what differs from run to run."""
    return re.sub(r"\b[0-9a-f]{10,12}\b", "0123456789", screen_text(app)).encode()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_a_record_is_a_form_of_what_its_kind_needs(
    tmp_path: Path, golden: Callable[[str, bytes], None], size: tuple[int, int], language: str
) -> None:
    """One should see the fields under headings, derived values greyed with their reason; wide, the row beside."""
    speak(language)
    app = FormApp(shipped(tmp_path), field="primary_education:end_date")

    async def tell(_pilot: Pilot[Any]) -> None:
        golden(f"screens/form.{language}.{size[0]}x{size[1]}.txt", golden_text(app))

    story(app, tell, size)


def test_what_stands_beside_the_form_has_its_key(tmp_path: Path, golden: Callable[[str, bytes], None]) -> None:
    """One should see each pane in place of the form, and the form again by the same key or by Esc."""
    speak("fr")
    app = FormApp(shipped(tmp_path))

    async def tell(pilot: Pilot[Any]) -> None:
        for pane, key in (("history", "f3"), ("file", "f4"), ("row", "f2")):
            await press(pilot, key)
            golden(f"screens/form.{pane}.fr.80x24.txt", golden_text(app))
        await press(pilot, "f2")
        assert "Identifiant" in screen_text(app)
        await press(pilot, "f4", "escape")
        assert "Identifiant" in screen_text(app)
        assert not app.left

    story(app, tell)


def test_a_change_is_saved_and_committed_and_told(root: Path) -> None:
    app = FormApp(people(root), field="last_name")

    async def tell(pilot: Pilot[Any]) -> None:
        assert "not saved" not in screen_text(app)
        assert app.form.check_action("save", ()) is None
        await press(pilot, "ctrl+u")
        await type_in(pilot, "Martin")
        assert "• not saved" in screen_text(app)
        await press(pilot, "ctrl+s")
        assert "last_name: Martin  # née Martin\n" in text_at(root)
        assert message(root) == "Corrected: 00412345\n\nGraduand-Kind: corrected"
        assert "00412345: changed: Last name" in app.said
        assert [(one.path, one.commit) for one in app.saved] == [(PATH, git(root, "rev-parse", "HEAD").strip())]
        assert "not saved" not in screen_text(app)
        await press(pilot, "escape")
        assert app.left

    story(app, tell)


def test_what_was_typed_back_is_no_change(root: Path) -> None:
    app = FormApp(people(root), field="last_name")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "x")
        assert app.form.check_action("save", ())
        await press(pilot, "backspace")
        assert app.form.check_action("save", ()) is None
        await press(pilot, "ctrl+s", "escape")
        assert app.left
        assert app.saved == []

    story(app, tell)


def test_what_is_typed_while_the_form_takes_a_letter_in_is_not_lost(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = FormApp(people(root), field="last_name")
    arrange = FieldSheet._arrange
    seen: list[str] = []

    async def turns(number: int) -> None:
        for _turn in range(number):
            await asyncio.sleep(0)

    async def slowly(sheet: FieldSheet, *words: Any) -> None:  # noqa: ANN401 - as they come
        await turns(60)
        await arrange(sheet, *words)

    async def tell(pilot: Pilot[Any]) -> None:
        editor = app.form.sheet.rows["last_name"].editor
        assert isinstance(editor, TextField)
        monkeypatch.setattr(FieldSheet, "_arrange", slowly)
        app.form.watch(editor, "value", lambda text: seen.append(text), init=False)  # noqa: PLW0108
        for letter in "-Martin":
            editor.insert_text_at_cursor(letter)
            await turns(20)
        await settled(pilot)
        assert seen == ["Dupont-Martin"[:length] for length in range(7, 14)]
        assert app.draft.record.text("last_name") == "Dupont-Martin"

    story(app, tell)


@pytest.mark.parametrize(
    ("action", "told"), [("save", "00412345: changed: Last name"), ("leave", "1 field is changed")]
)
def test_an_action_that_overtakes_what_was_typed_loses_none_of_it(root: Path, action: str, told: str) -> None:
    app = FormApp(people(root), field="last_name")

    async def tell(pilot: Pilot[Any]) -> None:
        editor = app.form.sheet.rows["last_name"].editor
        assert isinstance(editor, TextField)
        editor.insert_text_at_cursor("y")
        await app.run_action(action, app.form)
        await settled(pilot)
        assert told in app.said + screen_text(app)
        assert app.draft.record.text("last_name") == "Duponty"
        assert ("last_name: Duponty" in text_at(root)) is (action == "save")

    story(app, tell)


def test_leaving_asks_only_when_there_is_something_to_lose(root: Path) -> None:
    before = text_at(people(root))
    app = FormApp(root, field="last_name")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "x", "escape")
        assert "1 field is changed and not saved:" in screen_text(app)
        await press(pilot, "enter")
        assert "Leave this record?" in screen_text(app)
        await press(pilot, "escape")
        assert "Leave this record?" not in screen_text(app)
        await press(pilot, "escape", "x")
        assert app.left
        assert text_at(root) == before
        assert list((root / ".git/graduand/drafts").glob("*")) == []

    story(app, tell)


@pytest.mark.parametrize(("keys", "gone"), [(("escape",), False), (("x",), True), (("ctrl+s",), True)])
def test_the_program_does_not_end_with_something_to_lose(root: Path, keys: tuple[str, ...], *, gone: bool) -> None:
    app = GraduandApp(Workspace(people(root)), ON)

    async def tell(pilot: Pilot[Any]) -> None:
        form = FormScreen(app.workspace, PATH, ON, "last_name")
        await app.push_screen(form)
        await settled(pilot)
        await press(pilot, "x", "ctrl+q")
        assert "Leave this record?" in screen_text(app)
        await press(pilot, *keys)
        assert app._exit is gone
        assert ("Dupontx" in text_at(root)) is (keys == ("ctrl+s",))
        assert gone or app.screen is form

    story(app, tell)


def test_leaving_can_save(root: Path) -> None:
    app = FormApp(people(root), field="last_name")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "x", "escape", "ctrl+s")
        assert app.left
        assert "last_name: Dupontx" in text_at(root)

    story(app, tell)


def test_closing_an_account_asks_for_the_reason_and_a_second_look(root: Path) -> None:
    """One should see reason, requester and day appear below, and be asked before the account is closed."""
    people(root)
    before = commits(root)
    app = FormApp(root, field="disabled")

    async def tell(pilot: Pilot[Any]) -> None:
        assert "Reason" not in screen_text(app)
        await press(pilot, "right", "left", "c", "delete")
        assert not app.draft.dirty
        await press(pilot, *CLOSE)
        assert app.draft.record.text("disabled") == "true"
        assert "Reason" in screen_text(app)
        await press(pilot, "down")
        assert "✗ The account is closed without a reason." in screen_text(app)
        await press(pilot, "right", "down")
        assert "without a reason" not in screen_text(app)
        await type_in(pilot, "student")
        await press(pilot, "ctrl+s")
        assert "Close this account?" in screen_text(app)
        await press(pilot, "enter", "space", "escape")
        assert commits(root) == before
        await press(pilot, "ctrl+s", "y")
        assert message(root) == (
            "Deactivated: 00412345\n\nGraduand-Kind: deactivated\nGraduand-Reason: requested-by-student"
        )
        await press(pilot, "ctrl+s")
        assert app.screen is app.form

    story(app, tell)


def test_a_finding_appears_when_the_field_is_left_and_goes_when_it_is_cured(root: Path) -> None:
    app = FormApp(people(root), field="primary_education:end_date")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "ctrl+u")
        await type_in(pilot, "2026-02-30")
        assert "✗" not in screen_text(app)
        await press(pilot, "tab")
        assert "✗ “2026-02-30” is no date: that month" in screen_text(app)
        await press(pilot, "shift+tab", "backspace", "backspace")
        await type_in(pilot, "28")
        await press(pilot, "tab")
        assert "✗" not in screen_text(app)

    story(app, tell)


def test_what_somebody_else_has_is_told_when_the_others_are_known(root: Path) -> None:
    app = FormApp(people(root), field="email_address")
    known = Neighbours(Workspace(root).read_index(ON).people)
    app.form.neighbours = lambda: known

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "ctrl+u")
        await type_in(pilot, "P00412815@valmont.example")
        await press(pilot, "down")
        assert "also appears in" in screen_text(app)

    story(app, tell)


def test_the_form_that_the_list_opens_knows_everybody(root: Path) -> None:
    app = GraduandApp(Workspace(people(root)), ON)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "enter")
        form = app.screen
        assert isinstance(form, FormScreen)
        assert app.people.roster.people[0] == [PATH, OTHER]
        assert form.neighbours() is app.people.roster.neighbours

    story(app, tell)


def test_a_record_saved_under_another_username_is_not_compared_with_itself(root: Path) -> None:
    app = GraduandApp(Workspace(people(root)), ON)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        await type_in(pilot, "00412345")
        await press(pilot, "enter", "enter", "e", "ctrl+e", "ctrl+u")
        await type_in(pilot, "cdupont")
        put(root, text_at(root, PATH).replace("Dupont", "Durand"))
        await press(pilot, "ctrl+s", "ctrl+s", "ctrl+s")
        assert "Durand" in text_at(root, "records/2026-spring/cdupont.yaml")
        assert "cdupont: changed: Username" in screen_text(app)
        assert "✗" not in screen_text(app)

    story(app, tell)


def test_a_finding_forbids_no_save(root: Path) -> None:
    app = FormApp(people(root), field="primary_education:end_date")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "ctrl+u")
        await type_in(pilot, "soon")
        await press(pilot, "ctrl+s")
        assert "end_date: soon\n" in text_at(root)

    story(app, tell)


def test_days_are_stepped_to(root: Path) -> None:
    app = FormApp(people(root), field="primary_education:end_date")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "ctrl+up", "ctrl+up", "ctrl+down", "ctrl+right", "up", "down", "pageup", "pagedown")
        assert app.draft.record.ends == "2026-07-16"
        app.form.sheet.go_to("primary_education:end_date")
        await press(pilot, "ctrl+u", "ctrl+up")
        assert app.draft.record.ends == "2026-11-23"

    story(app, tell)


@pytest.mark.parametrize(
    ("text", "days", "months", "day"),
    [
        ("2026-01-31", 0, 1, "2026-02-28"),
        ("2024-01-31", 0, 1, "2024-02-29"),
        ("2026-12-31", 1, 0, "2027-01-01"),
        ("2026-01-15", 0, -1, "2025-12-15"),
        ("", 1, 0, "2026-11-23"),
        ("soon", 0, 1, "2026-11-23"),
        ("9999-12-31", 1, 0, "9999-12-31"),
        ("0001-01-31", 0, -1, "0001-01-31"),
    ],
)
def test_a_step_keeps_to_the_calendar(text: str, days: int, months: int, day: str) -> None:
    assert stepped(text, "2026-11-23", days, months) == day


def test_a_choice_is_stepped_typed_or_found_in_a_list(tmp_path: Path) -> None:
    app = FormApp(shipped(tmp_path), field="primary_education:education_level_name")

    async def tell(pilot: Pilot[Any]) -> None:
        def level(value: str) -> bool:
            return app.draft.record.text("primary_education:education_level_name") == value

        await press(pilot, "right")
        assert level("Postgraduate")
        await press(pilot, "left", "left", "left")
        assert level("Further Education")
        await press(pilot, "d")
        assert level("Doctorate")
        await press(pilot, "delete")
        assert level("")
        await press(pilot, "space")
        await type_in(pilot, "second")
        await press(pilot, "enter")
        assert level("Secondary Education")
        await press(pilot, "enter")
        await type_in(pilot, "Licence+")
        await press(pilot, "enter")
        assert level("Licence+")
        await press(pilot, "enter", "escape")
        assert level("Licence+")
        await press(pilot, "ctrl+z")
        assert level("Secondary Education")

    story(app, tell)


def test_the_institution_that_a_person_goes_on_to_is_completed(root: Path) -> None:
    app = FormApp(people(root), field="transition:continues_at")

    async def tell(pilot: Pilot[Any]) -> None:
        await type_in(pilot, "universite jean mou")
        await press(pilot, "right")
        assert app.draft.record.text("transition:continues_at") == "Université Jean Moulin (Lyon III)"

    story(app, tell)


def test_a_list_is_one_item_a_line(root: Path) -> None:
    app = FormApp(people(root), field="primary_education:major_names")

    async def tell(pilot: Pilot[Any]) -> None:
        await type_in(pilot, "Droit")
        await press(pilot, "enter", "enter")
        await type_in(pilot, "Lettres")
        assert app.draft.record.texts("primary_education:major_names") == ("Droit", "Lettres")
        await press(pilot, "up", "up", "up")
        assert app.form.sheet.current is app.form.sheet.rows["primary_education:education_level_name"]

    story(app, tell)


def test_a_field_is_absent_given_or_wiped(root: Path) -> None:
    app = FormApp(people(root), field="last_name")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "f6")
        assert app.draft.record.text("last_name") == CLEAR
        assert CLEAR in screen_text(app)
        await press(pilot, "f6")
        assert "last_name" not in app.draft.record.values
        assert "not given: Handshake keeps what it has" in screen_text(app)
        await press(pilot, "up", "f6")
        assert "Handshake does not let this field be wiped." in app.said
        assert app.draft.record.text("first_name") == "Chloé"

    story(app, tell)


def test_undo_and_redo_go_field_by_field(root: Path) -> None:
    app = FormApp(people(root), field="first_name")

    async def tell(pilot: Pilot[Any]) -> None:
        await type_in(pilot, "ab")
        await press(pilot, "down")
        await type_in(pilot, "cd")
        await press(pilot, "ctrl+z")
        assert (app.draft.record.text("first_name"), app.draft.record.text("last_name")) == ("Chloéab", "Dupont")
        assert "Dupontcd" not in screen_text(app)
        await press(pilot, "ctrl+z", "ctrl+z")
        assert not app.draft.dirty
        await press(pilot, "ctrl+y", "ctrl+y", "ctrl+y")
        assert app.draft.record.text("last_name") == "Dupontcd"
        await press(pilot, "ctrl+s", "ctrl+z")
        assert app.draft.changed_keys == ("last_name",)
        assert app.draft.record.text("last_name") == "Dupont"
        await press(pilot, "ctrl+s")
        assert "last_name: Dupont  #" in text_at(root)

    story(app, tell)


def test_the_cursor_goes_to_the_field_of_a_finding_also_when_it_is_not_given(root: Path) -> None:
    people(root)
    for field, key in (
        ("campus_name", "campus_name"),
        ("primary_education:major_names:1", "primary_education:major_names"),
    ):
        app = FormApp(root, field=field)

        async def tell(_pilot: Pilot[Any], app: FormApp = app, key: str = key) -> None:
            assert app.form.sheet.current is app.form.sheet.rows[key]

        story(app, tell)


def test_another_field_is_found_in_both_languages(root: Path) -> None:
    app = FormApp(people(root))

    async def tell(pilot: Pilot[Any]) -> None:
        assert "Middle name" not in screen_text(app)
        await press(pilot, "ctrl+n")
        await type_in(pilot, "deuxieme")
        await press(pilot, "enter")
        await type_in(pilot, "Rose")
        assert app.draft.record.text("middle_name") == "Rose"
        assert "Middle name" in screen_text(app)
        await press(pilot, "ctrl+n")
        await type_in(pilot, "account state")
        await press(pilot, "enter")
        assert app.form.sheet.current is app.form.sheet.rows["disabled"]

    story(app, tell)


def test_a_long_name_leaves_in_sight_that_it_is_not_saved(root: Path) -> None:
    people(root)
    put(root, GRADUATE.replace("Chloé", "Chloé Marie Élisabeth Antoinette Joséphine").replace("Dupont", "Du Pont" * 4))
    app = FormApp(root, field="first_name")

    async def tell(pilot: Pilot[Any]) -> None:
        await type_in(pilot, "a")
        assert "not saved" in screen_text(app).splitlines()[0]

    story(app, tell, (60, 15))


def test_f1_explains_the_field_with_its_source_and_its_findings(root: Path) -> None:
    app = FormApp(people(root), field="disabled")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, *CLOSE, "down", "up", "f1")
        text = screen_text(app)
        assert "disabled  Account state" in text
        assert "[ARC]" in text
        assert "GR501" in text
        await press(pilot, "escape")
        assert app.screen is app.form

    story(app, tell, LARGE)


def test_a_changed_username_notes_the_former_one_and_moves_the_file(root: Path) -> None:
    app = FormApp(people(root), field="username")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "x", "escape")
        assert not app.draft.dirty
        await press(pilot, "ctrl+u")
        assert "Change “Username”?" in screen_text(app)
        await press(pilot, "ctrl+e", "ctrl+u")
        await type_in(pilot, "cdupont")
        await press(pilot, "ctrl+s")
        assert (root / PATH).exists()
        assert app.draft.record.text("transition:previous_username") == "00412345"
        assert "Handshake knows this person as “00412345”" in app.said
        await press(pilot, "ctrl+s")
        assert not (root / PATH).exists()
        assert 'username: "cdupont"' in text_at(root, "records/2026-spring/cdupont.yaml")
        assert [one.path for one in app.saved] == [PATH, "records/2026-spring/cdupont.yaml"]

    story(app, tell)


def test_a_taken_username_is_refused_with_a_sentence(root: Path) -> None:
    app = FormApp(people(root), field="username")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "x", "ctrl+e", "ctrl+u")
        await type_in(pilot, "00412815")
        await press(pilot, "down", "ctrl+s")
        assert "There is a record of “00412815” already" in app.said
        assert app.draft.dirty

    story(app, tell)


def test_a_new_record_is_made(root: Path) -> None:
    workspace = Workspace(people(root))
    draft = new_draft(workspace, "2026-autumn", "returned", "00400001")
    app = FormApp(root, draft.path, draft=draft, field="email_address")

    async def tell(pilot: Pilot[Any]) -> None:
        assert "• new, not saved" in screen_text(app)
        await type_in(pilot, "lea@valmont.example")
        await press(pilot, "down")
        await type_in(pilot, "Léa")
        await press(pilot, "ctrl+s")
        assert message(root).startswith("Returned: 00400001\n")
        assert "first_name: Léa\n" in text_at(root, draft.path)

    story(app, tell)


def test_a_file_that_is_not_canonical_is_not_rewritten_unasked(root: Path) -> None:
    put(people(root), text_at(root).replace("last_name: Dupont", 'last_name: "Dupont"'))
    app = FormApp(root, field="first_name")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "x", "ctrl+s")
        assert "Rewrite the whole file?" in screen_text(app)
        await press(pilot, "escape")
        assert app.saved == []
        await press(pilot, "ctrl+s", "y")
        assert "last_name: Dupont  # née Martin" in text_at(root)

    story(app, tell)


def test_what_git_refuses_is_saved_and_said(root: Path) -> None:
    git(people(root), "checkout", "--quiet", "--detach")
    app = FormApp(root, field="last_name")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "x", "ctrl+s")
        assert "no branch is checked out" in app.said
        assert not app.draft.dirty
        assert app.saved[0].commit == ""

    story(app, tell)


def test_a_save_may_leave_the_commit_to_others(root: Path) -> None:
    people(root)
    before = commits(root)
    app = FormApp(root, field="last_name", commit=False)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "x", "ctrl+s")
        assert "not committed" in app.said
        assert commits(root) == before

    story(app, tell)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_two_changes_of_one_field_are_shown_side_by_side(
    root: Path, golden: Callable[[str, bytes], None], language: str
) -> None:
    """One should see what was, mine and theirs, and what goes together by itself; nothing is saved before a choice."""
    speak(language)
    app = FormApp(people(root), field="last_name")

    async def tell(pilot: Pilot[Any]) -> None:
        await type_in(pilot, "-Martin")
        theirs = text_at(root).replace("Dupont  #", "Durand  #").replace("Chloé", "Chloe  # as on the card")
        put(root, theirs)
        await press(pilot, "ctrl+s")
        await press(pilot, "ctrl+s")
        golden(f"screens/difference.{language}.80x24.txt", golden_text(app))
        assert text_at(root) == theirs
        await press(pilot, "m", "ctrl+s")
        text = text_at(root)
        assert "first_name: Chloe  # as on the card\nlast_name: Dupont-Martin  # née Martin\n" in text
        assert app.draft.record.text("first_name") == "Chloe"
        assert not app.draft.dirty

    story(app, tell)


def test_a_three_way_question_can_be_left_open(root: Path) -> None:
    app = FormApp(people(root), field="last_name")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "x")
        put(root, text_at(root).replace("Dupont  #", "Durand  #"))
        await press(pilot, "ctrl+s", "escape")
        assert app.draft.record.text("last_name") == "Dupontx"
        assert "Durand" in text_at(root)
        await press(pilot, "ctrl+s", "t", "ctrl+s")
        assert app.draft.record.text("last_name") == "Durand"

    story(app, tell)


def test_a_deleted_file_comes_back_only_when_asked(root: Path) -> None:
    app = FormApp(people(root), field="last_name")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "x")
        (root / PATH).unlink()
        await press(pilot, "ctrl+s")
        assert "The file was deleted meanwhile" in screen_text(app)
        await press(pilot, "enter", "escape")
        assert not (root / PATH).exists()
        await press(pilot, "ctrl+s", "r")
        assert "Dupontx" in text_at(root)

    story(app, tell)


def test_a_file_that_became_unreadable_is_replaced_only_when_asked(root: Path) -> None:
    app = FormApp(people(root), field="last_name")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "x")
        put(root, "<<<<<<< HEAD\n")
        await press(pilot, "ctrl+s")
        assert "The marks of an unfinished merge stand here" in screen_text(app)
        await press(pilot, "escape")
        assert text_at(root) == "<<<<<<< HEAD\n"
        await press(pilot, "ctrl+s", "m")
        assert "Dupontx" in text_at(root)

    story(app, tell)


def test_what_others_save_shows_by_itself(root: Path) -> None:
    app = FormApp(people(root), field="last_name")

    async def tell(pilot: Pilot[Any]) -> None:
        put(root, text_at(root).replace("Chloé", "Chloe"))
        app.form._check_file()
        await settled(pilot)
        assert "Somebody changed this record; it was read again." in app.said
        assert app.draft.record.text("first_name") == "Chloe"
        await press(pilot, "x")
        put(root, text_at(root).replace("Chloe", "Cloé"))
        app.form._check_file()
        await settled(pilot)
        assert "saving will bring both changes together" in app.said
        assert app.draft.record.text("first_name") == "Chloe"

    story(app, tell)


def test_what_one_saves_oneself_is_not_told_as_somebody_elses(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One should not be told of a change by others while one's own save has written the file and commits it still."""
    app = FormApp(people(root), field="last_name")
    committing, seen = threading.Event(), threading.Event()

    def slowly(
        workspace: Workspace, draft: Draft, *, commit: bool, on_resumed: Callable[[ResumedTransaction], None] | None
    ) -> SavedDraft:
        kept = save(workspace, draft, commit=commit, on_resumed=on_resumed)
        committing.set()
        assert seen.wait(20)
        return kept

    monkeypatch.setattr(save_flow, "save", slowly)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "x")
        await pilot.press("ctrl+s")
        assert await asyncio.to_thread(committing.wait, 20)
        await app.form._check_file().wait()
        seen.set()
        await settled(pilot)
        assert "Somebody changed" not in app.said
        assert "Dupontx" in text_at(root)

    story(app, tell)


def test_closing_without_a_reason_says_what_is_missing(root: Path) -> None:
    app = FormApp(people(root), field="disabled")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, *CLOSE, "ctrl+s")
        assert "Without a reason no upload is compiled" in screen_text(app)
        await press(pilot, "escape", "down", "right", "ctrl+s")
        assert "Close this account?" in screen_text(app)
        assert "Without a reason" not in screen_text(app)

    story(app, tell)


def test_a_reason_is_offered_in_the_language_of_the_screen(root: Path) -> None:
    """One should read what a reason means, and not the code that stands in the record; a school's own as it is."""
    speak("fr")
    people(root)
    record = draft_of(root).set("disabled", "true").record
    offered = choices("transition:account:reason", record, Workspace(root).school)
    assert offered
    assert offered.choices[0] == ("requested-by-student", "à la demande de l’étudiant")
    speak("en")
    offered = choices("transition:account:reason", record, Workspace(root).school)
    assert offered
    assert offered.choices[0] == ("requested-by-student", "requested by the student")


def test_a_file_that_cannot_be_read_whole_shows_its_lines(root: Path, golden: Callable[[str, bytes], None]) -> None:
    """One should see the text with the line marked, and no field to lose something in."""
    speak("fr")
    people(root)
    put(root, GRADUATE.replace("first_name: Chloé", "frist_name: Chloé [/red]").replace("Dupont", '"\x1b[2J"'))
    app = FormApp(root)

    async def tell(pilot: Pilot[Any]) -> None:
        golden("screens/form.unread.fr.80x24.txt", golden_text(app))
        await press(pilot, "ctrl+s", "f2", "f4", "ctrl+n", "f6", "ctrl+z", "f1", "escape")
        assert app.left

    story(app, tell)


def test_hostile_text_is_shown_and_never_obeyed(root: Path, golden: Callable[[str, bytes], None]) -> None:
    """One should see brackets, escapes and foreign scripts as they were written, at every place."""
    people(root)
    draft = draft_of(root)
    hostile: dict[str, FieldValue] = {
        "first_name": "[/red] [@click=app.quit]x[/]",
        "last_name": "\x1b[31mDupont\x07 \u202eevil",
        "preferred_name": "مريم e\u0301\u0302",
        "transition:notes": "[bold\nline two \\\n" + "x" * 3000,
        "campus_name": "a\nb",
        "primary_education:major_names": ("[/red]", "\x1b]0;title\x07"),
    }
    for key, value in hostile.items():
        draft = draft.set(key, value)
    app = FormApp(root, draft=draft)

    async def tell(pilot: Pilot[Any]) -> None:
        golden("screens/form.hostile.en.120x40.txt", golden_text(app))
        await quickly(pilot, *["tab"] * len(app.form.sheet.rows))
        assert app.draft == draft
        await press(pilot, "f4", "ctrl+s")
        assert "\x1b" not in screen_text(app)
        assert draft_of(root).record == draft.record
        await press(pilot, "f1", "escape", "f3", "escape")
        assert app.left

    story(app, tell, LARGE)


def test_it_can_be_used_in_a_small_window(root: Path, golden: Callable[[str, bytes], None]) -> None:
    """One should still see which field one is in, and what is wrong with it."""
    speak("fr")
    app = FormApp(people(root), field="disabled")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, *CLOSE, "down")
        golden("screens/form.fr.60x15.txt", golden_text(app))

    story(app, tell, (60, 15))


def test_no_window_is_too_small_or_too_large(root: Path) -> None:
    app = FormApp(people(root), field="last_name")

    async def tell(pilot: Pilot[Any]) -> None:
        for width, height in ((1, 1), (200, 60), (20, 5)):
            await resize(pilot, width, height)
            await quickly(pilot, "f2", "f3", "f4", "f4")
        app.form.sheet.go_to("last_name")
        await press(pilot, "x", "ctrl+s")
        assert "Dupontx" in text_at(root)

    story(app, tell)


def test_a_paste_brings_nothing_that_nobody_sees() -> None:
    assert pasted("a\x1b[2J\tb\r\n\u202ec\u00a0d") == "a[2J b\nc\u00a0d"
    assert shown("a\x1b\nb") == "a<U+001B>\nb"


def test_pasted_lines_go_into_a_line_with_blanks_between_them(root: Path) -> None:
    app = FormApp(people(root), field="last_name")

    async def tell(pilot: Pilot[Any]) -> None:
        app.form.sheet.rows["last_name"].editor.post_message(Paste("-Mar\x1btin\rde\r\nCaen\u2028\n"))
        await settled(pilot)
        assert app.draft.record.text("last_name") == "Dupont-Martin de Caen"
        app.form.sheet.go_to("transition:notes")
        app.form.sheet.rows["transition:notes"].editor.post_message(Paste("one\x1b\ntwo"))
        await settled(pilot)
        assert app.draft.record.text("transition:notes") == "one\ntwo"

    story(app, tell)


def test_exemptions_are_edited_one_by_one(root: Path) -> None:
    app = FormApp(people(root))

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "ctrl+n")
        await type_in(pilot, "waive")
        await press(pilot, "enter", "enter")
        await type_in(pilot, "GR304")
        await press(pilot, "tab")
        await type_in(pilot, "asked")
        await press(pilot, "tab", "ctrl+up", "tab")
        await type_in(pilot, "me")
        await press(pilot, "ctrl+s")
        assert app.draft.record.waivers == (("GR304", "asked", "2026-11-23", "me"),)
        await press(pilot, "down", "enter", "escape", "up", "delete")
        assert not app.draft.dirty

    story(app, tell)


@pytest.mark.parametrize("keys", [("r",), ("x", "y"), ("x", "x", "escape"), ("escape",)])
def test_what_a_killed_session_left_is_offered_and_never_taken_by_itself(root: Path, keys: tuple[str, ...]) -> None:
    people(root)
    first = FormApp(root, field="last_name")

    async def typed(pilot: Pilot[Any]) -> None:
        await press(pilot, "x")
        first.form.keep_now()

    story(first, typed)
    file = orphan(root / ".git/graduand/drafts")
    app = FormApp(root)

    async def tell(pilot: Pilot[Any]) -> None:
        assert "An unsaved draft was kept" in screen_text(app)
        assert not app.draft.dirty
        await press(pilot, "enter", *keys)
        assert app.draft.dirty is (keys == ("r",))
        assert file.exists() is (keys != ("x", "y"))
        if keys == ("r",):
            assert "Dupontx" in screen_text(app)
            assert json.loads(file.read_bytes())["pid"] == os.getpid()
            await press(pilot, "ctrl+s")
            assert "Dupontx" in text_at(root)
            assert list(file.parent.iterdir()) == []

    story(app, tell)


def test_what_is_typed_is_kept_within_two_seconds(root: Path) -> None:
    app = FormApp(people(root), field="last_name")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "x")
        await later(pilot, 2)
        await settled(pilot)
        (file,) = (root / ".git/graduand/drafts").iterdir()
        assert "Dupontx" in file.read_text(encoding="utf-8")

    story(app, tell)


def test_the_arrows_stop_at_the_last_field_and_tab_goes_round(root: Path) -> None:
    app = FormApp(people(root), field="transition:notes")

    async def tell(pilot: Pilot[Any]) -> None:
        rows = list(app.form.sheet.rows.values())
        await press(pilot, "down", "down")
        assert app.form.sheet.current is rows[-1]
        await press(pilot, "tab")
        assert app.form.sheet.current is rows[0]
        await press(pilot, "up")
        assert app.form.sheet.current is rows[0]
        await press(pilot, "shift+tab")
        assert app.form.sheet.current is rows[-1]

    story(app, tell)
