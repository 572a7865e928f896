"""The git program, run so that neither the repository nor the environment steers it. The one door to git."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

from graduand.errors import GitRefused, NoGit, NotGit
from graduand.git.run_quick import glance
from graduand.language import N_, _

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

LITERAL: Final = "--literal-pathspecs"
"""Before a command that is given paths: a bracket in a folder's name is a bracket."""

_ALWAYS: Final = (
    "--no-pager",
    *("-c", "core.quotePath=true"),
    *("-c", "color.ui=never"),
    *("-c", "color.diff=never"),
    *("-c", "advice.graftFileDeprecated=false"),
)
_LOOKING: Final = (
    "--no-optional-locks",
    "--no-replace-objects",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "log.showSignature=false"),
    *("-c", "submodule.recurse=false"),
    *("-c", "diff.orderFile=/dev/null"),
)
"""Whatever the repository's own configuration would have git run, it does not run for a look."""

NAMELESS: Final = N_("git does not know who commits; tell it (git config --global user.name …, user.email …)")
BARE: Final = N_("this repository has no folder to work in (it is bare); clone it")

_PIPE: Final = 1 << 16

_OURS: Final = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_")
_ENVIRONMENT: Final = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": "false",
    "GIT_GRAFT_FILE": os.devnull,
}
"""Grafts, as replaced objects, would show another history than the one that was committed."""


