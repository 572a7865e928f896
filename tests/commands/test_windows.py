"""On Windows itself graduand says where to run it; here the parts of Python that Windows lacks are taken away."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from graduand import __version__
from tests.repository import HOUSE

if TYPE_CHECKING:
    from pathlib import Path

WINDOWS: Final = """
import os, sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in {"fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"}:
            raise ModuleNotFoundError(name)

for name in {"fcntl", "grp", "pwd", "resource", "termios"} & {*sys.modules}:
    del sys.modules[name]
sys.meta_path.insert(0, Missing())
sys.platform = "win32"
for name in ("O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "fchmod", "getuid", "geteuid", "getpgid"):
    delattr(os, name)
"""


def windows(folder: Path, *words: str, language: str = "") -> subprocess.CompletedProcess[str]:
    """Run graduand in a Python that takes itself for one of Windows."""
    (folder / "sitecustomize.py").write_text(WINDOWS, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "graduand", *words],
        cwd=HOUSE,
        env=os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{HOUSE / 'tui'}", "GRADUAND_LANG": language},
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.mark.parametrize("words", [(), ("check",), ("init", "school"), ("--help",)])
def test_one_sentence_leads_to_wsl_or_a_devcontainer(tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = windows(tmp_path, *words)

    assert (ran.returncode, ran.stdout) == (5, "")
    assert ran.stderr.startswith("graduand: On Windows graduand runs in WSL (wsl --install, ")
    assert ("devcontainer" in ran.stderr, ran.stderr.count("\n")) == (True, 1)


def test_it_is_said_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    by_environment = windows(tmp_path, "check", language="fr").stderr

    assert by_environment == windows(tmp_path, "--lang", "fr", "check").stderr
    assert by_environment.startswith("graduand: Sous Windows, graduand fonctionne dans WSL")


def test_the_version_is_told_all_the_same(tmp_path: Path) -> None:
    ran = windows(tmp_path, "--version")

    assert (ran.returncode, ran.stdout) == (0, f"graduand {__version__}\n")
