"""A rule that is added as CONTRIBUTING.md says is found by every command, however many records there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from graduand.editing import draft
from graduand.rules import (
    account,
    addresses,
    dates,
    file_format,
    handshake_state,
    identity,
    judgement,
    memo,
    policy,
    registry,
    sync_feed,
    values,
)
from graduand.rules.rule import Flaw, error
from graduand.workspace import Workspace
from tests.bench.generator import CHECKOUT, records, school_repository
from tests.repository import TODAY, begin, commit, graduand

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    from graduand.records.record import Record
    from graduand.records.school import School
    from graduand.rules.rule import Check

FAMILIES: Final = (file_format, values, dates, addresses, identity, account, policy, handshake_state, sync_feed)
CULPRIT: Final = "00000001"
"""The one person who breaks the new rule."""


def check_same_name(record: Record, _school: School, _on: str) -> Iterator[Flaw]:
    """Relate two columns that no other rule relates."""
    if record.text("first_name") and record.text("first_name") == record.text("last_name"):
        yield Flaw("GR412", "last_name", f"Both names are {record.text('last_name')}.")


def check_campus(record: Record, _school: School, _on: str) -> Iterator[Flaw]:
    """Look at a column that no other check looks at."""
    if record.text("campus_name") == "Nowhere":
        yield Flaw("GR412", "campus_name", "There is no such campus.")


@pytest.fixture
def _afresh() -> Iterator[None]:
    """Remember nothing of other tests, nor for them."""
    judgement.forget()
    yield
    judgement.forget()


def add(patch: pytest.MonkeyPatch, family: ModuleType, check: Check) -> None:
    """Add a check to a family, and its rule."""
    rule = error("GR412", "Something new", "It matters.", "Correct it.")
    patch.setitem(registry.RULES, rule.id, rule)
    patch.setattr(family, "CHECKS", (*getattr(family, "CHECKS", ()), check), raising=False)
    judgement.forget()


def school(root: Path, people: int, old: str, new: str) -> Path:
    """Make a school of so many sound people, one of whom has another line."""
    school_repository(root, people, Workspace(CHECKOUT).school, commit=False)
    path = next(root.rglob(f"{CULPRIT}.yaml"))
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    commit(begin(root))
    return root


def names() -> tuple[str, str]:
    """Return the first and last name of the person before."""
    person = next(record for record in records(2) if record.username == CULPRIT)
    return person.text("first_name"), person.text("last_name")


@pytest.mark.usefixtures("_afresh")
@pytest.mark.parametrize(("people", "room"), [(3, memo.ROOM), (499, memo.ROOM), (500, memo.ROOM), (1_001, 100)])
def test_a_relation_of_two_columns_is_found_by_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: int, room: int
) -> None:
    """Below and from 500 on records lie in other folders; with little room the checks soon remember no more cases."""
    monkeypatch.setattr(memo, "ROOM", room)
    first, last = names()
    root = school(tmp_path / "school", people, f"first_name: {first}", f"first_name: {last}")
    assert "GR412" not in graduand(root, "check").out
    add(monkeypatch, dates, check_same_name)

    checked = graduand(root, "check", "--no-cache", "--json")
    compiled = graduand(root, "compile", "--no-cache")
    found = draft.draft_findings(Workspace(root), opened(root), TODAY)
    previewed = graduand(root, "intake", str(sheet(tmp_path, people)), *CLASS)

    assert [CULPRIT in line for line in checked.out.splitlines() if "GR412" in line] == [True]
    assert compiled.code == 1
    assert (compiled.out + compiled.err).count("GR412") == 1
    assert [(finding.rule, finding.field) for finding in found if finding.rule == "GR412"] == [("GR412", "last_name")]
    assert previewed.out.count("Both names are Petit.") == 1


CLASS: Final = ("--cohort", "2030-spring", "--kind", "graduated", "--end-date", "2026-05-31")


def sheet(folder: Path, people: int) -> Path:
    """Write the CSV of a new class in which one person breaks the rule."""
    rows = [
        f"9{number:07},new{number}@valmont.example,{'Petit' if number == 1 else 'Paul'},Petit"
        for number in range(people)
    ]
    path = folder / "class.csv"
    path.write_text("\n".join(["username,email_address,first_name,last_name", *rows, ""]), encoding="utf-8")
    return path


def opened(root: Path) -> draft.Draft:
    path = next(root.rglob(f"{CULPRIT}.yaml")).relative_to(root).as_posix()
    found = draft.open_draft(Workspace(root), path)
    assert isinstance(found, draft.Draft)
    return found


@pytest.mark.usefixtures("_afresh")
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__.rpartition(".")[2])
def test_a_check_of_any_family_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: ModuleType) -> None:
    root = school(tmp_path / "school", 40, "campus_name: Centre", "campus_name: Nowhere")
    add(monkeypatch, family, check_campus)

    checked = graduand(root, "check", "--no-cache", "--json")
    found = draft.draft_findings(Workspace(root), opened(root), TODAY)

    assert [CULPRIT in line for line in checked.out.splitlines() if "GR412" in line] == [True]
    assert "GR412" in {finding.rule for finding in found}


def test_all_families_are_tried() -> None:
    assert FAMILIES == registry.FAMILIES
