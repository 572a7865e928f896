"""Which upload carried a change, in the histories that a team makes with git: the link must survive them all."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.handshake.test_article import CLOSED, DAY, HELD_BACK, REOPENED
from tests.repository import GRADUATE, HOUSE, begin, commit, git, graduand, graduate, put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WHO = "00412345"
PATH = f"2026-spring/{WHO}.yaml"
OTHER = "00499999"
ASKED = "  account:\n    reason: requested-by-student\n    requested_by: student\n"
NOTED = f"{CLOSED}  notes: Asked by phone.\n"
UGLY = CLOSED.replace("first_name: Chloé", 'first_name:   "Chloé"  # as she says')


@pytest.fixture(scope="session")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which a person has graduated and nothing went up."""
    root = tmp_path_factory.mktemp("links") / "school"
    shutil.copytree(HOUSE / "schema", root / "schema")
    put(begin(root), GRADUATE)
    commit(root)
    return root


@pytest.fixture
def school(decided: Path, tmp_path: Path) -> Path:
    """The same, to be changed, on a branch beside main."""
    root = tmp_path / "school"
    shutil.copytree(decided, root)
    git(root, "switch", "--quiet", "--create", "side")
    return root


def say(root: Path, record: str, path: str = PATH, message: str = "Records") -> str:
    """Commit a record and return the commit."""
    put(root, record, path)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(root, "rev-parse", "HEAD").strip()


def upload(root: Path, *words: str) -> str:
    """Compile and note an upload; return its id."""
    ran = graduand(root, "compile", "--on", DAY, *words)
    assert ran.code == 0, ran.err
    ran = graduand(root, "uploaded", str(root / "build/manifest.json"))
    assert ran.code == 0, ran.err
    shutil.rmtree(root / "build")
    return ran.out.strip()


def main(root: Path) -> None:
    git(root, "switch", "--quiet", "main")


def squash(root: Path) -> None:
    """Bring the branch to main as one commit."""
    main(root)
    git(root, "merge", "--quiet", "--squash", "side")
    git(root, "commit", "--quiet", "--message", "Close account (#7)")
    git(root, "branch", "--quiet", "-D", "side")


def told(root: Path, username: str = WHO) -> list[dict[str, object]]:
    """Return a person's events, as from a clone that remembers nothing."""
    shutil.rmtree(root / ".git/graduand", ignore_errors=True)
    ran = graduand(root, "log", username, "--json")
    assert ran.code == 0, ran.err
    assert graduand(root, "log", username, "--json").out == ran.out, "the cache tells another story"
    return [json.loads(line) for line in ran.out.splitlines()]


def links(root: Path, kind: str = "deactivated") -> list[tuple[str, object]]:
    """Return the uploads and how they are linked, of each event of a kind."""
    return [(" ".join(event["uploads"]), event["linked"]) for event in told(root) if event["event"] == kind]  # type: ignore[arg-type]


def closed(root: Path) -> str:
    """Close the account on the branch and note that it went up."""
    say(root, CLOSED)
    return upload(root)


# By ancestry


def nothing(root: Path) -> None:
    git(root, "switch", "--quiet", "--create", "trunk")


def revert(root: Path) -> None:
    git(root, "revert", "--no-edit", "HEAD")


def move(root: Path) -> None:
    git(root, "mv", f"records/{PATH}", "records/00412345.yaml")
    (root / "records/2025-autumn").mkdir()
    git(root, "mv", "records/00412345.yaml", f"records/2025-autumn/{WHO}.yaml")
    git(root, "commit", "--quiet", "--message", "Move")


def move_and_edit(root: Path) -> None:
    move(root)
    say(root, NOTED, f"2025-autumn/{WHO}.yaml")


def fmt(root: Path) -> None:
    say(root, UGLY)
    assert graduand(root, "fmt", "--no-commit").code in {0, 2}
    say(root, CLOSED)


