from __future__ import annotations

import json
import os
import shutil
import sys
import time
from typing import TYPE_CHECKING

import pytest

from graduand import __version__
from graduand.editing.draft import new_draft
from graduand.editing.draft_store import drafts_folder, store_draft
from graduand.workspace import Workspace
from tests.editing.test_draft_store import orphan
from tests.repository import GRADUATE, TODAY, begin, commit, git, graduand, put, settle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def _on_a_fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graduand.commands.repository.today", lambda: TODAY)


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the command where git finds it, as once it is installed."""
    path = folder / "bin/graduand"
    path.parent.mkdir()
    path.touch(mode=0o755)
    others = [folder for folder in os.get_exec_path() if not os.access(f"{folder}/graduand", os.X_OK)]
    monkeypatch.setenv("PATH", os.pathsep.join([str(path.parent), *others]))
    return path


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The command where git finds it."""
    return installed(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the command, and a repository as `graduand init` makes it."""
    base = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        installed(base, patch)
        assert graduand(base, "init", str(base / "school"), "--name", "Ars", "--domain", "ars.example").code == 0
    return base


@pytest.fixture
def healthy(template: Path, tmp_path: Path, program: Path) -> Path:
    """A copy of that repository, set up for the command of the test."""
    assert os.access(program, os.X_OK)
    root = shutil.copytree(template / "school", tmp_path / "school", symlinks=True)
    for path in (root / ".git/config", *(root / ".git/hooks").iterdir()):
        path.write_text(path.read_text(encoding="utf-8").replace(str(template), str(tmp_path)), encoding="utf-8")
    return root


def cures(root: Path) -> dict[str, str]:
    """Return what the doctor says is ill, with the cure of each."""
    symptoms = [json.loads(line) for line in graduand(root, "doctor", "--json").out.splitlines()]
    assert {symptom["schema"] for symptom in symptoms} == {"graduand/symptom/1"}
    # What is harmed is not committed, which is told of each.
    ill = [one for one in symptoms if one["cure"] and "of records/ and schema/ " not in one["said"]]
    return {symptom["said"]: symptom["cure"] for symptom in ill}


def test_a_new_repository_is_well(healthy: Path) -> None:
    ran = graduand(healthy, "doctor")

    assert ran.code == 0
    assert ran.err == ""
    assert ran.out.splitlines() == [
        "✓ git reads the records.",
        "✓ git knows who commits.",
        "✓ git ignores build/, which holds personal data.",
        "✓ This clone is set up: git shows, merges and checks records with graduand.",
        "✓ The ledger of uploads is whole.",
        "✓ schema/transition.schema.json is fresh.",
        "✓ The facts about Handshake were last checked on 2026-11-23.",
        f"✓ The shipped files and CI are of this graduand, {__version__}.",
    ]


def leave_git(root: Path) -> None:
    shutil.rmtree(root / ".git")


def break_git(root: Path) -> None:
    (root / ".git/HEAD").write_text("nonsense\n", encoding="utf-8")


def take_the_build_in(root: Path) -> None:
    (root / ".gitignore").write_text("*.swp\n", encoding="utf-8")


def take_the_text_away(root: Path) -> None:
    (root / ".gitattributes").write_text("* text=auto eol=lf\n", encoding="utf-8")


def change_the_settings(root: Path) -> None:
    settle(root, region="us")


def lose_the_json_schema(root: Path) -> None:
    (root / "schema/transition.schema.json").unlink()


def break_the_settings(root: Path) -> None:
    settle(root, region="asia")


def lose_the_facts(root: Path) -> None:
    (root / "schema/handshake.yaml").unlink()


def let_the_facts_age(root: Path) -> None:
    settle(root, "handshake.yaml", checked_on="2025-11-22")


def date_the_facts_badly(root: Path) -> None:
    settle(root, "handshake.yaml", checked_on="autumn")


def leave_half_a_file(root: Path) -> None:
    put(root, "", "2026-spring/.00412345.yaml.77.graduand.tmp")


def forget_an_upload(root: Path) -> None:
    (root / "build").mkdir()
    old = root / "build/20261001_1_students.csv"
    old.write_text("username\n", encoding="utf-8")
    os.utime(old, (time.time() - 31 * 86_400,) * 2)


def open_the_folder(root: Path) -> None:
    root.chmod(0o750)


@pytest.mark.parametrize(
    ("harm", "said", "cure"),
    [
        (leave_git, "git cannot read the records.", "git init"),
        (break_git, "git cannot read the records.", "git init"),
        (take_the_build_in, "git does not ignore build/, which holds personal data.", "Write /build/ into .gitignore."),
        (
            take_the_text_away,
            "git shows and merges records line by line.",
            "Write this line into .gitattributes: records/**/*.yaml text eol=lf diff=graduand merge=graduand",
        ),
        (change_the_settings, "schema/transition.schema.json is stale.", "graduand schema"),
        (lose_the_json_schema, "schema/transition.schema.json is stale.", "graduand schema"),
        (break_the_settings, "schema/ cannot be read.", "“region” is “asia”; it can be: eu, us"),
        (lose_the_facts, "schema/ cannot be read.", "schema/handshake.yaml cannot be read: it is not there."),
        (
            let_the_facts_age,
            "The facts about Handshake were last checked on 2025-11-22.",
            "Compare schema/handshake.yaml",
        ),
        (
            date_the_facts_badly,
            "The facts about Handshake were last checked on autumn.",
            "Compare schema/handshake.yaml",
        ),
        (leave_half_a_file, "records/2026-spring/.00412345.yaml.77.graduand.tmp was left behind", "then delete it."),
        (forget_an_upload, "build/20261001_1_students.csv holds personal data and is older than 30 days.", "Delete it"),
        (open_the_folder, "Others on this machine can look into this folder.", "chmod 700"),
    ],
)
def test_what_is_ill_is_named_with_its_cure(healthy: Path, harm: Callable[[Path], None], said: str, cure: str) -> None:
    harm(healthy)

    ((printed, printed_cure),) = cures(healthy).items()

    assert printed.startswith(said)
    assert cure in printed_cure
    ran = graduand(healthy, "doctor")
    assert ran.code == 1
    assert f"✗ {printed}\n  → {printed_cure}\n" in ran.out


def test_a_part_of_the_records_is_no_whole(healthy: Path) -> None:
    put(healthy, GRADUATE, "2025-autumn/00412345.yaml")
    commit(healthy)
    git(healthy, "sparse-checkout", "set", "schema", "records/2026-spring")

    (cure,) = (cure for said, cure in cures(healthy).items() if said == "A part of the records is not here.")
    assert cure.endswith("bring it with: git sparse-checkout disable")


def test_a_program_that_git_does_not_find_shows_no_text(
    healthy: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.unlink()
    monkeypatch.setattr(sys, "executable", str(program.parent / "python"))

    assert cures(healthy) == {
        "git shows and merges records line by line.": (
            "Put the folder of the command graduand on the PATH, where git looks for it."
        )
    }


def test_git_that_does_not_know_who_commits_is_told_how(healthy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.delenv(f"GIT_{who}_NAME")
        monkeypatch.delenv(f"GIT_{who}_EMAIL")
    for name, value in {"COUNT": "1", "KEY_0": "user.useConfigOnly", "VALUE_0": "true"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)

    ((said, cure),) = cures(healthy).items()

    assert said == "git does not know who commits."
    assert "git config --global user.name" in cure


def test_facts_are_fresh_for_a_year(healthy: Path) -> None:
    settle(healthy, "handshake.yaml", checked_on="2025-11-23")

    assert cures(healthy) == {}


def test_an_upload_of_last_week_may_lie_about(healthy: Path) -> None:
    put(healthy, GRADUATE)
    commit(healthy)
    graduand(healthy, "compile", "--on", TODAY)

    assert cures(healthy) == {}


def test_several_things_are_ill_at_once(root: Path) -> None:
    begin(root)
    (root / ".gitattributes").write_text("records/** diff=graduand\n", encoding="utf-8")
    leave_half_a_file(root)
    open_the_folder(root)
    lose_the_json_schema(root)

    assert list(cures(root)) == [
        "git shows and merges records line by line.",
        "Others on this machine can look into this folder.",
        "schema/transition.schema.json is stale.",
        "records/2026-spring/.00412345.yaml.77.graduand.tmp was left behind by a killed process.",
    ]


def test_what_was_typed_and_never_saved_is_named(healthy: Path) -> None:
    workspace = Workspace(healthy)
    folder = drafts_folder(workspace)
    store_draft(folder, new_draft(workspace, "2026-autumn", "returned", "00400001"))
    assert cures(healthy) == {}
    orphan(folder)
    (folder / "x.broken").touch()

    found = cures(healthy)

    assert [said.partition(", kept on")[0] for said in found] == [
        "A draft of 00400001",
        f"{folder}/x.broken is what is left of a draft that cannot be read.",
    ]
    assert next(iter(found.values())) == "Open the interface: it offers the draft."
