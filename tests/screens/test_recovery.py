from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from textual.app import App

from graduand.editing.draft_store import drafts_folder, orphaned_drafts, store_draft
from graduand.screens.draft_autosave import DraftAutosave
from graduand.screens.form import FormScreen
from graduand.screens.recovery import RecoveryScreen
from graduand.workspace import Workspace
from tests.editing.drafts import ON, OTHER, PATH, draft_of, people, text_at
from tests.editing.test_draft_store import _gone
from tests.repository import put
from tests.screens.terminal import press, screen_text, story

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


class RecoveryApp(App[None]):
    """Offers what was left."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.workspace = Workspace(root)

    def on_mount(self) -> None:
        found = orphaned_drafts(drafts_folder(self.workspace), self.workspace.school)
        self.push_screen(RecoveryScreen(self.workspace, ON, found, commit=True))


def killed(root: Path) -> Path:
    """Leave two drafts of a session that has ended, and return where they are."""
    people(root)
    folder = drafts_folder(Workspace(root))
    store_draft(folder, draft_of(root).set("last_name", "Martin [/red]"))
    store_draft(folder, draft_of(root, OTHER).set("first_name", "Rose"))
    for file in folder.iterdir():
        file.write_bytes(json.dumps(json.loads(file.read_bytes()) | {"pid": _gone()}).encode())
    return folder


def test_every_draft_is_listed_and_one_is_resumed_where_it_was_left(root: Path) -> None:
    folder = killed(root)
    app = RecoveryApp(root)

    async def tell(pilot: Pilot[Any]) -> None:
        text = screen_text(app)
        assert "2 unsaved drafts were kept" in text
        assert "Chloé Martin [/red]" in text
        await press(pilot, "r")
        form = app.screen
        assert isinstance(form, FormScreen)
        assert form.draft == draft_of(root).set("last_name", "Martin [/red]")
        await press(pilot, "ctrl+s")
        assert "Martin [/red]" in text_at(root, PATH)
        assert len(list(folder.iterdir())) == 1

    story(app, tell)


def test_a_draft_is_discarded_only_at_the_second_time(root: Path) -> None:
    folder = killed(root)
    app = RecoveryApp(root)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "x", "down", "x", "up")
        assert len(list(folder.iterdir())) == 2
        await press(pilot, "x", "x")
        assert len(list(folder.iterdir())) == 1
        assert "Chloé Martin" not in screen_text(app)
        await press(pilot, "escape")
        assert len(list(folder.iterdir())) == 1

    story(app, tell)


def test_what_was_saved_just_before_the_kill_is_not_offered(root: Path) -> None:
    folder = killed(root)
    put(root, text_at(root).replace("Dupont", "Martin [/red]"))

    offered = DraftAutosave(Workspace(root)).left()

    assert [one.draft.path for one in offered] == [OTHER]
    assert len(list(folder.iterdir())) == 1


def test_nothing_is_kept_after_the_end(root: Path) -> None:
    autosave = DraftAutosave(Workspace(people(root)))
    draft = draft_of(root).set("last_name", "Martin")
    folder = drafts_folder(Workspace(root))

    assert autosave.keep(lambda: draft) == ""
    assert len(list(folder.iterdir())) == 1
    autosave.drop(draft, end=True)
    assert autosave.keep(lambda: draft) == ""
    assert list(folder.iterdir()) == []


def test_a_draft_that_cannot_be_kept_says_why(root: Path) -> None:
    people(root)
    (root / ".git/graduand").write_text("in the way", encoding="utf-8")

    assert "was not written" in DraftAutosave(Workspace(root)).keep(lambda: draft_of(root).set("last_name", "Martin"))


def test_without_git_nothing_is_kept_and_nothing_stops(root: Path) -> None:
    people(root)
    draft = draft_of(root).set("last_name", "Martin")
    shutil.rmtree(root / ".git")
    autosave = DraftAutosave(Workspace(root))

    assert (autosave.left(), autosave.keep(lambda: draft)) == ((), "")
    autosave.drop(draft)
