"""Four eyes: what others have approved of what records say is sent, and nothing else."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from graduand.git.identities import Identities
from graduand.git.program import Program
from graduand.ledger import entry as entries
from graduand.ledger.entry import APPROVED, PEOPLE, EntryKind, SentFile, approved_tsv
from graduand.ledger.ledger import NewFacts, note, read_ledger
from graduand.reports.approval_text import approval_json
from graduand.uploads import compiler
from graduand.uploads.approvals import records_at
from graduand.uploads.approve import ApprovalOptions, prepare_approval
from graduand.uploads.approve import approve as give_approval
from graduand.uploads.exchange import Exchange
from graduand.workspace import Workspace
from tests.git.test_verify import make_key, public, signing
from tests.handshake.test_article import CLOSED, DAY
from tests.ledger.clones import copy, person
from tests.repository import GRADUATE, HOUSE, begin, commit, git, graduand, graduate, noted, put, settle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.repository import Ran

ADA: Final = "Ada"
BOB: Final = "Bob"
ZOE: Final = "Zoe"
OTHER: Final = "00412815"
POLICY: Final = "{needed: 1, closings: 2}"


def approve(root: Path, who: str, revision: str = "") -> dict[str, object]:
    """Let somebody approve what `graduand approve` shows; return what it would say of it."""
    with person(who):
        workspace = Workspace(root)
        options = ApprovalOptions(DAY, revision, exchange=Exchange(offline=True, push=False))
        proposed = prepare_approval(workspace, options)
        noted_approval = give_approval(workspace, proposed, options.exchange)
    told: dict[str, object] = json.loads(approval_json(proposed, noted_approval))
    return told


def compiled(root: Path, *words: str, code: int = 0) -> Ran:
    ran = graduand(root, "compile", "--on", DAY, *words)
    assert ran.code == code, ran.err
    return ran


def uploaded(root: Path) -> None:
    ran = graduand(root, "uploaded", str(root / "build/manifest.json"))
    assert ran.code == 0, ran.err


def commit_as(root: Path, who: str, *words: str) -> str:
    with person(who):
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "--message", "Records", *words)
    return git(root, "rev-parse", "HEAD").strip()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people, sent before approvals were needed; then Ada closes the account of one."""
    root = tmp_path_factory.mktemp("school")
    shutil.copytree(HOUSE / "schema", root / "schema")
    put(begin(root), GRADUATE)
    put(root, graduate(OTHER), f"2026-spring/{OTHER}.yaml")
    commit(root)
    compiled(root)
    uploaded(root)
    settle(root, approvals=POLICY)
    put(root, CLOSED)
    commit_as(root, ADA)
    return root


@pytest.fixture
def school(template: Path, tmp_path: Path) -> Path:
    """A school of one's own."""
    return copy(template, tmp_path / "school")


def test_nothing_is_compiled_until_enough_others_have_approved(school: Path) -> None:
    assert "00412345 (0 of 2)" in compiled(school, code=5).err
    approve(school, BOB)
    assert "00412345 (1 of 2: Bob)" in compiled(school, code=5).err
    assert not noted(school, "upload")[1:]
    approve(school, ZOE)

    compiled(school)

    manifest = json.loads((school / "build/manifest.json").read_bytes())
    assert manifest["approvals"] == noted(school, "approval")
    uploaded(school)
    assert json.loads(git(school, "show", "graduand/ledger:entry.json"))["approvals"] == manifest["approvals"]


def test_who_made_a_change_does_not_count_for_it(school: Path) -> None:
    """Author, committer for another, and co-author; for the row of somebody else each of them does."""
    put(school, CLOSED.replace("Dupont", "Durand"))
    with person(BOB):
        git(school, "add", "--all")
        author = ("--author", "Ada <ada@valmont.example>")
        git(school, "commit", "--quiet", "-m", "Name", "-m", "Co-authored-by: Zoé <zoe@valmont.example>", *author)
    put(school, graduate(OTHER).replace("06-15", "06-16"), f"2026-spring/{OTHER}.yaml")
    commit_as(school, "Eve")

    told = {who: approve(school, who) for who in (ADA, BOB, ZOE)}

    assert [(one["people"], one["own"]) for one in told.values()] == [([OTHER], ["00412345"])] * 3
    said = compiled(school, code=5).err
    assert "00412345 (0 of 2)" in said
    assert OTHER not in said
    approve(school, "Eve")
    approve(school, "Gil")
    compiled(school)


