"""What is remembered of the schema is what its files say, to the byte, or it is not used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.errors import SchemaBroken
from graduand.index.schema_cache import SchemaCache
from graduand.records.importer import read_importer
from graduand.records.institution import read_institution
from graduand.records.nodes import packed, unpacked
from graduand.records.tree import parse
from graduand.workspace import Workspace
from tests.repository import GRADUATE, HOUSE, TODAY, begin, commit, graduand, put

if TYPE_CHECKING:
    from pathlib import Path

IMPORTER = (HOUSE / "schema/handshake.yaml").read_bytes()
INSTITUTION = (HOUSE / "schema/institution.yaml").read_bytes()


def test_what_is_known_is_what_is_read(tmp_path: Path) -> None:
    for _turn in range(2):
        known = SchemaCache(str(tmp_path))
        assert known.importer(IMPORTER) == read_importer(IMPORTER)
        assert known.institution(INSTITUTION) == read_institution(INSTITUTION)

    kept = sorted((tmp_path / "graduand/schema").iterdir())
    assert [path.name for path in kept] == ["importer", "institution"]
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}


def test_a_byte_that_changes_is_seen(tmp_path: Path) -> None:
    SchemaCache(str(tmp_path)).institution(INSTITUTION)
    changed = INSTITUTION.replace(b"language: fr", b"language: en")

    assert SchemaCache(str(tmp_path)).institution(changed) == read_institution(changed) != read_institution(INSTITUTION)


@pytest.mark.parametrize("place", [0, 70, 80, -1])
def test_what_is_damaged_is_read_again(tmp_path: Path, place: int) -> None:
    kept = tmp_path / "graduand/schema/institution"
    SchemaCache(str(tmp_path)).institution(INSTITUTION)
    whole = kept.read_bytes()
    damaged = bytearray(whole)
    damaged[place] ^= 1
    kept.write_bytes(damaged)

    assert SchemaCache(str(tmp_path)).institution(INSTITUTION) == read_institution(INSTITUTION)
    assert kept.read_bytes() == whole


@pytest.mark.parametrize("broken", [INSTITUTION + b"nonsense: 1\n", INSTITUTION + b"a: [\n"])
def test_a_broken_file_is_refused_each_time_with_its_line(tmp_path: Path, broken: bytes) -> None:
    with pytest.raises(SchemaBroken) as afresh:
        read_institution(broken)
    for _turn in range(2):
        with pytest.raises(SchemaBroken) as refused:
            SchemaCache(str(tmp_path)).institution(broken)
        assert str(refused.value) == str(afresh.value)


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
