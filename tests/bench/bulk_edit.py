"""What one change of many records costs, beside a script that writes the same bytes (18)."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Final

from tests.bench.clock import Command, Timed, once, side_by_side
from tests.bench.run import GRADUAND, Run, git
from tests.bench.table import Limit, Target, compared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WRITE: Final = """
import os, subprocess, sys
source, target = sys.argv[1:]
for folder, _folders, names in os.walk(os.path.join(source, "records")):
    for name in names:
        path = os.path.join(folder, name)
        there = os.path.join(target, os.path.relpath(path, source))
        with open(path, "rb") as file:
            content = file.read()
        if os.path.exists(there):
            with open(there, "rb") as file:
                if file.read() == content:
                    continue
        os.makedirs(os.path.dirname(there), exist_ok=True)
        with open(there, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
subprocess.run(["git", "add", "--all", "records"], cwd=target, check=True)
subprocess.run(["git", "commit", "--quiet", "--message", "Change"], cwd=target, check=True)
"""
"""A script that brings the records of one folder into another, with one fsync a file, and commits them."""
BESIDE: Final = "a script that writes the same, and git"


def script(source: Path, target: Path) -> Command:
    """Return the yardstick: the records of `source` written into the repository `target`, and committed."""
    return Command((sys.executable, "-c", WRITE, str(source), str(target)), target)


def bulk_edit(run: Run) -> Iterator[Target]:
    """Return what one change over 300 and over 3,000 records costs as a command: preview, save and commit (18)."""
    for number in (300, 3000):
        people = max(number, run.middle)
        usernames = [f"{one:08d}" for one in range(number)]
        ours, theirs = run.folder / f"edit-{number}", run.folder / f"script-{number}"
        for root in (ours, theirs):
            shutil.copytree(run.school(people), root)
            git(root, "status")  # git's index knows the copies
        preview = Command((*GRADUAND, "edit", *usernames, "campus_name=Rive gauche", "--preview"), ours)
        shown = side_by_side({"preview": preview}, 1)["preview"]
        saved = once("edit", Command((*GRADUAND, "edit", *usernames, "campus_name=Rive gauche"), ours))
        wrote = once("script", script(ours, theirs))
        both = Timed(shown.wall + saved.wall, shown.cpu + saved.cpu, max(shown.memory, saved.memory))
        run.remember("one change, previewed and saved", number, both)
        work = f"one change over {number:,} of {people:,}"
        yield compared("18", work, both, (BESIDE, wrote), Limit(1, wall=True))
