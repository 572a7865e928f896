"""What a command costs before it does anything (15, 16), and how many git processes it starts (21)."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from graduand.commands.app import COMMANDS
from tests.bench.clock import Command, side_by_side
from tests.bench.run import GRADUAND, Run
from tests.bench.table import Limit, Target, compared, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WORDS: Final = {
    "diff": ("main..main",),
    "edit": ("00000001", "campus_name=Centre"),
    "explain": ("disabled",),
    "forget": ("00000001", "--basis", "request"),
    "init": ("no/such/folder", "--no-such-option"),
    "intake": ("class.csv", "--cohort", "2026-spring", "--kind", "graduated"),
    "log": ("00000001",),
    "outreach": ("email",),
    "reconcile": ("failed.csv",),
    "rollback": ("upload/1",),
    "sheet": ("out",),
    "text": ("records/2020-spring/00000001.yaml",),
    "uploaded": ("build/manifest.json",),
}
"""What a command wants beside its name."""

_REFUSED: Final = range(6)
"""Outside of a repository most commands end with 5, as soon as they have read their arguments."""

_COUNTING: Final = '#!/bin/sh\necho "$*" >>"{starts}"\nexec "{git}" "$@"\n'
"""A program that stands in for git on the PATH: it notes that it was started, and becomes git."""
_READS: Final = (
    ("check",),
    ("plan",),
    ("plan", "--changed"),
    ("audit",),
    ("due",),
    ("log", "00000001"),
    ("uploads",),
    ("fmt", "--check"),
)
_SAVES: Final = (
    ("edit", "00000001", "campus_name=Nord"),
    ("cure",),
    ("compile",),
    ("uploaded", "build/manifest.json"),
)


def version(run: Run) -> Iterator[Target]:
    """Return what `graduand --version` costs beside an empty Python (15)."""
    timed = side_by_side(
        {
            "version": Command((*GRADUAND, "--version"), run.folder),
            "python": Command((sys.executable, "-c", "pass"), run.folder),
        },
        run.rounds * 3,
    )
    yield compared("15", "graduand --version", timed["version"], ("python -c pass", timed["python"]), Limit(1.3))


def arguments(run: Run) -> Iterator[Target]:
    """Return the milliseconds over an empty Python that the slowest command takes to refuse a wrong folder (16)."""
    root = ("--root", str(run.folder / "nowhere"))
    commands = {
        name: Command((*GRADUAND, *root, name, *_WORDS.get(name, ())), run.folder, _REFUSED) for name in COMMANDS
    }
    commands["python"] = Command((sys.executable, "-c", "pass"), run.folder)
    timed = side_by_side(commands, run.rounds)
    slowest = max(COMMANDS, key=lambda name: timed[name].cpu)
    over = (timed[slowest].cpu - timed["python"].cpu) * 1000
    yield counted("16", f"imports and arguments over Python: {slowest}", over, 110, "ms", timed[slowest])


def git_processes(run: Run) -> Iterator[Target]:
    """Return how many git processes the worst of the reading and of the saving commands starts (21)."""
    root = run.folder / "counted"
    shutil.copytree(run.school(500), root)
    for kind, commands, most in (("read", _READS, 4), ("save", _SAVES, 8)):
        counts = {" ".join(words): _git_starts(run.folder, root, *words) for words in commands}
        worst = max(counts, key=lambda name: counts[name])
        yield counted("21", f"a {kind}, the worst: {worst}", counts[worst], most, "git")


def _git_starts(folder: Path, root: Path, *words: str) -> int:
    """Return how many git processes a command starts when it runs a second time; those of git itself aside."""
    programs, starts = folder / "programs", folder / "starts"
    programs.mkdir(exist_ok=True)
    program = programs / "git"
    program.write_text(_COUNTING.format(git=shutil.which("git"), starts=starts), encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"}
    for _time in range(2):
        starts.write_text("", encoding="utf-8")
        subprocess.run([*GRADUAND, *words], cwd=root, env=environment, check=False, capture_output=True)
    return len(starts.read_text(encoding="utf-8").splitlines())
