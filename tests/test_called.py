"""A field is called what the schema calls it now, however often it was asked before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.workspace import Workspace
from tests.repository import begin, settle

if TYPE_CHECKING:
    from pathlib import Path


def called(root: Path, *, remembers: bool = True) -> list[tuple[str, str, str, str]]:
    names = Workspace(root, remembers).names
    return [(key, name.label.en, name.label.fr, str(name.kind)) for key, name in names.items()]


def test_names_are_those_of_the_schema_and_come_without_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    afresh = called(begin(root), remembers=False)
    assert len(afresh) > 40
    assert called(root) == afresh

    monkeypatch.setattr(Workspace, "school", None)
    assert called(root) == afresh


def test_another_schema_has_other_names(root: Path) -> None:
    before = called(begin(root))
    settle(root, region="us")

    assert called(root) == called(root, remembers=False) != before
    settle(root, region="eu")
    assert called(root) == before


@pytest.mark.parametrize("place", [0, 3, 4, 5_000, -1])
def test_what_is_damaged_is_made_again(root: Path, place: int) -> None:
    afresh = called(begin(root))
    kept = root / ".git/graduand/schema/names"
    whole = bytearray(kept.read_bytes())
    whole[place] ^= 1
    kept.write_bytes(whole)

    assert called(root) == afresh
    assert kept.read_bytes() != bytes(whole)
