from __future__ import annotations

import errno
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from graduand.editing.draft import Draft, new_draft, open_draft, save
from graduand.editing.transaction import ResumedTransaction, resume
from graduand.errors import ChangedOnDisk, NotWritten, Usage
from graduand.records.record import FORMER
from graduand.storage import swap
from graduand.workspace import Workspace
from tests.editing.drafts import OTHER, PATH, commits, draft_of, message, people, text_at
from tests.killing import killed, killed_everywhere, state
from tests.repository import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

NEW = "records/2026-spring/00499999.yaml"


def renamed(root: Path) -> Draft:
    return draft_of(root).set("username", "00499999").set(FORMER, "00412345")


def test_no_second_record_of_a_username_is_saved(root: Path) -> None:
    people(root)
    draft = new_draft(Workspace(root), "2026-spring", "graduated", "00499999").set("username", "00412345")
    before = text_at(root)

    with pytest.raises(Usage, match="00412345"):
        save(Workspace(root), draft, commit=True)

    assert text_at(root) == before


def test_a_save_changes_one_line_and_makes_one_commit(root: Path) -> None:
    before = text_at(people(root)).splitlines()

    kept = save(Workspace(root), draft_of(root).set("last_name", "Martin"), commit=True)

    after = text_at(root).splitlines()
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == [
        ("last_name: Dupont  # née Martin", "last_name: Martin  # née Martin")
    ]
    assert message(root) == "Corrected: 00412345\n\nGraduand-Kind: corrected"
    assert kept.commit == git(root, "rev-parse", "HEAD").strip()
    (saved,) = kept.saved
    assert (saved.path, saved.commit) == (PATH, kept.commit)
    assert saved.after == (root / PATH).read_bytes() != saved.before
    assert (kept.draft.dirty, kept.draft.base, kept.uncommitted) == (False, saved.after, "")
    again = save(Workspace(root), kept.draft.set("last_name", "Durand"), commit=True)
    assert "last_name: Durand  # née Martin" in text_at(root)
    assert again.saved[0].before == saved.after


@pytest.mark.parametrize(
    ("changes", "kind", "reason"),
    [
        ({"disabled": "true", "transition:account:reason": "deceased"}, "deactivated", "deceased"),
        ({"disabled": "false", "transition:account:reason": "returned"}, "reactivated", "returned"),
        ({"transition:kind": "returned"}, "returned", ""),
        ({"email_address": "c@courriel.example"}, "email-changed", ""),
    ],
)
def test_the_commit_says_what_was_done_and_why(root: Path, changes: dict[str, str], kind: str, reason: str) -> None:
    draft = draft_of(people(root))
    for key, value in changes.items():
        draft = draft.set(key, value)

    save(Workspace(root), draft, commit=True)

    trailer = f"\nGraduand-Reason: {reason}" if reason else ""
    assert message(root) == f"{kind.capitalize()}: 00412345\n\nGraduand-Kind: {kind}{trailer}"


def test_a_changed_username_moves_the_file_in_the_same_commit(root: Path) -> None:
    before = text_at(people(root))

    kept = save(Workspace(root), renamed(root), commit=True)

    assert not (root / PATH).exists()
    assert 'username: "00499999"' in text_at(root, NEW)
    assert "# née Martin" in text_at(root, NEW)
    assert git(root, "show", "--format=", "--name-status", "--no-renames", "HEAD").split() == ["D", PATH, "A", NEW]
    assert message(root).startswith("Username-changed: 00499999\n")
    assert git(root, "status", "--porcelain") == ""
    assert [(saved.path, saved.before, saved.after) for saved in kept.saved] == [
        (PATH, before.encode(), None),
        (NEW, None, text_at(root, NEW).encode()),
    ]
    assert kept.draft.path == NEW


def test_a_person_whose_file_was_never_committed_can_be_renamed_too(root: Path) -> None:
    people(root)
    save(Workspace(root), new_draft(Workspace(root), "2026-spring", "graduated", "1"), commit=False)

    kept = save(Workspace(root), draft_of(root, "records/2026-spring/1.yaml").set("username", "2"), commit=True)

    assert kept.uncommitted == ""
    assert git(root, "show", "--format=", "--name-only", "HEAD").split() == ["records/2026-spring/2.yaml"]


def test_a_username_in_use_stops_the_save_before_anything_is_written(root: Path) -> None:
    before = text_at(people(root))

    with pytest.raises(Usage, match="already"):
        save(Workspace(root), draft_of(root).set("username", "00412815"), commit=True)

    assert text_at(root) == before
    assert git(root, "status", "--porcelain") == ""