class Program:
    """git in one folder."""

    def __init__(self, root: Path, asking: Iterable[str] = ()) -> None:
        """Find git and the repository around `root`; `said` is what it says of what is asked at the same time.

        Raises:
            NoGit: there is no git program.
            NotGit: the folder is in no repository that git reads.
        """
        _forget_inherited()
        self.root = root
        try:
            said = self.look("rev-parse", *asking, "--absolute-git-dir").removesuffix("\n")
        except GitRefused as refused:
            raise NotGit(root, refused.said) from refused
        *self.said, self.folder = said.split("\n") if asking else [said]
        """Git's own folder, `.git`."""

    @staticmethod
    def begin(root: Path) -> None:
        """Make `root` a repository, its branch `main`.

        Raises:
            NoGit: there is no git program.
            GitRefused: git would not.
        """
        _forget_inherited()
        _act(root, "init", "--quiet", "--initial-branch=main")

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
        command, *rest = _looking(arguments)
        said = glance([command, "-C", os.fspath(self.root), *rest], _environment())
        if said is not None:
            return said
        import subprocess  # noqa: PLC0415 - tells why it did not end well

        try:
            done = subprocess.run(  # noqa: S603 - no shell, and the words are ours
                _looking(arguments),
                cwd=self.root,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except OSError as error:
            raise _not_started(self.root, error) from error
        if done.returncode:
            raise GitRefused(_reason(arguments, done.stderr.decode(errors="surrogateescape"), done.returncode))
        return done.stdout

    @contextmanager
    def meanwhile(self, *arguments: str) -> Iterator[Callable[[], str]]:
        """Let a reading command work beside us; what is given waits for its end, and returns what it says.

        Raises:
            NoGit, NotGit: it could not be started; GitRefused from what is given: it ended with an error.
        """
        with self._started(arguments, heard=True) as process:

            def said() -> str:
                out, err = process.communicate()
                if process.returncode:
                    raise GitRefused(_reason(arguments, err.decode(errors="surrogateescape"), process.returncode))
                return bytes(out).decode(errors="surrogateescape")

            yield said

    def _started(self, arguments: tuple[str, ...], *, heard: bool) -> subprocess.Popen[bytes]:
        import subprocess  # noqa: PLC0415 - nothing that is small waits for it

        try:
            return subprocess.Popen(  # noqa: S603 - no shell, and the words are ours
                _looking(arguments),
                cwd=self.root,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if heard else subprocess.DEVNULL,
                bufsize=_PIPE,
            )
        except OSError as error:
            raise _not_started(self.root, error) from error

    def pieces(self, *arguments: str) -> Iterator[str]:
        """Return what a reading command says under `-z`, piece by piece, while it is still talking.

        Raises:
            GitRefused: it ended with an error.
        """
        with self._talking(*arguments) as (_stdin, stdout):
            rest = b""
            while chunk := os.read(stdout.fileno(), _PIPE):
                whole, nul, rest = (rest + chunk).rpartition(b"\0")
                if nul:
                    yield from whole.decode(errors="surrogateescape").split("\0")
            if rest:
                yield rest.decode(errors="surrogateescape")

    def blobs(self, objects: Iterable[str]) -> Iterator[bytes | None]:
        """Return the contents of objects in their order, from one process; None for one that is missing.

        Raises:
            GitRefused: the process ended before it had answered.
        """
        from graduand.git.cat_file_batch import answers  # noqa: PLC0415 - not needed when nothing is new

        with self._talking("cat-file", "--batch") as (stdin, stdout):
            yield from answers(stdin, stdout, objects)

    @contextmanager
    def _talking(self, *arguments: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """Run a reading command that is listened to while it works.

        Raises:
            GitRefused: it was listened to until its end, which was an error.
        """
        with self._started(arguments, heard=False) as process:
            assert process.stdin is not None  # noqa: S101 - the type checker cannot know
            assert process.stdout is not None  # noqa: S101
            yield process.stdin, process.stdout
        if process.returncode:
            raise GitRefused(_reason(arguments, "", process.returncode))

    def knows_who(self) -> bool:
        """Tell whether a commit or a tag could bear a name."""
        try:
            return bool(self.look("var", "GIT_COMMITTER_IDENT"))
        except GitRefused:
            return False

    def act(self, *arguments: str, told: str = "") -> str:
        """Return what a changing command says; hooks and signing work as the user has set them up.

        `told` is what it hears on its standard input.

        Raises:
            GitRefused: it ended with an error.
        """
        return _act(self.root, *_ALWAYS, *arguments, told=told)


def _looking(arguments: tuple[str, ...]) -> list[str]:
    return ["git", *_ALWAYS, *_LOOKING, *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, **_ENVIRONMENT}


def _not_started(root: Path, error: OSError) -> NoGit | NotGit:
    return NoGit() if error.filename == "git" else NotGit(root, error.strerror or "")


def _act(root: Path, *arguments: str, told: str = "") -> str:
    # Without git GitPython would refuse to be imported; here the first command says what is missing.
    import subprocess  # noqa: PLC0415

    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    from git import Git  # noqa: PLC0415 - 60 ms that only a change needs
    from git.exc import GitCommandNotFound  # noqa: PLC0415

    try:
        process: Any = Git(root).execute(
            ["git", *arguments], env=_ENVIRONMENT, istream=subprocess.PIPE, as_process=True
        )
        said, complained = process.communicate(told.encode(errors="surrogateescape"))
    except GitCommandNotFound as error:
        raise NoGit from error
    except OSError as error:
        raise NotGit(root, error.strerror or "") from error
    if process.returncode:
        raise GitRefused(_reason(arguments, complained.decode(errors="surrogateescape"), process.returncode))
    return bytes(said).decode(errors="surrogateescape")


def _forget_inherited() -> None:
    """Drop the variables that would lead git elsewhere, as another repository's hook may have set them."""
    for name in [name for name in os.environ if name.startswith("GIT_") and not name.startswith(_OURS)]:
        del os.environ[name]


_LOCKED: Final = re.compile(r"Unable to create '(.{1,4096}\.lock)': File exists")


def _reason(arguments: tuple[str, ...], stderr: str, code: int) -> str:
    """Return in which line git says why, else the last one; without the wrapping that GitPython puts around it."""
    if found := _LOCKED.search(stderr):
        from shlex import quote  # noqa: PLC0415 - seldom needed

        message = _("another git holds this lock, or was killed while it did; if none is running: {command}")
        return message.format(command=f"rm {quote(found[1])}")
    lines = [line.strip() for line in stderr.replace("stderr:", "").strip().strip("'").splitlines()]
    said = [line for line in lines if line and not line.startswith("hint:")]
    if said:
        return next((line for line in said if line.startswith(("fatal:", "error:"))), said[-1])
    if code < 0:
        return _("git was killed ({signal})").format(signal=-code)
    words = [word for before, word in zip(("", *arguments), arguments, strict=False) if "-c" not in {before, word}]
    command = next((word for word in words if not word.startswith("-")), "")
    return _("{command} ended with an error ({code})").format(command=f"git {command}", code=code)
