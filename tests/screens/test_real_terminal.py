"""The real program in a real terminal: what no harness without one can tell."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.repository import HOUSE, git, shipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is the terminal of these tests")

MAEL = "records/2026-spring/00412398.yaml"
PATIENCE = 60.0
GLANCE = 0.03
"""Seconds between two looks at the screen."""
BOLD_LABEL = re.compile(r"^(?:\x1b\[[\d;]*m)* {3}\x1b\[1m(?:\x1b\[[\d;]*m)*([^\x1b]+)", re.MULTILINE)
_NUMBERS = count()


class Terminal:
    """A terminal of tmux, on a server of its own, with graduand in it."""

    def __init__(self, root: Path, size: tuple[int, int], language: str) -> None:
        self.socket = str(root.parent / f"tmux{next(_NUMBERS)}")
        environment = {
            "GRADUAND_LANG": language,
            "PYTHONPATH": str(HOUSE / "tui"),
            "XDG_CONFIG_HOME": str(root.parent / "config"),
            "LANG": "C.UTF-8",
        }
        words = [f"{name}={value}" for name, value in environment.items()]
        command = ["env", "-u", "COLUMNS", "-u", "LINES", *words, sys.executable, "-m", "graduand", "--root", str(root)]
        width, height = (str(number) for number in size)
        self.tmux("new-session", "-d", "-x", width, "-y", height, "-s", "graduand", *command)
        self.tmux("set-option", "-g", "remain-on-exit", "on")
        self.until(lambda screen: "00412871" in screen or "2025-autumn" in screen or "00412345" in screen)
        # A program that asks for the size of a window before it has one takes 80 by 24; a change it hears of.
        for columns in (size[0] + 1, size[0]):
            self.tmux("resize-window", "-t", "graduand", "-x", str(columns), "-y", height)

    def tmux(self, *words: str) -> str:
        """Run a command of tmux and return what it says."""
        ran = subprocess.run(
            ["tmux", "-f", os.devnull, "-S", self.socket, *words], check=False, capture_output=True, text=True
        )
        return ran.stdout

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names for them."""
        for key in keys:
            self.tmux("send-keys", "-t", "graduand", key)

    def type(self, text: str) -> None:
        """Type a text as it is."""
        self.tmux("send-keys", "-t", "graduand", "-l", text)

    def screen(self) -> str:
        """Return what is on the screen."""
        return self.tmux("capture-pane", "-p", "-t", "graduand")

    def colours(self) -> str:
        """Return what is on the screen with its colours, which tell where the cursor is."""
        return self.tmux("capture-pane", "-p", "-e", "-t", "graduand")

    def field(self) -> str:
        """Return the label of the field that the cursor is in; it is bold."""
        labels = BOLD_LABEL.findall(self.colours())
        return labels[0].removesuffix("•").strip() if labels else ""

    def until(self, seen: Callable[[str], bool] | str) -> str:
        """Wait until something is on the screen, and return the screen."""
        deadline = time.monotonic() + PATIENCE
        while True:
            screen = self.screen()
            if seen in screen if isinstance(seen, str) else seen(screen):
                return screen
            assert time.monotonic() < deadline, f"{seen!r} did not come:\n{screen}"
            time.sleep(GLANCE)

    def process(self) -> int:
        """Return the number of the process in the terminal."""
        return int(self.tmux("list-panes", "-t", "graduand", "-F", "#{pane_pid}"))

    def end(self) -> None:
        """Close the terminal, and with it whatever still runs there."""
        self.tmux("kill-server")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Open graduand on the shipped records; called once more, open it again."""
    root = shipped(tmp_path / "valmont")
    terminals: list[Terminal] = []

    def open_terminal(size: tuple[int, int] = (80, 24), language: str = "en") -> Terminal:
        terminals.append(Terminal(root, size, language))
        terminals[-1].until(lambda screen: "00412871" in screen)
        return terminals[-1]

    yield open_terminal
    for terminal in terminals:
        terminal.end()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The repository that is opened."""
    return tmp_path / "valmont"


def is_alive(process: int) -> bool:
    """Tell whether a process runs; one that tmux has not buried yet does not."""
    ran = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], check=False, capture_output=True, text=True)
    return ran.stdout.strip()[:1] not in {"", "Z"}


def ended(process: int) -> None:
    """Wait until a process has ended."""
    deadline = time.monotonic() + PATIENCE
    while is_alive(process):
        assert time.monotonic() < deadline, "it does not end"
        time.sleep(GLANCE)


def find_mael(terminal: Terminal) -> None:
    """Find Maël without his accent, and open him."""
    terminal.press("/")
    terminal.type("mael")
    terminal.until(lambda screen: "Kervella" in screen and "Roche" not in screen)
    go_on(terminal, "Enter")
    terminal.press("Enter")
    terminal.until("mael.kervella@valmont.example")
    terminal.until(lambda _screen: terminal.field() != "")


def rest(terminal: Terminal, looks: int = 3) -> None:
    """Wait until the screen has stayed as it is for some looks."""
    seen = [terminal.colours()]
    while len(seen) < looks or len(set(seen[-looks:])) > 1:
        time.sleep(GLANCE)
        seen.append(terminal.colours())


def go_on(terminal: Terminal, key: str = "Tab") -> None:
    """Press a key, and wait until it has changed the screen and nothing else changes it."""
    before = terminal.colours()
    terminal.press(key)
    terminal.until(lambda _screen: terminal.colours() != before)
    rest(terminal)


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
        Said((80, 24), "en", ("Account state", "closed  Enter chooses", "Close this account?", "Saved and committed")),
        Said((60, 15), "fr", ("État du compte", "fermé  Entrée pour choisir", "Fermer ce compte", "Enregistré")),
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
