"""Who approved what, as ledger and forge say, and what an auditor can prove of a period."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.git.test_verify import make_key, public, signing
from tests.handshake.test_article import CLOSED, DAY
from tests.ledger.clones import person
from tests.repository import GRADUATE, begin, commit, git, graduand, put

if TYPE_CHECKING:
    from pathlib import Path

GH = """\
#!/bin/sh
echo "$@" >> "$0.words"
echo '{"url": "https://github.com/v/r/pull/7", "mergedBy": {"login": "lead"},
 "reviews": [{"author": {"login": "ada-l"}, "state": "APPROVED"}, {"author": {"login": "x"}, "state": "COMMENTED"}]}'
"""


@pytest.fixture
def closed(root: Path) -> Path:
    """A closing by Ada, merged as pull request 7."""
    put(begin(root), GRADUATE)
    commit(root)
    put(root, CLOSED)
    git(root, "add", "--all")
    with person("Ada"):
        git(root, "commit", "--quiet", "--message", "Close an account (#7)")
    return root


def approve(root: Path, who: str) -> None:
    with person(who):
        told = json.loads(graduand(root, "approve", "--on", DAY, "--json").out)
        ran = graduand(root, "approve", "--on", DAY, "--plan", told["checksum"])
        assert ran.code == 0, ran.err


def upload(root: Path, *words: str) -> None:
    assert graduand(root, "compile", "--on", DAY).code == 0
    ran = graduand(root, "uploaded", str(root / "build/manifest.json"), *words)
    assert ran.code == 0, ran.err


def closing(root: Path) -> dict[str, object]:
    lines = graduand(root, "log", "00412345", "--json").out.splitlines()
    return next(event for event in map(json.loads, lines) if event["event"] == "deactivated")


def questions(root: Path, *words: str) -> dict[str, tuple[object, ...]]:
    """Return by question how far it is proved, and how many there are, are proved and are missing."""
    told = json.loads(graduand(root, "audit", "verify", "--questions", "--json", *words).out)
    return {
        one["question"]: (one["standing"], one["total"], one["proved"], one["missing"]) for one in told["questions"]
    }


def test_what_the_forge_says_is_kept_and_told_as_its_claim(
    closed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gh").write_text(GH, encoding="utf-8")
    (tmp_path / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    git(closed, "config", "remote.origin.url", "https://github.com/v/r.git")
    git(closed, "config", "url./nowhere/.insteadOf", "https://github.com/")

    upload(closed, "--first", "--no-push")

    asked = (tmp_path / "gh.words").read_text(encoding="utf-8")
    assert asked == "pr view 7 --repo github.com/v/r --json url,mergedBy,reviews\n"
    review = {
        "pull_request": 7,
        "url": "https://github.com/v/r/pull/7",
        "merged_by": "lead",
        "approved_by": ["ada-l"],
    }
    assert json.loads(git(closed, "show", "graduand/ledger:entry.json"))["reviews"] == [review]
    told = closing(closed)
    assert told["merged_by"] == "lead"
    assert [(one["who"], one["proof"]) for one in told["approved_by"]] == [("ada-l", "forge")]  # type: ignore[attr-defined]
    said = graduand(closed, "log", "00412345").out
    assert "merged by lead, as the forge says, approved by ada-l, as the forge says" in said


def test_a_forge_that_does_not_answer_changes_nothing(
    closed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gh").write_text("#!/bin/sh\nexit 4\n", encoding="utf-8")
    (tmp_path / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    git(closed, "config", "remote.origin.url", "https://github.com/v/r.git")
    git(closed, "config", "url./nowhere/.insteadOf", "https://github.com/")

    upload(closed, "--first", "--no-push")

    assert "reviews" not in json.loads(git(closed, "show", "graduand/ledger:entry.json"))


def test_an_approval_of_the_ledger_is_told_with_what_it_proves(closed: Path, tmp_path: Path) -> None:
    key = make_key(tmp_path / "key")
    (closed / "schema/allowed_signers").write_text(f"zoe@valmont.example {public(key)}", encoding="utf-8")
    commit(closed)
    approve(closed, "Ada")  # her own change
    approve(closed, "Bob")
    signing(closed, key)
    approve(closed, "Zoe")
    git(closed, "config", "commit.gpgSign", "false")

    told = closing(closed)

    found = [(one["who"].split(" ")[0], one["proof"]) for one in told["approved_by"]]  # type: ignore[attr-defined]
    assert found == [("Bob", "claimed"), ("Zoe", "signed")]
    assert "approved by Bob, not signed, approved by Zoe, signed" in graduand(closed, "log", "00412345").out
    assert "Bob &lt;" not in graduand(closed, "audit", "--html").out
    assert "approved by Zoe, signed" in graduand(closed, "audit", "--html").out
    row = next(one for one in graduand(closed, "audit", "--csv").out.splitlines() if "deactivated" in one)
    assert "Zoe <zoe@valmont.example> (signed)" in row


def test_two_people_are_asked_of_what_was_sent(root: Path) -> None:
    put(begin(root), GRADUATE)
    commit(root)
    upload(root)
    put(root, CLOSED)
    with person("Ada"):
        commit(root)
    verified = graduand(root, "audit", "verify", "--require", "reviewed,two-people")
    assert verified.code == 1
    alone = [
        event["commit"] for event in map(json.loads, graduand(root, "audit", "--bypassed", "--json").out.splitlines())
    ]
    assert len(alone) == 2

    approve(root, "Bob")
    upload(root)

    found = json.loads(graduand(root, "audit", "verify", "--json", "--require", "two-people").out)["findings"]
    assert [one["subject"] for one in found if one["rule"] == "required"] == [f"{alone[0]} 00412345"]
    assert len(graduand(root, "audit", "--bypassed", "--json").out.splitlines()) == 1


def test_what_can_be_required(closed: Path) -> None:
    wrong = graduand(closed, "audit", "verify", "--require", "signed,two-peeple")
    assert (wrong.code, "“two-peeple” cannot be required; there is: signed, signed-entries" in wrong.err) == (2, True)
    assert graduand(closed, "audit", "verify", "--require", "signed").code == 1
    assert graduand(closed, "audit", "--questions").code == 2
    assert graduand(closed, "audit", "verify", "--since", "2026-01-01").code == 2


def test_without_anything_to_prove_it_most_answers_are_claims_or_missing(closed: Path) -> None:
    upload(closed)

    assert questions(closed) == {
        "content": ("proved", 1, 1, 0),
        "typed": ("claimed", 1, 0, 0),
        "approved": ("missing", 1, 0, 1),
        "bypassed": ("missing", 2, 0, 1),
        "same": ("missing", 1, 0, 1),
        "uploaded": ("missing", 1, 0, 1),
        "sent": ("claimed", 1, 0, 0),
        "reopened": ("nothing", 0, 0, 0),
        "rewritten": ("claimed", 2, 0, 0),
    }
    said = graduand(closed, "audit", "verify", "--questions").out
    assert "✗ 5. Is what was approved what was sent? not of all: 0 of 1 proved" in said
    assert "Proved by: approvals in institution.yaml, and graduand approve, signed." in said
    assert {one for one, *_more in questions(closed, "--until", "2020-01-01").values()} == {"nothing", "claimed"}


def test_with_signatures_approvals_and_an_observation_the_answers_are_proved(closed: Path, tmp_path: Path) -> None:
    keys = {who: make_key(tmp_path / who) for who in ("ada", "zoe")}
    lines = [f"{who}@valmont.example {public(key)}" for who, key in keys.items()]
    (closed / "schema/allowed_signers").write_text("".join(lines), encoding="utf-8")
    signing(closed, keys["ada"])
    with person("Ada"):
        git(closed, "commit", "--quiet", "--amend", "--no-edit", "--all")
        commit(closed)
    git(closed, "config", "user.signingKey", str(keys["zoe"]))
    approve(closed, "Zoe")
    with person("Zoe"):
        upload(closed, "--job-url", "4711", "--ran-at", "2020-01-01T10:00")
        seen = ("observe", "--person", "00412345", "disabled=TRUE", "--apply")
        assert graduand(closed, *seen).code == 0
    anchor = json.loads(graduand(closed, "audit", "verify", "--json").out)["anchor"]

    told = questions(closed, "--anchor", anchor)

    proved = {name for name, answer in told.items() if answer[0] == "proved"}
    assert proved == {"content", "typed", "approved", "same", "uploaded", "sent", "rewritten"}
