"""The places: their bar and head, how one goes there and back, and that where one was stays."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

import pytest

from graduand.editing.clone_status import CloneStatus
from graduand.language import speak
from graduand.screens.app import GraduandApp
from graduand.screens.audit import AuditScreen
from graduand.screens.confirm import ConfirmScreen
from graduand.screens.due import DueScreen
from graduand.screens.page import PageScreen
from graduand.screens.palette import PaletteScreen
from graduand.screens.people import PeopleScreen
from graduand.screens.places import CLASS, PLACES, PLAN, PROBLEMS, SHARE, Overview
from graduand.screens.plan import PlanScreen
from graduand.screens.problems import ProblemsScreen
from graduand.screens.question import QuestionScreen
from graduand.screens.share import ShareScreen
from graduand.screens.sheet import SheetScreen
from graduand.screens.widgets.head import Head, PlaceBar, bar_spans, head_line
from graduand.screens.widgets.person_pane import PersonPane
from graduand.similar import folded
from graduand.vocabulary import vocabularies
from graduand.workspace import Workspace
from tests.repository import TODAY, commit, git, graduate, put
from tests.screens.stage import faulty, shows
from tests.screens.terminal import REST, later, press, quickly, screen_text, settled, story, type_in

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

BUSY = Overview(
    "Université de Valmont",
    TODAY,
    PROBLEMS,
    {CLASS: "2682", PROBLEMS: "202", PLAN: "6", SHARE: "↑3"},
    CloneStatus("main", "origin/main", 3, 0, ("records/a", "records/b"), "", ("e1",)),
)


@pytest.fixture
def app(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> GraduandApp:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    return GraduandApp(Workspace(faulty(root)), TODAY)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_every_place_is_named_in_the_bar_at_every_width(language: str, width: int) -> None:
    speak(language)
    spans = bar_spans(BUSY, width)
    assert [span.digit for span in spans] == list("1234567")
    assert all(span.name for span in spans)
    assert spans[1].number == "202"
    if width >= 60:
        assert spans[-1].start + spans[-1].wide < width
    if width >= 80:
        assert [span.number for span in spans] == ["2682", "202", "", "6", "", "", "↑3"]


def test_the_head_says_what_matters_most_where_room_is_short() -> None:
    whole = head_line(BUSY, 118).plain
    for words in (
        "Université de Valmont",
        "main ↑3 ↓0",
        "2 uncommitted",
        "ledger: 1 not shared",
        "saves commit",
        TODAY,
    ):
        assert words in whole
    narrow = head_line(BUSY._replace(commits=False), 58).plain
    assert "saves do not commit" in narrow
    assert "main ↑3 ↓0" in narrow
    assert len(narrow) <= 58


def test_one_goes_to_a_place_by_its_digit_and_finds_it_as_it_was_left(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        await type_in(pilot, "0050000")
        await press(pilot, "enter", "down", "down", "g", "2", "down", "down", "left")
        problems = app.get_screen_stack(PROBLEMS)[0]
        assert isinstance(problems, ProblemsScreen)
        left = (problems.lines.cursor, problems.outline.folded)
        assert left[1]
        await press(pilot, "g", "4")
        assert shows(app, PlanScreen)
        await press(pilot, "escape")
        assert shows(app, ProblemsScreen)
        assert (problems.lines.cursor, problems.outline.folded) == left
        await press(pilot, "alt+1")
        assert shows(app, PeopleScreen)
        assert (app.people.search.text, app.people.lines.cursor) == ("0050000", 2)

    story(app, tell)


def test_quick_keys_lead_where_slow_ones_do(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        await quickly(pilot, "g", "2", "g", "7", "g", "1", "g", "4", "escape", "escape")
        assert shows(app, ShareScreen)

    story(app, tell)


def test_a_place_is_clicked_in_the_bar(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        bar = app.screen.query_one(PlaceBar)
        start = bar_spans(bar.overview, bar.size.width)[3].start
        await pilot.click(PlaceBar, offset=(start, 0))
        await settled(pilot)
        assert shows(app, PlanScreen)

    story(app, tell)


def test_counts_and_head_follow_what_happens_outside(app: GraduandApp) -> None:
    root = app.workspace.root

    async def tell(pilot: Pilot[Any]) -> None:
        app.look_around()
        await press(pilot, "g", "2")
        head, bar = app.screen.query_one(Head), app.screen.query_one(PlaceBar)
        assert bar.overview.counts[PROBLEMS] == "6"
        put(root, graduate("00500003"), "2026-spring/00500003.yaml")
        app.look_around()
        await settled(pilot)
        await settled(pilot)
        assert bar.overview.counts[PROBLEMS] == "5"
        assert head.overview.standing
        assert head.overview.standing.changed == ("records/2026-spring/00500003.yaml",)
        assert "1 uncommitted" in screen_text(app)
        commit(root)
        app.look_around()
        await settled(pilot)
        assert "uncommitted" not in screen_text(app)

    story(app, tell, (120, 30))


def test_sharing_shows_what_is_apart_from_the_remote(app: GraduandApp, tmp_path: Path) -> None:
    root, remote = app.workspace.root, tmp_path / "remote.git"
    git(root, "init", "--quiet", "--bare", str(remote))
    git(root, "remote", "add", "origin", str(remote))
    git(root, "push", "--quiet", "--set-upstream", "origin", "HEAD")
    put(root, graduate("00500003"), "2026-spring/00500003.yaml")
    git(root, "commit", "--quiet", "--all", "--message", "Corrected: 00500003")
    put(root, graduate("00500004"), "2026-spring/00500004.yaml")

    async def tell(pilot: Pilot[Any]) -> None:
        app.look_around()
        await press(pilot, "g", "7")
        shown = screen_text(app)
        assert "colleagues do not have it yet" in shown
        assert "Corrected: 00500003" in shown
        assert "00500004       Dupont, Chloé" in shown
        assert "Share ↑1" in shown

    story(app, tell, (120, 30))


def test_every_place_says_what_it_is_for() -> None:
    assert len({place.about for place in PLACES}) == len(PLACES) == 7


def test_the_palette_finds_jobs_of_all_places_by_what_people_call_them(app: GraduandApp) -> None:
    """The first that is found is done, whatever place it belongs to."""
    jobs: dict[str, type[Any]] = {
        "fermer": PeopleScreen,
        "tableur": SheetScreen,
        "erreur": ProblemsScreen,
        "audit": AuditScreen,
        "git": ShareScreen,
        "calendrier": DueScreen,
    }

    async def tell(pilot: Pilot[Any]) -> None:
        for typed, shown in jobs.items():
            await press(pilot, "colon")
            await type_in(pilot, typed)
            palette = app.screen
            assert isinstance(palette, PaletteScreen)
            assert palette.lines.count
            if shown is not PeopleScreen:
                await press(pilot, "enter")
                assert shows(app, shown), typed
            await press(pilot, "escape")

    story(app, tell)


@pytest.mark.parametrize("word", ["rollback", "thème", "langue", "envoyer", "exporter", "pull request", "raccourci"])
def test_every_word_for_a_job_is_found(app: GraduandApp, word: str) -> None:
    jobs = [job.searched for job in app.jobs_elsewhere()]
    own = [" ".join(one.jobs.get(id_, ())) for one in vocabularies() for id_ in one.jobs]
    assert any(folded(word) in folded(text) for text in [*jobs, *own])


def test_letters_that_are_no_keys_find_and_q_asks(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        await quickly(pilot, *"00500004")
        assert app.people.search.text == "00500004"
        assert len(app.people.found) == 1
        await press(pilot, "enter", "space", "q")
        assert shows(app, QuestionScreen)
        assert "1 person is marked" in screen_text(app)
        await press(pilot, "escape", "g", "2")
        await quickly(pilot, *"zz")
        assert "Nothing is found" in screen_text(app)
        await press(pilot, "escape", "q", "q")
        assert not app.is_running

    story(app, tell)


def test_what_was_said_can_be_read_again(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        app.notify("The refused rows: build/intake/refused.csv", markup=False)
        await press(pilot, "f8")
        assert shows(app, PageScreen)
        assert "build/intake/refused.csv" in screen_text(app)

    story(app, tell)


PRESSED = (
    *"abcdefghijklmnoprstuvwxyzNCSPHM1234567/:? ",
    *("down", "up", "left", "right", "enter", "escape", "tab", "shift+tab", "home", "end", "pagedown", "backspace"),
    *("f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "ctrl+n", "ctrl+p", "ctrl+t", "ctrl+r", "ctrl+l"),
    *("down", "down", "enter", "enter", "escape", "g", "b", "i", "x"),
)
"""All keys but those that end the program or answer that something shall be done."""


@pytest.mark.parametrize("seed", range(int(os.environ.get("GRADUAND_BURSTS", "60")) // 20))
def test_no_burst_of_keys_ends_in_a_bug_or_a_change(app: GraduandApp, seed: int) -> None:
    """Neither records nor history are touched by keys that are pressed one upon the other, wherever they lead."""
    root = app.workspace.root
    before = git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain", "records", "schema")
    keys = random.Random(seed).choices(PRESSED, k=60)

    async def tell(pilot: Pilot[Any]) -> None:
        await quickly(pilot, *keys)
        assert app.is_running

    story(app, tell)
    assert (git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain", "records", "schema")) == before


def test_the_pane_shows_who_is_under_the_cursor_in_every_list(app: GraduandApp) -> None:
    """One should see what is wrong with the cure, what goes out, and what happened last, without opening anybody."""

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        await type_in(pilot, "00500002")
        await press(pilot, "enter")
        await later(pilot, REST + 1)
        shown = screen_text(app)
        for words in ("What is wrong", "✗ ", "c → ", "What goes out", "What happened last", "graduated"):
            assert words in shown, words
        await press(pilot, "g", "2", "tab", "tab")
        pane = app.screen.query_one(PersonPane)
        problems = app.screen
        assert isinstance(problems, ProblemsScreen)
        assert problems.finding
        assert pane.path == problems.finding.path
        assert "What goes out" in screen_text(app)

    story(app, tell, (140, 40))


def test_c_cures_who_is_under_the_cursor_in_the_list(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        await type_in(pilot, "00500002")
        await press(pilot, "enter", "c")
        assert shows(app, ConfirmScreen)
        await press(pilot, "ctrl+s")
        await settled(pilot)
        assert "GR109" not in app.people.roster.entries[app.people.found[0]].rules

    story(app, tell)
