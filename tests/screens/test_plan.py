"""The jobs: review what really changes, compile it, note that it went in, take the failed rows back, undo it all."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from graduand.git.program import Program
from graduand.language import speak
from graduand.ledger.branch import NewEntry, append
from graduand.screens.confirm import ConfirmScreen
from graduand.screens.failed_rows import FailedScreen
from graduand.screens.plan import PlanScreen
from graduand.screens.upload import UploadScreen
from graduand.screens.uploads import UploadsScreen
from graduand.workspace import Workspace
from tests.repository import FAULTY, TODAY, begin, built, commit, git, graduand, graduate, noted, put, settle
from tests.rules.judged import RETURNER
from tests.screens.stage import Stage, shows, told
from tests.screens.terminal import LARGE, SMALL, in_order, press, screen_text, seen_at, settled, story, type_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    Golden = Callable[[str, bytes], None]

CLOSE = "disabled: true\ntransition:\n  account:\n    reason: requested-by-student\n    requested_by: student"
FAILED = (
    "email_address,username,first_name,status,response\n"
    'p00412346@valmont.example,00412346,Chloé,error,"{""errors"":{""email_address"":[""has already been taken""]}}"\n'
)


@pytest.fixture
def people(root: Path) -> Path:
    """One who graduates, one whose account closes, one who returns; the day's commit."""
    put(begin(root), graduate("00412345"))
    put(root, graduate("00412346").replace("transition:", CLOSE), "2026-spring/00412346.yaml")
    put(root, RETURNER.replace("00412345", "00412347").replace("chloe", "c7"), "2025-autumn/00412347.yaml")
    commit(root)
    return root


async def go_to_the_uploads(pilot: Pilot[Any], root: Path, *keys: str) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, PlanScreen)
    screen.go_to(UploadsScreen(Workspace(root), TODAY))
    await settled(pilot)
    await press(pilot, *keys)


def plan(root: Path, *, everybody: bool = True) -> tuple[Stage, PlanScreen]:
    screen = PlanScreen(Workspace(root), TODAY)
    if everybody:
        screen.order = screen.order._replace(changed=False)
    return Stage(screen), screen


@pytest.mark.parametrize(("language", "size"), [("en", SMALL), ("fr", SMALL), ("fr", LARGE)])
def test_what_changes_is_told_destructive_first_and_addresses_are_masked(
    people: Path, golden: Golden, language: str, size: tuple[int, int]
) -> None:
    """One should see the account that closes above all others, and its cells before and after below or beside it."""
    speak(language)
    app, _screen = plan(people)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "down")
        golden(f"screens/plan.{language}.{size[0]}x{size[1]}.txt", screen_text(app).encode())
        await press(pilot, "v")
        assert "p00412346@valmont.example" in screen_text(app)
        await press(pilot, "enter")
        assert app.opened == [("records/2026-spring/00412346.yaml", "")]

    story(app, tell, size)


def test_the_plan_is_narrowed_by_effect_cohort_and_words(people: Path) -> None:
    app, screen = plan(people)

    async def tell(pilot: Pilot[Any]) -> None:
        whole = screen.prepared
        await press(pilot, "k")
        assert list(screen.outline.keys) == ["deactivate"]
        assert whole
        assert screen.prepared
        assert screen.prepared.upload.plan != whole.upload.plan
        await press(pilot, "k", "k", "k", "o")
        assert [one.username for found in screen.outline.groups.values() for one in found] == ["00412347"]
        await press(pilot, "o", "o", "slash")
        await type_in(pilot, "chloe 345")
        assert [one.username for found in screen.outline.groups.values() for one in found] == ["00412345"]
        await press(pilot, "escape")
        assert len(screen.outline.keys) == 3

    story(app, tell)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_card_and_the_failed_rows_are_as_they_were_reviewed(people: Path, golden: Golden, language: str) -> None:
    """One should see the card box by box, then why each row failed and what cures it."""
    graduand(people, "compile", "--on", TODAY, lang=language)
    failed = people / "build" / "failed.csv"
    failed.write_text(FAILED, encoding="utf-8")
    speak(language)
    app = Stage(UploadScreen(Workspace(people)))
    commit_now = git(people, "rev-parse", "HEAD").strip()

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "space", "space")
        for size in (SMALL, LARGE):
            text = (await seen_at(pilot, size)).replace(commit_now, "0" * 40)
            golden(f"screens/card.{language}.{size[0]}x{size[1]}.txt", text.encode())
        await press(pilot, "ctrl+s")
        await press(pilot, "ctrl+s")
        await press(pilot, "f")
        await type_in(pilot, str(failed))
        await press(pilot, "enter")
        app.clear_notifications()
        await press(pilot)
        for size in (SMALL, LARGE):
            text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "2026-11-23 09:00", await seen_at(pilot, size))
            golden(f"screens/failed.{language}.{size[0]}x{size[1]}.txt", text.encode())

    story(app, tell)


