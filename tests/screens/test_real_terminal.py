"""The real program in a real terminal: what no harness without one can tell."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.repository import git, shipped
from tests.screens.real_terminal import Terminal, ended, go_on, rest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is the terminal of these tests")

MAEL = "records/2026-spring/00412398.yaml"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Open graduand on the shipped records; called once more, open it again."""
    root = shipped(tmp_path / "valmont")
    terminals: list[Terminal] = []

    def open_terminal(size: tuple[int, int] = (80, 24), language: str = "en") -> Terminal:
        terminals.append(Terminal(root, size, language, "00412871"))
        return terminals[-1]

    yield open_terminal
    for terminal in terminals:
        terminal.end()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The repository that is opened."""
    return tmp_path / "valmont"


def find_mael(terminal: Terminal) -> None:
    """Find Maël without his accent, and open him."""
    terminal.press("/")
    terminal.type("mael")
    terminal.until(lambda screen: "Kervella" in screen and "Roche" not in screen)
    go_on(terminal, "Enter")
    terminal.press("Enter")
    terminal.until("mael.kervella@valmont.example")
    terminal.until(lambda _screen: terminal.field() != "")


def step(terminal: Terminal, key: str = "Tab") -> None:
    """Go to another field."""
    before = terminal.field()
    terminal.press(key)
    terminal.until(lambda _screen: terminal.field() not in {"", before})


def close_the_account(terminal: Terminal, archived: str, closes: str) -> None:
    """Say that the account is closed, why, and who asked."""
    while terminal.field() != archived:
        step(terminal, "BTab")
    terminal.press("e")
    rest(terminal)
    go_on(terminal, "Enter")
    terminal.press("Down", "Enter")
    terminal.until(closes)
    rest(terminal, 10)  # until the fields are there that a closed account has
    step(terminal)
    terminal.press("Right")
    terminal.until(lambda screen: "requested by the student" in screen or "demande de l’étudiant" in screen)
    step(terminal)
    terminal.type("student")
    terminal.until(lambda screen: "student" in screen.replace("requested by the student", ""))


class Said(NamedTuple):
    """The size and the language of a terminal, and what it says on the way."""

    size: tuple[int, int]
    language: str
    words: tuple[str, str, str, str]


@pytest.mark.parametrize(
    "said",
    [
        Said((80, 24), "en", ("Account state", "closed  Enter chooses", "Close this account?", "1 account closes")),
        Said((60, 15), "fr", ("État du compte", "fermé  Entrée pour choisir", "Fermer ce compte", "1 compte se ferme")),
    ],
    ids=["en-80x24", "fr-60x15"],
)
def test_an_account_is_closed_by_keyboard_and_committed(
    opened: Callable[..., Terminal], root: Path, said: Said
) -> None:
    archived, closes, sure, saved = said.words
    terminal = opened(said.size, said.language)
    find_mael(terminal)
    close_the_account(terminal, archived, closes)
    terminal.press("C-s")
    terminal.until(sure)
    assert git(root, "status", "--porcelain") == ""
    terminal.press("y")
    terminal.until(saved)

    assert git(root, "log", "-1", "--format=%B") == (
        "Deactivated: 00412398\n\nGraduand-Kind: deactivated\nGraduand-Reason: requested-by-student\n\n"
    )
    assert git(root, "show", "--format=", "--name-only", "HEAD") == f"{MAEL}\n"
    assert "disabled: true\n" in (root / MAEL).read_text(encoding="utf-8")
    go_on(terminal, "Escape")
    terminal.press("q")
    ended(terminal.process())


def test_a_file_that_changed_underneath_is_never_overwritten(opened: Callable[..., Terminal], root: Path) -> None:
    terminal = opened()
    find_mael(terminal)
    close_the_account(terminal, "Account state", "closed  Enter chooses")
    path = root / MAEL
    theirs = path.read_text(encoding="utf-8").replace("last_name: Kervella", "last_name: Le Kervella")
    path.write_text(theirs, encoding="utf-8")
    terminal.press("C-s")
    terminal.until("Close this account?")
    terminal.press("y")
    terminal.until(lambda screen: "Saved" in screen or "Le Kervella" in screen)
    go_on(terminal, "Escape")

    text = path.read_text(encoding="utf-8")
    assert "last_name: Le Kervella\n" in text
    assert text == theirs or "disabled: true\n" in text


def test_what_is_typed_outlives_a_killed_terminal(opened: Callable[..., Terminal], root: Path) -> None:
    terminal = opened()
    before = (root / MAEL).read_bytes()
    find_mael(terminal)
    close_the_account(terminal, "Account state", "closed  Enter chooses")
    process = terminal.process()
    terminal.end()
    ended(process)
    assert list((root / ".git/graduand/drafts").glob("*"))
    assert (root / MAEL).read_bytes() == before

    again = opened()
    again.until("1 unsaved draft was kept")
    assert (root / MAEL).read_bytes() == before
    again.press("r")
    again.until(lambda screen: "not saved" in screen and "closed" in screen)
    assert (root / MAEL).read_bytes() == before


HOSTILE = """\
username: "00499999"
email_address: hostile@valmont.example
first_name: "[/red][@click=app.leave]x"
last_name: "\\u0645\\u0631\\u062d\\u0628\\u0627 e\\u0301\\u0302\\u0303"
primary_education:
  start_date: 2023-09-04
  end_date: 2026-06-26
transition:
  kind: graduated
  notes: "%s"
"""


def test_hostile_names_and_long_notes_are_shown_and_not_obeyed(opened: Callable[..., Terminal], root: Path) -> None:
    path = root / "records/2026-spring/00499999.yaml"
    path.write_text(HOSTILE % ("[b]a note[/b] " * 215), encoding="utf-8")
    terminal = opened()
    terminal.press("/")
    terminal.type("00499999")
    terminal.until("[/red]")
    go_on(terminal, "Enter")
    terminal.press("Enter")
    terminal.until("hostile@valmont.example")
    assert "[/red][@click=app.leave]x" in terminal.screen()
    go_on(terminal, "F2")
    terminal.press("Escape", "Escape")
    terminal.until("[/red]")
    assert terminal.process() > 0
    assert path.read_text(encoding="utf-8") == HOSTILE % ("[b]a note[/b] " * 215)
