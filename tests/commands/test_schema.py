from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.repository import graduand, settle

if TYPE_CHECKING:
    from pathlib import Path

PATH = "schema/transition.schema.json"


def test_the_shipped_schema_is_fresh(root: Path) -> None:
    for words in (("schema", "--check"), ("schema",)):
        ran = graduand(root, *words)

        assert (ran.code, ran.out) == (0, "")
        assert ran.err == f"{PATH} is fresh.\n"


def test_a_stale_schema_is_said_and_left_until_it_is_written(root: Path) -> None:
    settle(root, region="us")
    before = (root / PATH).read_bytes()

    checked = graduand(root, "schema", "--check")
    left = (root / PATH).read_bytes()
    written = graduand(root, "schema")

    assert (checked.code, left) == (1, before)
    assert checked.err == f"{PATH} is stale; graduand schema writes it anew.\n"
    assert (written.code, written.err) == (0, f"{PATH} is written.\n")
    assert "school_year_name" in json.loads((root / PATH).read_bytes())["properties"]
    assert graduand(root, "schema", "--check").code == 0


def test_a_missing_schema_is_made(root: Path) -> None:
    wanted = (root / PATH).read_bytes()
    (root / PATH).unlink()

    assert graduand(root, "schema", "--check").code == 1
    assert graduand(root, "schema").code == 0

    assert (root / PATH).read_bytes() == wanted


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}"])
def test_whatever_stands_in_its_place_is_replaced(root: Path, content: bytes) -> None:
    wanted = (root / PATH).read_bytes()
    (root / PATH).write_bytes(content)

    assert graduand(root, "schema").code == 0

    assert (root / PATH).read_bytes() == wanted


def test_settings_that_do_not_hold_together_are_named_with_their_line(root: Path) -> None:
    settle(root, region="asia")

    ran = graduand(root, "schema")

    assert ran.code == 1
    assert ran.err.startswith("graduand: schema/institution.yaml:")
    assert "“asia”" in ran.err
