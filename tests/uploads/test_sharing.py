"""Two colleagues with a clone each and a remote: what one notes, the other knows."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from tests.handshake.test_article import CLOSED, DAY
from tests.repository import GRADUATE, begin, commit, git, graduand, graduate, noted, put

if TYPE_CHECKING:
    from pathlib import Path

    from tests.repository import Ran

OTHER: Final = "00412815"


class Office(NamedTuple):
    """A remote, and the clones of two colleagues."""

    remote: Path
    ada: Path
    bob: Path


def clone(remote: Path, folder: Path, *options: str) -> Path:
    git(remote.parent, "clone", "--quiet", *options, f"file://{remote}", str(folder))
    name = folder.name.capitalize()
    git(folder, "config", "user.name", name)
    git(folder, "config", "user.email", f"{name.lower()}@valmont.example")
    return folder


@pytest.fixture
def office(root: Path, tmp_path: Path) -> Office:
    put(begin(root), GRADUATE)
    put(root, graduate(OTHER), f"2026-spring/{OTHER}.yaml")
    commit(root)
    places = tmp_path / "office"
    places.mkdir()
    remote = places / "remote.git"
    git(root, "clone", "--quiet", "--bare", str(root), str(remote))
    return Office(remote, clone(remote, places / "ada"), clone(remote, places / "bob"))


def compiled(root: Path, *words: str) -> Ran:
    return graduand(root, "compile", "--on", DAY, *words)


def uploaded(root: Path, *words: str) -> Ran:
    return graduand(root, "uploaded", str(root / "build/manifest.json"), *words)


def outstanding(root: Path) -> list[str]:
    ran = graduand(root, "plan", "--on", DAY, "--json")
    changes = json.loads(ran.out)["changes"] if ran.out else []
    return [change["username"] for change in changes if change["status"] != "unchanged"]


def test_what_one_notes_the_other_knows_at_the_next_compile(office: Office) -> None:
    first = compiled(office.ada)
    assert (first.code, "holds no ledger yet" in first.err) == (0, True)
    ran = uploaded(office.ada)
    assert ran.code == 0
    assert ran.err.splitlines()[-1] == "2 entries shared with origin."
    assert "holds no ledger yet" not in ran.err

    assert outstanding(office.bob) == ["00412345", OTHER]  # a plan asks no network
    again = compiled(office.bob, "--changed")

    assert (again.code, "Nothing is outstanding" in again.err) == (1, True)
    assert outstanding(office.bob) == []
    assert noted(office.ada) == [ran.out.strip()]
    assert ran.out.strip() in graduand(office.bob, "uploads").out


def test_two_who_note_at_once_both_count(office: Office) -> None:
    assert compiled(office.ada).code == 0
    assert graduand(office.bob, "compile", "--on", "2026-07-02").code == 0
    ada = uploaded(office.ada)
    bob = uploaded(office.bob)

    assert (ada.code, bob.code) == (0, 0)
    assert "2 people were in an upload that was noted after this one was compiled" in bob.err
    assert noted(office.bob) == [ada.out.strip(), bob.out.strip()]
    assert compiled(office.ada, "--changed").code == 1
    assert noted(office.ada) == [ada.out.strip(), bob.out.strip()]


def test_without_the_network_the_entry_stays_and_goes_later(office: Office) -> None:
    assert compiled(office.ada).code == 0
    git(office.ada, "remote", "set-url", "origin", f"file://{office.remote}-away")

    refused = uploaded(office.ada)
    assert refused.code == 5
    assert "This clone has no ledger" in refused.err
    assert noted(office.ada) == []
    first = uploaded(office.ada, "--first")

    assert first.code == 0
    assert "! The ledger was not fetched" in first.err
    assert f"{first.out.strip()}  2 people, not shared yet" in graduand(office.ada, "uploads").out
    git(office.ada, "remote", "set-url", "origin", f"file://{office.remote}")
    failed = office.ada / "build/failed.csv"
    failed.write_text('username,response\n00412345,"{""errors"":""No""}"\n', encoding="utf-8")
    ran = graduand(office.ada, "reconcile", str(failed))
    assert ran.code == 0
    assert "3 entries shared with origin." in ran.err


def test_a_ledger_that_is_not_pushed_on_purpose_is_said_to_be_unshared(office: Office) -> None:
    assert compiled(office.ada).code == 0
    assert uploaded(office.ada).code == 0
    put(office.ada, CLOSED)
    commit(office.ada)
    assert compiled(office.ada, "--changed").code == 0

    ran = uploaded(office.ada, "--no-push")

    assert ran.code == 0
    assert "shared" not in ran.err
    assert f"{ran.out.strip()}  1 person, not shared yet" in graduand(office.ada, "uploads").out
    doctor = graduand(office.ada, "doctor")
    assert "1 entry of the ledger is not shared." in doctor.out
    assert "git push origin graduand/ledger" in doctor.out


@pytest.mark.parametrize("options", [("--depth", "1"), ("--single-branch",), ("--depth", "1", "--no-single-branch")])
def test_a_clone_that_lacks_the_ledger_sends_nobody_again(office: Office, tmp_path: Path, options: list[str]) -> None:
    assert compiled(office.ada).code == 0
    assert uploaded(office.ada).code == 0
    other = clone(office.remote, tmp_path / "office" / "cy", *options)

    blind = graduand(other, "plan", "--on", DAY, "--changed")
    assert blind.code == 5
    assert ("git fetch" in blind.err) is True
    ran = compiled(other, "--changed")

    if "--no-single-branch" in options:  # the ledger is cut, and is completed by hand
        assert (ran.code, "git fetch --unshallow" in ran.err) == (5, True)
        git(other, "fetch", "--quiet", "--unshallow", "origin")
        ran = compiled(other, "--changed")
    assert (ran.code, "Nothing is outstanding" in ran.err) == (1, True)


def test_without_a_ledger_beside_a_remote_what_needs_it_is_refused(office: Office) -> None:
    for words in (("plan", "--changed"), ("compile", "--changed"), ("rollback",)):
        ran = graduand(office.ada, *words)
        assert ran.code == 5, words
        assert "git fetch origin +refs/heads/graduand/ledger" in ran.err
    assert "graduand uploaded --first" in graduand(office.ada, "doctor").out
    for asked in (("uploads",), ("log", "00412345"), ("audit",), ("plan", "--on", DAY)):
        ran = graduand(office.ada, *asked)
        assert ran.code == 0, asked
        assert "! This clone has no ledger" in ran.out + ran.err, asked

    begun = graduand(office.ada, "uploaded", "--first")
    assert (begun.code, "The ledger is begun." in begun.err) == (0, True)
    assert "no ledger" not in graduand(office.ada, "uploads").err
    assert "There is a ledger already." in graduand(office.ada, "uploaded", "--first").err
    assert compiled(office.ada, "--changed").code == 0
    assert compiled(office.bob, "--changed").code == 0


def test_a_protected_branch_is_no_conflict(office: Office) -> None:
    hook = office.remote / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\necho "GH006: Protected branch update failed for $0." >&2\nexit 1\n', encoding="utf-8")
    hook.chmod(0o755)
    assert compiled(office.ada).code == 0

    ran = uploaded(office.ada)

    assert ran.code == 0
    assert "Protected branch update failed" in ran.err
    assert "Take graduand/ledger out of the rule for all branches" in ran.err
    assert noted(office.ada) == [ran.out.strip()]


def test_a_rewound_remote_stops_a_compile(office: Office) -> None:
    assert compiled(office.ada).code == 0
    assert uploaded(office.ada).code == 0
    git(office.remote, "update-ref", "refs/heads/graduand/ledger", "refs/heads/graduand/ledger~1")

    for words in (("compile", "--on", DAY), ("rollback",), ("compile", "--on", DAY, "--offline")):
        ran = graduand(office.ada, *words)
        assert ran.code == 5
        assert "graduand setup --accept-ledger" in ran.err
    assert graduand(office.ada, "plan", "--on", DAY).code == 0


def test_a_new_repository_begins_its_ledger(tmp_path: Path) -> None:
    folder = tmp_path / "school"
    assert graduand(tmp_path, "init", str(folder), "--name", "Valmont", "--domain", "valmont.example").code == 0

    assert len(noted(folder, "opened")) == 1
    opened = json.loads(git(folder, "show", "graduand/ledger:entry.json"))
    assert (opened["kind"], opened["school"], opened["region"]) == ("opened", "Valmont", "eu")
    schema = (folder / "schema/handshake.yaml").read_bytes()
    assert opened["seeds"]["schema/handshake.yaml"] == hashlib.sha256(schema).hexdigest()
    assert graduand(folder, "uploads").out == "No upload was noted yet.\n"


@pytest.mark.parametrize("how", ["merge", "squash", "rebase", "revert"])
def test_what_was_sent_stays_known_whatever_git_does_to_branches(office: Office, how: str) -> None:  # noqa: PLR0915 - one story
    """Compiled and noted on a branch that then reaches main in another way."""
    ada = office.ada
    assert compiled(ada).code == 0
    assert uploaded(ada).code == 0
    git(ada, "switch", "--quiet", "--create", "closing")
    put(ada, CLOSED)
    commit(ada)
    assert compiled(ada, "--changed").code == 0
    assert uploaded(ada).code == 0
    git(ada, "switch", "--quiet", "main")
    put(ada, graduate(OTHER).replace("Dupont", "Martin"), f"2026-spring/{OTHER}.yaml")
    commit(ada)
    if how == "merge":
        git(ada, "merge", "--quiet", "--no-ff", "--message", "Merge", "closing")
    elif how == "squash":
        git(ada, "merge", "--quiet", "--squash", "closing")
        git(ada, "commit", "--quiet", "--message", "Squashed")
    elif how == "rebase":
        git(ada, "rebase", "--quiet", "main", "closing")
        git(ada, "switch", "--quiet", "main")
        git(ada, "merge", "--quiet", "--ff-only", "closing")
    else:
        git(ada, "merge", "--quiet", "--no-ff", "--message", "Merge", "closing")
        git(ada, "revert", "--no-edit", "--mainline", "1", "HEAD")
    git(ada, "push", "--quiet", "origin", "main")
    git(office.bob, "pull", "--quiet", "--no-rebase")

    assert compiled(office.bob, "--changed").code == 0
    assert outstanding(office.bob) == [OTHER]
    assert outstanding(ada) == [OTHER]


def test_an_overlay_asks_the_remote_first_and_a_check_does_not(office: Office) -> None:
    compiled(office.ada)
    uploaded(office.ada)
    feed = office.bob / "sync.csv"
    held = "username,institution_year_name\n00412345,\n"
    feed.write_text(held, encoding="utf-8")

    assert "entry of the ledger" not in graduand(office.bob, "feed", "check", str(feed), "--on", DAY).err
    assert noted(office.bob) == []
    assert graduand(office.bob, "feed", "check", str(feed), "--offline").code == 2
    graduand(office.bob, "feed", "overlay", str(feed), "--on", DAY, "--offline")
    assert noted(office.bob) == []
    ran = graduand(office.bob, "feed", "overlay", str(feed), "--on", DAY)
    assert (ran.code, ran.out) == (0, held), ran.err
    assert outstanding(office.bob) == []
