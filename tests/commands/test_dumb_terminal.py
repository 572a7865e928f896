"""A terminal that only prints lines gets a sentence, not a screen that no key leaves."""

from __future__ import annotations

import os
import pty
import sys
from typing import TYPE_CHECKING

import pytest

from tests.repository import HOUSE, begin

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["dumb", "unknown"])
def test_it_is_told_and_the_command_ends(root: Path, name: str) -> None:
    begin(root)
    pid, terminal = pty.fork()
    if not pid:
        environment = {**os.environ, "TERM": name, "PYTHONPATH": str(HOUSE / "tui"), "GRADUAND_LANG": "en"}
        os.execve(sys.executable, [sys.executable, "-m", "graduand", "--root", str(root)], environment)  # noqa: S606
    said = b""
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:  # Linux says so when the other end is closed
            break
        if not more:
            break
        said += more
    _pid, status = os.waitpid(pid, 0)
    os.close(terminal)

    assert os.waitstatus_to_exitcode(status) == 2
    assert f"This terminal (TERM={name}) can show no screens".encode() in b" ".join(said.split())
    assert b"\x1b[?1049h" not in said
