"""Objects are read from few processes, and none of them outlives what reads them."""

from __future__ import annotations

import gc
import os
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from graduand.git.program import Program
from tests.repository import GRADUATE, begin, commit, git, put

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import Popen

MISSING = "0" * 40


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Popen[bytes]]:
    """The processes that read objects, in the order of their starts."""
    processes: list[Popen[bytes]] = []
    start = Program._started

    def noting(self: Program, arguments: tuple[str, ...], *, stdin: int, stderr: int) -> Popen[bytes]:
        process = start(self, arguments, stdin=stdin, stderr=stderr)
        processes.extend([process] if arguments[0] == "cat-file" else [])
        return process

    monkeypatch.setattr(Program, "_started", noting)
    return processes


@pytest.fixture
def program(root: Path) -> Program:
    put(begin(root), GRADUATE)
    commit(root)
    return Program(root)


@pytest.fixture
def names(program: Program) -> list[str]:
    """The names of all files' objects."""
    return [line.split()[2] for line in git(program.root, "ls-tree", "-r", "HEAD").splitlines()]


def test_one_process_answers_again_and_again(program: Program, names: list[str], started: list[Popen[bytes]]) -> None:
    contents = [*program.blobs(names)]

    assert GRADUATE.encode() in contents
    assert [*program.blobs([names[0], MISSING])] == [contents[0], None]
    assert [*program.blobs(names * 300)] == contents * 300
    assert len(started) == 1


def test_objects_are_read_while_others_are_read(
    program: Program, names: list[str], started: list[Popen[bytes]]
) -> None:
    found = [(one, *program.blobs([name])) for name, one in zip(names, program.blobs(names), strict=True)]

    assert all(one == again for one, again in found)
    assert len(started) == 2


def test_who_reads_on_after_an_end_reads_what_was_asked(
    program: Program, names: list[str], started: list[Popen[bytes]]
) -> None:
    contents = [*program.blobs(names)]
    first = [*islice(program.blobs(names * 500), 1)]
    gc.collect()

    assert first == contents[:1]
    assert [*program.blobs(names)] == contents
    started[-1].kill()
    started[-1].wait()
    assert [*program.blobs(names)] == contents


def test_no_process_is_left(program: Program, started: list[Popen[bytes]], names: list[str]) -> None:
    other = Program(program.root)
    [*other.blobs(names)]
    assert started[0].poll() is None

    del other
    gc.collect()

    assert started[0].returncode == 0


def test_names_are_those_of_objects(program: Program, root: Path) -> None:
    head = git(root, "rev-parse", "HEAD").strip()

    assert program.object_names(["HEAD", "HEAD^{commit}", "nothing", "HEAD:no/such file"]) == [head, head, "", ""]


def test_a_name_with_a_line_end_is_nobodys(program: Program, names: list[str], started: list[Popen[bytes]]) -> None:
    assert program.object_names([f"{names[0]}\n{names[1]}", names[1]]) == ["", names[1]]
    assert program.object_names(names[:1]) == names[:1]
    assert len(started) == 1


@pytest.mark.parametrize("left", [b"fast-import", b""], ids=["mark", "mark begun"])
def test_blobs_are_written_again_after_a_kill_left_the_mark_of_their_pack(root: Path, left: bytes) -> None:
    program = Program(begin(root))
    contents = [b"one\n", b"two\n"]
    names = program.write_blobs(contents)
    (pack,) = (root / ".git/objects/pack").glob("*.pack")
    mark = pack.with_suffix(".keep")
    mark.write_bytes(left)
    own = mark.with_name(f"pack-{'0' * 40}.keep")
    own.write_bytes(b"the school's")
    for path in (pack, pack.with_suffix(".idx")):
        path.unlink()

    assert Program(root).write_blobs(contents) == names
    assert not mark.exists()
    assert own.exists()


def test_what_gitpython_reads_while_it_is_imported_stays_when_another_thread_asks_git(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_PYTHON_REFRESH", "GIT_DIR"):
        monkeypatch.setenv(name, "quiet")
    begin(root)
    Program(root)
    assert os.environ.get("GIT_PYTHON_REFRESH") == "quiet"
    assert "GIT_DIR" not in os.environ
