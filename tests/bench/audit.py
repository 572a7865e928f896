"""What the audit costs, the first time (11) and when nothing is new (12), and whether it finds what happened."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING

from graduand.workspace import Workspace
from tests.bench.clock import Command, side_by_side
from tests.bench.generator import CHECKOUT
from tests.bench.history import invent, wrong_events
from tests.bench.run import GRADUAND, Run
from tests.bench.table import Limit, Target, compared, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def audit(run: Run) -> Iterator[Target]:
    """Return what the audit of a long history costs cold (11), and how many events it misses or adds."""
    commits, people = (500, 1_000) if run.quick else (10_000, 20_000)
    root = _history(run, commits, people)
    words = ("sh", "-c", 'rm -rf .git/graduand; exec "$@"', "sh", *GRADUAND, "audit", "--kind", "deactivated", "--json")
    timed = side_by_side({"audit": Command(words, root), "log": Command(("git", "log", "-p", "-U0"), root)}, run.rounds)
    other = ("git log -p -U0, merely read", timed["log"])
    yield compared("11", f"audit, {commits:,} commits, cold", timed["audit"], other, Limit(2, wall=True))
    began = time.perf_counter()
    odd = run.folder / "odd"
    happened = invent(odd, Workspace(CHECKOUT).school, commits=commits, people=people, seed=2)
    wrong = wrong_events(odd, happened).total()
    work = f"of {len(happened):,} events, missed or added"
    yield Target("11", work, "what was invented", wrong, "0", not wrong, time.perf_counter() - began, 0)


def audit_again(run: Run) -> Iterator[Target]:
    """Return the milliseconds over an empty Python of an audit of the last month when nothing is new (12)."""
    commits, people = (500, 1_000) if run.quick else (10_000, 20_000)
    root = _history(run, commits, people)
    last = subprocess.run(("git", "log", "-1", "--format=%cs"), cwd=root, check=True, capture_output=True, text=True)
    since = (date.fromisoformat(last.stdout.strip()) - timedelta(days=30)).isoformat()
    timed = side_by_side(
        {
            "audit": Command((*GRADUAND, "audit", "--since", since), root),
            "python": Command((sys.executable, "-c", "pass"), root),
        },
        run.rounds,
    )
    over = (timed["audit"].cpu - timed["python"].cpu) * 1000
    yield counted("12", "audit, nothing new, over Python", over, 120, "ms", timed["audit"])


def _history(run: Run, commits: int, people: int) -> Path:
    root = run.folder / "history"
    if not root.exists():
        invent(root, Workspace(CHECKOUT).school, commits=commits, people=people, plain=True)
    return root
