"""What the interface costs, in a pseudo-terminal as people have it: until the first row, and at a key in the search."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from graduand.index.query import query_of
from graduand.workspace import Workspace, today

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from graduand.index.people_list import PeopleList

EMPTY = "from textual.app import App; App().run()"
TABLE = """
import json, sys
from textual.app import App
from textual.widgets import DataTable
class Table(App):
    def compose(self):
        yield DataTable()
    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns("username", "name", "programme", "transition", "outstanding", "cohort")
        with open(sys.argv[1], encoding="utf-8") as file:
            table.add_rows(json.load(file))
Table().run()
"""
"""What a developer would write first: Textual's own table, filled with the same rows."""

_SIZE = struct.pack("HHHH", 40, 140, 0, 0)
_PATIENCE = 120.0


class Terminal(NamedTuple):
    """A program in a pseudo-terminal of 140 by 40."""

    process: int
    screen: int
    began: float

    def until(self, sign: bytes) -> float:
        """Return the seconds from the start, or from the last `send`, until `sign` is on the screen."""
        seen = b""
        deadline = time.perf_counter() + _PATIENCE
        while sign not in seen:
            if not select.select([self.screen], [], [], max(deadline - time.perf_counter(), 0))[0]:
                message = f"{sign!r} did not come in {_PATIENCE} s; there was {seen[-300:]!r}"
                raise RuntimeError(message)
            seen = (seen + os.read(self.screen, 1 << 16))[-(1 << 17) :]
        return time.perf_counter() - self.began

    def quiet(self, seconds: float) -> None:
        """Read on until nothing more comes for so long."""
        with suppress(OSError):  # a terminal whose program has ended says so by an error
            while select.select([self.screen], [], [], seconds)[0]:
                os.read(self.screen, 1 << 16)

    def first_output(self, keys: bytes) -> float:
        """Press keys; return the seconds until the screen changes."""
        began = time.perf_counter()
        os.write(self.screen, keys)
        select.select([self.screen], [], [], _PATIENCE)
        return time.perf_counter() - began

    def end(self) -> float:
        """End the program; return its peak memory in MB."""
        os.kill(self.process, signal.SIGTERM)
        self.quiet(0.5)
        deadline = time.perf_counter() + 5
        ended, _status, usage = os.wait4(self.process, os.WNOHANG)
        while not ended:
            time.sleep(0.05)
            if time.perf_counter() > deadline:
                os.kill(self.process, signal.SIGKILL)
            ended, _status, usage = os.wait4(self.process, os.WNOHANG)
        os.close(self.screen)
        return usage.ru_maxrss / 1024


def opened(words: Sequence[str], folder: Path) -> Terminal:
    """Start a program in a terminal."""
    began = time.perf_counter()
    process, screen = pty.fork()
    if process == 0:
        os.chdir(folder)
        environment = os.environ | {"TERM": "xterm-256color", "GRADUAND_LANG": "en"}
        os.execvpe(words[0], list(words), environment)  # noqa: S606 - no shell is wanted
    fcntl.ioctl(screen, termios.TIOCSWINSZ, _SIZE)
    return Terminal(process, screen, began)


class Seen(NamedTuple):
    """What was measured of the interface; seconds and MB, medians."""

    first_row: float
    empty: float
    table: float
    key: float
    key_small: float
    search: float
    down: float
    memory: float


def rows_file(root: Path, target: Path) -> int:
    """Write the rows of the list as JSON, for the table; return how many."""
    roster = Workspace(root).people_list(today())
    rows = [(one.username, one.name, one.programme, one.kind, "", one.cohort) for one in roster.entries]
    target.write_text(json.dumps(rows), encoding="utf-8")
    return len(rows)


def first_person(root: Path) -> bytes:
    """Return the username of the person in the first row."""
    return Workspace(root).people_list(today()).entries[0].username.encode()


def first_rows(graduand: Sequence[str], root: Path, rows: Path, rounds: int) -> tuple[float, float, float, float]:
    """Return the seconds to the first row: of graduand, of an empty application, of a table; and graduand's memory."""
    python, first = sys.executable, first_person(root)
    empty, ours, memory = [], [], []
    for _round in range(rounds):
        terminal = opened((python, "-c", EMPTY), root)
        empty.append(terminal.until(b"\x1b[?1049h"))
        terminal.quiet(0.3)
        terminal.end()
        terminal = opened(graduand, root)
        ours.append(terminal.until(first))
        memory.append(terminal.end())
    terminal = opened((python, "-c", TABLE, str(rows)), root)
    table = terminal.until(first)
    terminal.end()
    return statistics.median(ours), statistics.median(empty), table, statistics.median(memory)


def keys(graduand: Sequence[str], root: Path, rounds: int) -> tuple[float, float]:
    """Return the median seconds from a key to the first output: a letter in the search, and the cursor down."""
    terminal = opened(graduand, root)
    terminal.until(first_person(root))
    terminal.quiet(2.0)
    typed, down = [], []
    for _round in range(rounds):
        terminal.first_output(b"/")
        terminal.quiet(0.3)
        for letter in (b"d", b"u", b"p"):
            typed.append(terminal.first_output(letter))
            terminal.quiet(0.25)
        terminal.first_output(b"\x1b")
        terminal.quiet(0.4)
    for _round in range(rounds * 3):
        down.append(terminal.first_output(b"\x1b[B"))
        terminal.quiet(0.1)
    terminal.end()
    return statistics.median(typed), statistics.median(down)


def search(roster: PeopleList, rounds: int = 9) -> float:
    """Return the median seconds that the search itself takes for a first letter."""
    roster.prepare()
    taken = []
    for _round in range(rounds):
        began = time.perf_counter()
        roster.find(query_of("d"))
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)
