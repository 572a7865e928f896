"""graduand setup says how the ledger stands, and takes over the remote's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from graduand.git.program import Program
from graduand.ledger.branch import LEDGER
from graduand.ledger.sync import share
from tests.ledger.clones import names, note, repository
from tests.repository import Ran, git, graduand

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def one(root: Path) -> Path:
    """A data repository with a commit."""
    return repository(root)


@pytest.fixture
def shared(one: Path) -> Path:
    """One that shares a ledger of three entries with a remote."""
    git(one, "init", "--quiet", "--bare", "remote.git")
    git(one, "remote", "add", "origin", str(one / "remote.git"))
    note(one, "opened", "a", "b")
    share(Program(one))
    return one


def setup(root: Path, *words: str) -> Ran:
    return graduand(root, "setup", *words)


def test_before_the_first_upload_nothing_is_wrong(one: Path) -> None:
    ran = setup(one)

    assert ran.code == 0
    assert ran.err.startswith("This clone is set up now: core.autocrlf, ")
    assert setup(one).err == ""
    assert ran.out == (
        "✓ There is no ledger yet; the first upload that is noted opens it.\n"
        "! It is not shared: this clone has no remote.\n"
    )


def test_a_remote_that_never_held_a_ledger_is_no_fault(one: Path) -> None:
    git(one, "init", "--quiet", "--bare", "remote.git")
    git(one, "remote", "add", "origin", str(one / "remote.git"))
    note(one, "opened")

    ran = setup(one)

    assert ran.code == 0
    assert ran.out.splitlines()[2:] == [
        "! origin holds no ledger yet; the first entry brings it there.",
        "! 1 entry is not shared yet; share it with: git push origin graduand/ledger",
    ]


def test_a_shared_ledger_is_well(shared: Path) -> None:
    ran = setup(shared)

    assert ran.code == 0
    assert ran.out == (
        "✓ The ledger holds 3 entries, the newest of 2026-07-01 09:00 UTC.\n"
        "✓ It is whole: it goes back to the entry that opened it.\n"
        "✓ All of it is shared with origin.\n"
    )
    assert json.loads(setup(shared, "--json").out) == {
        "schema": "graduand/ledger/1",
        "remote": "origin",
        "fetched": "fetched",
        "entries": 3,
        "unshared": 0,
        "newest": "2026-07-01 09:00 UTC",
        "is_whole": True,
        "fault": "",
        "said": "",
    }


def test_a_remote_that_does_not_answer_is_said(shared: Path) -> None:
    git(shared, "remote", "set-url", "origin", str(shared / "nowhere"))
    note(shared, "c")

    ran = setup(shared)

    assert ran.code == 0
    assert "! The ledger was not fetched: " in ran.out
    assert "! 1 entry is not shared yet" in ran.out


def test_a_cut_ledger_is_a_fault_with_its_cure(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    clone = tmp_path_factory.mktemp("clones") / "clone"
    git(shared, "push", "--quiet", "origin", "main")
    git(shared, "clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{shared}/remote.git", str(clone))
    for folder in ("records", "schema"):
        (clone / folder).mkdir(exist_ok=True)

    ran = setup(clone)

    assert ran.code == 5
    assert "✓ The ledger holds 1 entry, of 2026-07-01 09:00 UTC." in ran.out
    assert "✗ This clone is shallow and has only the newest entry of the ledger" in ran.out
    git(clone, "fetch", "--quiet", "--unshallow", "origin")
    assert setup(clone).code == 0


def test_a_lost_ledger_is_a_fault_with_its_cure(shared: Path) -> None:
    git(shared / "remote.git", "update-ref", "-d", LEDGER)

    ran = setup(shared)

    assert ran.code == 5
    assert "✗ origin does not hold the ledger (the branch graduand/ledger) that was shared before" in ran.out
    assert "put it back with: git push origin graduand/ledger" in ran.out
    assert json.loads(setup(shared, "--json").out)["fault"].startswith("origin does not hold the ledger")


def test_a_ledger_that_was_set_back_is_a_fault_until_it_is_taken_over(shared: Path) -> None:
    git(shared, "push", "--quiet", "--force", "origin", f"graduand/ledger~1:{LEDGER}")
    note(shared, "mine")

    ran = setup(shared)
    assert ran.code == 5
    assert "✗ origin no longer holds 1 entry of the ledger that this clone saw there" in ran.out

    ran = setup(shared, "--accept-ledger")

    assert ran.code == 0
    told = ran.err.splitlines()
    assert told[:2] == ["The ledger is what origin holds.", "1 entry that was shared before is no longer in it."]
    assert told[2].startswith("What it was before is kept: refs/graduand/ledger-before/")
    assert told[3:] == ["1 entry of your own was laid on top.", "1 entry shared with origin."]
    assert names(shared) == ["opened", "a", "mine"]
    assert setup(shared).code == 0


def test_nothing_to_take_over_is_refused(one: Path) -> None:
    ran = setup(one, "--accept-ledger")

    assert ran.code == 5
    assert "this clone has no remote to take it from" in ran.err
