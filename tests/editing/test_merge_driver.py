"""git merges records key by key: harmless pairs of changes go together, and a real conflict stays one."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from graduand.editing.merge import MergeVersions, merge_contents
from graduand.editing.merge_driver import merged_text
from graduand.records.reading import read
from tests.repository import HOUSE, begin, commit, git, graduand, put, settle

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.records.record import Value
    from graduand.records.school import School

PATH = "records/2026-spring/00412345.yaml"
BASE = """\
# yaml-language-server: $schema=../../schema/transition.schema.json
username: "00412345"
email_address: chloe.dupont@valmont.example
first_name: Chloé  # as on the card
last_name: Dupont
primary_education:
  # From the registrar
  major_names:
    - Économie
  start_date: 2022-09-01
  end_date: 2026-06-15
transition:
  kind: graduated
"""
CLOSING = (
    ("transition:\n", "disabled: true\ntransition:\n"),
    ("graduated\n", "graduated\n  account:\n    reason: requested-by-student\n    requested_by: student\n"),
)
REOPENING = (
    ("transition:\n", "disabled: false\ntransition:\n"),
    ("graduated\n", "graduated\n  account:\n    reason: closed-by-mistake\n"),
)
EDITS = {
    "address": (("chloe.dupont@valmont.example", "chloe@mail.example"),),
    "name": (("Chloé ", "Zoé "),),
    "closing": CLOSING,
    "note": (("graduated\n", "graduated\n  notes: By phone.\n"),),
    "majors": (("    - Économie\n", "    - Économie\n    - Lettres\n"),),
    "start": (("2022-09-01", "2022-09-05"),),
    "end": (("2026-06-15", "2026-06-30"),),
    "campaign": (
        ("graduated\n", "graduated\n  personal_email:\n    requested_on: 2026-04-01\n    answer_by: 2026-06-30\n"),
    ),
}
HARMLESS = (
    ("address", "name"),
    ("closing", "note"),
    ("majors", "start"),
    ("end", "closing"),
    ("end", "start"),
    ("campaign", "closing"),
    ("closing", "address"),
)


def edited(*edits: tuple[tuple[str, str], ...], text: str = BASE) -> str:
    for edit in edits:
        for before, after in edit:
            assert text.count(before) == 1, before
            text = text.replace(before, after)
    return text


def merged(school: School, ours: str, theirs: str, base: str = BASE) -> tuple[str, tuple[str, ...]]:
    """Return the text of a merge and the keys in conflict."""
    versions = MergeVersions(base.encode(), ours.encode(), theirs.encode())
    found = merge_contents(school, PATH, versions)
    assert found
    return merged_text(found, school), tuple(one.key for one in found.conflicts)


def values(text: str, school: School) -> dict[str, Value]:
    record = read(PATH, text.encode(), school).record
    assert record
    return dict(record.values)


@pytest.mark.parametrize(("ours", "theirs"), HARMLESS)
def test_harmless_pairs_of_changes_go_together(school: School, ours: str, theirs: str) -> None:
    texts = {merged(school, edited(EDITS[one]), edited(EDITS[other])) for one, other in permutations((ours, theirs))}

    ((text, conflicts),) = texts
    assert conflicts == ()
    base, one, other, both = (values(text, school) for text in (BASE, edited(EDITS[ours]), edited(EDITS[theirs]), text))
    assert both == {**base, **dict(one.items() - base.items()), **dict(other.items() - base.items())}
    assert {"# as on the card", "# From the registrar"} <= {f"#{line.partition('#')[2]}" for line in text.splitlines()}


@pytest.mark.parametrize(
    ("ours", "theirs", "base", "keys"),
    [
        (edited(CLOSING), edited(REOPENING), BASE, {"disabled", "transition:account:reason"}),
        (edited(CLOSING), edited((("kind: graduated", "kind: returned"),)), BASE, {"disabled", "transition:kind"}),
        (
            edited(CLOSING).replace("requested_by: student", "effective_on: 2026-09-01"),
            edited(REOPENING),
            edited(CLOSING),
            {"disabled", "transition:account:effective_on"},
        ),
        (edited((("Dupont", "Durand"),)), edited((("Dupont", "Martin"),)), BASE, {"last_name"}),
        (edited((("- Économie", "- Droit"),)), edited((("- Économie", "- Lettres"),)), BASE, None),
    ],
)
def test_what_only_a_person_can_decide_stays_a_conflict(
    school: School, ours: str, theirs: str, base: str, keys: set[str] | None
) -> None:
    text, conflicts = merged(school, ours, theirs, base)

    assert (keys or {"primary_education:major_names"}) <= set(conflicts)
    assert text.count("<<<<<<< ours\n") == text.count(">>>>>>> theirs\n") > 0
    assert merge_of_marks(text) == (ours, theirs) or keys != {"last_name"}


def merge_of_marks(text: str) -> tuple[str, str]:
    """Return the two texts that the marks in a text separate."""
    sides: tuple[list[str], list[str]] = ([], [])
    here: tuple[int, ...] = (0, 1)
    for line in text.splitlines(keepends=True):
        mark = line[:7]
        if mark in {"<<<<<<<", "=======", ">>>>>>>"}:
            here = {"<<<<<<<": (0,), "=======": (1,), ">>>>>>>": (0, 1)}[mark]
            continue
        for side in here:
            sides[side].append(line)
    return "".join(sides[0]), "".join(sides[1])


def test_what_both_add_to_a_list_is_in_it_once(school: School) -> None:
    ours = edited((("- Économie", "- Économie\n    - Droit"),))
    theirs = edited((("- Économie", "- Économie\n    - Lettres\n    - Droit"),))

    text, conflicts = merged(school, ours, theirs)

    assert conflicts == ()
    assert text.count("Droit") == 1
    assert "- Lettres" in text


def test_a_comment_that_one_side_rewrote_or_deleted_does_not_come_back(school: School) -> None:
    ours = edited((("# as on the card", "# as in the passport"), ("  # From the registrar\n", "")))
    theirs = edited(EDITS["end"])

    text, conflicts = merged(school, ours, theirs)

    assert conflicts == ()
    assert text == edited(EDITS["end"], text=ours)


def test_a_person_whom_two_branches_take_in_is_one(school: School) -> None:
    text, conflicts = merged(school, edited(EDITS["end"]), edited(EDITS["end"], EDITS["note"]), base="")

    assert conflicts == ()
    assert text == edited(EDITS["end"], EDITS["note"])


@pytest.fixture
def driven(root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that is set up, the command where git finds it, and a branch on which the end date differs."""
    program = tmp_path_factory.mktemp("bin") / "graduand"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m graduand "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(HOUSE / "tui"))
    monkeypatch.setenv("GRADUAND_LANG", "en")
    begin(root)
    (root / ".gitattributes").write_text("records/**/*.yaml text eol=lf merge=graduand\n", encoding="utf-8")
    put(root, BASE)
    commit(root)
    graduand(root, "setup")
    git(root, "switch", "--quiet", "--create", "other")
    put(root, edited(EDITS["end"]))
    commit(root)
    git(root, "switch", "--quiet", "main")
    return root


