"""The git program, run so that neither the repository nor the environment steers it. The one door to git."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

# Without git GitPython would refuse to be imported; here the first command says what is missing.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
import git
from git.exc import GitCommandError, GitCommandNotFound

from graduand.errors import GitRefused, NoGit, NotGit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LITERAL: Final = "--literal-pathspecs"
"""Before a command that is given paths: a bracket in a folder's name is a bracket."""

_ALWAYS: Final = ("--no-pager", "-c", "core.quotePath=true", "-c", "color.ui=never")
_LOOKING: Final = (
    "--no-optional-locks",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "log.showSignature=false"),
    *("-c", "submodule.recurse=false"),
)
"""Whatever the repository's own configuration would have git run, it does not run for a look."""

_BATCH: Final = 256
"""Objects asked for before the answers are read; their names fit into a pipe's buffer."""

_OURS: Final = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_")


class Program:
    """git in one folder, through GitPython's process handling."""

    def __init__(self, root: Path) -> None:
        """Find git and the repository around `root`.

        Raises:
            NoGit: there is no git program.
            NotGit: the folder is in no repository that git reads.
        """
        for name in [name for name in os.environ if name.startswith("GIT_") and not name.startswith(_OURS)]:
            del os.environ[name]  # another repository's hook may have set it
        self.root = root
        self._git = git.Git(root)
        try:
            self.folder = self.look("rev-parse", "--absolute-git-dir").strip()
            """Git's own folder, `.git`."""
        except GitRefused as refused:
            raise NotGit(root, refused.said) from refused

    @staticmethod
    def begin(root: Path) -> None:
        """Make `root` a repository, its branch `main`.

        Raises:
            NoGit: there is no git program.
            GitRefused: git would not.
        """
        try:
            git.Git(root).execute(["git", "init", "--quiet", "--initial-branch=main"])
        except GitCommandNotFound as error:
            raise NoGit from error
        except GitCommandError as error:
            raise GitRefused(_last_line(str(error.stderr))) from error

    def look(self, *arguments: str) -> str:
        """Return what a reading command says.

        Raises:
            GitRefused: it ended with an error.
        """
        return self.look_bytes(*arguments).decode(errors="surrogateescape")

    def look_bytes(self, *arguments: str) -> bytes:
        """Return what a reading command says, as bytes.

        Raises:
            GitRefused: it ended with an error.
        """
        return self._run((*_ALWAYS, *_LOOKING, *arguments))

    def act(self, *arguments: str) -> str:
        """Return what a changing command says; hooks and signing work as the user has set them up.

        Raises:
            GitRefused: it ended with an error.
        """
        return self._run((*_ALWAYS, *arguments)).decode(errors="surrogateescape")

    def _run(self, arguments: tuple[str, ...]) -> bytes:
        try:
            said = self._git.execute(
                ["git", *arguments],
                env={"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "false"},
                stdout_as_string=False,
                strip_newline_in_stdout=False,
            )
        except GitCommandNotFound as error:
            raise NoGit from error
        except GitCommandError as error:
            raise GitRefused(_last_line(str(error.stderr))) from error
        except OSError as error:
            raise NotGit(self.root, error.strerror or "") from error
        return bytes(said)

    def blobs(self, objects: Iterable[str]) -> Iterator[bytes | None]:
        """Return the contents of objects in their order, from one process; None for one that is missing."""
        command = ["git", *_ALWAYS, *_LOOKING, "cat-file", "--batch"]
        process = self._git.execute(command, as_process=True, istream=-1, env={"LC_ALL": "C"})
        try:
            asked: list[str] = []
            for name in objects:
                asked.append(name)
                if len(asked) == _BATCH:
                    yield from _answers(process, asked)
                    asked = []
            yield from _answers(process, asked)
        finally:
            process.stdin.close()
            process.stdout.close()
            process.wait()


def _answers(process: git.cmd.Git.AutoInterrupt, asked: list[str]) -> Iterator[bytes | None]:
    process.stdin.write("".join(f"{name}\n" for name in asked).encode())
    process.stdin.flush()
    for _name in asked:
        header = process.stdout.readline().split()
        if len(header) == 3:
            content = process.stdout.read(int(header[2]))
            process.stdout.read(1)
            yield content
        else:
            yield None


def _last_line(stderr: str) -> str:
    """Return what git said last, without the wrapping that GitPython puts around it."""
    lines = [line.strip() for line in stderr.replace("stderr:", "").strip().strip("'").splitlines()]
    return next((line for line in reversed(lines) if line), "")
