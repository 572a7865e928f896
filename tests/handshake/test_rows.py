from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings

from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.record import ATTENDING, END
from tests.handshake.test_files import compiled
from tests.people import DAY, SCHOOL, sound_people
from tests.repository import HOUSE, TODAY, built, graduand, shipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from graduand.handshake.upload import File
    from graduand.records.record import Record, Value


def cells_of(files: tuple[File, ...]) -> dict[str, str]:
    """Return what the files together say of the one person in them."""
    cells: dict[str, str] = {}
    for file in files:
        for row in csv.DictReader(io.StringIO(file.content.decode(), newline=""), strict=True):
            cells |= {header: cell for header, cell in row.items() if cell}
    return cells


def meant(header: str, cell: str) -> Value:
    """Return what a record holds that compiles to this cell."""
    kind = SCHOOL.columns[header].kind
    if kind is FieldKind.BOOLEAN:
        return {"TRUE": "true", "FALSE": "false"}[cell]
    return tuple(cell.split(";")) if kind is FieldKind.LIST and cell != CLEAR else cell


def derived(record: Record) -> dict[str, Value]:
    """Return what follows from the transition where the record is silent, as the article has it."""
    if record.text("transition:kind") == "returned":
        silent: dict[str, Value] = {ATTENDING: "true", END: CLEAR}
    elif record.text(ATTENDING) == "true":
        silent = {}
    else:
        silent = {ATTENDING: "false", "institution_year_name": "Alumni"}
    return {header: value for header, value in silent.items() if header not in record.values}


@given(sound_people(SCHOOL))
@settings(max_examples=settings().max_examples * 2)
def test_every_column_of_a_sound_record_can_be_read_back_from_its_row(people: tuple[Record, ...]) -> None:
    (record,) = people
    expected = {key: value for key, value in record.values.items() if not key.startswith("transition:")}
    if record.text("transition:account:effective_on") > DAY:
        expected.pop("disabled", None)

    always = replace(SCHOOL, institution=replace(SCHOOL.institution, send_auth_identifier="always"))
    cells = cells_of(compiled(people, always))

    assert {header: meant(header, cell) for header, cell in cells.items()} == expected | derived(record)


def test_the_order_of_files_on_the_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped(tmp_path)
    graduand(tmp_path, "compile", "--on", TODAY)
    before = built(tmp_path)
    scandir = os.scandir

    class Backwards:
        def __init__(self, path: str = ".") -> None:
            with scandir(path) as entries:
                self.entries = sorted(entries, key=lambda entry: entry.name, reverse=True)

        def __enter__(self) -> Iterator[os.DirEntry[str]]:
            return iter(self.entries)

        def __exit__(self, *_error: object) -> None: ...

        def __iter__(self) -> Iterator[os.DirEntry[str]]:
            return iter(self.entries)

    monkeypatch.setattr(os, "scandir", Backwards)

    assert graduand(tmp_path, "compile", "--on", TODAY).code == 0

    assert built(tmp_path) == before


def test_another_machine_makes_the_same_bytes_of_the_same_commit(tmp_path: Path) -> None:
    shipped(tmp_path)
    machines = (
        {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "Pacific/Kiritimati", "UMASK": "077"},
        {"PYTHONHASHSEED": "1", "LANG": "C.UTF-8", "TZ": "America/Los_Angeles", "UMASK": "000", "PYTHONUTF8": "0"},
    )
    made: list[dict[str, bytes]] = []
    for machine in machines:
        there = tmp_path / f"clone{len(made)}"
        subprocess.run(["git", "clone", "--quiet", str(tmp_path), str(there)], check=True)
        subprocess.run(
            [sys.executable, "-m", "graduand", "compile", "--on", TODAY],
            cwd=there,
            env={**os.environ, **machine, "PYTHONPATH": str(HOUSE / "tui")},
            umask=int(machine["UMASK"], 8),
            check=True,
            capture_output=True,
        )
        assert {path.stat().st_mode & 0o777 for path in (there / "build").iterdir()} == {0o600}
        made.append(built(there))

    assert made[0] == made[1]