def test_a_move_that_the_disk_refuses_leaves_the_file_as_it_was(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = text_at(people(root))

    def refuse(*_words: object, **_options: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(NotWritten, match="the disk is full"):
        save(Workspace(root), renamed(root), commit=True)

    assert text_at(root) == before
    assert git(root, "status", "--porcelain") == ""


def test_a_new_record_is_saved_and_committed(root: Path) -> None:
    workspace = Workspace(people(root))

    kept = save(workspace, new_draft(workspace, "2026-autumn", "returned", "00400001"), commit=True)

    assert message(root) == "Returned: 00400001\n\nGraduand-Kind: returned"
    assert kept.saved[0].before is None
    assert open_draft(workspace, kept.draft.path) == kept.draft


def test_a_file_that_somebody_changed_is_not_overwritten(root: Path) -> None:
    draft = draft_of(people(root)).set("last_name", "Martin")
    theirs = text_at(root).replace("Chloé", "Chloe")
    (root / PATH).write_text(theirs, encoding="utf-8")

    with pytest.raises(ChangedOnDisk):
        save(Workspace(root), draft, commit=True)

    assert text_at(root) == theirs


def test_what_git_refuses_is_saved_and_said(root: Path) -> None:
    draft = draft_of(people(root)).set("last_name", "Martin")
    git(root, "checkout", "--quiet", "--detach")

    kept = save(Workspace(root), draft, commit=True)

    assert kept.commit == ""
    assert "no branch is checked out" in kept.uncommitted
    assert "Martin" in text_at(root)
    git(root, "switch", "--quiet", "main")
    assert save(Workspace(root), kept.draft.set("middle_name", "Rose"), commit=True).commit
    assert git(root, "status", "--porcelain") == ""


def test_a_refusing_hook_leaves_the_record_saved(root: Path) -> None:
    draft = draft_of(people(root)).set("last_name", "Martin")
    hook = root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no >&2; exit 1\n", encoding="utf-8")
    hook.chmod(0o755)

    kept = save(Workspace(root), draft, commit=True)

    assert kept.uncommitted.startswith("Saved, not committed: no.")
    assert (kept.draft.dirty, kept.saved[0].commit) == (False, "")


def test_a_save_without_git_or_without_a_commit_is_a_save(root: Path) -> None:
    people(root)
    before = commits(root)
    kept = save(Workspace(root), draft_of(root).set("last_name", "Martin"), commit=False)
    assert (kept.commit, kept.uncommitted, commits(root)) == ("", "", before)
    shutil.rmtree(root / ".git")

    kept = save(Workspace(root), draft_of(root, OTHER).set("last_name", "Martin"), commit=True)

    assert "is in no git repository" in kept.uncommitted
    assert "Martin" in text_at(root, OTHER)


@pytest.mark.parametrize("job", ["change", "create", "rename"])
def test_after_a_kill_at_any_moment_the_next_run_finishes_the_save_or_nothing_has_changed(root: Path, job: str) -> None:
    folders = killed(people(root), __file__, job)
    before, after = records(root), records(folders.pop())

    seen = set()
    outcomes = []
    for folder in folders:
        if (left := state(folder)) in seen:
            continue
        seen.add(left)
        assert set(records(folder).items()) <= {*before.items(), *after.items()}
        resume(Workspace(folder))
        outcomes.append(records(folder) == after)
        assert records(folder) == (after if outcomes[-1] else before)
        assert git(folder, "status", "--porcelain") == ""
        assert commits(folder) == commits(root) + outcomes[-1]
        assert not [*(folder / "records").rglob(".*"), *(folder / ".git/graduand").glob("*journal*")]
    assert outcomes == sorted(outcomes)
    assert outcomes.count(True) > 3


def records(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in (root / "records").rglob("[!.]*.yaml")}


def test_a_form_hears_of_the_save_that_a_kill_interrupted(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(people(root))
    other = draft_of(root, OTHER)

    def stop(*_words: object) -> NoReturn:
        raise swap.HalfWritten(root)

    with monkeypatch.context() as patch:
        patch.setattr(swap, "swap_files", stop)
        with pytest.raises(swap.HalfWritten):
            save(workspace, draft_of(root).set("last_name", "Martin"), commit=True)
    heard: list[ResumedTransaction] = []

    save(workspace, other.set("last_name", "Durand"), commit=True, on_resumed=heard.append)

    assert [(resumed.subject, resumed.paths) for resumed in heard] == [("Corrected: 00412345", (PATH,))]
    assert git(root, "log", "--format=%s", "-2").splitlines() == ["Corrected: 00412815", "Corrected: 00412345"]


# What runs, as a program of its own, in the test of kills

DRAFTS: Final[dict[str, Callable[[Path], Draft]]] = {
    "change": lambda root: draft_of(root).set("last_name", "Martin"),
    "create": lambda root: new_draft(Workspace(root), "2026-autumn", "returned", "00400001"),
    "rename": renamed,
}


def _save(root: Path, job: str) -> int:
    save(Workspace(root), DRAFTS[job](root), commit=True)
    return 0


if __name__ == "__main__":
    _job, _root, _base = sys.argv[1:]
    killed_everywhere(lambda folder: _save(folder, _job), Path(_root), Path(_base))
