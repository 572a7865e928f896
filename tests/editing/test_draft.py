from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.editing.draft import (
    Draft,
    UnreadRecord,
    draft_findings,
    draft_text,
    findings_by_key,
    is_canonical,
    new_draft,
    open_draft,
    suggested_values,
)
from graduand.errors import Usage
from graduand.index.neighbours import Neighbours
from graduand.records.kinds import CLEAR
from graduand.records.record import FORMER, WAIVE
from graduand.records.transition import Waiver
from graduand.workspace import Workspace
from tests.editing.drafts import ON, OTHER, PATH, draft_of, people, text_at
from tests.repository import put

if TYPE_CHECKING:
    from pathlib import Path


def test_a_draft_is_dirty_until_what_was_typed_is_typed_back(root: Path) -> None:
    draft = draft_of(people(root))
    assert not draft.dirty

    changed = draft.set("last_name", "Martin").set("middle_name", "Rose")

    assert changed.dirty
    assert changed.changed_keys == ("last_name", "middle_name")
    assert not changed.set("last_name", "Dupont").set("middle_name", "").dirty


def test_lists_wiping_and_exemptions_are_values_like_others(root: Path) -> None:
    draft = draft_of(people(root))
    waiver = Waiver("GR304", "asked by phone", "2026-12-31", "registrar")

    changed = draft.set("primary_education:major_names", ("Droit",)).set("middle_name", CLEAR).set(WAIVE, (waiver,))

    assert changed.changed_keys == ("middle_name", "primary_education:major_names", WAIVE)
    assert changed.record.waivers == (waiver,)
    text = draft_text(changed, Workspace(root).school)
    assert '\nmiddle_name: "**CLEAR**"\n' in text
    assert "last_name: Dupont  # née Martin\n" in text
    assert not changed.set("primary_education:major_names", ()).set("middle_name", None).set(WAIVE, ()).dirty


def test_a_changed_username_moves_the_record_and_proposes_the_former_one(root: Path) -> None:
    draft = draft_of(people(root)).set("username", "c/dupont")

    assert draft.path == PATH
    assert draft.record.path == "records/2026-spring/c%2Fdupont.yaml"
    assert suggested_values(draft) == {FORMER: "00412345"}
    assert suggested_values(draft.set(FORMER, "00412345")) == {}
    assert suggested_values(draft.set("username", None)) == {}
    assert draft.set("username", None).record.path == PATH
    assert not draft.set("username", "00412345").dirty


def test_a_record_of_a_crowded_cohort_stays_on_the_second_level(root: Path) -> None:
    people(root)
    (root / "records/2026-spring/45").mkdir()
    (root / PATH).rename(root / "records/2026-spring/45/00412345.yaml")

    draft = draft_of(root, "records/2026-spring/45/00412345.yaml").set("username", "00412399")

    assert draft.record.path == "records/2026-spring/99/00412399.yaml"


@pytest.mark.parametrize(
    ("record", "rule"),
    [("username: [1,\n", "GR007"), ("usrname: x\n", "GR101"), ("a: &x 1\n", "GR009"), ("a: \x1b[2J\n", "GR005")],
)
def test_a_record_that_cannot_be_read_whole_is_shown_and_not_edited(root: Path, record: str, rule: str) -> None:
    put(root, record)

    unread = open_draft(Workspace(root), PATH)

    assert isinstance(unread, UnreadRecord)
    assert (unread.text, unread.findings[0].rule, unread.findings[0].line) == (record, rule, 1)


def test_a_record_that_is_not_there_is_a_finding(root: Path) -> None:
    unread = open_draft(Workspace(root), PATH)

    assert isinstance(unread, UnreadRecord)
    assert "it is not there" in unread.findings[0].message


def test_a_new_record_lies_in_its_cohort_and_is_dirty_at_once(root: Path) -> None:
    draft = new_draft(Workspace(people(root)), "2026-autumn", "returned", "00400001")

    assert (draft.path, draft.base, draft.dirty) == ("records/2026-autumn/00400001.yaml", None, True)
    assert draft.record.returned
    assert draft_text(draft, Workspace(root).school).startswith("# yaml-language-server: $schema=../../schema/")
    assert draft.set("username", "00400002").record.path == "records/2026-autumn/00400002.yaml"
    assert suggested_values(draft.set("username", "00400002")) == {}


@pytest.mark.parametrize(
    ("cohort", "username", "said"),
    [
        ("2026-spring", "00412815", "There is a record of “00412815” already: records/2026-spring/00412815.yaml."),
        ("2026-autumn", "00412815", "There is a record of “00412815” already"),
        ("../x", "1", "“../x” is no name for a cohort"),
        (".x", "1", "“.x” is no name for a cohort"),
        ("", "1", "is no name for a cohort"),
        ("a\x1b", "1", "“a<U+001B>” is no name for a cohort"),
        ("2026-spring", "", "A record needs a username."),
    ],
)
def test_a_new_record_is_refused_with_a_sentence(root: Path, cohort: str, username: str, said: str) -> None:
    with pytest.raises(Usage) as refused:
        new_draft(Workspace(people(root)), cohort, "graduated", username)

    assert said in str(refused.value)


def test_findings_stand_at_their_fields_and_lines_as_typed(root: Path) -> None:
    workspace = Workspace(people(root))
    draft = draft_of(root).set("primary_education:end_date", "2026-02-30").set("disabled", "true")

    found = draft_findings(workspace, draft, ON)

    by_key = findings_by_key(found, ("primary_education:end_date", "disabled"))
    assert [finding.rule for finding in by_key["disabled"]] == ["GR501"]
    (impossible,) = [one for one in by_key["primary_education:end_date"] if "“2026-02-30” is no date" in one.message]
    assert draft_text(draft, workspace.school).splitlines()[impossible.line - 1] == '  end_date: "2026-02-30"'


def test_a_finding_of_an_item_or_a_group_is_listed_under_the_shown_key(root: Path) -> None:
    workspace = Workspace(people(root))
    draft = (
        draft_of(root)
        .set("transition:account:reason", "requested-by-student")
        .set("primary_education:major_names", ("Droit",))
    )

    by_key = findings_by_key(
        draft_findings(workspace, draft.set("primary_education:major_names", ("a;b",)), ON),
        ("transition:account:reason", "primary_education:major_names"),
    )

    assert "GR503" in {finding.rule for finding in by_key["transition:account:reason"]}
    assert by_key["primary_education:major_names"]


def test_flaws_shared_with_other_records_are_among_the_findings(root: Path) -> None:
    workspace = Workspace(people(root))
    other = draft_of(root, OTHER).record
    draft = draft_of(root).set("email_address", other.text("email_address"))

    shared = Neighbours(workspace.read_index(ON).people).flaws(draft.record, instead_of=draft.path)

    alone = {finding.rule for finding in draft_findings(workspace, draft, ON)}
    beside = {finding.rule for finding in draft_findings(workspace, draft, ON, shared)}

    assert beside - alone == {"GR403"}


def test_a_file_that_is_not_canonical_is_known_before_it_is_saved(root: Path) -> None:
    workspace = Workspace(people(root))
    assert is_canonical(draft_of(root), workspace.school)
    assert is_canonical(new_draft(workspace, "x", "graduated", "1"), workspace.school)

    put(root, text_at(root).replace("last_name: Dupont", 'last_name: "Dupont"'))

    assert not is_canonical(draft_of(root), workspace.school)
    assert isinstance(draft_of(root), Draft)
