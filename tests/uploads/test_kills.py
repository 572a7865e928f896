"""A command that is killed at any moment leaves the old or the new, and the same command again finishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from graduand.git.program import Program
from graduand.handshake.manifest_check import received
from graduand.ledger.ledger import read_ledger
from tests.handshake.test_article import DAY
from tests.killing import killed_while, state
from tests.repository import GRADUATE, begin, commit, git, graduand, graduate, put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATHS: Final = ("records/2026-spring/00412345.yaml", "records/2026-spring/00412815.yaml")


class Job(NamedTuple):
    """A command, what must lie ready for it, and what holds whenever it is killed."""

    words: tuple[str, ...]
    prepare: Callable[[Path], object]
    holds: Callable[[Path], bool]


def compiled(root: Path) -> None:
    assert graduand(root, "compile", "--on", DAY).code == 0


def noted(root: Path) -> None:
    compiled(root)
    assert graduand(root, "uploaded", str(root / "build/manifest.json")).code == 0
    text = 'username,response\n00412345,"{""errors"":""No""}"\n'
    (root / "build/failed.csv").write_text(text, encoding="utf-8")


def vouched_for(root: Path) -> bool:
    """Tell whether the manifest, if there is one, vouches for the files that are there."""
    path = root / "build/manifest.json"
    return not path.exists() or bool(received(path))


def at_most_one_entry_of_each_kind(root: Path) -> bool:
    ledger = read_ledger(Program(root))
    kinds = [entry.kind.value for entry in ledger.entries]
    assert ledger.state() == ledger.state(no_cache=True)
    return kinds == ["opened", "upload", "result"][: len(kinds)]


JOBS: Final = {
    "compile": Job(("compile", "--on", "2026-07-02"), compiled, vouched_for),
    "uploaded": Job(("uploaded", "{root}/build/manifest.json"), compiled, at_most_one_entry_of_each_kind),
    "reconcile": Job(("reconcile", "{root}/build/failed.csv"), noted, at_most_one_entry_of_each_kind),
}


@pytest.mark.parametrize("name", JOBS)
def test_killed_at_any_moment_it_leaves_the_old_or_the_new_and_finishes_at_the_next_try(name: str, root: Path) -> None:
    job = JOBS[name]
    put(begin(root), GRADUATE)
    put(root, graduate("00412815"), "2026-spring/00412815.yaml")
    commit(root)
    assert graduand(root, "fmt").code == 0
    commit(root)
    git(root, "branch", "before")
    git(root, "branch", "--quiet", "--set-upstream-to", "before")
    job.prepare(root)
    killed = killed_while(root, *job.words)
    undisturbed = kept(killed.pop())

    seen = {state(root)}
    for folder in killed:
        if (left := state(folder)) in seen:
            continue
        seen.add(left)
        assert git(folder, "fsck", "--strict", "--no-dangling") == ""
        assert job.holds(folder), folder
        again = run(folder, job.words)
        assert again == 0, folder
        assert kept(folder) == undisturbed, folder

    assert len(killed) > 5
    assert len(seen) > 3


def run(root: Path, words: tuple[str, ...]) -> int:
    return graduand(root, *(word.format(root=root) for word in words)).code


def kept(root: Path) -> tuple[object, ...]:
    """Return what is to be the same in the end: files, records, commits, and what was noted."""
    return (
        {path.name: path.read_bytes() for path in (root / "build").glob("[!.]*")},
        {str(path.relative_to(root)) for path in (root / "records").rglob("*")},
        [(root / path).read_bytes() for path in PATHS],
        git(root, "log", "--format=%s%n%b", "--name-status"),
        [(entry.kind, entry.text("commit"), entry.files) for entry in read_ledger(Program(root)).entries],
        git(root, "status", "--porcelain"),
    )
