"""A cached schema is what its files say, to the byte, or it is not used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.errors import SchemaBroken
from graduand.records.importer import read_importer
from graduand.records.institution import read_institution
from graduand.records.nodes import packed, unpacked
from graduand.records.tree import parse
from graduand.workspace import Workspace
from tests.repository import GRADUATE, HOUSE, TODAY, begin, commit, graduand, put, settle

if TYPE_CHECKING:
    from pathlib import Path

INSTITUTION = (HOUSE / "schema/institution.yaml").read_bytes()


def write_institution(root: Path, raw: bytes) -> Workspace:
    """Put another institution.yaml into a repository; return its workspace, without anything read yet."""
    (root / "schema/institution.yaml").write_bytes(raw)
    return Workspace(root)


def test_a_cached_schema_is_the_schema_that_is_read(root: Path) -> None:
    begin(root)
    importer, institution = ((root / "schema" / name).read_bytes() for name in ("handshake.yaml", "institution.yaml"))
    for _turn in range(2):
        workspace = Workspace(root)
        assert workspace.importer == read_importer(importer)
        assert workspace.institution == read_institution(institution)

    kept = sorted((root / ".git/graduand/schema").iterdir())
    assert [path.name for path in kept] == ["importer", "institution"]
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}


def test_a_byte_that_changes_is_seen(root: Path) -> None:
    _ = write_institution(begin(root), INSTITUTION).institution
    changed = INSTITUTION.replace(b"language: fr", b"language: en")

    found = write_institution(root, changed).institution

    assert found == read_institution(changed) != read_institution(INSTITUTION)


@pytest.mark.parametrize("place", [0, 70, 80, -1])
def test_a_damaged_cache_is_made_again(root: Path, place: int) -> None:
    kept = root / ".git/graduand/schema/institution"
    _ = write_institution(begin(root), INSTITUTION).institution
    whole = kept.read_bytes()
    damaged = bytearray(whole)
    damaged[place] ^= 1
    kept.write_bytes(damaged)

    assert Workspace(root).institution == read_institution(INSTITUTION)
    assert kept.read_bytes() == whole


@pytest.mark.parametrize("broken", [INSTITUTION + b"nonsense: 1\n", INSTITUTION + b"a: [\n"])
def test_a_broken_file_is_refused_each_time_with_its_line(root: Path, broken: bytes) -> None:
    with pytest.raises(SchemaBroken) as uncached:
        read_institution(broken)
    begin(root)
    for _turn in range(2):
        with pytest.raises(SchemaBroken) as refused:
            _ = write_institution(root, broken).institution
        assert str(refused.value) == str(uncached.value)


def test_a_tree_comes_back_with_all_its_places() -> None:
    text = 'a: "b"\nc:\n  - d # e\n  - []\n  - {f: ~}\ng: {}\n'

    assert unpacked(packed(parse(text))) == parse(text)


def test_nothing_is_remembered_where_nothing_shall_be(root: Path) -> None:
    put(begin(root), GRADUATE)
    commit(root)

    assert graduand(root, "check", "--on", TODAY, "--no-cache").code == 0
    assert not (root / ".git/graduand").exists()
    assert Workspace(root).school.fields == Workspace(root, remembers=False).school.fields
    assert (root / ".git/graduand/schema").is_dir()


# ---- Labels


def labels(root: Path, *, remembers: bool = True) -> list[tuple[str, tuple[str, ...], str]]:
    found = Workspace(root, remembers).labels
    return [(key, name.label.in_each(), str(name.kind)) for key, name in found.items()]


def test_labels_are_those_of_the_schema_and_come_without_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uncached = labels(begin(root), remembers=False)
    assert len(uncached) > 40
    assert labels(root) == uncached

    monkeypatch.setattr(Workspace, "school", None)
    assert labels(root) == uncached


def test_another_schema_has_other_labels(root: Path) -> None:
    before = labels(begin(root))
    settle(root, region="us")

    assert labels(root) == labels(root, remembers=False) != before
    settle(root, region="eu")
    assert labels(root) == before


@pytest.mark.parametrize("place", [0, 70, 80, 1_000, -1])
def test_damaged_labels_are_made_again(root: Path, place: int) -> None:
    uncached = labels(begin(root))
    kept = root / ".git/graduand/schema/labels"
    whole = bytearray(kept.read_bytes())
    whole[place] ^= 1
    kept.write_bytes(whole)

    assert labels(root) == uncached
    assert kept.read_bytes() != bytes(whole)
