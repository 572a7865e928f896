"""Time whole processes side by side: in turn, so that a noisy machine is equally unfair to each."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path


_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""A second run of a program finds its modules compiled; so shall these."""


class Timed(NamedTuple):
    """The medians of a command's runs: seconds on the wall and of the processors, peak memory in MB."""

    wall: float
    cpu: float
    memory: float


class Command(NamedTuple):
    """A command, the folder in which it runs, and the exit codes that are no failure."""

    words: Sequence[str]
    folder: Path
    codes: Collection[int] = (0,)


def side_by_side(commands: Mapping[str, Command], rounds: int) -> dict[str, Timed]:
    """Run the commands in turn, once to warm up and then so many rounds; return the medians of each.

    Raises:
        RuntimeError: a command failed; its time would mean nothing.
    """
    runs: dict[str, list[Timed]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            timed = once(name, command)
            if turn:
                runs[name].append(timed)
    return {
        name: Timed(*(statistics.median(column) for column in zip(*timed, strict=True))) for name, timed in runs.items()
    }


def once(name: str, command: Command) -> Timed:
    """Run a command and return what it cost.

    Raises:
        RuntimeError: it failed.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        command.words, cwd=command.folder, env=_ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _pid, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in command.codes:
        message = f"{name} ended with {process.returncode}: {' '.join(command.words)}"
        raise RuntimeError(message)
    return Timed(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
