"""graduand in a terminal of tmux: its keys pressed, its screen read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from itertools import count
from typing import TYPE_CHECKING

from tests.repository import HOUSE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATIENCE = 60.0
GLANCE = 0.03
"""Seconds between two looks at the screen."""
BOLD_LABEL = re.compile(r"^(?:\x1b\[[\d;]*m)* {3}\x1b\[1m(?:\x1b\[[\d;]*m)*([^\x1b]+)", re.MULTILINE)
_NUMBERS = count()


class Terminal:
    """A terminal of tmux, on a server of its own, with graduand in it."""

    def __init__(self, root: Path, size: tuple[int, int], language: str, first: str) -> None:
        """Open graduand on `root`, and wait until it shows `first`."""
        self.socket = str(root.parent / f"tmux{next(_NUMBERS)}")
        environment = {
            "GRADUAND_DEBUG": "1",
            "GRADUAND_LANG": language,
            "PYTHONPATH": str(HOUSE / "tui"),
            "XDG_CONFIG_HOME": str(root.parent / "config"),
            "LANG": "C.UTF-8",
        }
        words = [f"{name}={value}" for name, value in environment.items()]
        command = ["env", "-u", "COLUMNS", "-u", "LINES", *words, sys.executable, "-m", "graduand", "--root", str(root)]
        width, height = (str(number) for number in size)
        self.tmux("new-session", "-d", "-c", str(root), "-x", width, "-y", height, "-s", "graduand", *command)
        self.tmux("set-option", "-g", "remain-on-exit", "on")
        self.until(first)
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
        """Return what is on the screen; a no-break space is a space."""
        return self.tmux("capture-pane", "-p", "-t", "graduand").replace("\u00a0", " ")

    def history(self) -> str:
        """Return what was on the screen too, such as the traceback of a bug."""
        return self.tmux("capture-pane", "-p", "-S", "-", "-t", "graduand")

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
            assert time.monotonic() < deadline, f"{seen!r} did not come:\n{self.history()}"
            time.sleep(GLANCE)

    def after(self, key: str, seen: Callable[[str], bool] | str) -> None:
        """Press a key, wait until something is on the screen, and until nothing moves any more."""
        self.press(key)
        self.until(seen)
        rest(self)

    def process(self) -> int:
        """Return the number of the process in the terminal."""
        return int(self.tmux("list-panes", "-t", "graduand", "-F", "#{pane_pid}"))

    def end(self) -> None:
        """Close the terminal, and with it whatever still runs there."""
        self.tmux("kill-server")


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
