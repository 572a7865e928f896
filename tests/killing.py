"""Killing: how a folder is left by work that is killed at each moment at which it reaches the disk."""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.repository import HOUSE, graduand

if TYPE_CHECKING:
    from collections.abc import Callable

_POPEN: Final = subprocess.Popen


def state(root: Path) -> str:
    """Return a checksum of all files, whatever process wrote them."""
    whole = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        name = re.sub(r"\.\d+\.graduand|tag-[\d-]+", "", path.relative_to(root).as_posix())
        whole.update(f"{name}\0".encode() + (path.read_bytes() if path.is_file() else b""))
    return whole.hexdigest()


def killed(root: Path, *command: str) -> list[Path]:
    """Run a program that calls `killed_everywhere` on `root`; return the folders, the last one undisturbed."""
    base = root.with_name(f"{root.name}-killed")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HOUSE / "tui"), str(HOUSE)])}
    subprocess.run([sys.executable, *command, str(root), str(base)], env=environment, check=True)
    return sorted(base.iterdir(), key=lambda folder: int(folder.name))


def killed_while(root: Path, *words: str) -> list[Path]:
    """Kill a command of graduand on `root`; `{root}` in its words is the folder that it works on."""
    return killed(root, __file__, *words)


def killed_everywhere(work: Callable[[Path], int], root: Path, base: Path) -> None:
    """Do the work once, and leave below `base` what a kill would leave at each of its moments; the last is its end.

    A killed process does nothing more, so what it leaves is what lies on the disk at that moment: a copy.
    Only a git that was just started goes on alone; there a copy of the process is killed in fact.
    To be called in a process of its own, which has no threads.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # a git that outlives its parent is ours to wait for
    here = base / "0"
    shutil.copytree(root, here, symlinks=True)
    moments = Moments(here)
    moments.watch()
    assert work(here) == 0
    here.rename(moments.next())


class Moments:
    """The moments of a work in a folder, and beside it how the folder stood at each of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)
        self._seen = ""

    def next(self) -> Path:
        """Return where the next one is kept."""
        return self.folder.with_name(str(next(self._numbers)))

    def note(self) -> None:
        """Keep how the folder stands, unless it stands as before."""
        if (now := state(self.folder)) != self._seen:
            self._seen = now
            shutil.copytree(self.folder, self.next(), symlinks=True)

    def left_to_git(self, words: tuple[Any, ...], options: dict[str, Any]) -> None:
        """Keep how a git leaves the folder whose parent is killed as soon as it has started."""
        there = self.next()
        shutil.copytree(self.folder, there, symlinks=True)
        words, options = (elsewhere(one, str(self.folder), str(there)) for one in (words, options))
        hears, tells = os.pipe()
        child = os.fork()
        if not child:
            with suppress(OSError):  # what cannot be started leaves no number
                os.write(tells, str(_POPEN(*words, **options).pid).encode())
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(tells)
        number = os.read(hears, 20)
        with suppress(ChildProcessError):
            os.waitpid(int(number) if number else child, 0)
        os.close(hears)

    def watch(self) -> None:
        """Note each moment from here on, before a call that reaches the disk, before a git and after its start."""
        moments = self

        def noting(name: str) -> Callable[..., Any]:
            real = getattr(os, name)

            def call(*words: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever it is
                if name != "open" or (words[1] & os.O_CREAT and str(words[0]).startswith(str(self.folder))):
                    self.note()
                return real(*words, **options)

            return call

        class Popen(subprocess.Popen[bytes]):
            def __init__(self, *words: Any, **options: Any) -> None:  # noqa: ANN401
                moments.note()
                if not _only_reads(words[0]):
                    moments.left_to_git(words, options)
                super().__init__(*words, **options)

        for name in ("open", "replace", "link", "fsync", "unlink", "posix_spawnp"):
            setattr(os, name, noting(name))
        subprocess.Popen = Popen  # type: ignore[misc, assignment]


def _only_reads(words: list[str]) -> bool:
    """Tell whether a git changes nothing, whenever it ends."""
    return "--no-optional-locks" in words and "fetch" not in words


def elsewhere(one: Any, here: str, there: str) -> Any:  # noqa: ANN401 - words of a command, its options, its environment
    """Return the same with one folder in the place of another."""
    if isinstance(one, dict):
        return {key: elsewhere(value, here, there) for key, value in one.items()}
    if isinstance(one, list | tuple):
        return type(one)(elsewhere(value, here, there) for value in one)
    return str(one).replace(here, there) if isinstance(one, str | Path) else one


# What runs, as a program of its own, in `killed_while`

if __name__ == "__main__":
    *_words, _root, _base = sys.argv[1:]
    killed_everywhere(
        lambda folder: graduand(folder, *(word.format(root=folder) for word in _words)).code, Path(_root), Path(_base)
    )
