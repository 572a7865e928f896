from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.records import independent_check, paths
from tests.repository import GRADUATE, HOUSE, graduand, graduate, put, shipped

if TYPE_CHECKING:
    from pathlib import Path

MODELINE = "# yaml-language-server: $schema=../../schema/transition.schema.json\n"
CANONICAL = MODELINE + GRADUATE
WILD = """\
transition: {kind: graduated}   # vue au guichet
# son nom
last_name: 'Dupont'
first_name: "Chloé"

username: 00412345
primary_education:
    end_date: "2026-06-15"
email_address: chloe.dupont@valmont.example
"""
TAMED = """\
username: "00412345"
email_address: chloe.dupont@valmont.example
first_name: Chloé
# son nom
last_name: Dupont
primary_education:
  end_date: 2026-06-15
transition:
  kind: graduated  # vue au guichet
"""


def tree(root: Path) -> dict[str, str]:
    """Return all files below `records/` with their text."""
    return {
        path.relative_to(root / "records").as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((root / "records").rglob("*"))
        if path.is_file()
    }


def test_the_shipped_records_are_canonical_and_in_their_places(tmp_path: Path) -> None:
    before = tree(shipped(tmp_path))

    for words in (("fmt", "--check"), ("fmt",)):
        ran = graduand(tmp_path, *words)

        assert (ran.code, ran.err) == (0, "")
        assert ran.out == "All records are in canonical form and in their places.\n"
    assert tree(tmp_path) == before == tree(HOUSE)


def test_a_record_takes_its_form_and_keeps_its_comments(root: Path) -> None:
    there = put(root, WILD)

    ran = graduand(root, "fmt")

    assert (ran.code, ran.out) == (0, "rewritten: records/2026-spring/00412345.yaml\n")
    assert there.read_text(encoding="utf-8") == TAMED
    assert graduand(root, "fmt", "--check").code == 0


def test_a_check_says_what_is_not_and_changes_nothing(root: Path) -> None:
    put(root, WILD)
    put(root, graduate("00400000"), "2026-spring/elsewhere.yaml")
    before = tree(root)

    ran = graduand(root, "fmt", "--check")

    assert ran.code == 1
    assert ran.out.splitlines() == [
        "not canonical: records/2026-spring/00412345.yaml",
        "belongs elsewhere: records/2026-spring/elsewhere.yaml → records/2026-spring/00400000.yaml",
        "2 records are not; graduand fmt cures them.",
    ]
    assert tree(root) == before


def test_a_file_moves_to_the_name_of_its_username(root: Path) -> None:
    put(root, graduate("12:30"), "2026-spring/elsewhere.yaml")

    ran = graduand(root, "fmt")

    assert ran.code == 0
    assert ran.out == "moved: records/2026-spring/elsewhere.yaml → records/2026-spring/12%3A30.yaml\n"
    assert tree(root) == {"2026-spring/12%3A30.yaml": graduate("12:30")}


def test_a_crowded_cohort_gets_a_second_level_and_loses_it_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "CROWD", 3)
    for username in ("00000112", "00000212", "00000313", "a/"):
        put(root, graduate(username), f"2026-spring/{username.replace('/', '%2F')}.yaml")
    put(root, graduate("00000404"), "2025-autumn/00000404.yaml")

    assert graduand(root, "fmt").code == 0

    crowded = {"2025-autumn/00000404.yaml"} | {
        f"2026-spring/{name}.yaml" for name in ("12/00000112", "12/00000212", "13/00000313", "a%2F/a%2F")
    }
    assert tree(root).keys() == crowded
    assert graduand(root, "fmt", "--check").code == 0
    (root / "records/2026-spring/13/00000313.yaml").unlink()
    assert graduand(root, "fmt").code == 0
    assert tree(root).keys() == {
        "2025-autumn/00000404.yaml",
        *(f"2026-spring/{name}.yaml" for name in ("00000112", "00000212", "a%2F")),
    }
    assert [path.name for path in (root / "records/2026-spring").iterdir() if path.is_dir()] == ["13"]


