from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graduand.index.frequency import frequencies
from graduand.index.people_list import COLUMNS, COUNTED, ListedPerson, PeopleList, SentStatus
from graduand.index.query import query_of
from graduand.language import speak
from graduand.preferences import read_preferences
from graduand.screens.app import GraduandApp
from graduand.screens.bulk import BulkScreen
from graduand.screens.widgets.person_line import TEXTS, column_title, exact_filter
from graduand.uploads.status import sent_statuses
from graduand.workspace import Workspace
from tests.repository import TODAY, shipped
from tests.screens.terminal import LARGE, SMALL, press, resize, screen_text, seen_at, settled, story, type_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot


@pytest.mark.parametrize("language", ["en", "fr"])
def test_everybody_is_in_sight_at_once(tmp_path: Path, golden: Callable[[str, bytes], None], language: str) -> None:
    """One should see all people with their names, what happens to them and what is still to be sent."""
    speak(language)
    app = GraduandApp(Workspace(shipped(tmp_path)), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        for size in (SMALL, LARGE, (60, 15), (200, 55)):
            golden(f"screens/people.{language}.{size[0]}x{size[1]}.txt", (await seen_at(pilot, size)).encode())

    story(app, tell)


def test_somebody_is_found_while_typing_without_accents(tmp_path: Path) -> None:
    app = GraduandApp(Workspace(shipped(tmp_path)), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        await type_in(pilot, "chloe")
        assert [app.people.roster.entries[number].username for number in app.people.found] == ["00412345"]
        await press(pilot, "escape")
        assert len(app.people.found) == len(app.people.roster.entries) == 45

    story(app, tell)


def test_nobody_in_sight_cannot_be_changed(tmp_path: Path) -> None:
    """One should be told so in the list, and not be asked what to change in 0 records."""
    app = GraduandApp(Workspace(shipped(tmp_path)), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        await type_in(pilot, "nobody-of-this-name")
        await press(pilot, "enter", "b")
        assert not isinstance(app.screen, BulkScreen)
        assert "There is nobody here." in [note.message for note in app._notifications]

    story(app, tell)


def test_the_column_titles_fit_again_after_a_search_that_found_nobody(tmp_path: Path) -> None:
    app = GraduandApp(Workspace(shipped(tmp_path)), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        before = screen_text(app).splitlines()[2:4]
        await press(pilot, "slash")
        await type_in(pilot, "nobody-of-this-name")
        await press(pilot, "escape", "escape")
        assert screen_text(app).splitlines()[2:4] == before

    story(app, tell, LARGE)


def test_marks_stay_while_others_are_looked_for(tmp_path: Path) -> None:
    app = GraduandApp(Workspace(shipped(tmp_path)), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        await type_in(pilot, "kind:returned")
        await press(pilot, "enter", "a")
        returned = app.people.marks
        assert returned
        await press(pilot, "escape")
        assert app.people.marks == returned
        await press(pilot, "home", "space")
        assert app.people.marks == returned | {app.people.roster.entries[0].path}
        marked = app.people.marks
        await press(pilot, "escape", "g", "7", "escape", "escape")
        assert app.people.marks == marked

    story(app, tell)


def test_only_the_marked_are_shown_until_all_are_wanted_again(tmp_path: Path) -> None:
    """Marks are seen, kept, and thrown away by no letter alone."""
    app = GraduandApp(Workspace(shipped(tmp_path)), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "m")
        assert len(app.people.found) == 45
        await press(pilot, "space", "down", "space", "m")
        assert {app.people.roster.entries[number].path for number in app.people.found} == app.people.marks
        assert "2 of 45 people · 2 marked · only the marked" in screen_text(app)
        await press(pilot, "escape")
        assert (len(app.people.found), len(app.people.marks)) == (45, 2)
        await press(pilot, "m", "slash")
        await type_in(pilot, "dupont lettres")
        await resize(pilot, 60, 15)
        assert "Find dupont lettres " in screen_text(app)

    story(app, tell, LARGE)


def test_a_click_on_a_title_sorts_and_a_second_one_turns_round(tmp_path: Path) -> None:
    app = GraduandApp(Workspace(shipped(tmp_path)), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        titles = screen_text(app).splitlines()[3]
        usernames = [one.username for one in app.people.roster.entries]
        assert usernames[:2] == ["12:30", "00412871"]
        for shown in (sorted(usernames), sorted(usernames, reverse=True)):
            await pilot.click("#columns", offset=(titles.index(" username ") + 1, 0))
            await settled(pilot)
            assert [app.people.roster.entries[number].username for number in app.people.found] == shown
        assert "username ↓" in screen_text(app).splitlines()[3]
        await press(pilot, "S")
        assert not app.people.backwards

    story(app, tell, LARGE)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_columns_are_chosen_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, golden: Callable[[str, bytes], None], language: str
) -> None:
    """One should choose what the list shows, sort by it, and have it again the next time."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    speak(language)
    root = shipped(tmp_path)
    app = GraduandApp(Workspace(root), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "T", "end", "up", "up", "space", *["-"] * 6)
        golden(f"screens/columns.{language}.80x24.txt", screen_text(app).encode())
        await press(pilot, "enter")
        assert read_preferences().columns == ("username", "email", "name", "kind", "state", "cohort")
        titles = screen_text(app).splitlines()[3]
        await pilot.click("#columns", offset=(titles.index(f" {column_title('email')}") + 1, 0))
        await press(pilot, "home")
        addresses = [app.people.roster.entries[number].address for number in app.people.found]
        titles, first = screen_text(app).splitlines()[3:5]
        assert addresses == sorted(addresses, key=str.casefold)
        assert first[titles.index(column_title("email")) :].startswith(addresses[0][:8])

    async def again(pilot: Pilot[Any]) -> None:
        assert column_title("email") in screen_text(later).splitlines()[3]
        await press(pilot, "T", "r", "enter")
        assert read_preferences().columns == ()

    story(app, tell)
    later = GraduandApp(Workspace(root), TODAY)
    story(later, again)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_those_who_have_a_value_are_counted_and_found(
    tmp_path: Path, golden: Callable[[str, bytes], None], language: str
) -> None:
    speak(language)
    app = GraduandApp(Workspace(shipped(tmp_path)), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        await type_in(pilot, "cohort:2025")
        await press(pilot, "enter", "F", "left", "left", "left")
        golden(f"screens/frequency.{language}.80x24.txt", screen_text(app).encode())
        await press(pilot, "escape")
        assert app.people.search.text == "cohort:2025"
        await press(pilot, "F", "right", "right", "right", "right", "right", "enter")
        assert app.people.search.text == f'cohort:2025 {column_title("reason")}:""'

    story(app, tell)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_as_many_are_counted_as_the_filter_finds(tmp_path: Path, language: str) -> None:
    speak(language)
    workspace = Workspace(shipped(tmp_path))
    roster = workspace.people_list(TODAY).with_outstanding(sent_statuses(workspace, TODAY))
    odd = [
        roster.entries[0]._replace(programme='Art "libre"; Droit； Éco', kind="", disabled="true", level="  "),
        roster.entries[1]._replace(programme="art LIBRE", kind="other", end="15/06/2026", rules="GR601"),
        roster.entries[2]._replace(programme="", kind="retour", end="2026", rules="GR506", reason="own; code"),
    ]
    roster = PeopleList([*roster.entries, *odd], {**roster.outstanding, odd[0].username: SentStatus("pending")})
    everybody = range(len(roster.entries))
    for column in COUNTED:
        counted = frequencies(roster, everybody, column)
        assert len({one.value for one in counted}) == len(counted)
        for value, people in counted:
            query = query_of(exact_filter(column, value))
            assert (len(roster.find(query)), query.unknown) == (people, ()), (column, value)


@pytest.mark.parametrize(
    ("typed", "username", "there"),
    [
        ("email:valmont kind:graduated", "00412345", True),
        ("-kind:graduated", "00412345", False),
        ("-kind:graduated", "00401240", True),
        ("-dupont", "00412345", False),
        ("courriel:nowhere.example", "00412345", False),
        ("end:2026-06 name:dupont username:00412345", "00412345", True),
        ("fin:<2026-06-01", "00412345", False),
        ('programme:"Lettres modernes" transition:closed', "00412345", True),
        ('programme:"Lettres"', "00412345", False),
        ("motif:student niveau:undergrad", "00412345", True),
    ],
)
def test_filters_take_addresses_and_a_not(tmp_path: Path, typed: str, username: str, there: bool) -> None:  # noqa: FBT001
    roster = Workspace(shipped(tmp_path)).people_list(TODAY)
    found = {roster.entries[number].username for number in roster.find(query_of(typed))}
    assert (username in found) is there


def test_a_filter_that_there_is_not_is_said(tmp_path: Path) -> None:
    app = GraduandApp(Workspace(shipped(tmp_path)), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        await type_in(pilot, "state:xyz")
        assert "“xyz” is no value of state:; there are: awaits-address, held-back," in screen_text(app)
        app.people.search.clear()
        await type_in(pilot, "stat:new")
        assert "There is no filter “stat:”; there are: kind:, state:, problem:" in screen_text(app)

    story(app, tell, LARGE)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_word_of_a_column_is_a_word_of_its_filter(tmp_path: Path, language: str) -> None:
    """What one reads in a column can be typed behind its title."""
    speak(language)
    workspace = Workspace(shipped(tmp_path))
    roster = workspace.people_list(TODAY).with_outstanding(sent_statuses(workspace, TODAY))
    for number, entry in enumerate(roster.entries):
        status = roster.outstanding[entry.username].status if entry.username in roster.outstanding else ""
        for column in COLUMNS:
            for shown in _shown(entry, status, column):
                query = query_of(f'{column_title(column)}:"{shown}"')
                assert not query.unknown, (column, shown)
                assert number in roster.find(query), (column, shown)


def _shown(entry: ListedPerson, status: str, column: str) -> list[str]:
    """Return what a column shows of somebody, as far as one would look for it."""
    text = TEXTS[column](entry, status)
    return [part for part in text.split(", " if column == "kind" else "; ") if part.strip("–")]
