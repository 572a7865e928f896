"""Killing: the same work in one copy of a folder after another, killed at each call that reaches the disk."""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def state(root: Path) -> str:
    """Return a checksum of all files, whatever process wrote them."""
    whole = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        name = re.sub(r"\.\d+\.graduand|tag-[\d-]+", "", path.relative_to(root).as_posix())
        whole.update(f"{name}\0".encode() + (path.read_bytes() if path.is_file() else b""))
    return whole.hexdigest()


def killed_everywhere(work: Callable[[Path], int], root: Path, base: Path) -> None:
    """Do the work in copies of `root` below `base`, killed at the first call, the second, and so on, until one ends.

    To be called in a process of its own, which has no threads.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # a git that outlives its parent is ours to wait for
    for at in count(1):
        folder = base / str(at)
        shutil.copytree(root, folder, symlinks=True)
        child = os.fork()
        if not child:
            die_at(at, folder)
            os._exit(work(folder))
        ended = os.waitpid(child, 0)[1]
        with suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
        if os.waitstatus_to_exitcode(ended) != -signal.SIGKILL:
            assert ended == 0
            return


def die_at(number: int, root: Path) -> None:
    """End this process at the n-th call that reaches the disk, or just after the start of git, which goes on."""
    calls = count(1)

    def dying(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*words: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever it is
            writes = name != "open" or (words[1] & os.O_CREAT and str(words[0]).startswith(str(root)))
            if writes and next(calls) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*words, **options)

        return call

    class Popen(subprocess.Popen[bytes]):
        def __init__(self, *words: Any, **options: Any) -> None:  # noqa: ANN401
            if next(calls) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            super().__init__(*words, **options)
            if next(calls) == number:
                os.kill(os.getpid(), signal.SIGKILL)

    for name in ("open", "replace", "link", "fsync", "unlink"):
        setattr(os, name, dying(name))
    subprocess.Popen = Popen  # type: ignore[assignment, misc]
