"""Why nothing can be saved is shown before a save."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from graduand.editing.transaction import saving_obstacle
from graduand.workspace import Workspace
from tests.repository import begin

if TYPE_CHECKING:
    from pathlib import Path


def test_where_all_goes_nothing_is_said(root: Path) -> None:
    assert saving_obstacle(Workspace(begin(root))) == ""


def test_a_folder_without_permission_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)

    said = saving_obstacle(Workspace(begin(root)))

    assert said == f"Read only: nothing can be saved into {root}/records: you have no permission."


@pytest.mark.parametrize(
    ("name", "said"), [("MERGE_HEAD", "a merge"), ("rebase-merge", "a rebase"), ("CHERRY_PICK_HEAD", "a cherry-pick")]
)
def test_what_git_has_not_finished_is_named_with_the_way_out(root: Path, name: str, said: str) -> None:
    (begin(root) / ".git" / name).mkdir()

    told = saving_obstacle(Workspace(root))

    assert told.startswith(f"What is saved is not committed for now: {said} is under way; ")
    assert "git" in told.partition("under way")[2]


def test_without_git_the_sentence_says_how_to_begin(root: Path) -> None:
    assert "git init" in saving_obstacle(Workspace(root))
