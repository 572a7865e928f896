"""The job: edit fifty at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input

from graduand.language import speak
from graduand.screens.bulk import BulkScreen
from graduand.screens.confirm import ConfirmScreen
from graduand.workspace import Workspace
from tests.repository import TODAY, begin, commit, git, graduate, put
from tests.screens.stage import Stage
from tests.screens.terminal import LARGE, SMALL, press, quickly, screen_text, story, type_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    Golden = Callable[[str, bytes], None]

PEOPLE = tuple(f"0041234{number}" for number in range(5))
PATHS = tuple(f"records/2026-spring/{username}.yaml" for username in PEOPLE)


@pytest.fixture
def marked(root: Path) -> Path:
    """Five people, all of them marked."""
    begin(root)
    for username, path in zip(PEOPLE, PATHS, strict=True):
        put(root, graduate(username), path.removeprefix("records/"))
    commit(root)
    return root


def stage(root: Path) -> Stage:
    return Stage(BulkScreen(Workspace(root), PATHS, TODAY, ("2025-autumn", "2026-spring")))


@pytest.mark.parametrize(("language", "size"), [("en", SMALL), ("fr", SMALL), ("fr", LARGE)])
def test_accounts_are_closed_only_once_their_number_is_typed(
    marked: Path, golden: Golden, language: str, size: tuple[int, int]
) -> None:
    """One should see what is asked for, then each person's change, how many accounts close, and what the rules say."""
    speak(language)
    app = stage(marked)
    suffix = f"{language}.{size[0]}x{size[1]}.txt"

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, *("down",) * 4, "enter", "right", "down", "right")
        golden(f"screens/bulk.{suffix}", screen_text(app).encode())
        await press(pilot, "ctrl+s")
        await press(pilot, "ctrl+s", "enter")
        assert isinstance(app.screen, ConfirmScreen)
        golden(f"screens/close.{suffix}", screen_text(app).encode())
        await press(pilot, "down", "5", "ctrl+s")

    story(app, tell, size)
    assert app.changed == list(PATHS)
    assert git(marked, "log", "--format=%B", "-1").strip() == (
        "Deactivated: 5 records\n\nGraduand-Kind: deactivated\nGraduand-Reason: requested-by-student"
    )


def test_esc_changes_nothing(marked: Path) -> None:
    app = stage(marked)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "down", "down", "enter", "right", "ctrl+s", "escape", "escape")

    story(app, tell)
    assert not app.changed
    assert git(marked, "status", "--porcelain") == ""


def test_people_are_moved_to_another_cohort(marked: Path) -> None:
    app = stage(marked)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "down", "down", "enter", "right", "ctrl+s", "ctrl+s")

    story(app, tell)
    assert len(list((marked / "records/2025-autumn").iterdir())) == len(PEOPLE)


def test_a_cohort_that_there_is_not_yet_is_typed_and_a_choice_found_by_its_words(marked: Path) -> None:
    app = stage(marked)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "down", "down", "enter", "enter", *"2027-winter", "enter", "ctrl+s", "ctrl+s")

    story(app, tell)
    assert len(list((marked / "records/2027-winter").iterdir())) == len(PEOPLE)


def test_a_day_is_stepped_and_a_wrong_word_is_told_in_place(marked: Path) -> None:
    app = stage(marked)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "enter", "pageup", "pagedown", "ctrl+up", "ctrl+up", "ctrl+down")
        assert isinstance(app.focused, Input)
        assert app.focused.value == "2026-11-24"
        await press(pilot, "backspace", "backspace", "x", "ctrl+s")
        assert "is no date" in screen_text(app)

    story(app, tell)


def choose_a_field(name: str) -> tuple[str, ...]:
    """Return the keys that choose a field by what people call it."""
    return ("end", "up", "enter", "enter", *name, "enter")


def test_a_day_is_typed_as_people_type_it(marked: Path) -> None:
    app = stage(marked)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "enter", "ctrl+u")
        await type_in(pilot, "30/6/2026")
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, ConfirmScreen)
        assert "2026-06-15 → 2026-06-30" in screen_text(app)
        await press(pilot, "escape", "up", *choose_a_field("end date"))
        await type_in(pilot, "31/05/2026")
        await press(pilot, "tab")
        assert "2026-05-31" in screen_text(app)
        await press(pilot, "ctrl+s", "ctrl+s")

    story(app, tell)
    assert app.changed == list(PATHS)
    assert "end_date: 2026-05-31" in (marked / PATHS[0]).read_text(encoding="utf-8")


def test_yes_and_no_are_chosen_in_words(marked: Path) -> None:
    speak("fr")
    app = stage(marked)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, *choose_a_field("messagerie"))
        await type_in(pilot, "non")
        await press(pilot, "ctrl+s", "ctrl+s")

    story(app, tell)
    assert "keeps_school_email: false" in (marked / PATHS[0]).read_text(encoding="utf-8")


def test_what_is_left_empty_changes_nothing_and_taking_out_is_a_choice(marked: Path) -> None:
    app = stage(marked)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "end", "up", "enter", "ctrl+s")
        assert "Choose the field first." in screen_text(app)
        await press(pilot, "enter", *"spécialités", "enter", "ctrl+s")
        assert "what is left empty changes nothing" in screen_text(app)
        assert git(marked, "status", "--porcelain") == ""
        await press(pilot, "escape")

    story(app, tell)
    gone = stage(marked)

    async def take_out(pilot: Pilot[Any]) -> None:
        await press(pilot, "end", "enter", "enter", *"end date", "enter", "ctrl+s", "ctrl+s")

    story(gone, take_out)
    assert "end_date" not in (marked / PATHS[0]).read_text(encoding="utf-8")


def test_new_errors_stand_apart_and_are_asked_for(marked: Path) -> None:
    app = stage(marked)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, *choose_a_field("first name"))
        await type_in(pilot, "Chl9")
        await press(pilot, "ctrl+s")
        assert "brings errors to 5 people" in screen_text(app)
        await press(pilot, "ctrl+s")
        assert git(marked, "status", "--porcelain") == ""
        await press(pilot, "5", "ctrl+s")

    story(app, tell)
    assert "first_name: Chl9" in (marked / PATHS[0]).read_text(encoding="utf-8")


def test_keys_that_come_too_fast_end_in_no_bug(marked: Path) -> None:
    app = stage(marked)

    async def tell(pilot: Pilot[Any]) -> None:
        await quickly(pilot, *("down",) * 6, "tab", "x", "enter", "up", "tab", "enter", "escape")
        assert app.is_running

    story(app, tell)
    assert git(marked, "status", "--porcelain") == ""


def test_an_account_cannot_be_closed_without_a_reason(marked: Path) -> None:
    """One should be asked for a reason, and not be told that nothing is none of them."""
    app = stage(marked)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, *["down"] * 4, "ctrl+s")
        assert "The reason is missing; choose one of: requested by the student" in " ".join(screen_text(app).split())

    story(app, tell)


def test_it_can_be_used_on_a_small_terminal(marked: Path) -> None:
    app = stage(marked)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, *("down",) * 4, "enter", "r", "down", "down", "enter")
        assert isinstance(app.screen, ConfirmScreen)
        assert "Type 5 to go on" in screen_text(app)

    story(app, tell, (60, 15))
