"""graduand forget: no file outside the git history names a deleted person."""

from __future__ import annotations

import io
import stat
from typing import TYPE_CHECKING

from graduand.editing.draft import Draft, open_draft
from graduand.editing.draft_store import drafts_folder, store_draft
from graduand.editing.exclusion_lists import (
    TOMBSTONES,
    Tombstone,
    Tombstones,
    read_exclusions,
    read_tombstones,
    tombstones_text,
)
from graduand.editing.forget_key import read_key
from graduand.storage.user_folder import user_folder
from graduand.workspace import Workspace
from tests.editing.drafts import PATH, people
from tests.repository import TODAY, commit, git, graduand, graduate, noted, put

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.repository import Ran

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


def test_the_ledger_s_entries_are_named_and_how_they_are_erased(root: Path) -> None:
    people(root)
    for words in (("compile",), ("uploaded", str(root / "build" / "manifest.json"))):
        assert graduand(root, *words).code == 0
    put(root, graduate("00412900"), "2026-spring/00412900.yaml")
    commit(root)

    gone = graduand(root, "forget", USERNAME, "--basis", "GDPR art. 17")

    (upload,) = noted(root)
    assert f"The ledger still holds the person in {upload}; erase it there with: graduand erase {USERNAME}" in gone.err
    assert "ledger" not in graduand(root, "forget", "00412900", "--basis", "x").err


def test_a_ledger_that_cannot_be_looked_through_does_not_stop_it(root: Path) -> None:
    people(root)
    git(root, "branch", "graduand/ledger", "main")

    gone = graduand(root, "forget", USERNAME, "--basis", "GDPR art. 17")

    assert gone.code == 0
    assert "Whether the ledger holds the person is not known. The ledger is broken" in gone.err


def test_a_draft_of_a_record_that_was_moved_goes_too(root: Path) -> None:
    workspace = Workspace(people(root))
    draft = open_draft(workspace, PATH)
    assert isinstance(draft, Draft)
    store_draft(drafts_folder(workspace), draft)
    git(root, "mv", PATH, PATH.replace("spring", "autumn").replace("records/2026-autumn", "records"))
    for kept in drafts_folder(workspace).glob("*.json"):
        kept.rename(kept.with_suffix(".json.1.broken"))

    assert graduand(root, "forget", USERNAME, "--basis", "x").code == 0

    assert naming(root / ".git" / "graduand") == []


# What is kept of a deleted person, and the key to it


def stones(root: Path) -> str:
    return (root / TOMBSTONES).read_text(encoding="utf-8")


def forgotten(root: Path) -> Path:
    """Return a repository where a person was deleted."""
    people(root)
    assert graduand(root, "forget", USERNAME, "--basis", "GDPR art. 17").code == 0
    return root


def taken_in(root: Path) -> Ran:
    table = root / "class.csv"
    table.write_text(
        f"username,email_address,first_name,last_name\n{USERNAME},a@valmont.example,A,B\n", encoding="utf-8"
    )
    return graduand(root, "intake", str(table), "--cohort", "2026-spring", "--kind", "graduated")


def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Be another user, who has no keys."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("colleague")))
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))


def test_the_username_cannot_be_found_by_whoever_has_the_repository_alone(root: Path) -> None:
    kept = read_tombstones(stones(forgotten(root)).encode())

    assert [stone.checksum for stone in kept.stones] != [Tombstones(kept.salt).checksum(USERNAME)]
    assert kept.unlocked().among([USERNAME, "00412815"]).keys() == {USERNAME}
    secret = read_key(kept.key_id).secret
    (key,) = user_folder().glob("keys/" + kept.key_id + ".key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    repository = b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())
    assert secret not in repository
    assert secret.hex().encode() not in repository


def test_a_colleague_without_the_key_is_told_and_takes_it(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert "must not come back" in taken_in(forgotten(root)).out
    shown = graduand(root, "setup", "--show-key")
    assert shown.code == 0
    elsewhere(monkeypatch, tmp_path_factory)

    for ran in (
        taken_in(root),
        graduand(root, "setup", "--show-key"),
        graduand(root, "forget", "00412815", "--basis", "x"),
    ):
        assert (ran.code, ran.out) == (5, "")
        assert "graduand setup --take-key" in ran.err
    assert graduand(root, "check").code == 0

    for wrong, said in (("nonsense\n", "no such key"), ("0" * 64 + "\n", "another repository")):
        monkeypatch.setattr("sys.stdin", io.StringIO(wrong))
        refused = graduand(root, "setup", "--take-key")
        assert (refused.code, said in refused.err) == (2, True)
    for _twice in range(2):
        monkeypatch.setattr("sys.stdin", io.StringIO(shown.out))
        assert graduand(root, "setup", "--take-key").code == 0
    assert "must not come back" in taken_in(root).out


def test_a_damaged_key_is_put_right(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = graduand(forgotten(root), "setup", "--show-key").out
    key = user_folder() / "keys" / f"{read_tombstones(stones(root).encode()).key_id}.key"
    key.write_text("damaged", encoding="utf-8")
    assert taken_in(root).code == 5

    monkeypatch.setattr("sys.stdin", io.StringIO(shown))
    assert graduand(root, "setup", "--take-key").code == 0

    assert "must not come back" in taken_in(root).out


def test_where_nobody_was_deleted_there_is_no_key(root: Path) -> None:
    people(root)

    ran = graduand(root, "setup", "--show-key")

    assert (ran.code, "no key yet" in ran.err) == (2, True)


def test_a_list_of_an_earlier_version_gets_a_key_with_the_next_one(root: Path) -> None:
    people(root)
    old = Tombstones("0" * 32)
    old = old._replace(stones=(Tombstone(old.checksum("00400000"), "2026-01-01", "x"),))
    (root / TOMBSTONES).parent.mkdir(exist_ok=True)
    (root / TOMBSTONES).write_text(tombstones_text(old), encoding="utf-8")
    commit(root)
    assert read_exclusions(root).tombstones.among(["00400000"])

    assert graduand(root, "forget", USERNAME, "--basis", "GDPR art. 17").code == 0

    new = read_exclusions(root).tombstones
    assert new.among(["00400000", USERNAME, "00412815"]).keys() == {"00400000", USERNAME}
    assert old.stones[0].checksum not in stones(root)


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
