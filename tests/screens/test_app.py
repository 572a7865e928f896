from __future__ import annotations

import os
import signal
import time
from importlib import import_module
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.widgets._toast import Toast

from graduand import screens
from graduand.editing.proposal import propose_change
from graduand.editing.transaction import apply
from graduand.language import speak
from graduand.preferences import preferences_path, read_preferences
from graduand.screens.app import GraduandApp, open_interface
from graduand.screens.help import HelpScreen
from graduand.screens.messages import Changed
from graduand.screens.palette import PaletteScreen
from graduand.screens.people import PeopleScreen
from graduand.screens.widgets.keyline import KeyLine
from graduand.workspace import Workspace
from tests.repository import TODAY, git, shipped
from tests.screens.terminal import press, resize, screen_text, settled, story, type_in

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from textual.pilot import Pilot

    from graduand.editing.proposal import Proposal


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))


@pytest.fixture
def app(tmp_path: Path) -> GraduandApp:
    return GraduandApp(Workspace(shipped(tmp_path)), TODAY)


def test_every_key_of_every_screen_does_something(app: GraduandApp) -> None:
    nodes = [
        node for module in _modules_of_the_screens() for node in vars(module).values() if _is_node_of(module, node)
    ]
    dead = [
        f"{node.__name__}: {binding.action}"
        for node in nodes
        for binding in (one for one in vars(node).get("BINDINGS", ()) if isinstance(one, Binding))
        if not _does(node, app, binding.action.partition("(")[0])
    ]
    assert len(nodes) > 40
    assert dead == []


def _modules_of_the_screens() -> list[ModuleType]:
    return [import_module(one.name) for one in walk_packages(screens.__path__, "graduand.screens.")]


def _is_node_of(module: ModuleType, node: object) -> bool:
    return isinstance(node, type) and issubclass(node, DOMNode) and node.__module__ == module.__name__


def _does(node: type[DOMNode], app: GraduandApp, action: str) -> bool:
    if action.startswith("app."):
        return hasattr(app, f"action_{action.removeprefix('app.')}")
    return any(hasattr(one, f"action_{action}") for one in (node, *node.__subclasses__()))


def test_ctrl_r_reads_all_records_again(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        path = app.workspace.root / CHLOE
        path.write_text(path.read_text(encoding="utf-8").replace("Dupont", "Durand"), encoding="utf-8")
        await press(pilot, "ctrl+r")
        assert "Durand, Chloé" in [one.name for one in app.people.roster.entries]

    story(app, tell)


@pytest.mark.parametrize(("language", "typed"), [("en", "sort"), ("en", "trier"), ("fr", "sort"), ("fr", "tri autre")])
def test_the_palette_finds_french_and_english_names(app: GraduandApp, language: str, typed: str) -> None:
    speak(language)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "ctrl+p")
        assert isinstance(app.screen, PaletteScreen)
        await type_in(pilot, typed)
        await press(pilot, "enter")
        assert isinstance(app.screen, PeopleScreen)
        assert app.people.order == "kind"

    story(app, tell)


def test_the_palette_is_left_without_doing_anything(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "ctrl+p", "z", "z", "z", "enter")
        assert "Nothing has this name." in screen_text(app)
        await press(pilot, "escape")
        assert (app.people.order, app.people.marks) == ("name", frozenset())

    story(app, tell)


def test_help_names_every_key_of_the_screen_and_the_file_that_changes_them(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        active = [binding for _node, binding, *_ in app.screen.active_bindings.values()]
        names = {one.tooltip or one.description for one in active if one.id and "go_to" not in one.id}
        await press(pilot, "f1")
        assert isinstance(app.screen, HelpScreen)
        told = screen_text(app)
        assert {name for name in names if name and name not in told} == set()
        assert str(preferences_path())[:40] in told
        await press(pilot, "escape")
        assert isinstance(app.screen, PeopleScreen)

    story(app, tell, (120, 80))


def test_a_key_can_be_another_one(app: GraduandApp) -> None:
    preferences_path().parent.mkdir(parents=True)
    preferences_path().write_text('keys:\n  people.sort: "o"\n', encoding="utf-8")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "s")
        assert (app.people.order, app.people.search.text) == ("name", "s")
        await press(pilot, "escape", "o")
        assert app.people.order == "kind"

    story(app, tell)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("people.srot: o", "2: “people.srot” is nothing that has a key. Perhaps people.sort is meant. F7 shows"),
        (
            "people.sort: bksp",
            "2: “bksp” is no key. Write it as f5, ctrl+o, alt+o or one letter; the key of people.sort",
        ),
        ("people.sort: g", "2: g is already the key of “Go to” (app.go) there; people.sort keeps its own."),
        ("people.clear: c", "2: c is already the key of “Correct” (people.cure) there; people.clear keeps its own."),
        ("problems.next: c", "2: c is already the key of “Correct” (problems.cure) there; problems.next keeps"),
        ("app.theme: down", "2: ↓ is already the key of lines.down there; app.theme keeps its own."),
        ("people.new: o\n  people.sort: o", "3: o is already the key of “New” (people.new) there; people.sort keeps"),
    ],
)
def test_an_own_key_that_cannot_be_is_said_with_its_line_and_the_others_stay(
    app: GraduandApp, entry: str, said: str
) -> None:
    preferences_path().parent.mkdir(parents=True)
    preferences_path().write_text(f"keys:\n  {entry}\n", encoding="utf-8")

    async def tell(pilot: Pilot[Any]) -> None:
        assert [f"{preferences_path()}:{said}" in one.message for one in app._notifications] == [True]
        await press(pilot, "s")
        assert (app.people.order, app.people.search.text) == ("kind", "")

    story(app, tell)


