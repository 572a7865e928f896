"""The form, bulk changes, edits and sheets find in a record what the check finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.editing import bulk_edit
from graduand.editing.draft import Draft, draft_findings, open_draft
from graduand.editing.edit import FieldChange, edit_records
from graduand.findings import Severity
from graduand.index.neighbours import Neighbours
from graduand.sheets.sheet_import import read_patch
from graduand.workspace import Workspace
from tests.repository import TODAY, begin, commit, graduate, put
from tests.rules.judged import ON, given
from tests.rules.rule_cases import CASES, check_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from graduand.findings import Finding

MINE = "00412345"
OTHER = "00412346"


def check_and_form(root: Path, path: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the rules and sentences of one record, as the check and as the form has them."""
    workspace = Workspace(root)
    index = workspace.read_index(TODAY)
    draft = open_draft(workspace, path)
    assert isinstance(draft, Draft)
    shared = Neighbours(index.people).flaws(draft.record, instead_of=draft.path)
    checked = sorted((one.rule, one.message) for one in index.findings if one.path == path)
    return checked, sorted((one.rule, one.message) for one in draft_findings(workspace, draft, TODAY, shared))


@pytest.mark.parametrize("folder", ["", "45/"])
def test_a_large_cohort_asks_for_folders_in_both(root: Path, folder: str) -> None:
    for number in range(600):
        username = f"{number:08}"
        put(root, graduate(username), f"2026-spring/{username[-2:]}/{username}.yaml")
    put(root, graduate(MINE), f"2026-spring/{folder}{MINE}.yaml")

    checked, form = check_and_form(root, f"records/2026-spring/{folder}{MINE}.yaml")

    assert form == checked
    assert ("GR017" in {rule for rule, _message in form}) is (folder == "")


@pytest.mark.parametrize(
    ("rule", "mine", "other"),
    [
        ("GR401", "", f'username: "{OTHER}"=username: "{MINE}"'),
        ("GR402", 'username: "00412345"=username: "Ab12"', 'username: "00412346"=username: "aB12"'),
        ("GR403", "", "p00412346@=P00412345@"),
        ("GR404", "transition:=card_id: C1\ntransition:", "transition:=card_id: c1\ntransition:"),
        ("GR405", "transition:=auth_identifier: x1\ntransition:", "transition:=auth_identifier: X1\ntransition:"),
        ("GR406", "  kind:=  previous_username: '00412346'\n  kind:", ""),
        ("GR407", "", "kind: graduated=kind: returned"),
        ("GR408", "transition:=additional_email_addresses:\n  - P00412346@valmont.example\ntransition:", ""),
        ("GR411", "", "transition:=auth_identifier: p00412345@valmont.example\ntransition:"),
    ],
)
def test_what_two_people_share_is_said_alike_in_both(root: Path, rule: str, mine: str, other: str) -> None:
    for username, change in ((MINE, mine), (OTHER, other), ("00412347", "")):
        before, _equals, after = change.partition("=")
        text = graduate(username)
        put(root, text.replace(before, after) if change else text, f"2026-spring/{username}.yaml")

    checked, form = check_and_form(root, f"records/2026-spring/{MINE}.yaml")

    assert form == checked
    assert rule in {found for found, _message in form}


def test_a_near_name_of_a_major_is_said_alike_in_both(root: Path) -> None:
    for number, major in enumerate(["Droit", "Droit", "Droit", "droit"]):
        text = graduate(f"0041000{number}").replace("  end_date", f"  major_names:\n    - {major}\n  end_date")
        put(root, text, f"2026-spring/0041000{number}.yaml")

    checked, form = check_and_form(root, "records/2026-spring/00410003.yaml")

    assert form == checked
    assert "GR410" in {found for found, _message in form}


def sentences(found: Iterable[Finding]) -> set[tuple[str, str, str]]:
    return {(one.rule, one.field, one.message) for one in found}


@pytest.mark.parametrize(
    ("key", "value"),
    [("email_address", "chloe at valmont"), ("primary_education:end_date", "2026-02-31"), ("transition:kind", "gone")],
)
def test_form_bulk_edit_sheet_and_edit_find_the_same(root: Path, key: str, value: str) -> None:
    path = f"records/2026-spring/{MINE}.yaml"
    put(begin(root), graduate(MINE))
    commit(root)
    workspace = Workspace(root)
    draft = open_draft(workspace, path)
    assert isinstance(draft, Draft)
    before = sentences(draft_findings(workspace, draft, TODAY))

    form = sentences(draft_findings(workspace, draft.set(key, value), TODAY))
    bulk = bulk_edit.prepare(workspace, [path], FieldChange({key: value}), TODAY).new_findings
    edited = edit_records(workspace, [MINE], {key: value}, commit=False).findings

    assert form - before
    assert sentences(bulk) == form - before
    assert sentences(edited) == form


def test_a_sheet_finds_the_errors_that_the_form_finds(root: Path) -> None:
    put(begin(root), graduate(MINE))
    workspace = Workspace(root)
    draft = open_draft(workspace, f"records/2026-spring/{MINE}.yaml")
    assert isinstance(draft, Draft)

    form = draft_findings(workspace, draft.set("email_address", "chloe at valmont"), TODAY)
    sheet = read_patch(workspace, f"username,email_address\n{MINE},chloe at valmont\nend\n".encode(), "s.csv", TODAY)

    errors = [one.message for one in form if one.severity is Severity.ERROR]
    assert errors
    assert sheet.rows[0].errors == tuple(errors)


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("GR7")])
def test_what_handshake_holds_is_said_alike_in_both(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    checked = check_files(tmp_path, case, case.bad)
    workspace = given(tmp_path, case.states)
    (path,) = {one.path for one in checked}
    states = workspace.readable_states()
    assert states

    def found(draft: Draft) -> list[tuple[str, str]]:
        flaws = states.flaws(draft.record, workspace.school, ON)
        return sorted((one.rule, one.message) for one in draft_findings(workspace, draft, ON, flaws))

    draft = open_draft(workspace, path)
    assert isinstance(draft, Draft)
    assert found(draft) == sorted((one.rule, one.message) for one in checked)
    emptied = bulk_edit.prepare(workspace, [path], FieldChange({"disabled": None, "campus_name": "Sud"}), ON)
    assert {one.rule for one in emptied.new_findings} <= {rule for rule, _said in found(draft.set("disabled", None))}
