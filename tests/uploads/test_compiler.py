"""Every form of a compile looks once at each person, and closely only at those whose rows differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.handshake import plan as plan_module
from graduand.handshake.effect import Effect
from graduand.uploads.compiler import CompileOptions, prepare
from graduand.workspace import Workspace
from tests.repository import TODAY, begin, commit, graduand, graduate, put, settle

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.handshake.plan import PlannedChange
    from graduand.handshake.row_table import RowTable
    from graduand.handshake.state import State
    from graduand.records.school import School

FORMS = {
    "all": CompileOptions(TODAY),
    "changed": CompileOptions(TODAY, changed=True),
    "only": CompileOptions(TODAY, only=frozenset({Effect.EMAIL})),
    "both": CompileOptions(TODAY, only=frozenset({Effect.EMAIL}), changed=True),
}


def sent_but_for(root: Path, people: int, changed: int) -> Workspace:
    """Return a school in which all people were sent, and the addresses of a few have changed since."""
    begin(root)
    for number in range(people):
        put(root, graduate(f"004{number:05}"), f"2026-spring/004{number:05}.yaml")
    commit(root)
    assert graduand(root, "compile", "--on", TODAY).code == 0
    assert graduand(root, "uploaded", str(root / "build/manifest.json")).code == 0
    for number in range(changed):
        text = graduate(f"004{number:05}").replace("@valmont", "@other")
        put(root, text, f"2026-spring/004{number:05}.yaml")
    commit(root)
    return Workspace(root)


@pytest.mark.parametrize("delivery", ["manual", "s3"])
@pytest.mark.parametrize("form", FORMS)
def test_only_people_who_differ_are_looked_at_closely(
    root: Path, monkeypatch: pytest.MonkeyPatch, form: str, delivery: str
) -> None:
    settle(root, delivery=delivery)
    workspace = sent_but_for(root, 30, 3)
    looks: list[str] = []
    change_of = plan_module.change_of

    def counted(table: RowTable, place: int, state: State, school: School) -> PlannedChange:
        looks.append(table.usernames[place])
        return change_of(table, place, state, school)

    monkeypatch.setattr(plan_module, "change_of", counted)

    prepared = prepare(workspace, FORMS[form]).prepared

    assert prepared
    assert prepared.plan.outstanding == {"00400000", "00400001", "00400002"}
    assert set(looks) == prepared.plan.outstanding
    assert len(looks) <= 2 * 3  # once to choose, once to plan what is chosen
    assert prepared.upload.records == (30 if form == "all" else 3)


def test_who_is_outstanding_is_worked_out_once(root: Path) -> None:
    prepared = prepare(sent_but_for(root, 5, 2), CompileOptions(TODAY)).prepared

    assert prepared
    assert prepared.plan.outstanding is prepared.plan.outstanding
