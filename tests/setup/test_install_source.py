"""What CI installs is exactly one program: a release by its checksum, a commit, or a copy in the repository."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING
from urllib.error import URLError

import pytest

from graduand import __version__
from graduand.errors import Usage
from graduand.setup import install_source
from graduand.setup.install_source import install_source as source_of
from graduand.setup.install_source import own_origin
from graduand.setup.program_wheel import program_wheel
from tests.repository import HOUSE, git, graduand

if TYPE_CHECKING:
    from pathlib import Path

WHEEL = f"https://valmont.example/graduand-{__version__}-py3-none-any.whl"
SHA = hashlib.sha256(b"a wheel").hexdigest()
COMMIT = "0123456789" * 4


def program_of(files: dict[str, bytes]) -> str:
    """Return the line that names the program."""
    return files[".graduand/program.txt"].decode().splitlines()[-1]


def test_without_a_word_a_copy_is_kept_that_pip_takes_by_its_checksum(tmp_path: Path) -> None:
    ran = graduand(tmp_path, "init", str(tmp_path / "school"))
    assert ran.code == 0

    place = tmp_path / "school"
    name = f"graduand-{__version__}-py3-none-any.whl"
    assert name in git(place, "ls-files", ".graduand")
    checksum = hashlib.sha256((place / ".graduand" / name).read_bytes()).hexdigest()
    program = (place / ".graduand/program.txt").read_text(encoding="utf-8")
    assert program.splitlines() == [f"./.graduand/{name} --hash=sha256:{checksum}"]
    assert (place / ".graduand/requirements.txt").read_bytes() == (HOUSE / "constraints/run.txt").read_bytes()
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-deps", "--no-index"]
    subprocess.run(
        [*pip, "--target", tmp_path / "site", "--requirement", ".graduand/program.txt"], cwd=place, check=True
    )
    installed = subprocess.run(
        [sys.executable, "-m", "graduand", "--version"],
        cwd=tmp_path / "site",
        check=True,
        capture_output=True,
        text=True,
    )
    assert installed.stdout == f"graduand {__version__}\n"


def test_the_same_program_gives_the_same_copy() -> None:
    assert program_wheel.__wrapped__() == program_wheel()
    with zipfile.ZipFile(io.BytesIO(program_wheel().content)) as wheel:
        metadata = wheel.read(f"graduand-{__version__}.dist-info/METADATA").decode()
    assert f"\nVersion: {__version__}\n" in metadata
    assert "\nRequires-Dist: textual" in metadata


def test_a_release_is_taken_once_its_checksum_is_right(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(url: str, **_options: object) -> io.BytesIO:
        asked.append(url)
        return io.BytesIO(b"a wheel")

    monkeypatch.setattr(install_source, "urlopen", answer)

    found = source_of(f"{WHEEL}#sha256={SHA}", tmp_path)

    assert program_of(found.files) == f"graduand @ {WHEEL} --hash=sha256:{SHA}"
    assert asked == [WHEEL]
    with pytest.raises(Usage, match=f"has another checksum: {SHA}"):
        source_of(f"{WHEEL}#sha256={'0' * 64}", tmp_path)


def test_a_release_that_cannot_be_had_is_not_written_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(_url: str, **_options: object) -> io.BytesIO:
        raise URLError("no such host")

    monkeypatch.setattr(install_source, "urlopen", refuse)

    ran = graduand(tmp_path, "init", str(tmp_path / "school"), "--install-from", f"{WHEEL}#sha256={SHA}")

    assert ran.code == 2
    assert "cannot be had" in ran.err
    assert not (tmp_path / "school").exists()


def test_a_commit_is_named_whole_and_its_repository_asked(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "x")
    tip = git(root, "rev-parse", "HEAD").strip()
    monkeypatch.setenv("GIT_CONFIG_KEY_3", f"url.{root}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_3", "https://valmont.example/graduand.git")
    wanted = "git+https://valmont.example/graduand.git@"

    assert program_of(source_of(wanted + tip, root).files) == f"graduand @ {wanted}{tip}"
    assert source_of(wanted + tip, root).doubt == ""
    assert f"ends with {COMMIT[:12]}" in source_of(wanted + COMMIT, root).doubt
    with pytest.raises(Usage, match="cannot be had"):
        source_of(f"git+https://other.valmont.example@{COMMIT}", root)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("graduand", "does not name exactly one graduand"),
        ("graduand==0.2.0", "does not name exactly one graduand"),
        (WHEEL, "does not name exactly one graduand"),
        (f"http://valmont.example/graduand-{__version__}-py3-none-any.whl#sha256={SHA}", "does not name exactly"),
        (f"https://me:secret@valmont.example/graduand-0.2.0-py3-none-any.whl#sha256={SHA}", "does not name exactly"),
        ("git+https://valmont.example/graduand.git@main", "does not name exactly one graduand"),
        (f"https://valmont.example/graduand-9.0-py3-none-any.whl#sha256={SHA}", "is graduand 9.0; this is"),
    ],
)
def test_what_is_not_exactly_one_program_is_refused(wanted: str, said: str, tmp_path: Path) -> None:
    ran = graduand(tmp_path, "init", str(tmp_path / "school"), "--install-from", wanted)

    assert ran.code == 2
    assert said in ran.err
    assert not (tmp_path / "school").exists()


@pytest.mark.parametrize(
    ("noted", "origin"),
    [
        ({"url": WHEEL, "archive_info": {"hashes": {"sha256": SHA}}}, f"{WHEEL}#sha256={SHA}"),
        (
            {"url": "https://valmont.example/g.git", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
            f"git+https://valmont.example/g.git@{COMMIT}",
        ),
        ({"url": "file:///home/me/graduand", "dir_info": {"editable": True}}, ""),
        ({"url": WHEEL, "archive_info": {}}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_where_this_program_came_from_is_what_init_proposes(
    noted: object, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Installed:
        def read_text(self, _name: str) -> str | None:
            return json.dumps(noted) if noted is not None else None

    monkeypatch.setattr(install_source, "distribution", lambda _name: Installed())

    assert own_origin() == origin