def test_an_upload_is_compiled_ticked_off_noted_and_taken_back(people: Path) -> None:
    app, screen = plan(people)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "u", "enter")
        assert shows(app, ConfirmScreen)
        assert not (people / "build").exists()
        await press(pilot, "ctrl+s")
        assert shows(app, UploadScreen)
        assert "manifest.json" in built(people)
        await press(pilot, "space", "space")
        text = screen_text(app)
        await press(pilot, "escape")
        await go_to_the_uploads(pilot, people, "enter")
        assert screen_text(app).count("[✓]") == text.count("[✓]") > 0
        await press(pilot, "ctrl+s", "ctrl+s")
        assert re.search(r"noted, ran \d{4}-\d\d-\d\d \d\d:\d\d ", screen_text(app))
        assert noted(people)[-1] not in screen_text(app).partition("\n")[0]
        await press(pilot, "escape", "escape")
        await press(pilot)
        assert list(screen.outline.keys) == ["unchanged"]
        await go_to_the_uploads(pilot, people, "r")
        assert in_order(screen_text(app), "cannot be taken back", "reopens the account"), "it is said before"
        await press(pilot, "ctrl+s", *(() if shows(app, UploadScreen) else ("escape",)))
        assert shows(app, UploadScreen)
        assert b"FALSE" in next(content for name, content in built(people).items() if name.endswith(".csv"))

    story(app, tell)


def test_failed_rows_lead_to_the_field_that_cures_them(people: Path) -> None:
    """Only Ctrl+S notes that rows failed, and the plan has them again."""
    graduand(people, "compile", "--on", TODAY)
    graduand(people, "uploaded", str(people / "build/manifest.json"))
    failed = people / "build" / "failed.csv"
    failed.write_text(FAILED, encoding="utf-8")
    app, screen = plan(people)

    async def tell(pilot: Pilot[Any]) -> None:
        await go_to_the_uploads(pilot, people)
        assert shows(app, UploadsScreen)
        await press(pilot, "f")
        await type_in(pilot, str(failed))
        await press(pilot, "enter")
        assert shows(app, FailedScreen)
        await press(pilot, "enter")
        assert app.opened == [("records/2026-spring/00412346.yaml", "email_address")]
        assert noted(people, "result") == []
        await press(pilot, "ctrl+s")
        assert len(noted(people, "result")) == 1
        await press(pilot, "escape", "escape")
        await press(pilot)
        assert screen.prepared
        assert screen.prepared.plan.outstanding == {"00412346"}

    story(app, tell)


def test_only_what_is_outstanding_is_compiled_unless_everybody_is_asked_for(people: Path) -> None:
    graduand(people, "compile", "--on", TODAY)
    graduand(people, "uploaded", str(people / "build/manifest.json"))
    put(people, graduate("00412345").replace("Chloé", "Zoé"))
    commit(people)
    app, screen = plan(people, everybody=False)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "O", "u")
        assert "2 people were sent as their records are now, and would be sent again" in screen_text(app)
        await press(pilot, "escape", "O")
        assert screen.prepared
        assert screen.prepared.upload.usernames == ("00412345",)
        assert "outstanding only" in screen_text(app)
        await press(pilot, "u")
        assert "would be sent again" not in screen_text(app)
        await press(pilot, "ctrl+s", "ctrl+s", "ctrl+s", "escape")
        await press(pilot)
        assert "Nothing is outstanding in records/ of" in screen_text(app)
        await press(pilot, "O")
        assert screen.prepared
        assert screen.prepared.upload.records == 3

    story(app, tell)


