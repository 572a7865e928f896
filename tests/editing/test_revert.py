"""A commit is taken back, in another session too, and what was changed since stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.editing.edit import edit_records
from graduand.editing.revert import apply_revert, commit_to_redo, commit_to_undo, prepare_revert
from graduand.errors import Usage
from graduand.workspace import Workspace
from tests.editing.drafts import OTHER, PATH, message, people, text_at
from tests.repository import git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from graduand.records.record import Value

CLOSED = {"disabled": "true", "transition:account:reason": "requested-by-student"}


def change(root: Path, values: Mapping[str, Value | None], *usernames: str) -> str:
    return edit_records(Workspace(root), usernames or ("00412345",), values, commit=True).commit


def revert(root: Path, commit: str) -> None:
    workspace = Workspace(root)
    apply_revert(workspace, prepare_revert(workspace, commit), commit=True)


def test_undo_and_redo_outlive_the_session(root: Path) -> None:
    before = text_at(people(root))
    first = change(root, {"last_name": "Martin"})
    second = change(root, CLOSED, "00412345", "00412815")
    closed = text_at(root, OTHER)

    assert commit_to_undo(Workspace(root)) == second
    prepared = prepare_revert(Workspace(root), second)
    assert (prepared.closes, prepared.reopens, prepared.is_grave) == (0, 2, True)
    revert(root, second)
    assert message(root) == (
        "Undone: Deactivated: 2 records\n\nGraduand-Kind: undone\n"
        f"Graduand-Undoes: {second}\nGraduand-Reason: requested-by-student"
    )
    assert commit_to_undo(Workspace(root)) == first
    redo = commit_to_redo(Workspace(root))
    assert redo == git(root, "rev-parse", "HEAD").strip()
    assert prepare_revert(Workspace(root), redo).closes == 2
    revert(root, redo)
    assert text_at(root, OTHER) == closed
    assert commit_to_redo(Workspace(root)) == ""
    assert commit_to_undo(Workspace(root)) == second
    revert(root, second)
    revert(root, first)
    assert text_at(root) == before
    assert commit_to_undo(Workspace(root)) == ""


def test_what_was_changed_since_in_other_fields_stays(root: Path) -> None:
    people(root)
    commit = change(root, {"last_name": "Martin"})
    change(root, {"first_name": "Zoé"})

    revert(root, commit)

    assert "last_name: Dupont" in text_at(root)
    assert "first_name: Zoé" in text_at(root)


def test_what_was_changed_again_is_not_taken_back(root: Path) -> None:
    people(root)
    commit = change(root, {"last_name": "Martin"})
    change(root, {"last_name": "Durand"})

    with pytest.raises(Usage, match="00412345 was changed again since"):
        prepare_revert(Workspace(root), commit)


def test_what_colleagues_committed_is_not_undone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people(root)
    change(root, {"last_name": "Martin"})
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "someone.else@valmont.example")

    assert commit_to_undo(Workspace(root)) == ""


def test_a_move_is_taken_back_as_one_record(root: Path) -> None:
    people(root)
    git(root, "mv", PATH, PATH.replace("00412345", "cdupont"))
    git(root, "commit", "--quiet", "--message", "Username-changed: cdupont\n\nGraduand-Kind: username-changed")

    revert(root, commit_to_undo(Workspace(root)))

    assert text_at(root)
    assert not (root / PATH.replace("00412345", "cdupont")).exists()
