"""A cache file gives back what was written, or nothing."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import pytest

from graduand.storage.cache_file import CacheFile, fits, remove_cache_files

if TYPE_CHECKING:
    from pathlib import Path

VALUE = (1, "é", None, [b"x", ("y",)], {"a": 2})


def cache_file(tmp_path: Path, *key: str) -> CacheFile[object]:
    return CacheFile(tmp_path / "graduand" / "value", *key, shape=Any)


def test_a_value_is_read_back_under_its_key_only(tmp_path: Path) -> None:
    assert cache_file(tmp_path, "a", "b").read() is None
    cache_file(tmp_path, "a", "b").write(VALUE)

    assert cache_file(tmp_path, "a", "b").read() == VALUE
    assert cache_file(tmp_path, "ab").read() is None
    assert cache_file(tmp_path, "a", "b", "").read() is None


def test_a_buffer_is_read_back_as_bytes(tmp_path: Path) -> None:
    numbers = array("l", [1, 2])
    cache_file(tmp_path).write((numbers, memoryview(b"xy")))

    assert cache_file(tmp_path).read() == (numbers.tobytes(), b"xy")


def test_a_value_is_computed_once(tmp_path: Path) -> None:
    assert cache_file(tmp_path).get(lambda: VALUE) == VALUE
    assert cache_file(tmp_path).get(lambda: pytest.fail("computed again")) == VALUE


def test_the_file_and_its_folder_are_private(tmp_path: Path) -> None:
    file = cache_file(tmp_path)
    file.write(VALUE)

    assert (file.path.stat().st_mode & 0o777, file.path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_believed(tmp_path: Path, mode: int) -> None:
    file = cache_file(tmp_path)
    file.write(VALUE)
    file.path.chmod(mode)

    assert file.read() is None


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    file = cache_file(tmp_path)
    file.write(VALUE)
    file.path.rename(tmp_path / "elsewhere")
    file.path.symlink_to(tmp_path / "elsewhere")

    assert file.read() is None


def test_a_damaged_file_is_no_file(tmp_path: Path) -> None:
    file = cache_file(tmp_path)
    file.write(VALUE)
    whole = file.path.read_bytes()
    for place in range(len(whole)):
        file.path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert file.read() is None, place
        file.path.write_bytes(whole[:place])
        assert file.read() is None, place
    file.path.write_bytes(whole)
    assert file.read() == VALUE


def test_where_the_disk_refuses_nothing_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "graduand").write_text("in the way", encoding="utf-8")

    assert cache_file(tmp_path).get(lambda: VALUE) == VALUE


def test_every_cache_file_is_removed_and_no_other_file(tmp_path: Path) -> None:
    file = cache_file(tmp_path)
    file.write(VALUE)
    whole = file.path.read_bytes()
    for name in ("pages/one", ".value.1.graduand.tmp"):
        (file.path.parent / name).parent.mkdir(exist_ok=True)
        (file.path.parent / name).write_bytes(whole)
    for name, content in (("journal", b'{"schema": 1}\n'), ("empty", b""), ("short", whole[:70])):
        (file.path.parent / name).write_bytes(content)
    (tmp_path / "elsewhere").write_bytes(whole)
    (file.path.parent / "link").symlink_to(tmp_path / "elsewhere")

    remove_cache_files(file.path.parent)

    left = sorted(path.name for path in file.path.parent.rglob("*") if not path.is_dir())
    assert left == ["empty", "journal", "link", "short"]
    assert (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("value", "shape", "is_so"),
    [
        ("a", str, True),
        (1, str, False),
        (True, int, False),
        (None, str | None, True),
        (1, str | None, False),
        (["a", "b"], list[str], True),
        (["a", 1], list[str], False),
        (("a",), list[str], False),
        ((), tuple[str, ...], True),
        (("a", 1), tuple[str, int], True),
        (("a", 1, 1), tuple[str, int], False),
        ([("a", 1), ("b", "c")], list[tuple[str, int]], False),
        ({"a": [1]}, dict[str, list[int]], True),
        ({"a": [b""]}, dict[str, list[int]], False),
        ({1: [1]}, dict[str, list[int]], False),
        ({"a": 1, "b": (1, 2)}, dict[str, int | tuple[int, ...]], True),
        ({"a": 1, "b": (1, "")}, dict[str, int | tuple[int, ...]], False),
        (["a", ["b", "c"]], list[str | list[str]], True),
        (["a", ["b", None]], list[str | list[str]], False),
        ({"a": object()}, Any, True),
    ],
)
def test_a_value_is_of_a_type_with_all_that_it_holds(value: object, shape: object, *, is_so: bool) -> None:
    assert fits(value, shape) is is_so


def test_a_value_of_another_shape_is_no_value(tmp_path: Path) -> None:
    file = CacheFile[list[str]](tmp_path / "value", shape=list[str])
    cache_file(tmp_path.parent).path.parent.mkdir(exist_ok=True)
    CacheFile[object](tmp_path / "value", shape=Any).write(["a", 1])
    assert file.read() is None
    assert file.get(lambda: ["a"]) == file.read() == ["a"]
    assert file.read_as(lambda value: value[1]) is None