def crlf_and_back(root: Path) -> None:
    """The reader refuses such a record, so none can go up; it is told only when it is whole again."""
    put(root, "").write_bytes(CLOSED.replace("\n", "\r\n").encode())
    commit(root)
    say(root, CLOSED)


def merge(root: Path) -> None:
    main(root)
    say(root, graduate(OTHER), f"2026-spring/{OTHER}.yaml")
    git(root, "merge", "--quiet", "--no-ff", "--message", "Merge pull request #3 from ars/side", "side")


def pull_with_a_merge(root: Path) -> None:
    """A colleague with a commit of their own pulls: what went up is on the second line of history now."""
    colleague = root.with_name("colleague")
    git(root, "switch", "--quiet", "main")
    git(root, "clone", "--quiet", str(root), str(colleague))
    say(colleague, graduate(OTHER), f"2026-spring/{OTHER}.yaml")
    git(root, "merge", "--quiet", "--ff-only", "side")
    git(colleague, "pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")
    git(root, "pull", "--quiet", "--ff-only", str(colleague), "main")


@pytest.mark.parametrize(
    "history", [nothing, revert, move, move_and_edit, fmt, crlf_and_back, merge, pull_with_a_merge]
)
def test_a_commit_that_the_branch_has_is_known_by_ancestry(school: Path, history: Callable[[Path], None]) -> None:
    sent = closed(school)

    history(school)

    assert links(school) == [(sent, "ancestry")]


# By the record


def rebase_merge(root: Path) -> None:
    main(root)
    say(root, graduate(OTHER), f"2026-spring/{OTHER}.yaml")
    git(root, "switch", "--quiet", "side")
    git(root, "rebase", "--quiet", "main")
    main(root)
    git(root, "merge", "--quiet", "--ff-only", "side")


def amend(root: Path) -> None:
    git(root, "commit", "--quiet", "--amend", "--message", "Close the account, as she asked")
    main(root)
    git(root, "merge", "--quiet", "--ff-only", "side")


@pytest.mark.parametrize("history", [squash, rebase_merge, amend])
def test_a_commit_that_the_branch_lost_is_known_by_its_record(school: Path, history: Callable[[Path], None]) -> None:
    sent = closed(school)

    history(school)

    assert links(school) == [(sent, "record")]
    assert links(school, "sent") == [(sent, "record")]
    assert links(school, "graduated") == [(sent, "ancestry")]


def test_a_record_that_was_formatted_before_the_squash_is_the_same_record(school: Path) -> None:
    say(school, UGLY)
    sent = upload(school)
    say(school, CLOSED)

    squash(school)

    assert links(school) == [(sent, "record")]


def test_several_commits_of_a_branch_are_known_by_its_last_record(school: Path) -> None:
    say(school, GRADUATE.replace("chloe.dupont@valmont", "c@courriel"))
    say(school, CLOSED.replace("chloe.dupont@valmont", "c@courriel"))
    sent = upload(school)

    rebase_merge(school)

    assert links(school) == links(school, "email-changed") == [(sent, "record")]


# By the cells of the row


def test_a_branch_that_went_on_before_the_squash_is_known_by_its_row(school: Path) -> None:
    sent = closed(school)
    say(school, NOTED)

    squash(school)

    assert links(school) == [(sent, "cells")]
    assert links(school, "corrected") == [("", None)]


def test_a_rebase_over_a_change_of_the_same_record_is_known_by_its_row(school: Path) -> None:
    sent = closed(school)
    main(school)
    say(school, GRADUATE.replace("first_name: Chloé", "first_name: Chloe"))
    git(school, "switch", "--quiet", "side")
    git(school, "rebase", "--quiet", "main")
    main(school)
    git(school, "merge", "--quiet", "--ff-only", "side")

    assert links(school) == [(sent, "cells")]
    assert links(school, "corrected") == [("", None)]


# Only the first


def test_a_second_closing_is_not_taken_for_the_first(school: Path) -> None:
    sent = closed(school)
    git(school, "revert", "--no-edit", "HEAD")
    git(school, "revert", "--no-edit", "HEAD")

    assert links(school) == [(sent, "ancestry"), ("", None)]


