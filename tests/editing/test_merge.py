from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.editing.draft import Draft, UnreadRecord, save
from graduand.editing.merge import (
    Side,
    as_new_record,
    compare_drafts,
    read_current,
    replace_unreadable,
    resolve_conflicts,
)
from graduand.workspace import Workspace
from tests.editing.drafts import PATH, draft_of, people, text_at

if TYPE_CHECKING:
    from pathlib import Path

TABLE = [
    # base, mine, theirs, merged (None: a conflict)
    ("a", "a", "a", "a"),
    ("a", "b", "a", "b"),
    ("a", "a", "b", "b"),
    ("a", "b", "b", "b"),
    ("a", "b", "c", None),
    ("", "b", "", "b"),
    ("", "", "b", "b"),
    ("", "b", "b", "b"),
    ("", "b", "c", None),
    ("a", "", "a", ""),
    ("a", "a", "", ""),
    ("a", "", "", ""),
    ("a", "", "b", None),
    ("a", "b", "", None),
]


@pytest.mark.parametrize(("base", "mine", "theirs", "merged"), TABLE)
def test_what_one_side_changed_is_merged_and_what_both_changed_is_asked(
    root: Path, base: str, mine: str, theirs: str, merged: str | None
) -> None:
    people(root)
    one = draft_of(root).set("middle_name", base)
    one = one._replace(original=one.record)
    other = one.set("middle_name", theirs)

    found = compare_drafts(one.set("middle_name", mine), other._replace(original=other.record))

    if merged is None:
        (conflict,) = found.conflicts
        assert (conflict.base or "", conflict.mine or "", conflict.theirs or "") == (base, mine, theirs)
        for side, text in ((Side.BASE, base), (Side.MINE, mine), (Side.THEIRS, theirs)):
            assert resolve_conflicts(found, {"middle_name": side}).record.text("middle_name") == text
    else:
        assert found.conflicts == ()
        assert found.merged.record.text("middle_name") == merged
        assert found.their_keys == (("middle_name",) if mine == base != theirs else ())


def test_two_changes_of_one_record_become_one_with_their_comments(root: Path) -> None:
    workspace = Workspace(people(root))
    mine = draft_of(root).set("middle_name", "Rose").set("last_name", "Martin")
    theirs = (
        text_at(root).replace("first_name: Chloé", "first_name: Chloe  # as on the card").replace("Dupont", "Durand")
    )
    (root / PATH).write_text(theirs, encoding="utf-8")

    now = read_current(workspace, mine)
    assert isinstance(now, Draft)
    found = compare_drafts(mine, now)
    assert [conflict.key for conflict in found.conflicts] == ["last_name"]
    with pytest.raises(KeyError):
        resolve_conflicts(found, {})
    save(workspace, resolve_conflicts(found, {"last_name": Side.MINE}), commit=True)

    text = text_at(root)
    assert "first_name: Chloe  # as on the card\nmiddle_name: Rose\nlast_name: Martin  # née Martin\n" in text


def test_a_renaming_on_one_side_goes_with_a_correction_on_the_other(root: Path) -> None:
    workspace = Workspace(people(root))
    mine = draft_of(root).set("username", "00499999")
    (root / PATH).write_text(text_at(root).replace("Chloé", "Chloe"), encoding="utf-8")

    now = read_current(workspace, mine)
    assert isinstance(now, Draft)
    save(workspace, resolve_conflicts(compare_drafts(mine, now), {}), commit=True)

    assert "first_name: Chloe\n" in text_at(root, "records/2026-spring/00499999.yaml")


def test_a_file_that_was_only_moved_is_found_again(root: Path) -> None:
    workspace = Workspace(people(root))
    mine = draft_of(root).set("last_name", "Martin")
    (root / "records/2026-autumn").mkdir()
    (root / PATH).rename(root / "records/2026-autumn/00412345.yaml")

    now = read_current(workspace, mine)

    assert isinstance(now, Draft)
    merged = resolve_conflicts(compare_drafts(mine, now), {})
    assert merged.path == merged.record.path == "records/2026-autumn/00412345.yaml"
    save(workspace, merged, commit=True)
    assert "Martin" in text_at(root, "records/2026-autumn/00412345.yaml")


def test_a_deleted_record_can_be_brought_back_as_drafted(root: Path) -> None:
    workspace = Workspace(people(root))
    mine = draft_of(root).set("last_name", "Martin")
    (root / PATH).unlink()

    assert read_current(workspace, mine) is None
    save(workspace, as_new_record(mine), commit=True)

    assert "last_name: Martin  # née Martin" in text_at(root)


def test_an_unreadable_file_can_be_replaced_by_the_draft(root: Path) -> None:
    workspace = Workspace(people(root))
    mine = draft_of(root).set("last_name", "Martin")
    (root / PATH).write_text("<<<<<<< HEAD\n", encoding="utf-8")

    now = read_current(workspace, mine)

    assert isinstance(now, UnreadRecord)
    kept = save(workspace, replace_unreadable(mine, b"<<<<<<< HEAD\n"), commit=True)
    assert "Martin" in text_at(root)
    assert kept.saved[0].before == b"<<<<<<< HEAD\n"
