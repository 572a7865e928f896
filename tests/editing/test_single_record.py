from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from graduand.editing.proposal import Proposal
from graduand.editing.transaction import apply
from graduand.errors import ChangedOnDisk, NotWritten, Trouble
from graduand.records.files import load
from graduand.records.importer import read_importer
from graduand.records.institution import read_institution
from graduand.records.reading import read
from graduand.records.record import Record
from graduand.records.school import School, school_of
from graduand.records.source import LIMIT
from graduand.records.writing import canonical
from graduand.storage import file_reader
from graduand.workspace import Workspace
from tests.repository import begin

PATH = "records/2026-spring/00412345.yaml"

OLD = Record(PATH, {"username": "00412345", "transition:notes": "0"})
NEW = OLD._replace(values={**OLD.values, "transition:notes": "1"})


def _save(root: Path, record: Record, before: bytes | None, school: School) -> bytes:
    text = canonical(record, school.fields, {})
    _write(root, Proposal(record.path, record, before, text))
    return text.encode()


def _write(root: Path, proposal: Proposal) -> None:
    apply(Workspace(root), [proposal], "Corrected", {}, commit=False)


def test_a_record_is_saved_new_and_then_again(root: Path, school: School) -> None:
    first = _save(root, OLD, None, school)
    assert first == load(root, PATH)

    assert _save(root, NEW, first, school) == load(root, PATH) != first
    assert [path.name for path in (root / PATH).parent.iterdir()] == ["00412345.yaml"]


@pytest.mark.parametrize("theirs", [b"username: b\n", b"", None])
def test_what_changed_on_the_disk_meanwhile_is_not_overwritten(
    theirs: bytes | None, root: Path, school: School
) -> None:
    before = _save(root, OLD, None, school)
    (root / PATH).unlink()
    if theirs is not None:
        (root / PATH).write_bytes(theirs)

    with pytest.raises(ChangedOnDisk):
        _save(root, NEW, before, school)
    assert [theirs] == [path.read_bytes() for path in (root / PATH).parent.iterdir()] or theirs is None
    assert (theirs is not None) == (root / PATH).exists()


def test_a_record_that_became_a_link_is_not_written_through(root: Path, school: School) -> None:
    before = _save(root, OLD, None, school)
    (root / "target").write_bytes(before)
    (root / PATH).unlink()
    (root / PATH).symlink_to(root / "target")

    with pytest.raises(ChangedOnDisk):
        _save(root, NEW, before, school)
    assert before == (root / "target").read_bytes()
    assert (root / PATH).is_symlink()


def test_a_new_record_goes_over_none_that_is_there(root: Path, school: School) -> None:
    before = _save(root, OLD, None, school)

    with pytest.raises(ChangedOnDisk):
        _save(root, NEW, None, school)
    assert before == load(root, PATH)


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (OLD, 'username: "0041234"\ntransition:\n  notes: "0"\n'),
        (OLD, "username: 00412345\ntransition:\n  notes: '0'\n"),
        (OLD, "username: [\n"),
        (OLD._replace(values={"username": ""}), 'username: ""\n'),
        (OLD._replace(values={"first_name": "\ud800"}), "first_name: \ud800\n"),
        (OLD._replace(values={"first_name": "x" * LIMIT}), f"first_name: {'x' * LIMIT}\n"),
        (OLD._replace(values={"primary_education:major_names": ()}), "primary_education:\n  major_names:\n"),
    ],
)
def test_a_text_that_two_readers_do_not_read_as_the_record_is_not_saved(record: Record, text: str, root: Path) -> None:
    with pytest.raises(NotWritten, match="would not read back"):
        _write(root, Proposal(record.path, record, None, text))
    assert not list((root / "records").iterdir())


def test_a_draft_with_an_impossible_date_can_be_saved(root: Path, school: School) -> None:
    draft = OLD._replace(values={**OLD.values, "primary_education:end_date": "2026-02-30"})

    assert b'  end_date: "2026-02-30"\n' in _save(root, draft, None, school)


@pytest.mark.parametrize(
    "path", ["records/../x.yaml", "records/a/../../x.yaml", "x.yaml", "/x.yaml", "records/link/x.yaml"]
)
def test_no_record_is_saved_outside_of_records(path: str, root: Path, school: School) -> None:
    (root / "elsewhere").mkdir()
    (root / "records/link").symlink_to(root / "elsewhere")
    before = sorted(root.rglob("*"))

    with pytest.raises(NotWritten, match="outside records/"):
        _save(root, OLD._replace(path=path), None, school)
    assert before == sorted(root.rglob("*"))
    assert not Path("/x.yaml").exists()


# ---- Two at once

ROUNDS = 25


def test_of_two_processes_that_save_one_record_none_loses_a_change(root: Path, school: School) -> None:
    begin(root)
    _save(root, OLD, None, school)
    command = [sys.executable, __file__, str(root), str(ROUNDS)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    both = [subprocess.Popen(command, env=environment) for _process in range(2)]

    assert [process.wait(timeout=60) for process in both] == [0, 0]
    raw = load(root, PATH)
    assert isinstance(raw, bytes)
    record = read(PATH, raw, school).record
    assert record is not None
    assert str(2 * ROUNDS) == record.text("transition:notes")
    assert [path.name for path in (root / PATH).parent.iterdir()] == ["00412345.yaml"]


def _count_up(root: Path, rounds: int) -> None:
    """Add one to the record's note so many times, each time from what stands there."""
    schema = root / "schema"
    school = school_of(
        read_institution((schema / "institution.yaml").read_bytes()),
        read_importer((schema / "handshake.yaml").read_bytes()),
    )
    while rounds:
        raw: Any = file_reader.read(root / PATH)
        record = read(PATH, raw, school).record
        assert record is not None
        more = {**record.values, "transition:notes": str(int(record.text("transition:notes")) + 1)}
        try:
            _save(root, record._replace(values=more), raw, school)
        except Trouble:
            continue
        rounds -= 1


if __name__ == "__main__":
    _count_up(Path(sys.argv[1]), int(sys.argv[2]))
