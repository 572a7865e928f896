"""Cures: what is wrong in one way only is put right, all else is left; accounts are only ever reopened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.editing.cures import CurePlan, find_cures
from graduand.records.reading import read
from graduand.rules.fixes import CURABLE, REOPENING
from graduand.rules.registry import RULES
from tests.rules.judged import CLOSED, GRADUATE, HERE, ON, RETURNER, but, given, judged
from tests.rules.rule_cases import CASES, check_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from graduand.findings import Finding
    from graduand.rules.handshake_state import PersonState
    from graduand.workspace import Workspace

REOPENED = {"disabled": {"false"}, "transition:account:reason": {"returned", "closed-by-mistake"}}
"""What a cure says of the account of somebody whose account is closed and whose record says nothing of it."""


def cured(
    root: Path, found: tuple[Finding, ...], known: Mapping[str, PersonState] | None = None
) -> tuple[Workspace, CurePlan]:
    """Return the cures of findings in the files below `root`."""
    workspace = given(root, known)
    return workspace, find_cures(workspace, found, ON)


def broken(found: tuple[Finding, ...]) -> list[str]:
    return sorted(one.rule for one in found)


@pytest.mark.parametrize("name", CASES)
def test_a_cure_leaves_nothing_of_what_it_cures_and_no_account_otherwise(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    workspace, found = cured(tmp_path, check_files(tmp_path, case, case.bad), case.states)
    assert {one.record.path.removeprefix("records/"): one.text for one in found.cures} == case.cure
    for one in found.cures:
        before = read(one.path, (tmp_path / one.path).read_bytes(), workspace.school)
        assert read(one.record.path, one.text.encode(), workspace.school).record == one.record
        assert one.differences
        for key in ("disabled", "transition:account:reason", "transition:account:effective_on"):
            allowed = REOPENED.get(key, set()) if name[:5] in REOPENING else set()
            assert before.record is None or one.record.values.get(key) in {before.record.values.get(key), *allowed}
        (tmp_path / one.path).unlink()
        (tmp_path / one.record.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / one.record.path).write_text(one.text, encoding="utf-8")

    left = workspace.check(ON).findings

    assert bool(left) is not bool(found.cures)
    assert broken(found.undecided) == broken(left)
    assert find_cures(workspace, left, ON).cures == ()


def test_these_rules_and_no_others_have_a_cure() -> None:
    rules = {name[:5] for name, case in CASES.items() if case.cure}

    assert rules == {
        *("GR003", "GR004", "GR009", "GR012", "GR016", "GR017", "GR103", "GR107", "GR109", "GR115", "GR117"),
        *("GR118", "GR121", "GR125", "GR129", "GR208", "GR306", "GR605", "GR607", "GR701", "GR702"),
    }
    assert rules <= CURABLE <= RULES.keys()


def differences(root: Path, text: str) -> list[tuple[str, str, str]]:
    _workspace, found = cured(root, judged(root, text))
    return [(what.key, what.before, what.after) for one in found.cures for what in one.differences]


@pytest.mark.parametrize(
    ("line", "wrong", "difference"),
    [
        ("end_date: 2026-06-15", "end_date: 15/06/2026", ("primary_education:end_date", "15/06/2026", "2026-06-15")),
        ("end_date: 2026-06-15", "end_date: 20260615", ("primary_education:end_date", "20260615", "2026-06-15")),
        ("start_date:", "Start_Date:", ("", "primary_education:Start_Date:", "primary_education:start_date:")),
        ("first_name:", "Prénom:", ("", "Prénom:", "first_name:")),
        ("kind: graduated", "kind: diplômée", ("transition:kind", "diplômée", "graduated")),
        ("first_name: Chloé", 'first_name: "\u00a0Chloé "', ("first_name", "\u00a0Chloé ", "Chloé")),
        (
            "primary_education:\n",
            "primary_education:\n  cumulative_gpa: 3,4\n",
            ("primary_education:cumulative_gpa", "3,4", "3.4"),
        ),
        (
            "primary_education:\n",
            "primary_education:\n  primary_major_name: droit\n  major_names: [Droit]\n",
            ("primary_education:primary_major_name", "droit", "Droit"),
        ),
    ],
)
def test_what_can_mean_one_thing_only_is_written_so(
    tmp_path: Path, line: str, wrong: str, difference: tuple[str, str, str]
) -> None:
    assert differences(tmp_path, but(GRADUATE, (line, wrong))) == [difference]


@pytest.mark.parametrize(
    "text",
    [
        but(GRADUATE, ("2026-06-15", "05/06/2026")),
        but(CLOSED, ("disabled: true", "disabled: oui")),
        but(CLOSED, ("disabled: true", "Disabled: true")),
        but(CLOSED, ("    requested_by: student", "    requested_by: student\n    effective_on: 15/06/2026")),
        but(CLOSED, ("    reason: requested-by-student", "    reason: Requested-by-student")),
        but(CLOSED, ("  account:", "  Account:")),
        but(CLOSED, ("transition:", "Transition:")),
        but(GRADUATE, ("first_name:", "Prénom: Cléo\nfirst_name:")),
        but(GRADUATE, ("first_name: Chloé", "Prénom: Chloé\nshoe_size: 38")),
        but(RETURNER, ("Master 1", "Alumni")),
        f"{GRADUATE}first_name: Chloé\r\n",
    ],
    ids=[
        "which is the month?",
        "closed",
        "closed by another key",
        "the day of a closing",
        "the reason of a closing",
        "the whole account",
        "all above the account",
        "two keys for one",
        "another key that nobody knows",
        "which year?",
        "a key twice below foreign line ends",
    ],
)
def test_what_a_person_must_decide_is_left(tmp_path: Path, text: str) -> None:
    _workspace, found = cured(tmp_path, judged(tmp_path, text))

    assert found.cures == ()
    assert found.undecided


def test_comments_stay_with_a_key_that_is_renamed(tmp_path: Path) -> None:
    wrong = ("first_name: Chloé", "# as on the card\nPrénom: Chloé  # with an accent")
    text = but(GRADUATE, wrong, ("primary_education:", "Primary_Education:"))
    _workspace, found = cured(tmp_path, judged(tmp_path, text))

    (one,) = found.cures
    assert "# as on the card\nfirst_name: Chloé  # with an accent\n" in one.text
    assert [difference.after for difference in one.differences] == ["first_name:", "primary_education:"]


def test_all_of_a_list_is_cured_at_once(tmp_path: Path) -> None:
    lists = "primary_education:\n  major_names: [Droit, ' Lettres', Arts;Danse, Droit, Musique , Droit]\n"
    _workspace, found = cured(tmp_path, judged(tmp_path, but(GRADUATE, ("primary_education:\n", lists))))

    assert found.undecided == ()
    assert found.cures[0].record.texts("primary_education:major_names") == (
        "Droit",
        "Lettres",
        "Arts",
        "Danse",
        "Musique",
    )


def test_what_keeps_a_file_from_being_read_goes_with_any_cure_of_it(tmp_path: Path) -> None:
    text = "\ufeff" + but(GRADUATE, ("first_name:", "Prénom:"), ("2026-06-15", "15.6.2026")).replace("\n", "\r\n")
    _workspace, found = cured(tmp_path, judged(tmp_path, {HERE: text}))

    assert found.undecided == ()
    assert [difference[1:] for difference in found.cures[0].differences] == [
        ("byte order mark", ""),
        ("line ends as on Windows", "LF line ends"),
        ("Prénom:", "first_name:"),
    ]