def test_after_a_squash_a_second_closing_is_not_taken_for_the_first(school: Path) -> None:
    sent = closed(school)
    squash(school)
    git(school, "revert", "--no-edit", "HEAD")
    git(school, "revert", "--no-edit", "HEAD")

    assert links(school) == [(sent, "record"), ("", None)]


def test_after_a_branch_that_went_on_a_second_closing_is_not_taken_for_the_first(school: Path) -> None:
    sent = closed(school)
    say(school, NOTED)
    squash(school)
    git(school, "revert", "--no-edit", "HEAD")
    git(school, "revert", "--no-edit", "HEAD")

    assert links(school) == [(sent, "cells"), ("", None)]


def test_of_several_uploads_the_first_one_counts(school: Path) -> None:
    sent = closed(school)
    squash(school)
    later = upload(school)

    assert links(school) == [(sent, "record")]
    assert links(school, "sent") == [(sent, "record"), (later, "ancestry")]


# What main never said


def unsaid(root: Path) -> list[object]:
    ran = graduand(root, "audit", "verify", "--json")
    return [one["subject"] for one in json.loads(ran.out)["findings"] if one["rule"] == "never-said"]


@pytest.mark.parametrize("more", ["", "  notes: Asked by phone.\n"])
def test_a_closing_that_was_reopened_within_the_squash_was_never_said(school: Path, more: str) -> None:
    sent = closed(school)
    say(school, REOPENED + more)
    squash(school)

    (row,) = [event for event in told(school) if event["event"] == "sent"]

    assert links(school, "reactivated") == [("", None)]
    assert (row["uploads"], row["linked"], row["new"]) == ([sent], None, {"disabled": "TRUE"})
    assert unsaid(school) == [f"{sent} {WHO}"]
    assert "! No record of this branch ever said so." in graduand(school, "log", WHO).out
    assert graduand(school, "audit", "verify").code == 1


def test_a_local_commit_that_went_up_and_was_thrown_away_was_never_said(school: Path) -> None:
    sent = closed(school)
    main(school)
    git(school, "branch", "--quiet", "-D", "side")

    assert links(school) == []
    assert links(school, "sent") == [(sent, None)]
    assert unsaid(school) == [f"{sent} {WHO}"]


def test_a_person_of_whom_no_commit_is_left_is_known_by_the_ledger(school: Path) -> None:
    say(school, graduate(OTHER), f"2026-spring/{OTHER}.yaml")
    sent = upload(school)
    main(school)

    (row,) = told(school, OTHER)

    assert (row["event"], row["uploads"], row["linked"]) == ("sent", [sent], None)
    assert row["path"] == f"records/2026-spring/{OTHER}.yaml"
    assert graduand(school, "log", "0049999").err.count("Did you mean “00499999”?") == 1
    assert unsaid(school) == [f"{sent} {OTHER}"]


# Clones


def test_a_shallow_clone_links_what_it_has_and_accuses_nobody(school: Path, tmp_path: Path) -> None:
    say(school, NOTED.replace("disabled: true\n", "").replace(ASKED, ""))
    lost = closed(school)
    main(school)
    git(school, "merge", "--quiet", "--squash", "side")
    git(school, "commit", "--quiet", "--message", "Close account (#7)")
    git(school, "branch", "--quiet", "-D", "side")
    say(school, graduate(OTHER), f"2026-spring/{OTHER}.yaml")
    later = upload(school)
    clone = tmp_path / "shallow"
    git(school, "clone", "--quiet", "--depth=3", f"file://{school}", str(clone))
    git(clone, "fetch", "--quiet", "origin", "+refs/heads/graduand/ledger:refs/remotes/origin/graduand/ledger")

    assert links(clone) == [(lost, "record")]
    assert links(clone, "sent") == [(lost, "record"), (later, "ancestry")]
    assert unsaid(clone) == []


