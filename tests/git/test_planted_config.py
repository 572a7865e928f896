"""No program that a clone's own configuration names runs when graduand reads, and the checkup names it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from tests.repository import GRADUATE, begin, commit, git, graduand, put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

READING = (
    *(
        ("check",),
        ("plan",),
        ("compile",),
        ("audit",),
        ("audit", "verify"),
        ("log", "00412345"),
        ("diff", "HEAD~1..HEAD"),
    ),
    *(("due",), ("doctor",)),
)


@pytest.fixture
def one(root: Path) -> Path:
    put(begin(root), GRADUATE)
    commit(root)
    commit(root)
    return root


@pytest.fixture
def planted(one: Path) -> Path:
    """A clone whose own configuration names a program for all that git can be given one for."""
    program = one.with_name(f"{one.name}-ran")
    script = one.with_name(f"{one.name}.sh")
    script.write_text(f"#!/bin/sh\ntouch '{program}'\ncat\n", encoding="utf-8")
    script.chmod(0o755)
    (one / ".git/info").mkdir(exist_ok=True)
    (one / ".git/info/attributes").write_text("*.yaml filter=été diff=été merge=été\n", encoding="utf-8")
    for key in (
        *("filter.été.clean", "filter.été.smudge", "diff.été.textconv", "diff.été.command", "merge.été.driver"),
        *("core.fsmonitor", "core.pager", "diff.external", "gpg.program", "core.sshCommand", "pager.log"),
    ):
        git(one, "config", key, str(script))
    (one / ".git/hooks").mkdir(exist_ok=True)
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (one / ".git/hooks" / hook).symlink_to(script)
    later = time.time() + 5  # git compares the content, since the time is another
    os.utime(one / "records/2026-spring/00412345.yaml", (later, later))
    assert not program.exists()
    return one


@pytest.mark.parametrize("required", ["false", "true"])
@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_reading_runs_no_program_of_the_clone(planted: Path, words: tuple[str, ...], required: str) -> None:
    git(planted, "config", "filter.été.required", required)

    ran = graduand(planted, *words)

    assert ran.code in {0, 1}, ran.err
    assert not planted.with_name(f"{planted.name}-ran").exists()


def test_a_filter_that_is_included_does_not_run_either(one: Path) -> None:
    ran = one.with_name(f"{one.name}-ran")
    (one / ".git/mehr").write_text(f'[filter "x"]\n\tprocess = touch {ran}\n\trequired = true\n', encoding="utf-8")
    git(one, "config", "include.path", "mehr")
    (one / ".git/info").mkdir(exist_ok=True)
    (one / ".git/info/attributes").write_text("* filter=x\n", encoding="utf-8")
    os.utime(one / "records/2026-spring/00412345.yaml", (9, 9))

    assert graduand(one, "plan").code == 0
    assert not ran.exists()


def test_the_checkup_names_each_program_of_the_clone(planted: Path) -> None:
    out = graduand(planted, "doctor").out

    for key in ("filter.été.clean", "core.fsmonitor", "diff.external", "gpg.program", "diff.été.textconv"):
        assert f"The configuration of this clone lets git run a program: {key} = " in out
        assert f"git config --unset-all {key}" in out


def _lock(root: Path) -> None:
    (root / ".git/index.lock").touch()


def _merge(root: Path) -> None:
    (root / ".git/MERGE_HEAD").write_text(git(root, "rev-parse", "HEAD"), encoding="utf-8")


def _change(root: Path) -> None:
    put(root, GRADUATE.replace("Dupont", "Neuville"))


def _cut_index(root: Path) -> None:
    path = root / ".git/index"
    path.write_bytes(path.read_bytes()[:20])


def _empty_branch(root: Path) -> None:
    (root / ".git/refs/heads/main").write_bytes(b"")


@pytest.mark.parametrize(
    ("harm", "said", "cure"),
    [
        (_lock, "index.lock is there", "If no git is running: rm "),
        (_merge, "git has something under way", "git merge --abort"),
        (_change, "1 file of records/ and schema/ is not committed: records/2026-spring/00412345.yaml", "git add"),
        (_cut_index, "git refused: ", "git reset"),
        (_empty_branch, "The branch refs/heads/main is empty", "git update-ref refs/heads/main"),
    ],
)
def test_the_checkup_names_what_stops_git(one: Path, harm: Callable[[Path], None], said: str, cure: str) -> None:
    before = graduand(one, "doctor").out
    assert said not in before
    harm(one)

    out = graduand(one, "doctor").out

    assert said in out
    assert cure in out
