from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from graduand.errors import ChangedOnDisk, InTheWay, NotWritten, Trouble, Unreadable
from graduand.findings import Finding
from graduand.records.files import find, load, save
from graduand.records.importer import read_importer
from graduand.records.institution import read_institution
from graduand.records.reading import read
from graduand.records.record import Record
from graduand.records.school import School, school_of
from graduand.records.source import LIMIT
from graduand.records.writing import canonical
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Callable

PATH = "records/2026-spring/00412345.yaml"


def _put(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"x")


# ---- Finding

NO_BYTES = pytest.mark.skipif(sys.platform == "darwin", reason="macOS takes no name that is not UTF-8")


def test_records_are_found_in_cohorts_and_on_their_second_level_sorted(root: Path) -> None:
    _put(root, "records/b/45/12345.yaml", "records/b/2.yaml", "records/a/12%3A30.yaml", "records/a/10.yaml")

    assert find(root)[:2] == (
        ("records/a/10.yaml", "records/a/12%3A30.yaml", "records/b/2.yaml", "records/b/45/12345.yaml"),
        (),
    )


@pytest.mark.parametrize("name", ["README.md", ".gitkeep", ".gitignore", ".gitattributes"])
def test_what_git_and_people_need_is_no_stray(name: str, root: Path) -> None:
    _put(root, f"records/{name}", f"records/a/{name}")

    assert find(root)[:2] == ((), ())


@pytest.mark.parametrize(
    ("path", "reported"),
    [
        ("records/00412345.yaml", None),
        ("records/a/x.yml", None),
        ("records/a/x.YAML", None),
        ("records/a/x", None),
        ("records/a/.x.yaml.swp", None),
        ("records/a/.x.yaml", None),
        ("records/a/.x.yaml.4711.graduand.tmp", None),
        ("records/a/x.yaml~", None),
        ("records/a/export.csv", None),
        ("records/a/b/c/x.yaml", "records/a/b/c"),
        ("records/.idea/x.yaml", "records/.idea"),
        ("records/a/.git/x.yaml", "records/a/.git"),
        ("records/a/\x1b[2J.yaml", "records/a/<U+001B>[2J.yaml"),
        ("records/a/\u202elmay.yaml", "records/a/<U+202E>lmay.yaml"),
        pytest.param("records/a/\udce9.yaml", "records/a/<U+DCE9>.yaml", marks=NO_BYTES),
    ],
)
def test_whatever_else_lies_there_is_reported_and_passed_over(path: str, reported: str | None, root: Path) -> None:
    _put(root, path, "records/a/1.yaml")
    found = find(root)

    assert found.paths == ("records/a/1.yaml",)
    (stray,) = found.strays
    assert ("GR014", "warning", reported or path) == (stray.rule, stray.severity, stray.path)
    assert str(stray).isprintable()


def _link(path: Path) -> None:
    path.symlink_to(path.parent / "1.yaml")


def _dangling(path: Path) -> None:
    path.symlink_to(path.parent / "nothing")


@pytest.mark.parametrize("make", [_link, _dangling, os.mkfifo, Path.mkdir])
def test_a_record_that_is_no_ordinary_file_is_reported_and_never_opened(
    make: Callable[[Path], None], root: Path
) -> None:
    _put(root, "records/a/1.yaml")
    make(root / "records/a/2.yaml")
    found = find(root)

    assert found.paths == ("records/a/1.yaml",)
    (stray,) = found.strays
    assert (stray.rule, stray.severity, stray.path) == ("GR015", "error", "records/a/2.yaml")


def test_a_link_to_a_folder_is_not_followed(root: Path) -> None:
    _put(root, "elsewhere/x.yaml", "records/a/1.yaml")
    (root / "records/b").symlink_to(root / "elsewhere")
    (root / "records/c").symlink_to(root / "records")
    found = find(root)

    assert found.paths == ("records/a/1.yaml",)
    assert [stray.path for stray in found.strays] == ["records/b", "records/c"]


def test_a_folder_of_records_that_cannot_be_listed_is_a_trouble_that_names_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(root, "records/a/1.yaml")
    opened = os.open

    def refuse(path: str, flags: int) -> int:
        if path.endswith("/a"):
            raise PermissionError(13, "Permission denied", path)
        return opened(path, flags)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(Unreadable, match=r"records/a cannot be read: Permission denied\.$"):
        find(root)
    monkeypatch.undo()
    with pytest.raises(Unreadable, match=r"/records cannot be read: No such file or directory\.$"):
        find(root / "records/a")


# ---- Loading


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_link, "it is a link to somewhere else"),
        (_dangling, "it is a link to somewhere else"),
        (os.mkfifo, "it is no ordinary file"),
        (Path.mkdir, "it is no ordinary file"),
        (lambda _path: None, "it is not there"),
    ],
)
def test_what_cannot_be_had_is_a_finding(make: Callable[[Path], None], said: str, root: Path) -> None:
    _put(root, "records/a/1.yaml")
    make(root / "records/a/2.yaml")
    found = load(root, "records/a/2.yaml")

    assert isinstance(found, Finding)
    assert found[:5] == ("GR001", "error", "records/a/2.yaml", 1, 1)
    assert said in found.message


def test_of_a_file_that_is_too_large_only_so_much_is_read_that_the_reader_sees_it(school: School, root: Path) -> None:
    _put(root, PATH)
    (root / PATH).write_bytes(b"#" * 10 * LIMIT)
    raw = load(root, PATH)

    assert isinstance(raw, bytes)
    assert len(raw) == LIMIT + 1
    assert [found.rule for found in read(PATH, raw, school).findings] == ["GR001"]


# ---- Saving

OLD = Record(PATH, {"username": "00412345", "transition:notes": "0"})
NEW = OLD._replace(values={**OLD.values, "transition:notes": "1"})


def _save(root: Path, record: Record, before: bytes | None, school: School) -> bytes:
    text = canonical(record, school.fields, {})
    save(root, record, text, before, school)
    return text.encode()


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

    with pytest.raises(InTheWay):
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
def test_a_text_that_two_readers_do_not_read_as_the_record_is_not_saved(
    record: Record, text: str, root: Path, school: School
) -> None:
    with pytest.raises(NotWritten, match="would not read back"):
        save(root, record, text, None, school)
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