def test_two_clones_of_a_remote_tell_the_same(school: Path, tmp_path: Path) -> None:
    """One closes, sends and pushes; the other, who has a commit of their own, pulls with a merge and sends too."""
    remote, other = tmp_path / "remote.git", tmp_path / "other"
    git(school, "clone", "--quiet", "--bare", str(school), str(remote))
    git(remote, "symbolic-ref", "HEAD", "refs/heads/main")
    git(school, "remote", "add", "origin", str(remote))
    git(school, "switch", "--quiet", "main")
    git(school, "branch", "--quiet", "-D", "side")
    git(school, "fetch", "--quiet", "origin")
    git(remote, "clone", "--quiet", str(remote), str(other))
    sent = closed(school)
    git(school, "push", "--quiet", "origin", "main", "graduand/ledger")
    say(other, graduate(OTHER), f"2026-spring/{OTHER}.yaml")
    git(other, "pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")
    git(other, "fetch", "--quiet", "origin")
    later = upload(other)
    git(other, "push", "--quiet", "origin", "main", "graduand/ledger")
    git(school, "pull", "--quiet", "--ff-only", "origin", "main")
    git(school, "fetch", "--quiet", "origin")

    for clone in (school, other):
        assert links(clone) == [(sent, "ancestry")]
        assert [(one["uploads"], one["linked"]) for one in told(clone, OTHER)] == [([later], "ancestry")] * 2
        assert unsaid(clone) == []


# What did not take effect


def test_a_closing_that_is_held_back_goes_with_the_upload_of_its_day(school: Path) -> None:
    say(school, HELD_BACK)
    first = upload(school)
    second = upload(school, "--on", "2026-07-15")

    assert links(school, "graduated") == [(first, "ancestry")]
    assert links(school) == [(second, "ancestry")]


def test_a_held_closing_whose_day_was_corrected_goes_with_the_upload_that_had_it(school: Path) -> None:
    say(school, HELD_BACK)
    upload(school)
    say(school, HELD_BACK.replace("2026-07-15", DAY))
    second = upload(school)

    assert links(school) == [(second, "ancestry")]


def test_a_row_that_failed_was_not_sent(school: Path, tmp_path: Path) -> None:
    say(school, CLOSED)
    first = upload(school)
    failed = tmp_path / "failed.csv"
    failed.write_text(
        f"username,email_address,status,response\n{WHO},chloe.dupont@valmont.example,failed,"
        '"{""errors"": [""Email address has already been taken""]}"\n',
        encoding="utf-8",
    )
    ran = graduand(school, "reconcile", str(failed))
    assert ran.code in {0, 1}, ran.err

    assert links(school) == [("", None)]
    assert links(school, "sent") == []
    (came_back,) = [event for event in told(school) if event["event"] == "failed"]
    assert (came_back["uploads"], came_back["new"]) == ([first], "failed")
    assert "already been taken" in str(came_back["reason"])

    second = upload(school)
    assert links(school) == [(second, "ancestry")]
    assert [event["event"] for event in told(school)] == ["graduated", "deactivated", "failed", "sent"]


def test_a_rollback_takes_back_and_the_record_that_follows_was_sent_with_it(school: Path) -> None:
    first = closed(school)
    graduand(school, "rollback", "--on", DAY)
    ran = graduand(school, "uploaded", str(school / "build/manifest.json"))
    assert ran.code == 0, ran.err
    back = ran.out.strip()
    say(school, REOPENED)

    assert links(school) == [(first, "ancestry")]
    assert links(school, "reactivated") == [(back, "cells")]
    (taken,) = [event for event in told(school) if event["event"] == "taken-back"]
    assert (taken["old"], taken["uploads"]) == (first, [back])


def test_a_withdrawn_upload_carried_nothing(school: Path) -> None:
    sent = closed(school)
    assert graduand(school, "uploads", "--undo", sent, "The wrong file").code == 0

    assert links(school) == [("", None)]
    assert links(school, "sent") == []
