"""A committed repository of two people, and the draft of one of them, for tests of drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.editing.draft import Draft, open_draft
from graduand.workspace import Workspace
from tests.repository import GRADUATE, begin, commit, git, graduate, put

if TYPE_CHECKING:
    from pathlib import Path

PATH: Final = "records/2026-spring/00412345.yaml"
OTHER: Final = "records/2026-spring/00412815.yaml"
MODELINE: Final = "# yaml-language-server: $schema=../../schema/transition.schema.json\n"
ON: Final = "2026-11-23"


def people(root: Path) -> Path:
    """Two people, committed; the canonical record of one has comments."""
    put(begin(root), MODELINE + GRADUATE.replace("Dupont\n", "Dupont  # née Martin\n"))
    put(root, MODELINE + graduate("00412815"), "2026-spring/00412815.yaml")
    commit(root)
    return root


def draft_of(root: Path, path: str = PATH) -> Draft:
    draft = open_draft(Workspace(root), path)
    assert isinstance(draft, Draft)
    return draft


def text_at(root: Path, path: str = PATH) -> str:
    return (root / path).read_text(encoding="utf-8")


def message(root: Path) -> str:
    return git(root, "log", "-1", "--format=%B").strip()


def commits(root: Path) -> int:
    return int(git(root, "rev-list", "--count", "HEAD"))
