"""Only what was reviewed is sent: the commit of the upload branch, or with a reason that stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from graduand.errors import SchemaBroken
from graduand.records.institution import Approvals, ReviewPolicy, read_institution, review_policy_in
from tests.handshake.test_article import CLOSED, DAY
from tests.repository import GRADUATE, begin, commit, git, graduand, put, settle
from tests.uploads.test_sharing import clone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.repository import Ran


@pytest.fixture
def office(root: Path, tmp_path: Path) -> Path:
    """A clone of a remote whose uploads come from origin/main."""
    put(begin(root), GRADUATE)
    settle(root, upload_from="origin/main")
    commit(root)
    remote = tmp_path / "remote.git"
    git(root, "clone", "--quiet", "--bare", str(root), str(remote))
    return clone(remote, tmp_path / "ada")


def compiled(root: Path, *words: str, code: int = 0) -> Ran:
    ran = graduand(root, "compile", "--on", DAY, "--offline", *words)
    assert ran.code == code, ran.err
    return ran


def manifest(root: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((root / "build/manifest.json").read_bytes())
    return told


def push(root: Path) -> None:
    git(root, "push", "--quiet", "origin", "HEAD:main")


def test_a_commit_that_is_on_the_upload_branch_is_published(office: Path) -> None:
    compiled(office)

    assert (manifest(office)["published"], manifest(office)["overrides"]) == (True, [])


def test_a_commit_that_is_ahead_behind_or_apart_is_refused_with_the_cure(office: Path) -> None:
    put(office, CLOSED)
    ahead = commit(office)
    refused = compiled(office, code=5)
    assert "1 commit that is checked out is not on origin/main; propose it" in refused.err
    assert not (office / "build").exists()

    push(office)
    compiled(office)
    git(office, "switch", "--quiet", "--detach", "HEAD~1")
    assert "origin/main is 1 commit further" in compiled(office, code=5).err
    put(office, CLOSED.replace("Dupont", "Durand"))
    commit(office)
    assert "have gone apart" in compiled(office, code=5).err
    git(office, "switch", "--quiet", "--detach", ahead)
    git(office, "update-ref", "-d", "refs/remotes/origin/main")
    assert "this clone has no origin/main; fetch it: git fetch origin" in compiled(office, code=5).err


def test_a_draft_is_not_reviewed_and_a_rehearsal_needs_no_review(office: Path) -> None:
    put(office, CLOSED)

    assert "not committed" in compiled(office, "--allow-dirty", code=5).err
    compiled(office, "--allow-dirty", "--rehearse")


def test_what_goes_up_unreviewed_says_so_in_manifest_card_ledger_and_verification(office: Path) -> None:
    put(office, CLOSED)
    commit(office)

    assert "names a person" in compiled(office, "--unreviewed", "for 00412345", code=2).err
    compiled(office, "--unreviewed", "Court order")

    assert manifest(office)["published"] is False
    by = "Camille Renard <camille.renard@valmont.example>"
    override = {"what": "unreviewed", "number": 1, "by": by, "reason": "Court order"}
    assert manifest(office)["overrides"] == [override]
    card = (office / "build/upload.md").read_text(encoding="utf-8")
    assert (
        "**Passed over** by Camille Renard: the review (the commit is not that of the upload branch), `Court order`"
        in card
    )
    assert graduand(office, "uploaded", "--offline", "--first", str(office / "build/manifest.json")).code == 0
    noted = json.loads(git(office, "show", "graduand/ledger:entry.json"))
    assert noted["overrides"] == [override]
    told = graduand(office, "audit", "verify")
    assert "Passed over on purpose" in told.out
    assert "the review: Court order (Camille Renard)" in told.out


def test_a_rollback_comes_from_the_upload_branch_too(office: Path) -> None:
    put(office, CLOSED)
    commit(office)
    push(office)
    compiled(office)
    graduand(office, "uploaded", "--offline", "--first", str(office / "build/manifest.json"))
    git(office, "switch", "--quiet", "--detach", "HEAD~1")

    refused = graduand(office, "rollback", "--offline")
    assert (refused.code, "origin/main is 1 commit further" in refused.err) == (5, True)
    assert graduand(office, "rollback", "--offline", "--unreviewed", "Wrong file").code == 0
    assert [one["what"] for one in manifest(office)["overrides"]] == ["unreviewed"]  # type: ignore[attr-defined]


def test_a_commit_cannot_lift_the_policy_that_stands_in_its_way(office: Path) -> None:
    """Neither before the first upload nor after it; a merged change counts from the upload branch's own word."""
    put(office, CLOSED)
    settle(office, upload_from="null")
    commit(office)
    assert "is not on origin/main" in compiled(office, code=5).err

    push(office)
    compiled(office)
    settle(office, upload_from="origin/other")
    commit(office)
    push(office)
    assert "this clone has no origin/other" in compiled(office, code=5).err


@pytest.mark.parametrize(
    ("written", "policy"),
    [
        (b"upload_from: null\napprovals: null\n", ReviewPolicy()),
        (b"upload_from: upstream/release/2026\n", ReviewPolicy("upstream/release/2026")),
        (b"approvals: {}\n", ReviewPolicy("", Approvals(1, 2, signed=False))),
        (b"approvals: {needed: 0, closings: 3, signed: true}\n", ReviewPolicy("", Approvals(0, 3, signed=True))),
    ],
)
def test_the_policy_is_read_from_a_file_whatever_else_is_in_it(written: bytes, policy: ReviewPolicy) -> None:
    assert read_institution(written).review == policy
    assert review_policy_in(written + b"of_next_year: 1\n") == policy


@pytest.mark.parametrize(
    "wrong", ["upload_from: --exec", "upload_from: a..b", "approvals: 2", "approvals: {needed: 12}"]
)
def test_a_policy_that_does_not_fit_is_refused_with_its_line(wrong: str) -> None:
    with pytest.raises(SchemaBroken, match=r"institution\.yaml:1: "):
        read_institution(wrong.encode())
    assert review_policy_in(wrong.encode()) == ReviewPolicy()