def merge(root: Path) -> tuple[int, str]:
    """Merge the other branch; return git's exit code and what was said."""
    words = ["git", "merge", "--quiet", "--no-edit", "other"]
    ran = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stderr


def test_git_asks_graduand(driven: Path) -> None:
    put(driven, edited(EDITS["start"]))
    commit(driven)

    assert merge(driven) == (0, "")
    assert (driven / PATH).read_text(encoding="utf-8") == edited(EDITS["start"], EDITS["end"])


def test_git_is_told_what_was_decided_twice(driven: Path) -> None:
    put(driven, edited((("2026-06-15", "2026-07-31"),)))
    commit(driven)

    code, said = merge(driven)

    assert code == 1
    assert f"{PATH}: both sides decided End date. Say what holds with: graduand resolve\n" in said
    assert git(driven, "ls-files", "--unmerged").count(PATH) == 3


@pytest.mark.parametrize("harm", ["no program", "no schema"])
def test_without_graduand_git_merges_lines(driven: Path, monkeypatch: pytest.MonkeyPatch, harm: str) -> None:
    """Where it is not found, or cannot read the schema: no side's lines get lost."""
    put(driven, edited(EDITS["start"]))
    commit(driven)
    if harm == "no schema":
        settle(driven, region="asia")
    if harm == "no program":
        git(driven, "config", "--unset", "graduand.path")
    others = [folder for folder in os.get_exec_path() if not os.access(f"{folder}/graduand", os.X_OK)]
    if harm == "no program":
        monkeypatch.setenv("PATH", os.pathsep.join(others))

    code, _said = merge(driven)

    text = (driven / PATH).read_text(encoding="utf-8")
    assert code == 1
    assert merge_of_marks(text.replace("|||||||", "<<<<<<<"))[1] == edited(EDITS["end"])
    assert "2022-09-05" in text