def test_two_own_keys_may_change_places(app: GraduandApp) -> None:
    preferences_path().parent.mkdir(parents=True)
    preferences_path().write_text("keys:\n  people.sort: n\n  people.new: s\n", encoding="utf-8")

    async def tell(pilot: Pilot[Any]) -> None:
        assert not app._notifications
        await press(pilot, "n")
        assert app.people.order == "kind"

    story(app, tell)


def test_a_broken_preferences_file_is_said_and_stops_nothing(app: GraduandApp) -> None:
    preferences_path().parent.mkdir(parents=True)
    preferences_path().write_text("theme: [/red]\n", encoding="utf-8")

    async def tell(pilot: Pilot[Any]) -> None:
        assert "is not valid here" in screen_text(app)
        await press(pilot, "down")
        assert len(app.people.found) == 45

    story(app, tell, (120, 30))


def test_light_or_dark_is_kept_for_the_next_time(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "ctrl+t", "f9")
        assert app.theme == "graduand-light"

    story(app, tell)
    assert (read_preferences().theme, read_preferences().commit) == ("light", False)


def test_it_bears_every_size(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        for size in ((1, 1), (20, 5), (60, 15), (300, 80)):
            await resize(pilot, *size)
            await press(pilot, "down", "slash", "d", "escape", "f1", "escape", "ctrl+p", "escape")
            await resize(pilot, 80, 24)
            await settled(pilot)
            assert "▸" in screen_text(app), size

    story(app, tell)


def test_every_key_of_the_footer_fits(app: GraduandApp) -> None:
    async def tell(_pilot: Pilot[Any]) -> None:
        foot = screen_text(app).rstrip("\n").split("\n")[-1]
        assert foot.rstrip().endswith("F1 Help")
        keys = list(app.screen.query("Key"))
        assert keys[-1].region.right <= app.size.width

    story(app, tell)


def test_a_folder_without_a_readable_schema_is_a_sentence_not_a_crash(tmp_path: Path) -> None:
    root = shipped(tmp_path)
    (root / "schema" / "institution.yaml").write_text("a: [", encoding="utf-8")
    app = GraduandApp(Workspace(root), TODAY)

    async def tell(_pilot: Pilot[Any]) -> None:
        assert "institution.yaml" in screen_text(app)

    story(app, tell, (120, 30))


def test_hostile_names_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    root = shipped(tmp_path)
    path = root / "records/2026-spring/00412345.yaml"
    text = path.read_text(encoding="utf-8")
    hostile = text.replace("last_name: Dupont", 'last_name: "[/red][@click=app.leave]\\e[2J\\u202e"')
    path.write_text(hostile, encoding="utf-8")
    app = GraduandApp(Workspace(root), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "slash", "c", "h", "l", "o", "e")
        told = screen_text(app)
        assert "[/red][@click=app.leave]<U+001B>[2J<U+202E>" in told
        await pilot.click("#people", offset=(25, 0))
        assert app.is_running

    story(app, tell, (280, 24))


def test_a_bug_ends_with_itself_and_shows_nobody(app: GraduandApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """The door turns it into one sentence; a traceback on the screen would hold people's names."""
    monkeypatch.setattr(GraduandApp, "run", lambda self: self._handle_exception(ValueError("Chloé Dupont")))
    with pytest.raises(ValueError, match="Chloé"):
        open_interface(app.workspace, TODAY)


def test_a_closed_terminal_ends_it_in_order(app: GraduandApp) -> None:
    kept = []

    async def tell(pilot: Pilot[Any]) -> None:
        app.people.keep_now = lambda: kept.append(time.monotonic())  # type: ignore[attr-defined]
        os.kill(os.getpid(), signal.SIGHUP)
        await pilot.pause(0.2)
        assert not app.is_running or app.return_code == 130

    story(app, tell)
    assert len(kept) == 1


KIND = {"Graduand-Kind": "corrected"}
CHLOE = "records/2026-spring/00412345.yaml"


def closing(workspace: Workspace) -> Proposal:
    """Propose to reopen the account of the shipped Chloé."""
    return propose_change(workspace, CHLOE, {"disabled": None, "transition:account:reason": None})


def test_a_save_is_taken_back_and_done_again(app: GraduandApp) -> None:
    before = (app.workspace.root / CHLOE).read_bytes()

    async def tell(pilot: Pilot[Any]) -> None:
        app.people.post_message(
            Changed(apply(app.workspace, [closing(app.workspace)], "Corrected: 00412345", KIND, commit=True))
        )
        await settled(pilot)
        after = (app.workspace.root / CHLOE).read_bytes()
        assert after != before
        saved = git(app.workspace.root, "rev-parse", "HEAD").strip()
        await press(pilot, "ctrl+z")
        assert (app.workspace.root / CHLOE).read_bytes() == after
        assert "1 account would be closed." in screen_text(app)
        await press(pilot, "1", "ctrl+s")
        assert (app.workspace.root / CHLOE).read_bytes() == before
        undone = git(app.workspace.root, "log", "-1", "--format=%B")
        assert undone.strip() == f"Undone: Corrected: 00412345\n\nGraduand-Kind: undone\nGraduand-Undoes: {saved}"
        await press(pilot, "ctrl+y")
        assert "Redo: corrected: 00412345 · 1 record" in screen_text(app)
        await press(pilot, "ctrl+s")
        assert (app.workspace.root / CHLOE).read_bytes() == after
        assert git(app.workspace.root, "log", "-1", "--format=%s") == "Redone: Corrected: 00412345\n"
        await press(pilot, "ctrl+y")
        assert "There is nothing to redo." in screen_text(app)
        await press(pilot, "ctrl+z", "1", "ctrl+s")
        assert (app.workspace.root / CHLOE).read_bytes() == before
        assert git(app.workspace.root, "status", "--porcelain") == ""

    story(app, tell)


def test_what_somebody_has_changed_since_is_not_taken_back(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        app.people.post_message(Changed(apply(app.workspace, [closing(app.workspace)], "x", KIND, commit=True)))
        await settled(pilot)
        path = app.workspace.root / CHLOE
        reason = "transition:\n  account:\n    reason: deceased\n"
        path.write_text(path.read_text(encoding="utf-8").replace("transition:\n", reason, 1), encoding="utf-8")
        theirs = path.read_bytes()
        await press(pilot, "ctrl+z")
        assert path.read_bytes() == theirs
        assert "cannot be taken back" in screen_text(app)

    story(app, tell, (120, 30))


def test_records_that_change_outside_show_up_by_themselves(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        app.look_around()
        await settled(pilot)
        path = app.workspace.root / CHLOE
        path.write_text(path.read_text(encoding="utf-8").replace("Dupont", "Durand"), encoding="utf-8")
        app.look_around()
        await settled(pilot)
        assert "Durand, Chloé" in [one.name for one in app.people.roster.entries]

    story(app, tell)


@pytest.mark.parametrize(("key", "screen"), [("2", "ProblemsScreen"), ("4", "PlanScreen"), ("7", "ShareScreen")])
def test_every_door_leads_there_and_back(app: GraduandApp, key: str, screen: str) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "g", key)
        assert type(app.screen).__name__ == screen
        await press(pilot, "escape")
        assert app.screen is app.people

    story(app, tell)


def test_a_message_covers_nothing_and_goes_with_the_next_key_once_it_is_read(app: GraduandApp) -> None:
    async def tell(pilot: Pilot[Any]) -> None:
        app.notify("Somebody changed this record meanwhile. " * 3, markup=False)
        await settled(pilot)
        toast, lines = app.screen.query_one(Toast), app.people.lines
        assert toast.region.height == 2
        assert not toast.region.overlaps(lines.region)
        assert toast.region.bottom == app.screen.query_one(KeyLine).region.y
        await press(pilot, "down")
        assert app._notifications
        for told in app._notifications:
            told.raised_at -= 2
        await press(pilot, "down")
        assert not app._notifications

    story(app, tell)


def test_what_hinders_saving_is_told_in_list_and_form_as_long_as_it_lasts(app: GraduandApp) -> None:
    mark = app.workspace.root / ".git/MERGE_HEAD"

    async def tell(pilot: Pilot[Any]) -> None:
        mark.write_text("0" * 40, encoding="utf-8")
        app.look_around()
        await settled(pilot)
        assert "! What is saved is not committed for now: a merge is under way" in screen_text(app)
        await press(pilot, "enter")
        assert "! What is saved is not committed for now" in screen_text(app)
        mark.unlink()
        app.look_around()
        await settled(pilot)
        assert "not committed" not in screen_text(app)
        await press(pilot, "escape")
        assert "not committed" not in screen_text(app)

    story(app, tell)