def test_a_forge_that_commits_for_others_is_nobody(school: Path) -> None:
    git(school, "reset", "--quiet", "--soft", "HEAD~1")
    with person(ADA), pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_COMMITTER_NAME", "GitHub")
        patch.setenv("GIT_COMMITTER_EMAIL", "noreply@github.com")
        git(school, "commit", "--quiet", "--message", "Records (#7)")
    with person("GitHub"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_AUTHOR_EMAIL", "noreply@github.com")
        patch.setenv("GIT_COMMITTER_EMAIL", "noreply@github.com")
        assert json.loads(graduand(school, "approve", "--on", DAY, "--json").out)["own"] == []
    approve(school, BOB)
    approve(school, ZOE)
    compiled(school)


def test_two_addresses_of_one_person_are_one_person(school: Path) -> None:
    """Also where a later commit takes the line out of the mailmap again."""
    (school / ".mailmap").write_text("Zoe <zoe@valmont.example> <bob@valmont.example>\n", encoding="utf-8")
    commit(school)
    approve(school, BOB)
    approve(school, ZOE)
    assert "00412345 (1 of 2: Zoe)" in compiled(school, code=5).err

    (school / ".mailmap").unlink()
    commit_as(school, BOB)
    assert "00412345 (1 of 2: Zoe)" in compiled(school, code=5).err
    assert Identities([["a@x", "b@x"], ["C@x", "b@x"]]).of("C <c@x>") == "a@x"


@pytest.mark.parametrize("how", ["squash", "rebase", "cherry-pick", "merge"])
def test_an_approval_lasts_however_its_branch_is_merged_and_whatever_else_is(school: Path, how: str) -> None:
    git(school, "branch", "side")
    git(school, "reset", "--quiet", "--hard", "HEAD~1")
    settle(school, approvals=POLICY)
    commit(school)
    git(school, "switch", "--quiet", "side")
    approve(school, BOB, "side")
    approve(school, ZOE, "side")
    git(school, "switch", "--quiet", "main")
    put(school, graduate("00400000"), "2026-spring/00400000.yaml")
    commit_as(school, ADA)
    with person(BOB):  # who has approved it merges it, and is its committer from then on
        words: dict[str, list[tuple[str, ...]]] = {
            "squash": [
                ("merge", "--quiet", "--squash", "side"),
                ("commit", "--quiet", "-m", "Records", "--author", "Ada <ada@valmont.example>"),
            ],
            "rebase": [("rebase", "--quiet", "--onto", "main", "side~1", "side"), ("switch", "--quiet", "-C", "main")],
            "cherry-pick": [("cherry-pick", "side")],
            "merge": [("merge", "--quiet", "--no-ff", "--no-edit", "side")],
        }
        with pytest.MonkeyPatch.context() as patch:
            later = datetime.now(UTC) + timedelta(seconds=5)
            patch.setenv("GIT_COMMITTER_DATE", later.strftime("%Y-%m-%dT%H:%M:%SZ"))
            for one in words[how]:
                git(school, *one)

    said = graduand(school, "compile", "--on", "2026-07-09").err

    assert "00412345" not in said
    assert "00400000 (0 of 1)" in said


def test_a_changed_record_loses_its_approvals_and_another_form_of_it_does_not(school: Path) -> None:
    approve(school, BOB)
    approve(school, ZOE)
    put(school, CLOSED.replace('"00412345"', "'00412345'") + "# seen\n")
    commit_as(school, ADA)
    compiled(school)

    put(school, CLOSED.replace("Dupont", "Durand"))
    commit_as(school, ADA)
    assert "00412345 (0 of 2)" in compiled(school, code=5).err


def test_an_approval_lasts_ninety_days(school: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    approve(school, BOB)
    approve(school, ZOE)

    for days, code in ((89, 0), (91, 5)):
        later = entries.stamp_of(datetime.now(UTC) + timedelta(days=days))
        monkeypatch.setattr(compiler, "now", lambda later=later: later)
        compiled(school, code=code)


def test_a_withdrawn_approval_counts_no_more(school: Path) -> None:
    approve(school, BOB)
    mine = approve(school, ZOE)["id"]
    with person(ZOE):
        assert graduand(school, "uploads", "--undo", str(mine), "I looked at the wrong one").code == 0

    assert "00412345 (1 of 2: Bob)" in compiled(school, code=5).err
    undone = noted(school, "withdrawn")[-1]
    note(read_ledger(Program(school)), NewFacts(EntryKind.WITHDRAWN, facts={"of": undone, "reason": "No"}))
    assert "00412345 (1 of 2: Bob)" in compiled(school, code=5).err
    approve(school, ZOE)
    compiled(school)


def test_who_committed_a_change_does_not_count_whatever_pull_request_the_message_names(school: Path) -> None:
    put(school, CLOSED.replace("Dupont", "Durand"))
    with person(BOB):
        git(school, "add", "--all")
        git(school, "commit", "--quiet", "-m", "Name (#12)", "--author", "Ada <ada@valmont.example>")
    meaning = records_at(Program(school), git(school, "rev-parse", "HEAD").strip(), ["00412345"])["00412345"].meaning
    raw = approved_tsv({"00412345": meaning})
    for who in (BOB, ZOE):  # as if they had approved it, which the command does not let Bob do
        with person(who):
            listed = [SentFile(APPROVED, hashlib.sha256(raw).hexdigest(), 1)]
            facts = {"commit": git(school, "rev-parse", "HEAD").strip(), "plan": "", "rules": ""}
            note(
                read_ledger(Program(school)), NewFacts(EntryKind.APPROVAL, "", "", listed, {APPROVED: raw}, facts, "1")
            )

    told = [json.loads(line) for line in graduand(school, "audit", "--json").out.splitlines()]

    (last,) = [one["approved_by"] for one in told if one.get("pull_request") == 12]
    assert [one["who"].partition(" ")[0] for one in last] == [ZOE]


def test_a_broken_approval_says_how_it_is_got_rid_of(school: Path) -> None:
    raw = b"00412345\n"
    listed = [SentFile(APPROVED, hashlib.sha256(raw).hexdigest(), 1)]
    program = Program(school)
    broken = note(read_ledger(program), NewFacts(EntryKind.APPROVAL, "", "", listed, {APPROVED: raw}, {}, "1")).id

    said = compiled(school, code=5).err

    assert f"graduand uploads --undo {broken} REASON" in said
    assert graduand(school, "uploads", "--undo", broken, "Cannot be read").code == 0
    assert "00412345 (0 of 2)" in compiled(school, code=5).err


def test_approving_the_same_twice_is_one_approval(school: Path) -> None:
    first = approve(school, BOB)
    again = approve(school, BOB)

    assert (first["is_new"], again["is_new"], again["id"]) == (True, False, first["id"])
    assert len(noted(school, "approval")) == 1


def test_only_what_was_shown_is_approved(school: Path) -> None:
    with person(BOB):
        shown = graduand(school, "approve", "--on", DAY)
        assert "closes the account (1)" in shown.out
        assert "To approve: 1 row, 1 account closes." in shown.out
        assert "Nothing was approved. To approve just this: --plan " in shown.err
        checksum = shown.err.partition("--plan ")[2].strip()
        put(school, CLOSED.replace("Dupont", "Durand"))
        commit_as(school, ADA)
        changed = graduand(school, "approve", "--on", DAY, "--plan", checksum)
    assert (changed.code, noted(school, "approval")) == (4, [])


def test_of_a_branch_only_what_it_changes_is_approved(school: Path) -> None:
    git(school, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(school, "config", "remote.origin.url", str(school))
    git(school, "switch", "--quiet", "--create", "side")
    put(school, graduate(OTHER).replace("06-15", "06-16"), f"2026-spring/{OTHER}.yaml")
    side = commit_as(school, ADA)
    git(school, "switch", "--quiet", "main")

    told = approve(school, BOB, "side")

    assert (told["people"], told["commit"]) == ([OTHER], side)


# The policy


def test_a_change_that_loosens_the_policy_is_approved_by_others_first(school: Path) -> None:
    """Else whoever wants to send alone would loosen it in the same pull request."""
    approve(school, BOB)
    approve(school, ZOE)
    compiled(school)
    uploaded(school)
    settle(school, approvals="null")
    put(school, graduate(OTHER).replace("06-15", "06-16"), f"2026-spring/{OTHER}.yaml")
    commit_as(school, BOB)

    said = compiled(school, code=5).err
    assert "schema/, which has changed since the last upload (0 of 2)" in said
    assert f"{OTHER} (0 of 1)" in said
    told = approve(school, BOB)
    assert (told["changed_rules"], told["own"]) == (["schema/institution.yaml"], [OTHER])
    approve(school, ADA)
    assert "schema/, which has changed since the last upload (1 of 2: Ada, Bob does not count: made the change)" in (
        compiled(school, code=5).err
    )
    approve(school, ZOE)
    compiled(school)


def test_approvals_of_another_schema_count_again_once_the_present_one_is_approved(school: Path) -> None:
    approve(school, BOB)
    approve(school, ZOE)
    compiled(school)
    uploaded(school)
    put(school, graduate(OTHER).replace("06-15", "06-16"), f"2026-spring/{OTHER}.yaml")
    commit_as(school, ADA)
    approve(school, BOB)
    settle(school, keeps_sso="false")
    commit_as(school, ADA)
    said = compiled(school, code=5).err
    assert "schema/, which has changed since the last upload (0 of 2)" in said
    approve(school, ZOE)
    approve(school, "Gil")
    compiled(school)


def test_a_closing_that_waited_for_its_day_is_nobodys_to_approve_who_made_it(school: Path) -> None:
    waiting = CLOSED.replace("requested_by: student", "requested_by: student\n    effective_on: 2026-08-01")
    put(school, waiting)
    commit_as(school, BOB)
    for who in (ADA, ZOE, "Gil"):
        approve(school, who)
    ran = graduand(school, "compile", "--on", "2026-07-20")
    assert ran.code == 0, ran.err
    uploaded(school)
    with person(BOB):
        told = json.loads(graduand(school, "approve", "--on", "2026-08-02", "--json").out)
    assert told["own"] == ["00412345"]


# Signatures


@pytest.fixture
def signed_school(school: Path, keys: dict[str, Path]) -> Path:
    """The same school, where only signed approvals count, of which one is enough."""
    settle(school, approvals="{needed: 1, closings: 1, signed: true}")
    lines = [f"{who.lower()}@valmont.example {public(key)}" for who, key in keys.items()]
    (school / "schema/allowed_signers").write_text("".join(lines), encoding="utf-8")
    commit_as(school, ADA)
    return school


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A key to sign with for each of two people."""
    folder = tmp_path_factory.mktemp("keys")
    return {who: make_key(folder / who) for who in (BOB, ZOE)}


def sign_with(root: Path, key: Path | None) -> None:
    if key:
        signing(root, key)
    else:
        git(root, "config", "commit.gpgSign", "false")


def test_where_signatures_are_required_only_a_person_s_own_counts(signed_school: Path, keys: dict[str, Path]) -> None:
    approve(signed_school, BOB)
    said = compiled(signed_school, code=5).err
    assert "00412345 (0 of 1: Bob does not count: not signed by a key of schema/allowed_signers)" in said

    sign_with(signed_school, keys[BOB])
    put(signed_school, CLOSED.replace("Dupont", "Durand"))
    sign_with(signed_school, None)
    commit_as(signed_school, ADA)
    sign_with(signed_school, keys[BOB])
    approve(signed_school, ZOE)  # in her name, with his key
    assert "Zoe does not count: the signature is not that person's" in compiled(signed_school, code=5).err
    with person(ZOE):
        mine = noted(signed_school, "approval")[-1]
        sign_with(signed_school, keys[ZOE])
        graduand(signed_school, "uploads", "--undo", mine, "Not mine")
    approve(signed_school, ZOE)
    compiled(signed_school)


def test_who_signed_a_change_made_it_whomever_its_commit_names(signed_school: Path, keys: dict[str, Path]) -> None:
    sign_with(signed_school, keys[BOB])
    put(signed_school, CLOSED.replace("Dupont", "Durand"))
    commit_as(signed_school, ADA)

    told = approve(signed_school, BOB)

    assert (told["own"], told["people"]) == (["00412345"], [])
    sign_with(signed_school, keys[ZOE])
    approve(signed_school, ZOE)
    compiled(signed_school)


def test_an_entry_that_anybody_could_push_moves_no_policy(signed_school: Path, keys: dict[str, Path]) -> None:
    """Else a made-up upload from a loosened commit would be what the next one is compared with."""
    sign_with(signed_school, keys[BOB])
    approve(signed_school, BOB)
    compiled(signed_school)
    with person(BOB):
        uploaded(signed_school)
    sign_with(signed_school, None)
    settle(signed_school, approvals="null")
    put(signed_school, graduate(OTHER).replace("06-15", "06-16"), f"2026-spring/{OTHER}.yaml")
    loose = commit_as(signed_school, "Eve")
    ledger = read_ledger(Program(signed_school))
    note(ledger, NewFacts(EntryKind.UPLOAD, main=loose, files={PEOPLE: b""}, facts={"commit": loose}))

    said = compiled(signed_school, code=5).err

    assert "schema/, which has changed since the last upload (0 of 1)" in said
    assert f"{OTHER} (0 of 1)" in said


def test_one_key_under_two_names_is_one_person(signed_school: Path, keys: dict[str, Path]) -> None:
    """Else who made the change would approve it under the other name."""
    lines = [f"{who}@valmont.example {public(keys[BOB])}" for who in ("ada", "bob")]
    (signed_school / "schema/allowed_signers").write_text("".join(lines), encoding="utf-8")
    commit_as(signed_school, "Eve")
    sign_with(signed_school, keys[BOB])

    assert approve(signed_school, BOB)["own"] == ["00412345"]
    compiled(signed_school, code=5)


def test_a_key_does_not_approve_the_change_that_allows_it(
    signed_school: Path, keys: dict[str, Path], tmp_path: Path
) -> None:
    sign_with(signed_school, keys[BOB])
    approve(signed_school, BOB)
    compiled(signed_school)
    with person(BOB):
        uploaded(signed_school)
    sign_with(signed_school, None)
    own = make_key(tmp_path / "own")
    with (signed_school / "schema/allowed_signers").open("a", encoding="utf-8") as signers:
        signers.write(f"zed@valmont.example {public(own)}")
    commit_as(signed_school, "Eve")
    put(signed_school, graduate(OTHER).replace("06-15", "06-16"), f"2026-spring/{OTHER}.yaml")
    commit_as(signed_school, "Eve")
    sign_with(signed_school, own)
    approve(signed_school, "Zed")

    said = compiled(signed_school, code=5).err

    assert "Zed does not count: the key was not in schema/allowed_signers at the last upload" in said
    sign_with(signed_school, keys[ZOE])
    approve(signed_school, ZOE)
    compiled(signed_school)


# What was taken out again


@pytest.mark.parametrize("is_sent", [False, True])
def test_what_was_approved_and_taken_out_again_is_approved_anew_when_it_comes_back(
    school: Path, *, is_sent: bool
) -> None:
    """Else who brings a closing back that others have taken out would send it by the approvals of then."""
    approve(school, BOB)
    approve(school, ZOE)
    if is_sent:
        compiled(school)
        uploaded(school)
    put(school, CLOSED.replace("disabled: true", "disabled: false").replace("requested-by-student", "returned"))
    commit_as(school, "Gil")
    if is_sent:
        approve(school, BOB)
        compiled(school, "--changed")
        uploaded(school)
    put(school, CLOSED)
    commit_as(school, ADA)

    said = compiled(school, "--changed", code=5).err

    assert "00412345 (0 of 2: Bob does not count: the record has said something else since" in said
    told = [json.loads(line) for line in graduand(school, "log", "00412345", "--json").out.splitlines()]
    assert [len(one["approved_by"]) for one in told if one["event"] == "deactivated"] == [2, 0]
    approve(school, BOB)
    approve(school, ZOE)
    compiled(school, "--changed")


def test_a_merge_that_drops_what_took_a_closing_out_brings_no_approval_back(school: Path) -> None:
    approve(school, BOB)
    approve(school, ZOE)
    git(school, "branch", "old")
    put(school, GRADUATE)
    commit_as(school, "Gil")
    git(school, "switch", "--quiet", "old")
    git(school, "commit", "--quiet", "--allow-empty", "--message", "Nothing")
    with person(ADA):
        git(school, "merge", "--quiet", "--no-edit", "--strategy", "ours", "main")

    assert "00412345 (0 of 2: Bob does not count: the record has" in compiled(school, code=5).err


# What is sent of a change


@pytest.fixture
def side(school: Path) -> Path:
    """A branch that lets a closing wait for its day, and takes one more in."""
    git(school, "switch", "--quiet", "--create", "side")
    put(school, CLOSED + "    effective_on: 2026-08-01\n")
    put(school, graduate("00400000"), "2026-spring/00400000.yaml")
    commit_as(school, ADA)
    git(school, "switch", "--quiet", "main")
    return school


def test_what_a_change_sends_has_one_checksum_whatever_the_day(side: Path) -> None:
    def rows(on: str) -> dict[str, object]:
        told: dict[str, object] = json.loads(
            graduand(side, "diff", "main...side", "--rows", "--json", "--on", on).out.splitlines()[-1]
        )
        return told

    early, late = rows("2026-07-01"), rows("2026-08-02")
    assert (early["people"], early["checksum"]) == (["00400000", "00412345"], late["checksum"])
    assert (early["waiting"], late["waiting"], early["changed"]) == ({"00412345": "2026-08-01"}, {}, None)
    text = graduand(side, "diff", "main...side", "--rows", "--on", "2026-07-01").out
    assert f"Rows of 2 people, whatever the day: {early['checksum']}" in text
    assert "00412345: a part of it waits until 2026-08-01" in text


def test_what_of_a_change_is_sent_otherwise_after_the_merge_is_told(side: Path) -> None:
    git(side, "merge", "--quiet", "--squash", "side")
    put(side, graduate(OTHER).replace("06-15", "06-16"), f"2026-spring/{OTHER}.yaml")
    commit_as(side, BOB)
    same = graduand(side, "diff", "main~1...side", "--against", "main")
    assert (same.code, "✓ These rows are the same by now." in same.out) == (0, True)

    put(side, CLOSED.replace("Dupont", "Durand"))
    (side / "records/2026-spring/00400000.yaml").unlink()
    commit_as(side, BOB)
    differs = graduand(side, "diff", "main~2...side", "--against", "main")
    assert differs.code == 4
    assert "! 00400000: another row by now (the whole row)" in differs.out
    assert "! 00412345: another row by now (last_name)" in differs.out


def test_a_plan_says_what_keeps_it_from_being_compiled(school: Path) -> None:
    assert "! Not approved by others than made it: 00412345 (0 of 2)" in graduand(school, "plan", "--on", DAY).err
    assert graduand(school, "audit", "verify").code == 0


def test_over_the_nightly_file_only_what_others_have_approved_is_laid(school: Path, tmp_path: Path) -> None:
    feed = tmp_path / "sync.csv"
    others = "".join(f"{number},p{number}@valmont.example,\n" for number in range(3))
    feed.write_text(f"username,email_address,disabled\n00412345,c@valmont.example,\n{others}", encoding="utf-8")
    words = ("feed", "overlay", str(feed), "--on", DAY, "--offline")

    left = graduand(school, *words)
    assert (left.code, left.out) == (1, feed.read_text(encoding="utf-8"))
    assert "Not approved by enough people who did not make the change: 00412345 (0 of 2)" in left.err

    for who in (BOB, ZOE):
        approve(school, who)
    assert "00412345,chloe.dupont@valmont.example,TRUE\n" in graduand(school, *words).out


def test_no_reason_lifts_the_review_of_a_nightly_file(school: Path, tmp_path: Path) -> None:
    feed = tmp_path / "sync.csv"
    feed.write_text("username\n00412345\n", encoding="utf-8")
    git(school, "update-ref", "refs/remotes/origin/main", "HEAD~1")
    settle(school, upload_from="origin/main")
    commit_as(school, ADA)

    refused = graduand(school, "feed", "overlay", str(feed), "--on", DAY, "--offline")

    assert (refused.code, "is not on origin/main" in refused.err or "are not on origin/main" in refused.err) == (
        5,
        True,
    )
    assert "--unreviewed" not in refused.err
