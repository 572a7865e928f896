"""Files below records/ that are no records: whoever reads them names the same ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from graduand.workspace import Workspace
from tests.handshake.test_article import DAY
from tests.repository import GRADUATE, begin, commit, git, graduand, put

if TYPE_CHECKING:
    from pathlib import Path

STRAYS = (
    "records/2026-spring/.1.yaml",
    "records/2026-spring/1.yml",
    "records/2026-spring/2.YAML",
    "records/2026-spring/a/b",
    "records/2026-spring/link.yaml",
    "records/2026-spring/note.txt",
    "records/x.yaml",
)


def school(root: Path) -> Path:
    """One record, and all that is not one: by its extension, its depth, its name, and what it is."""
    begin(root)
    put(root, GRADUATE)
    for name in (".1.yaml", "1.yml", "2.YAML", "a/b/3.yaml", "a/b/4.yaml", "note.txt", "README.md", ".DS_Store"):
        put(root, GRADUATE, f"2026-spring/{name}")
    put(root, GRADUATE, "x.yaml")
    (root / "records/2026-spring/link.yaml").symlink_to("../x.yaml")
    git(root, "config", "core.symlinks", "true")
    commit(root)
    return root


def test_whoever_reads_the_records_names_the_same_paths_that_are_none(root: Path) -> None:
    school(root)

    lines = graduand(root, "check", "--on", DAY, "--format", "json").out.splitlines()
    found = {one["path"] for one in map(json.loads, lines) if one.get("rule") in {"GR015", "GR018"}}
    assert found == {*STRAYS}
    for words in (("plan",), ("compile",)):
        ran = graduand(root, *words, "--on", DAY)
        assert (ran.code, [path for path in STRAYS if f"{path}:1:1" not in ran.out + ran.err]) == (1, []), words
    ran = graduand(root, "compile", "--on", DAY, "--skip-errors")
    assert (ran.code, "7 people are left out" in ran.err) == (0, True)
    said = f"! 7 paths of records/ are no records, and nothing is told of them: {STRAYS[0]}, "
    assert said in graduand(root, "audit").out
    verified = graduand(root, "audit", "verify")
    assert (verified.code, [path for path in STRAYS if path not in verified.out]) == (0, [])
    assert {one.path for one in Workspace(root).people_list(DAY).findings if one.rule in {"GR015", "GR018"}} == {
        *STRAYS
    }


def test_a_check_of_what_is_staged_names_the_folder_above_and_the_link(root: Path) -> None:
    begin(root)
    commit(root)
    put(root, GRADUATE, "2026-spring/a/b/3.yaml")
    put(root, GRADUATE)
    (root / "records/2026-spring/link.yaml").symlink_to("00412345.yaml")
    git(root, "config", "core.symlinks", "true")
    git(root, "add", "--all")

    ran = graduand(root, "check", "--staged", "--on", DAY)

    assert (ran.code, "records/2026-spring/a/b:1:1" in ran.out, "no ordinary file" in ran.out) == (1, True, True), ran
