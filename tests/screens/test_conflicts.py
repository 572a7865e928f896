"""What contradicts Handshake, in the interface: the list, the form, the plan, the problems, and what is noted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from graduand.language import speak
from graduand.screens.app import GraduandApp
from graduand.screens.confirm import ConfirmScreen
from graduand.screens.form import FormScreen
from graduand.screens.plan import PlanScreen
from graduand.screens.upload import UploadScreen
from graduand.workspace import Workspace
from tests import repository
from tests.repository import TODAY, begin, commit, graduand, noted, put
from tests.rules.judged import RETURNER
from tests.screens.stage import Stage, shows
from tests.screens.terminal import LARGE, SMALL, later, press, screen_text, settled, story, type_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    Golden = Callable[[str, bytes], None]

ID = "20261123T090000Z-0a1b2c3d"
CLOSE = "disabled: true\ntransition:\n  account:\n    reason: requested-by-student\n    requested_by: student"
BACK, REVERTED, TAKEN, GONE, OTHER = (f"0041234{number}" for number in range(5, 10))

NAMES = {BACK: "Dupont", REVERTED: "Kervella", TAKEN: "Morvan", GONE: "Le Bris", OTHER: "Tanguy"}


def graduate(username: str) -> str:
    """Return a record with nothing to remark."""
    text = repository.graduate(username).replace("  end_date", "  start_date: 2022-09-01\n  end_date")
    return text.replace("Dupont", NAMES[username])


def closed(username: str) -> str:
    """Return the record of a person whose account closes."""
    return graduate(username).replace("transition:", CLOSE)


def returner(username: str) -> str:
    """Return the record of a person who is back, and says nothing of the account."""
    return (
        RETURNER.replace("00412345", username)
        .replace("chloe.dupont", f"p{username}")
        .replace("Dupont", NAMES[username])
    )


@pytest.fixture
def school(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four accounts were closed: one returns, one closing was reverted, one was taken back, one record is gone."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    begin(root)
    put(root, closed(TAKEN), f"2026-spring/{TAKEN}.yaml")
    send(root)
    assert graduand(root, "rollback").code == 0
    assert graduand(root, "uploaded", str(root / "build/manifest.json")).code == 0
    (root / f"records/2026-spring/{TAKEN}.yaml").unlink()
    for username in (BACK, REVERTED, GONE):
        put(root, closed(username), f"2026-spring/{username}.yaml")
    put(root, graduate(OTHER).replace("transition", "campus_name: Nord\ntransition"), f"2026-spring/{OTHER}.yaml")
    send(root)
    put(root, closed(TAKEN), f"2026-spring/{TAKEN}.yaml")
    put(root, returner(BACK), f"2026-spring/{BACK}.yaml")
    put(root, graduate(REVERTED), f"2026-spring/{REVERTED}.yaml")
    put(root, graduate(OTHER), f"2026-spring/{OTHER}.yaml")
    (root / f"records/2026-spring/{GONE}.yaml").unlink()
    commit(root)
    return root


def send(root: Path) -> None:
    """Commit, compile and note an upload."""
    commit(root)
    assert graduand(root, "compile", "--on", TODAY).code == 0
    assert graduand(root, "uploaded", str(root / "build/manifest.json")).code == 0


def without_ids(root: Path, text: str) -> bytes:
    """Return the text of a screen in which every entry of the ledger has the same id."""
    for entry in noted(root):
        text = text.replace(entry, ID)
    return re.sub(r"20\d{6}T\d{6}Z-[0-9a-f]{8}", ID, text).encode()


@pytest.mark.parametrize(("language", "size"), [("en", SMALL), ("fr", SMALL), ("fr", LARGE)])
def test_the_plan_names_first_who_is_left_out(
    school: Path, golden: Golden, language: str, size: tuple[int, int]
) -> None:
    """One should see first who is left out and why, above it the closed account that has no record any more."""
    speak(language)
    screen = PlanScreen(Workspace(school), TODAY)
    screen.order = screen.order._replace(changed=False)
    app = Stage(screen)

    async def tell(pilot: Pilot[Any]) -> None:
        assert list(screen.outline.keys) == ["conflicts", "kept", "unchanged"]
        await press(pilot, "down")
        golden(
            f"screens/conflicts.{language}.{size[0]}x{size[1]}.txt",
            without_ids(school, screen_text(app)),
        )
        await press(pilot, "enter")
        assert app.opened == [(f"records/2026-spring/{BACK}.yaml", "disabled")]

    story(app, tell, size)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_list_says_who_is_in_conflict_and_finds_them(school: Path, golden: Golden, language: str) -> None:
    """One should see in the column of what is outstanding who is in conflict, and whose row was taken back."""
    speak(language)
    app = GraduandApp(Workspace(school), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        golden(f"screens/people.conflicts.{language}.80x24.txt", without_ids(school, screen_text(app)))
        found = {}
        for word in ("state:conflict", "state:taken", "état:repris", "problem:GR702"):
            await press(pilot, "slash")
            await type_in(pilot, word)
            found[word] = [app.people.roster.entries[number].username for number in app.people.found]
            await press(pilot, "escape")
        taken = [TAKEN]
        assert found == {
            "state:conflict": [BACK, REVERTED],
            "state:taken": taken,
            "état:repris": taken,
            "problem:GR702": [BACK],
        }
        await press(pilot, "s", "s")
        assert [app.people.roster.entries[number].username for number in app.people.found][:3] == [
            BACK,
            REVERTED,
            TAKEN,
        ]

    story(app, tell)


def test_the_form_finds_what_the_check_finds_and_not_what_is_put_right(school: Path) -> None:
    app = GraduandApp(Workspace(school), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "enter")
        form = app.screen
        assert isinstance(form, FormScreen)
        assert [one.rule for one in form._findings] == ["GR702"]
        assert "The upload" in screen_text(app)
        assert form.draft
        form.draft = form.draft.set("disabled", "false").set("transition:account:reason", "returned")
        form.judge()
        await press(pilot)
        assert form._findings == ()

    story(app, tell, LARGE)


def test_a_cure_in_the_problems_view_reopens_the_account(school: Path) -> None:
    app = GraduandApp(Workspace(school), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "g", "2", "slash")
        await type_in(pilot, "GR702")
        await press(pilot, "enter", "tab", "c")
        assert shows(app, ConfirmScreen)
        assert "reopened" in screen_text(app)
        await press(pilot, "ctrl+s")
        assert "GR702" not in {rule for entry in app.people.roster.entries for rule in entry.rules.split()}

    story(app, tell)
    assert "disabled: false" in (school / f"records/2026-spring/{BACK}.yaml").read_text(encoding="utf-8")


def test_what_is_noted_changes_the_list_at_once(root: Path) -> None:
    put(begin(root), closed(BACK), f"2026-spring/{BACK}.yaml")
    commit(root)
    assert graduand(root, "compile", "--on", TODAY).code == 0
    app = GraduandApp(Workspace(root), TODAY)

    def statuses() -> list[str]:
        return [one.status for one in app.people.roster.outstanding.values()]

    async def tell(pilot: Pilot[Any]) -> None:
        assert statuses() == ["new"]
        await app.push_screen(UploadScreen(app.workspace))
        await settled(pilot)
        await press(pilot, "ctrl+s", "ctrl+s")
        assert noted(root)
        assert statuses() == ["unchanged"]

    story(app, tell)


def test_what_others_note_changes_the_list_soon(root: Path) -> None:
    put(begin(root), closed(BACK), f"2026-spring/{BACK}.yaml")
    commit(root)
    assert graduand(root, "compile", "--on", TODAY).code == 0
    app = GraduandApp(Workspace(root), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        await later(pilot, 3)
        assert graduand(root, "uploaded", str(root / "build/manifest.json")).code == 0
        await later(pilot, 3)
        assert [one.status for one in app.people.roster.outstanding.values()] == ["unchanged"]

    story(app, tell)


def test_a_build_that_was_not_noted_is_named_before_it_is_replaced(school: Path) -> None:
    graduand(school, "edit", OTHER, "campus_name=Sud")
    graduand(school, "compile", "--on", TODAY, "--changed")
    graduand(school, "edit", OTHER, "campus_name=Est")
    app = Stage(PlanScreen(Workspace(school), TODAY))

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "u")
        assert shows(app, ConfirmScreen)
        shown = " ".join(screen_text(app).split())
        assert "it is not known whether Handshake took them" in shown
        assert f"Held back: {BACK}, {REVERTED}, {TAKEN}." in shown

    story(app, tell, LARGE)