def test_what_cannot_be_read_whole_is_left_and_the_others_are_not(root: Path) -> None:
    broken = put(root, "username: [00400000\n", "2026-spring/00400000.yaml")
    unknown = put(root, WILD.replace("00412345", "00400001") + "shoe_size: 38\n", "2026-spring/00400001.yaml")
    latin = root / "records/2026-spring/00400002.yaml"
    latin.write_bytes(WILD.encode("cp1252"))
    put(root, WILD)
    before = {path: path.read_bytes() for path in (broken, unknown, latin)}

    ran = graduand(root, "fmt")

    assert ran.code == 1
    said = ran.out.splitlines()
    assert said[0] == "rewritten: records/2026-spring/00412345.yaml"
    assert [line.split("  ")[0] for line in said[1:]] == [
        "left as it is: records/2026-spring/00400000.yaml:1:11",
        "left as it is: records/2026-spring/00400001.yaml:10:1",
        "left as it is: records/2026-spring/00400002.yaml:4:18",
    ]
    assert "“shoe_size” is no column" in said[2]
    assert {path: path.read_bytes() for path in before} == before


def test_only_what_is_named_is_touched(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = put(root, WILD)
    other = put(root, WILD.replace("00412345", "00400000"), "2025-autumn/00400000.yaml")
    put(root, "broken: [", "2025-autumn/00400001.yaml")
    monkeypatch.chdir(root / "records")

    ran = graduand(root, "fmt", "2026-spring")

    assert ran.code == 0
    assert named.read_text(encoding="utf-8") == TAMED
    assert other.read_text(encoding="utf-8") == WILD.replace("00412345", "00400000")
    assert graduand(root, "fmt", "--check", str(named)).code == 0
    assert graduand(root, "fmt", "--check", str(other)).code == 1


@pytest.mark.parametrize(("path", "why"), [("nowhere", "is not there."), ("/", "lies outside")])
def test_a_path_that_is_no_part_of_the_records_is_a_wrong_word(root: Path, path: str, why: str) -> None:
    ran = graduand(root, "fmt", path)

    assert ran.code == 2
    assert why in ran.err


def test_nothing_is_moved_onto_another_record(root: Path) -> None:
    put(root, graduate("00400000"), "2026-spring/elsewhere.yaml")
    put(root, graduate("00400000") + "  notes: La bonne.\n", "2026-spring/00400000.yaml")
    before = tree(root)

    ran = graduand(root, "fmt")

    assert ran.code == 5
    assert ran.err.startswith("graduand: ")
    assert "records/2026-spring/00400000.yaml is already there" in ran.err
    assert tree(root) == before


def test_an_edit_made_meanwhile_is_not_overwritten(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = put(root, WILD)

    def edit(*_words: object) -> None:
        there.write_text(WILD + "gender: F\n", encoding="utf-8")

    monkeypatch.setattr(independent_check, "prove_all", edit)

    ran = graduand(root, "fmt")

    assert ran.code == 5
    assert "has changed since it was read" in ran.err
    assert there.read_text(encoding="utf-8") == WILD + "gender: F\n"


def test_annotations_say_what_would_stand_there_and_name_nobody(root: Path) -> None:
    put(root, GRADUATE.replace('"00412345"', "00412345").replace("last_name: Dupont", "last_name:   'Dupont'"))

    ran = graduand(root, "fmt", "--check", "--format", "github")

    assert ran.code == 1
    first, second = ran.out.splitlines()
    place = "::error file=records/2026-spring/00412345.yaml"
    assert first == (
        f"{place},line=1,endLine=1,title=Not in canonical form::What would stand here:"
        '%0Ausername: "00412345"%0A→ graduand fmt'
    )
    assert second == (
        f"{place},line=4,endLine=4,title=Not in canonical form::What would stand here:"
        "%0Alast_name: D•••%0A→ graduand fmt"
    )
    assert "not canonical: records/2026-spring/00412345.yaml" in ran.err


def test_a_missing_line_end_and_a_record_elsewhere_are_annotated(root: Path) -> None:
    put(root, GRADUATE.rstrip("\n"), "2026-spring/list.yaml")

    out = graduand(root, "fmt", "--check", "--format", "github").out

    assert ",line=8,endLine=8,title=Not in canonical form::What would stand here:%0A  kind: graduated%0A" in out
    assert "belongs elsewhere: records/2026-spring/list.yaml → records/2026-spring/00412345.yaml" in out
