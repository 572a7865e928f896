"""The views in the application: from the list and back, a cure undone, what changes outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graduand.screens.app import GraduandApp
from graduand.screens.audit import AuditScreen
from graduand.screens.bulk import BulkScreen
from graduand.screens.form import FormScreen
from graduand.screens.people import PeopleScreen
from graduand.screens.problems import ProblemsScreen
from graduand.workspace import Workspace
from tests.repository import TODAY, git, graduate, put
from tests.screens.stage import faulty, shows
from tests.screens.terminal import press, screen_text, settled, story

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


@pytest.fixture
def app(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> GraduandApp:
    """The application on people with something wrong, without the developer's preferences."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    return GraduandApp(Workspace(faulty(root)), TODAY)


def rules(app: GraduandApp) -> set[str]:
    assert isinstance(app.screen, ProblemsScreen)
    return set(app.screen.outline.groups)


def test_a_cure_is_undone_and_the_problem_is_there_again(app: GraduandApp) -> None:
    root = app.workspace.root

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "g", "2")
        assert "GR109" in rules(app)
        await press(pilot, *["tab"] * 5, "C", "ctrl+s")
        await settled(pilot)
        assert "GR109" not in rules(app)
        await press(pilot, "ctrl+z", "ctrl+s")
        await settled(pilot)
        assert "GR109" in rules(app)

    story(app, tell)
    assert git(root, "log", "-2", "--format=%s").splitlines()[1] == "Corrected: 2 records"


def test_what_could_not_be_undone_now_can_be_undone_later(app: GraduandApp) -> None:
    root = app.workspace.root
    merging = root / ".git" / "MERGE_HEAD"

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "g", "2", *["tab"] * 5, "C", "ctrl+s")
        await settled(pilot)
        merging.write_text(git(root, "rev-parse", "HEAD"), encoding="utf-8")
        await press(pilot, "ctrl+z", "ctrl+s")
        await settled(pilot)
        merging.unlink()
        await press(pilot, "ctrl+z", "ctrl+s")
        await settled(pilot)

    story(app, tell)
    assert git(root, "log", "-1", "--format=%s").strip() == "Undone: Corrected: 2 records"


def test_what_git_refused_to_record_can_be_undone_too(app: GraduandApp) -> None:
    root = app.workspace.root
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "g", "2", *["tab"] * 5, "C", "ctrl+s")
        await settled(pilot)
        assert git(root, "status", "--porcelain") != ""
        hook.unlink()
        await press(pilot, "ctrl+z")
        await settled(pilot)

    story(app, tell)
    assert git(root, "status", "--porcelain") == ""


def test_what_changes_outside_shows_up_in_a_view(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        app.look_around()
        await press(pilot, "g", "2")
        for username in ("00500003", "00500004"):
            put(app.workspace.root, graduate(username), f"2026-spring/{username}.yaml")
        app.look_around()
        await settled(pilot)
        await settled(pilot)
        assert "GR109" not in rules(app)

    story(app, tell)


def test_one_goes_from_any_screen_to_a_place_and_back_to_where_one_was(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "space", "space", "b")
        assert shows(app, BulkScreen)
        assert isinstance(app.screen, BulkScreen)
        assert len(app.screen.paths) == 2
        await press(pilot, "g", "6")
        assert shows(app, AuditScreen)
        await press(pilot, "escape")
        assert shows(app, BulkScreen)
        await press(pilot, "escape")
        assert shows(app, PeopleScreen)

    story(app, tell)


def test_a_long_sentence_is_whole_in_a_narrow_window(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "g", "6")
        assert isinstance(app.screen, AuditScreen)
        app.screen.show_sentence("word " * 30 + "last")
        await settled(pilot)
        assert screen_text(app).count("word") == 30
        assert "last" in screen_text(app)

    story(app, tell, (60, 15))


def test_a_finding_opens_the_form_at_its_field_and_one_comes_back_to_it(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "g", "2", *["tab"] * 5)
        problems = app.screen
        assert isinstance(problems, ProblemsScreen)
        here = problems.finding
        assert here
        assert here.field == "primary_education:education_level_name"
        await press(pilot, "enter")
        assert shows(app, FormScreen)
        form = app.screen
        assert isinstance(form, FormScreen)
        assert form.reading
        assert form.sheet.current is form.sheet.rows[here.field]
        await press(pilot, "e")
        assert getattr(app.focused, "key", "") == here.field
        await press(pilot, "escape", "escape")
        assert shows(app, ProblemsScreen)
        assert problems.finding == here

    story(app, tell)
