"""A person is read first; one field is edited after the other, and nothing by a key too many."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from graduand.editing.draft import open_draft
from graduand.language import speak
from graduand.screens.app import GraduandApp
from graduand.screens.form import EditingScreen
from graduand.workspace import Workspace
from tests.editing.drafts import ON, OTHER, PATH, commits, people, text_at
from tests.repository import git, shipped
from tests.screens.form_app import FormApp
from tests.screens.terminal import LARGE, SMALL, press, quickly, screen_text, settled, story, type_in
from tests.screens.test_form import golden_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from graduand.editing.draft import FieldValue

BURSTS = 2 * settings().max_examples
"""Bursts of keys on the page of a person; more of them for coverage."""


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_a_person_is_read_first(
    tmp_path: Path, golden: Callable[[str, bytes], None], size: tuple[int, int], language: str
) -> None:
    """One should see the person as a page, the field under the cursor and the key that edits it."""
    speak(language)
    app = FormApp(shipped(tmp_path), field="primary_education:end_date", reading=True)

    async def tell(_pilot: Pilot[Any]) -> None:
        golden(f"screens/page.{language}.{size[0]}x{size[1]}.txt", golden_text(app))

    story(app, tell, size)


def test_reading_changes_nothing_and_a_key_edits_the_field_under_the_cursor(root: Path) -> None:
    people(root)
    app = FormApp(root, reading=True)

    async def tell(pilot: Pilot[Any]) -> None:
        await quickly(pilot, *"marzin", "delete", "right", "left", "pagedown", "pageup", "f6", "space", "ctrl+z")
        assert app.form.reading
        assert app.draft == open_draft(app.form.workspace, PATH)
        await press(pilot, "home", "down", "down", "down", "e")
        assert app.form.sheet.current is app.form.sheet.rows["last_name"]
        await type_in(pilot, "x")
        assert app.draft.record.text("last_name") == "Dupontx"
        await press(pilot, "ctrl+s")
        assert app.form.reading
        assert "last_name: Dupontx" in text_at(root)
        await press(pilot, "enter", "escape")
        assert app.form.reading
        assert not app.left
        await press(pilot, "escape")
        assert app.left

    story(app, tell)


def test_the_identity_is_asked_for_first(root: Path) -> None:
    people(root)
    app = FormApp(root, field="username", reading=True)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "e", *"yox", "enter", "escape", *"yo", "escape")
        assert not app.draft.dirty
        assert app.form.focused is not None
        await press(pilot, "escape", "e", "ctrl+e", "end")
        await type_in(pilot, "7")
        assert app.draft.record.username == "004123457"

    story(app, tell)


def test_a_day_is_written_as_the_record_holds_it_when_one_goes_on(root: Path) -> None:
    app = FormApp(people(root), field="primary_education:end_date")

    async def tell(pilot: Pilot[Any]) -> None:
        for typed, day in (
            ("31/05/2026", "2026-05-31"),
            ("1-6-26", "2026-06-01"),
            ("31.05.2026", "2026-05-31"),
            ("5 6 2026", "2026-06-05"),
            ("31/5", "2026-05-31"),
            ("2026-6-5", "2026-06-05"),
            ("31/02/2026", "31/02/2026"),
            ("bientôt", "bientôt"),
        ):
            await press(pilot, "end", "ctrl+u")
            await type_in(pilot, typed)
            assert typed in screen_text(app)
            await press(pilot, "tab")
            assert day in screen_text(app)
            assert app.draft.record.ends == day
            await press(pilot, "shift+tab")

    story(app, tell)


async def close_what_is_open(pilot: Pilot[Any]) -> None:
    """Close all screens above the list; one that is answered already closes by itself."""
    while len(pilot.app.screen_stack) > 1:
        screen = pilot.app.screen
        try:
            screen.dismiss(None)
        except asyncio.InvalidStateError:  # or who asked has gone
            await settled(pilot)
            if pilot.app.screen is screen:
                pilot.app.pop_screen()
        await settled(pilot)


def test_bursts_of_keys_change_nobody_who_is_not_on_the_screen(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever is typed while pages open and close, no file changes, and no draft but that of the person shown."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    app = GraduandApp(Workspace(people(root)), ON)
    before = (commits(root), text_at(root), text_at(root, OTHER), git(root, "status", "--porcelain"))
    chance = random.Random(1)
    change = EditingScreen._change
    changed: list[bool] = []

    async def noted(form: EditingScreen, key: str, value: FieldValue | None) -> None:
        changed.append(form in app.screen_stack[-2:] and not form.reading)
        await change(form, key, value)

    monkeypatch.setattr(EditingScreen, "_change", noted)
    letters = [*"aeglmorz1", "right", "delete", "pagedown", "down", "tab", "escape"]

    async def tell(pilot: Pilot[Any]) -> None:
        for _turn in range(BURSTS // 20):
            await quickly(pilot, "enter", *chance.choices(letters, k=3), "e", *chance.choices(letters, k=56))
            await close_what_is_open(pilot)
            await quickly(pilot, "g", "1", "escape")

    story(app, tell)
    assert changed
    assert all(changed)
    assert (commits(root), text_at(root), text_at(root, OTHER), git(root, "status", "--porcelain")) == before
