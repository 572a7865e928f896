from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graduand.errors import Unreadable
from graduand.findings import Finding
from graduand.records.files import find, load
from graduand.records.paths import is_record_path
from graduand.records.reading import read
from graduand.records.source import LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from graduand.records.school import School

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
        ("records/a/x", None),
        ("records/a/.x.yaml.swp", None),
        ("records/a/._x.yaml", None),
        ("records/a/.#x.yaml", None),
        ("records/a/.x.yaml.4711.graduand.tmp", None),
        ("records/a/x.yaml~", None),
        ("records/a/export.csv", None),
        ("records/a/b/c/x.txt", "records/a/b/c"),
        ("records/.idea/x.yaml", "records/.idea"),
        ("records/a/.git/x.yaml", "records/a/.git"),
    ],
)
def test_whatever_else_lies_there_is_reported_and_passed_over(path: str, reported: str | None, root: Path) -> None:
    _put(root, path, "records/a/1.yaml")
    found = find(root)

    assert found.paths == ("records/a/1.yaml",)
    (stray,) = found.strays
    assert ("GR014", "warning", reported or path) == (stray.rule, stray.severity, stray.path)
    assert str(stray).isprintable()


@pytest.mark.parametrize(
    ("path", "reported"),
    [
        ("records/00412345.yaml", None),
        ("records/a/x.yml", None),
        ("records/a/x.YAML", None),
        ("records/a/x.Yml", None),
        ("records/a/.x.yaml", None),
        ("records/a/b/c/x.yaml", "records/a/b/c"),
        ("records/a/b/c/d/e/x.yML", "records/a/b/c"),
        ("records/.2026/x.yaml", "records/.2026"),
        ("records/a.yaml/x.yaml", "records/a.yaml"),
        ("records/a/\x1b[2J.yaml", "records/a/<U+001B>[2J.yaml"),
        ("records/a/\u202elmay.yaml", "records/a/<U+202E>lmay.yaml"),
        ("records/a\u00a0b/x.yaml", None),
        pytest.param("records/a/\udce9.yaml", "records/a/<U+DCE9>.yaml", marks=NO_BYTES),
    ],
)
def test_what_looks_like_a_record_and_is_passed_over_is_an_error(path: str, reported: str | None, root: Path) -> None:
    _put(root, path, "records/a/1.yaml")
    found = find(root)

    assert found.paths == ("records/a/1.yaml",)
    (stray,) = found.strays
    assert ("GR018", "error", reported or path) == (stray.rule, stray.severity, stray.path)
    assert str(stray).isprintable()
    assert not is_record_path(path)


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
