"""Taking an upload back: what comes back, what is left as it is, and the records that go with it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from graduand.git.program import Program
from graduand.ledger.entry import APPROVED, EntryKind, SentFile, approved_tsv
from graduand.ledger.ledger import NewFacts, note, read_ledger
from graduand.uploads.approvals import records_at
from tests.handshake.test_article import CLOSED, DAY
from tests.ledger.clones import person
from tests.repository import GRADUATE, begin, commit, git, graduand, graduate, head, noted, put, settle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.repository import Ran

NAME = "00412345"
PATH = f"records/2026-spring/{NAME}.yaml"


def send(root: Path, *words: str) -> str:
    """Commit, compile and note; return the id of the upload."""
    commit(root)
    assert graduand(root, "compile", "--on", DAY, *words).code == 0
    ran = graduand(root, "uploaded")
    assert ran.code == 0
    return ran.out.strip()


@pytest.fixture
def closed(root: Path) -> Path:
    """A person who was sent as a graduate, and then with a closed account; another whom nothing happens to."""
    put(begin(root), GRADUATE)
    put(root, graduate("00412815"), "2026-spring/00412815.yaml")
    send(root)
    put(root, CLOSED)
    send(root, "--changed")
    return root


def test_the_records_as_they_were_are_proposed_on_a_branch(closed: Path) -> None:
    (closed / PATH).write_text(CLOSED + "# asked again\n", encoding="utf-8")
    commit(closed)
    upload, head = noted(closed)[-1], git(closed, "rev-parse", "HEAD")
    (closed / "draft.txt").write_text("not committed", encoding="utf-8")

    ran = graduand(closed, "rollback", "--on", DAY)

    branch = f"graduand/rollback-{upload}"
    assert ran.code == 0
    assert f"1 record as it was before is proposed on the branch {branch}" in ran.err
    assert git(closed, "diff", "--name-only", f"HEAD..{branch}") == f"{PATH}\n"
    assert git(closed, "show", f"{branch}:{PATH}") == GRADUATE
    assert git(closed, "rev-parse", f"{branch}~1", "HEAD") == head * 2
    assert git(closed, "status", "--porcelain") == "?? draft.txt\n"
    assert NAME not in git(closed, "log", "-1", "--format=%B", branch)
    manifest = json.loads((closed / "build/manifest.json").read_bytes())
    assert (manifest["takes_back"], manifest["branch"], bool(manifest["anchor"])) == (upload, "main", True)
    again = graduand(closed, "rollback", "--on", DAY)
    assert (again.code, "could not be proposed on a branch" in again.err) == (0, True)
    review = graduand(closed, "diff", f"HEAD..{branch}")
    assert (review.code, NAME in review.out) == (0, True)


def test_a_record_that_was_new_with_the_upload_is_not_deleted(root: Path) -> None:
    put(begin(root), CLOSED)
    send(root)

    ran = graduand(root, "rollback", "--on", DAY)

    assert ran.code == 0
    assert "1 record was new with the upload" in ran.err
    assert git(root, "for-each-ref", "refs/heads/graduand/rollback*") == ""


def test_a_record_that_says_something_else_by_now_is_left_alone(closed: Path) -> None:
    put(closed, GRADUATE.replace("Dupont", "Martin"))
    commit(closed)

    ran = graduand(closed, "rollback", "--on", DAY)

    assert ran.code == 0
    assert "proposed" not in ran.err


def test_a_cell_that_was_changed_again_since_stays_as_it_is(closed: Path) -> None:
    put(closed, CLOSED.replace("2026-06-15", "2026-06-16").replace("Dupont", "Martin"))
    upload = send(closed, "--changed")
    put(closed, CLOSED.replace("2026-06-15", "2026-06-17").replace("Dupont", "Martin"))
    send(closed, "--changed")

    ran = graduand(closed, "rollback", upload, "--on", DAY)

    assert ran.code == 0
    assert "primary_education:end_date (1): 00412345" in ran.err
    assert "It was changed again since, and stays as it is." in ran.err


def test_a_failed_row_takes_nothing_back_and_proposes_nothing(closed: Path) -> None:
    failed = closed / "build/failed.csv"
    failed.write_text(f'username,response\n{NAME},"{{""errors"":""No""}}"\n', encoding="utf-8")
    assert graduand(closed, "reconcile", str(failed)).code == 0

    ran = graduand(closed, "rollback", "--on", DAY)

    assert ran.code == 1
    assert "can be taken back" in ran.err
    assert git(closed, "for-each-ref", "refs/heads/graduand/rollback*") == ""


def test_what_a_rollback_puts_back_is_what_handshake_holds_then(closed: Path) -> None:
    assert graduand(closed, "rollback", "--on", DAY).code == 0
    assert b"FALSE" in (closed / "build/20260701_1_students.csv").read_bytes()
    ran = graduand(closed, "uploaded")
    assert ran.code == 0
    assert f"takes back {noted(closed)[1]}" in graduand(closed, "uploads").out
    git(closed, "merge", "--quiet", f"graduand/rollback-{noted(closed)[1]}")

    assert graduand(closed, "plan", "--on", DAY, "--exit-code").code == 0


@pytest.fixture
def reopened(closed: Path) -> Path:
    """The same, where the account was opened again by the last upload, and rows need approvals since."""
    path = closed / PATH
    text = path.read_text(encoding="utf-8").replace("disabled: true", "disabled: false")
    path.write_text(text.replace("requested-by-student", "closed-by-mistake"), encoding="utf-8")
    send(closed)
    settle(closed, approvals="{needed: 1, closings: 2}")
    commit(closed)
    return closed


def rollback(root: Path, who: str, *words: str) -> Ran:
    with person(who):
        return graduand(root, "rollback", *words, "--on", DAY, "--out", str(root / "back"), "--again")


def approve(root: Path, who: str, upload: str) -> dict[str, object]:
    """Approve that an upload is taken back, after a look at it; return what is said of it."""
    with person(who):
        looked = json.loads(graduand(root, "approve", "--rollback", upload, "--on", DAY, "--json").out)
        ran = graduand(
            root, "approve", "--rollback", upload, "--on", DAY, "--json", "--no-push", "--plan", looked["checksum"]
        )
    assert ran.code == 0, ran.err
    told: dict[str, object] = json.loads(ran.out)
    return told


def test_a_rollback_that_closes_is_approved_by_others_than_who_compiles_it(reopened: Path) -> None:
    upload = noted(reopened)[-1]
    refused = rollback(reopened, "Ada")
    assert (refused.code, f"would close accounts: {NAME}." in refused.err) == (5, True), refused
    assert "(0 of 2), and nothing was written" in refused.err
    assert f"graduand approve --rollback {upload}" in refused.err
    assert not (reopened / "back").exists()

    told = [approve(reopened, who, upload) for who in ("Ada", "Bob", "Bob")]

    assert [(one["takes_back"], one["closings"], one["is_new"]) for one in told] == [
        (upload, 1, True),
        (upload, 1, True),
        (upload, 1, False),
    ]
    assert "(1 of 2: Bob, Ada does not count: made the change)" in rollback(reopened, "Ada").err
    approve(reopened, "Zoe", upload)
    assert rollback(reopened, "Ada").code == 0
    manifest = json.loads((reopened / "back/manifest.json").read_bytes())
    assert (manifest["approvals"], manifest["takes_back"]) == (noted(reopened, "approval")[1:], upload)
    assert "Nothing speaks against this history." in graduand(reopened, "audit", "verify").out


def test_an_approval_of_a_rollback_counts_for_just_that(reopened: Path) -> None:
    upload = noted(reopened)[-1]
    told = approve(reopened, "Bob", upload)
    put(reopened, CLOSED)
    commit(reopened)
    assert f"{NAME} (0 of 2)" in graduand(reopened, "compile", "--on", DAY, "--changed").err
    # the same people and meanings, in the form of an approval of records, with the mark of a rollback
    (approved,) = records_at(Program(reopened), head(reopened), [NAME]).values()
    raw = approved_tsv({NAME: approved.meaning})
    for who in ("Bob", "Zoe"):
        with person(who):
            program = Program(reopened)
            facts = {"commit": head(reopened), "plan": "0" * 64, "rules": told["rules"], "takes_back": upload}
            listed = [SentFile(APPROVED, hashlib.sha256(raw).hexdigest(), 1)]
            entry = NewFacts(EntryKind.APPROVAL, "", head(reopened), listed, {APPROVED: raw}, facts, "1 people")
            note(read_ledger(program), entry)
    assert f"{NAME} (0 of 2)" in graduand(reopened, "compile", "--on", DAY, "--changed").err
    git(reopened, "revert", "--no-edit", "HEAD")
    assert "Zoe does not count: something else would be done by now" in rollback(reopened, "Ada", upload).err


def test_where_uploads_need_approvals_a_rollback_may_reopen(closed: Path) -> None:
    settle(closed, approvals="{needed: 1}")
    commit(closed)

    assert graduand(closed, "rollback", "--on", DAY, "--out", str(closed / "back")).code == 0
