"""Two versions of a record that a pull left in one file are merged, and nothing is lost."""

from __future__ import annotations

from contextlib import suppress
from subprocess import CalledProcessError
from typing import TYPE_CHECKING, Any

import pytest

from graduand.editing.draft import UnreadRecord, open_draft, save
from graduand.editing.merge import (
    MergeDifference,
    Side,
    has_conflict_markers,
    merge_versions,
    replace_unreadable,
    resolve_conflicts,
    split_versions,
)
from graduand.screens.difference import DifferenceScreen
from graduand.screens.form import FormScreen
from graduand.workspace import Workspace
from tests.editing.drafts import PATH, people, text_at
from tests.repository import commit, git
from tests.screens.form_app import FormApp
from tests.screens.stage import shows
from tests.screens.terminal import press, screen_text, story

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


def changed(root: Path, *changes: tuple[str, str]) -> None:
    text = text_at(root)
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (root / PATH).write_text(text, encoding="utf-8")
    commit(root)


@pytest.fixture
def merging(root: Path) -> Path:
    """A merge stopped: both sides changed the last name, one the first name too, the other the day, each a comment."""
    people(root)
    git(root, "switch", "--quiet", "--create", "other")
    changed(root, ("Dupont", "Duval"), ("first_name: Chloé", "# Called back\nfirst_name: Zoé"))
    git(root, "switch", "--quiet", "main")
    changed(root, ("Dupont", "Martin"), ("2026-06-15", "2026-06-26  # Seen"))
    with suppress(CalledProcessError):
        git(root, "merge", "other", "--quiet")
    return root


def difference_of(root: Path) -> MergeDifference:
    unread = open_draft(Workspace(root), PATH)
    assert isinstance(unread, UnreadRecord)
    assert has_conflict_markers(unread)
    found = merge_versions(Workspace(root), unread)
    assert found
    return found


@pytest.mark.parametrize("known", [True, False])
def test_only_what_both_changed_is_asked_and_no_comment_is_lost(merging: Path, *, known: bool) -> None:
    """Without git's own memory of the versions the marks alone tell less of where both began."""
    if not known:
        text = text_at(merging)
        git(merging, "merge", "--abort")
        (merging / PATH).write_text(text, encoding="utf-8")
        commit(merging)
    found = difference_of(merging)
    assert ("last_name", "Martin", "Duval") in {(one.key, one.mine, one.theirs) for one in found.conflicts}
    assert len(found.conflicts) == 1 or not known

    whole = resolve_conflicts(found, {one.key: Side.THEIRS for one in found.conflicts})
    save(Workspace(merging), replace_unreadable(whole, (merging / PATH).read_bytes()), commit=False)

    text = text_at(merging)
    assert "last_name: Duval" in text
    assert "first_name: Zoé" in text
    assert {"# Called back", "# née Martin"} <= {f"#{line.partition('#')[2]}" for line in text.splitlines()}
    assert "<<<<" not in text


@pytest.mark.parametrize(
    "text", ["", "a\n", "<<<<<<< HEAD\na\n", "=======\n<<<<<<< a\n>>>>>>> b\n", "<<<<<<< a\n=======\nb\n"]
)
def test_marks_without_an_order_part_nothing(text: str) -> None:
    assert split_versions(text) is None


def test_the_form_brings_the_versions_together(merging: Path) -> None:
    """One should be asked at once, may go back to the text, and have the whole form after the choice."""
    app = FormApp(merging)

    async def tell(pilot: Pilot[Any]) -> None:
        assert shows(app, DifferenceScreen)
        assert "A merge left two versions of this record" in screen_text(app)
        await press(pilot, "escape")
        assert "two versions stand here; Ctrl+S joins them" in screen_text(app)
        await press(pilot, "ctrl+s", "t", "ctrl+s")
        assert shows(app, FormScreen)
        assert app.draft.record.text("last_name") == "Duval"
        assert "Saved" in app.said

    story(app, tell)
    assert "last_name: Duval" in text_at(merging)
    assert git(merging, "status", "--porcelain") == ""
    assert git(merging, "log", "-1", "--format=%p").count(" ") == 1
