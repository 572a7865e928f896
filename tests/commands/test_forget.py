"""graduand forget: no file outside the git history names a deleted person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.editing.draft import Draft, open_draft
from graduand.editing.draft_store import drafts_folder, store_draft
from graduand.workspace import Workspace
from tests.editing.drafts import PATH, people
from tests.repository import TODAY, graduand

if TYPE_CHECKING:
    from pathlib import Path

USERNAME = "00412345"


def naming(folder: Path) -> list[str]:
    """Return the files of a folder that name the person."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and USERNAME.encode() in path.read_bytes())


def test_nothing_that_is_remembered_names_a_deleted_person(root: Path) -> None:
    workspace = Workspace(people(root))
    draft = open_draft(workspace, PATH)
    assert isinstance(draft, Draft)
    store_draft(drafts_folder(workspace), draft.set("last_name", "Martin"))
    for words in (("audit",), ("compile",), ("uploaded", str(root / "build" / "manifest.json")), ("plan",)):
        assert graduand(root, *words).code < 2
    workspace.people_list(TODAY)
    remembered = root / ".git" / "graduand"
    assert {*naming(remembered)} > {"list", "ledger-state"}
    (remembered / "leaves" / "another").write_bytes((remembered / "list").read_bytes())
    (remembered / ".list.1.graduand.tmp").write_bytes((remembered / "list").read_bytes())

    gone = graduand(root, "forget", USERNAME, "--basis", "GDPR art. 17")

    assert (gone.code, gone.out) == (0, f"{PATH}\n")
    assert naming(remembered) == []
    left = naming(root / "build")
    assert left
    assert all(f"build/{name}" in gone.err for name in left)


def test_after_everything_is_compiled_anew_nothing_is_left_to_be_told(root: Path) -> None:
    people(root)
    assert graduand(root, "compile").code < 2

    gone = graduand(root, "forget", USERNAME, "--basis", "GDPR art. 17")

    assert "Still named in" in gone.err
    assert graduand(root, "compile").code < 2
    assert naming(root / "build") == []


def test_a_person_whose_name_is_part_of_anothers_is_not_told_to_be_left(root: Path) -> None:
    people(root)
    (root / "build").mkdir()
    (root / "build" / "people.csv").write_text(f"username\nx{USERNAME}\n{USERNAME}0\n", encoding="utf-8")

    assert "Still named" not in graduand(root, "forget", USERNAME, "--basis", "GDPR art. 17").err
