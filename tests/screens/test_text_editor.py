"""The user's own editor: which words open it at a line, and what is read once it has ended."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.app import App

from graduand.screens.problems import ProblemsScreen
from graduand.screens.text_editor import editor_words
from graduand.workspace import Workspace
from tests.editing.drafts import people
from tests.repository import GRADUATE, TODAY, graduate, put
from tests.screens.form_app import FormApp
from tests.screens.stage import Stage, faulty, told
from tests.screens.terminal import press, screen_text, story

if TYPE_CHECKING:
    from textual.pilot import Pilot


class Editor:
    """A program named vim that notes what it is given, and writes what it was told to."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._noted, self._text = folder / "noted", folder / "text"
        program = folder / "vim"
        program.write_text(f'#!/bin/sh\necho "$@" > {self._noted}\ncat {self._text} > "$2"\n', encoding="utf-8")
        program.chmod(0o755)
        patch.delenv("EDITOR", raising=False)
        self.choose(str(program))

    def choose(self, command: str) -> None:
        self._patch.setenv("VISUAL", command)

    def will_write(self, text: str) -> None:
        self._text.write_text(text, encoding="utf-8")

    @property
    def opened(self) -> str:
        return self._noted.read_text(encoding="utf-8").strip()


@pytest.fixture
def vim(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Editor:
    monkeypatch.setattr(App, "suspend", nullcontext)  # there is no terminal to lend
    return Editor(tmp_path_factory.mktemp("editor"), monkeypatch)


def test_e_mends_an_unreadable_file_in_the_editor_at_its_line(root: Path, vim: Editor) -> None:
    """One should come back to the fields of the record, and to the file as long as it cannot be read."""
    people(root)
    path = put(root, GRADUATE.replace("first_name: Chloé", "frist_name: Chloé"))
    app = FormApp(root, reading=True)

    async def tell(pilot: Pilot[Any]) -> None:
        assert "unreadable; e opens your editor" in screen_text(app)
        vim.will_write(GRADUATE.replace("Dupont", '"\x1b"'))
        await press(pilot, "e")
        assert vim.opened == f"+3 {path}"
        assert "unreadable" in screen_text(app)
        vim.will_write(GRADUATE)
        await press(pilot, "e")
        assert vim.opened == f"+4 {path}"
        assert app.form.reading
        assert "Dupont" in screen_text(app)
        await press(pilot, "down", "e", "escape", "f4")
        vim.will_write(GRADUATE.replace("Dupont", "Durand"))
        await press(pilot, "e")
        assert vim.opened == f"+1 {path}"
        assert "last_name: Durand" in screen_text(app)

    story(app, tell)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("", "No editor is set. Set the variable VISUAL"),
        ("'vim", "a quotation mark too many"),
        ("/nowhere/vim -f", "“/nowhere/vim” of VISUAL or EDITOR cannot be started: it is not there."),
        ("false", "false ended with an error (1)."),
    ],
)
def test_an_editor_that_does_not_open_is_a_sentence(root: Path, vim: Editor, chosen: str, said: str) -> None:
    people(root)
    put(root, GRADUATE.replace("first_name: Chloé", "frist_name: Chloé"))
    app = FormApp(root)

    async def tell(pilot: Pilot[Any]) -> None:
        vim.choose(chosen)
        await press(pilot, "e")
        assert said in app.said

    story(app, tell)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"EDITOR": "nano"}, ["nano", "+7", "a b.yaml"]),
        ({"EDITOR": "nano", "VISUAL": "/usr/bin/hx -c 'my conf'"}, ["/usr/bin/hx", "-c", "my conf", "a b.yaml:7"]),
        ({"VISUAL": "code -n"}, ["code", "-n", "--wait", "--goto", "a b.yaml:7"]),
        ({"VISUAL": " ", "EDITOR": "own-editor"}, ["own-editor", "a b.yaml"]),
        ({}, []),
    ],
)
def test_each_editor_is_told_the_line_in_its_own_way(variables: dict[str, str], words: list[str]) -> None:
    assert editor_words(Path("a b.yaml"), 7, variables) == words


def test_e_opens_the_file_of_a_finding_and_all_is_checked_again(root: Path, vim: Editor) -> None:
    screen = ProblemsScreen(Workspace(faulty(root)), TODAY)
    app = Stage(screen)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "tab", "tab", "tab", "tab")
        found = screen.finding
        assert found
        vim.will_write(graduate(found.username))
        await press(pilot, "e")
        assert vim.opened == f"+{found.line} {root / found.path}"
        assert found.line > 1
        assert found not in screen.found

    story(app, tell)


def test_without_a_terminal_to_lend_the_place_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "vim")
    app = Stage(ProblemsScreen(Workspace(faulty(root)), TODAY))

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "tab", "e")
        assert told(app)[0].startswith("This terminal cannot be lent to an editor; open")

    story(app, tell)
