"""What a command prints when its output is full, closed or a terminal, and when the system gives it nothing."""

from __future__ import annotations

import marshal
import os
import pty
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.repository import GRADUATE, HOUSE, begin, commit, git, graduand, put

if TYPE_CHECKING:
    from pathlib import Path

FULL = "/dev/full"
HOSTILE = GRADUATE.replace("Dupont", '"D\\e]52;c;eA==\\a\\e[2K\\u009b1mupont"')


@pytest.fixture
def one(root: Path) -> Path:
    put(begin(root), GRADUATE)
    commit(root)
    return root


def started(root: Path, script: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own, by a line of the shell that has the command as its arguments."""
    command = [sys.executable, "-m", "graduand", "--root", str(root), "--lang", "en", *words]
    environment = os.environ | {"PYTHONPATH": str(HOUSE / "tui")}
    return subprocess.run(
        ["/bin/sh", "-c", script, "sh", *command], env=environment, capture_output=True, text=True, check=False
    )


WORDS = (
    *(("check",), ("plan",), ("audit", "--html"), ("check", "--json"), ("--version",), ("--help",)),
    ("edit", "00412345", "middle_name=Rose"),
)


@pytest.mark.skipif(not os.path.exists(FULL), reason="this system has no full device")  # noqa: PTH110
@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_a_full_disk_behind_the_output_is_said(one: Path, words: tuple[str, ...]) -> None:
    ran = started(one, f'exec "$@" >{FULL}', *words)

    assert ran.returncode == 5
    assert ran.stderr.splitlines()[-1] == (
        "graduand: The output cannot be written: the disk is full. What was saved before stays saved."
    )
    assert "bug" not in ran.stderr
    assert git(one, "status", "--porcelain") == ""


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_a_closed_output_is_said_and_nothing_is_done(one: Path, words: tuple[str, ...]) -> None:
    head = git(one, "rev-parse", "HEAD")
    ran = started(one, 'exec "$@" >&-', *words)

    assert ran.returncode == 5
    assert ran.stderr == ("graduand: The output cannot be written: it is closed. What was saved before stays saved.\n")
    assert git(one, "rev-parse", "HEAD") == head


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-", f"2>{FULL}"])
def test_other_closed_streams_change_no_result(one: Path, closed: str) -> None:
    ran = started(one, f'exec "$@" {closed}', "check")

    assert ran.returncode == 0
    assert "1 record: 0 errors" in ran.stdout
    assert started(one, f'exec "$@" {closed}', "check", "--nothing").returncode == 2


@pytest.mark.parametrize("limit", [10, 12, 14])
def test_too_few_open_files_are_no_bug_and_what_was_begun_is_finished(one: Path, limit: int) -> None:
    ran = started(one, f'ulimit -n {limit}; exec "$@"', "edit", "00412345", "last_name=Neuville")

    assert "bug" not in ran.stderr
    assert "git init" not in ran.stderr
    assert ran.returncode in {0, 5}
    again = graduand(one, "edit", "00412345", "last_name=Neuville")
    assert again.code == 0
    assert "Neuville" in git(one, "show", "HEAD:records/2026-spring/00412345.yaml")
    assert git(one, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    "words", [("sheet", "out", "--out", "-"), ("sheet", "out", "--out", "-", "--separator", "tab")]
)
def test_no_control_sequence_of_a_record_reaches_a_terminal(root: Path, words: tuple[str, ...]) -> None:
    put(begin(root), HOSTILE)
    commit(root)
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "graduand", "--root", str(root), "--color", "never", *words]
    environment = os.environ | {"PYTHONPATH": str(HOUSE / "tui")}
    with subprocess.Popen(command, env=environment, stdout=slave, stderr=subprocess.DEVNULL) as process:
        os.close(slave)
        shown = b""
        try:
            while more := os.read(master, 65536):
                shown += more
        except OSError:
            os.close(master)
    assert process.returncode == 0
    text = shown.decode().replace("\r\n", "\n")
    assert "<U+001B>]52;c;eA==<U+0007><U+001B>[2K<U+009B>1mupont" in text
    assert [char for char in text if not char.isprintable() and char not in "\n\t"] == []


def test_a_pipe_gets_the_data_as_they_are(root: Path) -> None:
    put(begin(root), HOSTILE)
    commit(root)

    assert "\x1b]52;" in graduand(root, "sheet", "out", "--out", "-").out


@pytest.mark.parametrize("words", [("compile",), ("sheet", "out"), ("outreach", "personal-address")])
def test_no_personal_data_go_through_a_link_of_the_clone(
    one: Path, words: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    public = tmp_path_factory.mktemp("public")
    (one / "build").symlink_to(public)
    commit(one)

    ran = graduand(one, *words)

    assert ran.code in {1, 2, 5}
    assert [*public.iterdir()] == []


def test_a_folder_of_personal_data_is_for_the_user_alone(one: Path) -> None:
    mask = os.umask(0)
    try:
        assert graduand(one, "compile").code == 0
    finally:
        os.umask(mask)
    assert (one / "build").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("words", [("check",), ("plan",), ("audit",), ("compile",), ("due",)], ids=" ".join)
def test_a_cache_that_holds_something_else_is_thrown_away(one: Path, words: tuple[str, ...]) -> None:
    graduand(one, "plan")
    sound = graduand(one, *words)
    bodies: list[Any] = [{}, [1], (("x",),), "x", [[], {}, None], b"\0" * 99, 7]
    for body in bodies:
        caches = [path for path in (one / ".git/graduand").rglob("*") if path.is_file()]
        assert caches
        for path in caches:
            key = path.read_bytes()[:64]
            raw = marshal.dumps(body)
            path.write_bytes(b"%b %08x\n%b" % (key, zlib.crc32(raw), raw))

        assert graduand(one, *words) == sound, body
        assert graduand(one, *words) == sound, body