def test_before_compiling_it_is_asked_what_colleagues_have_sent_meanwhile(people: Path) -> None:
    remote, other = people / "build/remote.git", people / "build/other"
    git(people, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    git(people, "remote", "add", "origin", str(remote))
    git(people, "push", "--quiet", "origin", "HEAD:refs/heads/main")
    git(people, "clone", "--quiet", str(remote), str(other))
    app, screen = plan(people)

    async def tell(pilot: Pilot[Any]) -> None:
        assert screen.prepared
        assert not screen.prepared.since
        graduand(other, "compile", "--on", TODAY)
        graduand(other, "uploaded", "--first", str(other / "build/manifest.json"))
        await press(pilot, "u")
        await press(pilot)
        assert screen.prepared.since == noted(other)[-1]
        assert not shows(app, ConfirmScreen)
        assert "changed meanwhile" in told(app)[-1]
        await press(pilot, "u")
        assert shows(app, ConfirmScreen)

    story(app, tell)


def test_beyond_a_limit_the_plan_is_approved_by_typing_its_number(people: Path) -> None:
    settle(people, limits="{deactivations: {count: 0, percent: null}}")
    commit(people)
    app, screen = plan(people)

    async def tell(pilot: Pilot[Any]) -> None:
        assert "the limit in institution.yaml is 0" in screen_text(app)
        await press(pilot, "u", "ctrl+s")
        assert shows(app, ConfirmScreen)
        assert screen.prepared
        await type_in(pilot, "1")
        await press(pilot, "ctrl+s")
        assert shows(app, UploadScreen)

    story(app, tell)


def test_errors_lead_to_the_problems_or_are_left_out(people: Path) -> None:
    put(people, FAULTY.replace("00412345", "00412348"), "2026-spring/00412348.yaml")
    commit(people)
    app, screen = plan(people)

    async def tell(pilot: Pilot[Any]) -> None:
        assert "1 error keeps the upload from being compiled" in screen_text(app)
        await press(pilot, "u", "x")
        assert screen.prepared
        assert screen.prepared.upload.left_out == ("00412348",)
        assert "1 person is left out" in screen_text(app)
        await press(pilot, "down")
        assert screen.row

    story(app, tell)


def test_what_is_not_committed_is_planned_only_as_a_draft(people: Path) -> None:
    put(people, graduate("00412349"), "2026-spring/00412349.yaml")
    app, screen = plan(people)

    async def tell(pilot: Pilot[Any]) -> None:
        assert screen.prepared is None
        assert "Not committed" in screen_text(app)
        await press(pilot, "D")
        assert "A draft" in screen_text(app)
        await press(pilot, "u", "ctrl+s", "ctrl+s")
        assert shows(app, UploadScreen)

    story(app, tell)
    assert noted(people) == []


def test_a_file_without_failed_rows_is_told(people: Path) -> None:
    graduand(people, "compile", "--on", TODAY)
    graduand(people, "uploaded", str(people / "build/manifest.json"))
    app = Stage(FailedScreen(Workspace(people), people / "nowhere.csv", ""))

    async def tell(pilot: Pilot[Any]) -> None:
        assert "cannot be read" in screen_text(app)
        await press(pilot, "ctrl+s", "enter")

    story(app, tell)
    assert told(app) == []


@pytest.mark.parametrize("size", [(60, 15), (40, 10)])
def test_all_of_it_can_be_used_on_a_small_terminal(people: Path, size: tuple[int, int]) -> None:
    app, _screen = plan(people)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "down")
        assert "closes the account" in screen_text(app)
        await press(pilot, "u")
        assert "Compile the upload" in screen_text(app)
        await press(pilot, "ctrl+s", "space", "y")
        assert "[✓] Open" in screen_text(app)
        await press(pilot, "escape")
        await go_to_the_uploads(pilot, people, "enter")
        assert "Upload in hand" in screen_text(app)
        await press(pilot, "escape", "escape")
        assert shows(app, PlanScreen)

    story(app, tell, size)


def test_who_was_in_an_upload_noted_meanwhile_is_told_when_this_one_is_noted(people: Path) -> None:
    graduand(people, "compile", "--on", TODAY)
    graduand(people, "compile", "--on", TODAY, "--out", str(people / "build/again"))
    elsewhere = people / "build/again/manifest.json"
    elsewhere.write_text(elsewhere.read_text().replace('"on"', ' "on"', 1))
    graduand(people, "uploaded", str(elsewhere))
    app = Stage(UploadScreen(Workspace(people)))

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "ctrl+s", "ctrl+s")
        assert "3 people were in an upload that was noted after" in " ".join(screen_text(app).split())
        await press(pilot, "escape")
        assert shows(app, UploadScreen)

    story(app, tell)


def test_a_rollback_says_that_it_replaces_files_that_were_not_noted(people: Path) -> None:
    graduand(people, "compile", "--on", TODAY)
    graduand(people, "uploaded", str(people / "build/manifest.json"))
    put(people, graduate("00412345").replace("Chloé", "Zoé"))
    commit(people)
    graduand(people, "compile", "--changed", "--on", TODAY)
    app = Stage(UploadsScreen(Workspace(people), TODAY))

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "down", "r")
        assert "Those were not noted" in screen_text(app)

    story(app, tell)
    assert graduand(people, "rollback").code == 5
    assert "Those were" not in graduand(people, "rollback", "--again").err


def test_what_a_colleague_wrote_into_an_entry_reaches_the_terminal_as_text(people: Path) -> None:
    graduand(people, "compile", "--on", TODAY)
    graduand(people, "uploaded", str(people / "build/manifest.json"))
    moment = "2031-11-30T08:00:00Z"
    said = {
        "schema": "graduand/entry/1",
        "kind": "upload",
        "noted": moment,
        "at": moment,
        "on": "\x1b[2J",
        "commit": "\x1bc",
    }
    append(Program(people), [NewEntry(json.dumps(said).encode(), {"people.tsv": b""}, "by hand")])
    app, _screen = plan(people)

    async def tell(pilot: Pilot[Any]) -> None:
        await go_to_the_uploads(pilot, people)
        assert shows(app, UploadsScreen)
        assert "\x1b" not in screen_text(app)

    story(app, tell)
