"""Run the git program so that neither the repository nor the environment steers it: the only way to git."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import signal
import subprocess
import time
import weakref
from contextlib import contextmanager, suppress
from functools import cached_property
from itertools import chain, dropwhile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

from graduand.errors import GitRefused, NoGit, NotGit, Unreadable
from graduand.git.cat_file import CHUNK, read_objects
from graduand.language import N_, _
from graduand.patience import is_stopped, tell
from graduand.storage import atomic, file_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from graduand.git.cat_file import Object
    from graduand.patience import Patience

LITERAL: Final = "--literal-pathspecs"
"""Before a command that is given paths: a bracket in a folder's name is a bracket."""

_ALWAYS: Final = (
    "--no-pager",
    *("-c", "core.quotePath=true"),
    *("-c", "color.ui=never"),
    *("-c", "color.diff=never"),
    *("-c", "advice.graftFileDeprecated=false"),
)
_READING: Final = (
    "--no-optional-locks",
    "--no-replace-objects",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "log.showSignature=false"),
    *("-c", "submodule.recurse=false"),
    *("-c", "diff.orderFile=/dev/null"),
    *("-c", "protocol.ext.allow=never"),
)
"""A reading command runs no program that the repository's own configuration names."""

_IMPORTED: Final = b"fast-import"
"""What `git fast-import` writes into the file that marks its pack until refs name what is in it."""

_NO_NEGOTIATION: Final = ("-c", "fetch.negotiationAlgorithm=noop")
_NO_HOOKS: Final = ("-c", "core.hooksPath=/dev/null")

NAMELESS: Final = N_("git does not know who commits; tell it (git config --global user.name …, user.email …)")
BARE: Final = N_("this repository has no folder to work in (it is bare); clone it")

_INHERITED: Final = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_")
"""Of git's variables, those that a user sets on purpose."""
_ENVIRONMENT: Final = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": "false",
    "GIT_GRAFT_FILE": os.devnull,
}
"""Grafts, like replaced objects, would show another history than the committed one."""

_UNASKED: Final = {
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "false",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
    "GH_PROMPT_DISABLED": "1",
    "NO_PROMPT": "1",
}
"""Nobody is asked for a password, at the terminal or in a window: what needs one fails, and says so.

An empty GIT_ASKPASS keeps git from core.askPass and SSH_ASKPASS; ssh is started without a terminal besides.
"""
_INSTEAD: Final = {"core.sshcommand": "ssh", "uploadpack": "git-upload-pack"}
"""What a fetch runs in place of what the repository's own configuration names; empty, git would run nothing."""

_GLANCE: Final = 0.2
"""Seconds between two looks at whether somebody has stopped what waits for a remote."""

_COUNTED: Final = re.compile(rb"\d+% \((\d+)/(\d+)\)")
"""How git says how far it is."""

_SHORTAGES: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN})
"""Errors that say nothing of the repository: too many files are open, or processes run."""

_BARE: Final = "--is-bare-repository"
_WORK_TREE: Final = "--is-inside-work-tree"
_SHALLOW: Final = "--is-shallow-repository"
_FORMAT: Final = "--show-object-format"
_PREFIX: Final = "--show-prefix"
_FOLDER: Final = "--absolute-git-dir"
_HEAD: Final = ("--revs-only", "HEAD^{commit}", "--symbolic-full-name", "HEAD")
"""Prints the commit, and the branch or `HEAD`; nothing where nothing is committed yet."""
_ONE_LINE: Final = (_BARE, _WORK_TREE, _SHALLOW, _FORMAT)
_NAME: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


_OWN: Final = frozenset({"local", "worktree"})
_RUN_WHILE_READING: Final = re.compile(
    r"filter\..*\.(?:clean|smudge|process)|core\.(?:sshcommand|gitproxy|askpass)|credential\..*helper|credential\.helper"
    r"|remote\..*\.uploadpack",
    re.DOTALL,
)
"""The keys of programs that git may run when it compares files, or fetches what a partial clone lacks."""
_PROGRAMS: Final = (
    r"^(filter\..*\.(clean|smudge|process)|diff\.(external|.*\.(textconv|command))|merge\..*\.driver"
    r"|core\.(fsmonitor|hookspath|pager|editor|sshcommand|gitproxy|askpass)|pager\..*|sequence\.editor"
    r"|gpg\.(.*\.)?program|credential\.(.*\.)?helper|remote\..*\.(uploadpack|receivepack)"
    r"|uploadpack\.packobjectshook|interactive\.difffilter)$"
)
"""The keys whose values git runs."""


class RepositoryState(NamedTuple):
    """What `git rev-parse` says of a repository and of a folder in it."""

    is_bare: bool
    has_work_tree: bool
    is_shallow: bool
    is_detached: bool
    """Whether no branch is checked out, but a commit."""
    object_format: str
    """The name of the hash, as `hashlib` knows it."""
    prefix: str
    """The path from the repository's root to the folder, with a slash at its end; "" for the root itself."""
    folder: str
    """The absolute path of git's own folder, `.git`."""
    head: str
    """The name of the commit that is checked out; "" when nothing is committed yet."""
    branch: str
    """The branch that is checked out; "" when it is a commit, or nothing is committed yet."""


class RemoteAnswer(NamedTuple):
    """How a command that talks to another repository ended."""

    code: int
    out: str
    err: str
    """What git and the other side said, in English."""
    is_late: bool
    """Whether it was ended before it had answered."""
    is_stopped: bool = False
    """Whether that was because somebody would not wait, and not because its time was up."""


class Program:
    """The git program, run in one folder of a repository."""

    def __init__(self, root: Path, index: str = "") -> None:
        """Find git and the repository around `root`; `index` is read in place of its own one.

        Raises:
            NoGit: there is no git program.
            NotGit: the folder is in no repository that git reads.
        """
        _drop_inherited_variables()
        self.root = root
        self._index = {"GIT_INDEX_FILE": index} if index else {}
        self._harmless: tuple[str, ...] = ()
        self._knows_committer = False
        self._readers: list[subprocess.Popen[bytes]] = []
        """Processes that wait for names of objects."""
        weakref.finalize(self, _close, self._readers)
        try:
            self.opened = self.state()
        except GitRefused as refused:
            raise NotGit(root, refused.said) from refused
        self.folder, self.prefix = self.opened.folder, self.opened.prefix
        if _may_name_programs(Path(self.folder, "config")):
            self._harmless = self._without_programs()

    @staticmethod
    def create(root: Path) -> None:
        """Make `root` a repository whose branch is `main`.

        Raises:
            NoGit: there is no git program.
            GitRefused: git ended with an error.
        """
        _drop_inherited_variables()
        _change(root, "init", "--quiet", "--initial-branch=main")

    @staticmethod
    def ask_tips(root: Path, url: str, silence: float) -> RemoteAnswer:
        """Run `git ls-remote` for a repository elsewhere, from a folder that need be in none; nobody is asked anything.

        Raises:
            NoGit: there is no git program.
        """
        _drop_inherited_variables()
        return _ask_remote(root, (*_ALWAYS, "ls-remote", "--", url), silence, "")

    def own_programs(self) -> dict[str, str]:
        """Return the programs that the repository's own configuration names, by the key; a clone has none."""
        try:
            fields = self.read("config", "--show-scope", "--null", "--includes", "--get-regexp", _PROGRAMS).split("\0")
        except GitRefused:  # there is none
            return {}
        own = [entry for scope, entry in zip(fields[::2], fields[1::2], strict=False) if scope in _OWN]
        return {key: value for key, _line, value in (entry.partition("\n") for entry in own)}

    def _without_programs(self) -> tuple[str, ...]:
        """Return options by which a reading command runs no program of the repository's own configuration."""
        own = [key for key in self.own_programs() if _RUN_WHILE_READING.fullmatch(key)]
        required = [f"{key.rpartition('.')[0]}.required=false" for key in own if key.startswith("filter.")]
        return tuple(word for setting in (*(f"{key}=" for key in own), *required) for word in ("-c", setting))

    def state(self) -> RepositoryState:
        """Ask git for the state of the repository, in one process.

        Raises:
            GitRefused: git ended with an error.
        """
        lines = self.read("rev-parse", *_ONE_LINE, _PREFIX, _FOLDER, *_HEAD).removesuffix("\n").split("\n")
        bare, work_tree, shallow, object_format, *rest = lines
        names = list(dropwhile(lambda line: not _NAME.fullmatch(line), rest))
        paths = rest[: len(rest) - len(names)]
        if len(paths) != 2 or not Path(paths[1]).is_absolute():  # a folder's name holds a line end
            paths = [self.read("rev-parse", question).removesuffix("\n") for question in (_PREFIX, _FOLDER)]
        return RepositoryState(
            is_bare=bare == "true",
            has_work_tree=work_tree == "true",
            is_shallow=shallow == "true",
            is_detached=bool(names) and not names[-1].startswith("refs/"),
            object_format=object_format,
            prefix=paths[0],
            folder=paths[1],
            head=names[0] if names else "",
            branch=names[-1].removeprefix("refs/heads/") if names and names[-1].startswith("refs/heads/") else "",
        )

    def read(self, *arguments: str) -> str:
        """Return the output of a command that changes nothing.

        Raises:
            GitRefused: it ended with an error.
        """
        with self.reading(*arguments) as output:
            return output()

    @contextmanager
    def reading(self, *arguments: str) -> Iterator[Callable[[], str]]:
        """Run a command that changes nothing in the background; what is yielded waits for it and returns its output.

        Raises:
            NoGit, NotGit: it could not be started; GitRefused from what is yielded: it ended with an error.
        """
        with self._started(arguments, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:

            def output() -> str:
                out, err = process.communicate()
                if process.returncode:
                    raise GitRefused(_reason(arguments, _text(err), process.returncode))
                return _text(out)

            yield output

    def read_fields(self, *arguments: str) -> Iterator[str]:
        """Yield the fields that a command under `-z` prints, while it still works.

        Raises:
            GitRefused: it ended with an error.
        """
        with self._streaming(*arguments) as (_stdin, stdout):
            rest = b""
            while chunk := os.read(stdout.fileno(), CHUNK):
                whole, nul, rest = (rest + chunk).rpartition(b"\0")
                if nul:
                    yield from _text(whole).split("\0")
            if rest:
                yield _text(rest)

    def blobs(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """Yield the contents of objects in their order; None for a missing one.

        One `git cat-file --batch` answers, which is kept for the next time.

        Raises:
            GitRefused: the process ended before it had answered.
        """
        for _name, content in self._objects(names):
            yield content

    def object_names(self, expressions: Iterable[str]) -> list[str]:
        """Return the name of the object that each expression such as `HEAD:README.md` means; "" for a missing one.

        The objects are read, as by `blobs`, so none may be large; what was removed since the first one was read may
        still be named.

        Raises:
            GitRefused: the process ended before it had answered.
        """
        return [name.decode() for name, _content in self._objects(expressions)]

    def _objects(self, names: Iterable[str]) -> Iterator[Object]:
        """Yield objects from a process that is kept for the next time; none is started for no names."""
        asked = iter(names)
        for first in asked:
            yield from self._asked(chain((first,), asked))

    def _asked(self, names: Iterable[str]) -> Iterator[Object]:
        process = self._reader()
        ended = [process]
        try:
            yield from read_objects(*_pipes(process), names)
            self._readers.append(ended.pop())
        finally:
            _close(ended)

    def _reader(self) -> subprocess.Popen[bytes]:
        """Return a process that waits for names of objects."""
        while self._readers:
            if (process := self._readers.pop()).poll() is None:
                return process
            _close([process])
        return self._started(("cat-file", "--batch"), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def _are_here(self, names: Sequence[str]) -> bool:
        """Return whether git has the objects of these names, which are not read.

        Raises:
            GitRefused: git ended with an error.
        """
        asked = "".join(f"{name}\n" for name in names)
        command = ("cat-file", "--batch-check=%(objectname)")
        with self._started(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            out, err = process.communicate(asked.encode())
        if process.returncode:
            raise GitRefused(_reason(command, _text(err), process.returncode))
        return _text(out) == asked

    @contextmanager
    def _streaming(self, *arguments: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """Run a reading command and yield its standard input and output.

        Raises:
            GitRefused: it was read to its end and ended with an error.
        """
        with self._started(arguments, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            yield _pipes(process)
        if process.returncode:
            raise GitRefused(_reason(arguments, "", process.returncode))

    def _started(self, arguments: tuple[str, ...], *, stdin: int, stderr: int) -> subprocess.Popen[bytes]:
        # By subprocess: GitPython, which changes things, takes 75 ms to import and starts two processes on the way.
        words = ["git", *_ALWAYS, *_READING, *self._harmless, *arguments]
        try:
            return subprocess.Popen(  # noqa: S603 - no shell, and the words are ours
                words,
                cwd=self.root,
                env={**os.environ, **_ENVIRONMENT, **self._index},
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                bufsize=CHUNK,
            )
        except OSError as error:
            if error.errno in _SHORTAGES:
                raise
            raise NoGit() if error.filename == "git" else NotGit(self.root, error.strerror or "") from error

    def knows_committer(self) -> bool:
        """Return whether git has a name and address for a commit or a tag."""
        if not self._knows_committer:
            with suppress(GitRefused):
                self._knows_committer = bool(self.read("var", "GIT_COMMITTER_IDENT"))
        return self._knows_committer

    def signs_commits(self) -> bool:
        """Return whether the user signs commits; git's commit-tree does not ask."""
        try:
            return self.read("config", "--type=bool", "--get", "commit.gpgsign").strip() == "true"
        except GitRefused:  # nothing is set
            return False

    def change(
        self,
        *arguments: str,
        stdin: str | bytes = "",
        environment: Mapping[str, str] | None = None,
        hooks: bool = True,
        patience: Patience | None = None,
    ) -> str:
        """Run a command that changes the repository, with `stdin` as its input; return its output.

        Hooks and signing work as the user has set them up; without `hooks`, for what only remembers something, no
        hook runs. The variables of `environment` are set besides, as those of an author. `patience` says after which
        time, and whom, it is told that a hook or a key is waited for.

        Raises:
            GitRefused: it ended with an error.
        """
        words = (*_ALWAYS, *(() if hooks else _NO_HOOKS), *arguments)
        return _change(self.root, *words, stdin=stdin, environment=environment, patience=patience)

    def write_blobs(self, contents: Iterable[bytes]) -> list[str]:
        """Write blobs into one pack, each next one as its difference from the one before; return their names.

        Raises:
            GitRefused: git ended with an error; nothing refers to what was written by then.
        """
        algorithm = self.opened.object_format or "sha1"
        names = []
        with self._importing() as stdin:
            for content in contents:
                whole = hashlib.new(algorithm, b"blob %d\0" % len(content), usedforsecurity=False)
                whole.update(content)
                names.append(whole.hexdigest())
                stdin.write(b"blob\ndata %d\n" % len(content))
                stdin.write(content)
                stdin.write(b"\n")
        if not self._are_here(names):
            raise GitRefused(_("what was written is not there"))
        return names

    @contextmanager
    def _importing(self) -> Iterator[IO[bytes]]:
        """Run `git fast-import` and yield its standard input.

        Raises:
            GitRefused: it ended with an error.
        """
        self._drop_left_marks()
        words = ["git", *_ALWAYS, "-c", "fastimport.unpackLimit=1", "fast-import", "--quiet"]
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell, and the words are ours
                words,
                cwd=self.root,
                env={**os.environ, **_ENVIRONMENT},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            if error.errno in _SHORTAGES:
                raise
            raise NoGit() if error.filename == "git" else NotGit(self.root, error.strerror or "") from error
        assert process.stdin is not None  # noqa: S101 - the type checker cannot know
        try:
            with suppress(BrokenPipeError):
                yield process.stdin
            _out, err = process.communicate()
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode:
            raise GitRefused(_reason(("fast-import",), _text(err), process.returncode))

    def _drop_left_marks(self) -> None:
        """Remove the marks of packs that a killed `git fast-import` left: they stop the same blobs."""
        packs = self.read("rev-parse", "--git-path", "objects/pack").removesuffix("\n")
        for path in Path(self.root, packs).glob("pack-*.keep"):
            with suppress(Unreadable):
                content = file_reader.read(path, len(_IMPORTED) + 1)
                if content == _IMPORTED or not (content or path.with_suffix(".pack").exists()):
                    atomic.remove_quietly(path)

    @cached_property
    def may_have_remotes(self) -> bool:
        """Whether the repository's own configuration may name a remote, without asking git."""
        try:
            raw = file_reader.read(Path(self.folder, "config"), file_reader.LARGE_FILE).lower()
        except Unreadable:  # as in a second work tree
            return True
        return b"remote" in raw or b"include" in raw

    @cached_property
    def is_partial(self) -> bool:
        """Whether objects may be missing here, which git would fetch one by one when they are read."""
        try:
            return b"promisor" in file_reader.read(Path(self.folder, "config"), file_reader.LARGE_FILE).lower()
        except Unreadable:  # as in a second work tree
            return bool(self.promisors())

    def promisors(self) -> tuple[str, ...]:
        """Return the remotes from which a partial clone can fetch what it lacks."""
        try:
            found = self.read("config", "--null", "--get-regexp", r"^remote\..*\.promisor$")
        except GitRefused:  # there is none
            return ()
        keys = [entry.partition("\n") for entry in found.split("\0")]
        return tuple(
            key.removeprefix("remote.").removesuffix(".promisor") for key, _line, value in keys if value == "true"
        )

    @property
    def _fetching(self) -> tuple[str, ...]:
        """The words before the arguments of a fetch."""
        own = self.own_programs() if self._harmless else {}
        instead = [
            f"{key}={program}" for key in own for end, program in _INSTEAD.items() if f".{key}".endswith(f".{end}")
        ]
        harmless = (*self._harmless, *(word for setting in instead for word in ("-c", setting)))
        return (*_ALWAYS, *_READING, *harmless, "fetch", "--progress")

    def fetch(self, *arguments: str, silence: float) -> RemoteAnswer:
        """Run `git fetch` until it has said nothing for `silence` seconds; nobody is asked for a password.

        Like reading, for which it is done unasked, it runs no program that the repository's own configuration names
        (core.sshCommand, credential.helper, hooks): ssh and the helpers of the user's own settings only.
        """
        return _ask_remote(self.root, (*self._fetching, *arguments), silence, "")

    def fetch_objects(self, remote: str, names: Iterable[str], silence: float) -> RemoteAnswer:
        """Run `git fetch` for the objects of these names that a partial clone lacks, as git does it for one of them."""
        options = ("--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--recurse-submodules=no")
        words = (*_NO_NEGOTIATION, *self._fetching, *options, "--filter=blob:none", "--stdin", "--", remote)
        return _ask_remote(self.root, words, silence, "".join(f"{name}\n" for name in names))

    def push(self, *arguments: str, silence: float) -> RemoteAnswer:
        """Run `git push` until it has said nothing for `silence` seconds; nobody is asked for a password.

        Like every change it runs what this clone is set up with, hooks, ssh command and credential helper: who gave
        a clone a key of its own pushes with it. A repository's configuration does not come along when it is cloned.
        """
        return _ask_remote(self.root, (*_ALWAYS, "push", "--progress", *arguments), silence, "")

    def run_forge(self, *words: str, stdin: str, silence: float) -> RemoteAnswer | None:
        """Run the program of a forge, such as `gh`, with `stdin` as its input; None where it is not installed.

        It asks nothing, and is ended when it says nothing for `silence` seconds.
        """
        places = (Path(folder, words[0]) for folder in os.get_exec_path())
        found = next((str(place) for place in places if place.is_file() and os.access(place, os.X_OK)), "")
        return _ask_remote(self.root, words[1:], silence, stdin, found) if found else None


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """Return the standard input and output of a process that was started with both."""
    assert process.stdin is not None  # noqa: S101 - the type checker cannot know
    assert process.stdout is not None  # noqa: S101
    return process.stdin, process.stdout


def _close(processes: list[subprocess.Popen[bytes]]) -> None:
    """Let processes end that read objects, and wait for their ends."""
    while processes:
        process = processes.pop()
        for pipe in _pipes(process):
            with suppress(OSError):
                pipe.close()
        process.wait()


def _ask_remote(root: Path, words: tuple[str, ...], silence: float, stdin: str, program: str = "git") -> RemoteAnswer:
    # In a session of its own: ssh finds no terminal to ask at, and what git starts can be ended with it.
    try:
        process = subprocess.Popen(  # noqa: S603 - no shell, and the words are ours
            [program, *words],
            cwd=root,
            env={**os.environ, **_ENVIRONMENT, **_UNASKED},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        if error.errno in _SHORTAGES:
            raise
        raise NoGit() if error.filename == "git" else NotGit(root, error.strerror or "") from error
    try:
        return _answer(process, silence, stdin.encode(errors="surrogateescape"))
    except BaseException:
        _end(process)
        raise


def _answer(process: subprocess.Popen[bytes], silence: float, stdin: bytes | None) -> RemoteAnswer:
    """Wait for a process that reports its progress; end it if it is silent for `silence` seconds, or stopped."""
    heard, since = b"", time.monotonic()
    while True:
        try:
            out, err = process.communicate(stdin, timeout=min(silence, _GLANCE))
        except subprocess.TimeoutExpired as late:
            before, heard, stdin = heard, late.stderr or b"", None
            if before != heard:
                since = time.monotonic()
                if counted := _COUNTED.findall(heard):
                    tell(*map(int, counted[-1]))
            if is_stopped() or time.monotonic() - since >= silence:
                _end(process)
                return RemoteAnswer(process.returncode, "", _text(heard), is_late=True, is_stopped=is_stopped())
        else:
            return RemoteAnswer(process.returncode, _text(out), _text(err), is_late=False)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and those that it started: gently, so that git removes its locks, then for certain."""
    for end in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, end)
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            with suppress(OSError):
                pipe.close()


def _may_name_programs(config: Path) -> bool:
    """Return whether a repository's configuration may name a program that reading runs, without asking git."""
    try:
        raw = file_reader.read(config, file_reader.LARGE_FILE).lower()
    except Unreadable:  # as in a second work tree
        return True
    return any(
        word in raw
        for word in (b"filter", b"include", b"ssh", b"proxy", b"pass", b"helper", b"uploadpack", b"worktree")
    )


def _change(
    root: Path,
    *arguments: str,
    stdin: str | bytes = "",
    environment: Mapping[str, str] | None = None,
    patience: Patience | None = None,
) -> str:
    # On import GitPython would run `git version` twice, and refuse where there is no git; /dev/null cannot be run.
    os.environ |= _GITPYTHON
    from git import Git  # noqa: PLC0415 - 60 ms that only a change needs
    from git.exc import GitCommandNotFound  # noqa: PLC0415

    try:
        process: Any = Git(root).execute(
            ["git", *arguments], env={**_ENVIRONMENT, **(environment or {})}, istream=subprocess.PIPE, as_process=True
        )
        out, err = _waited(process, stdin if isinstance(stdin, bytes) else _bytes(stdin), patience)
    except GitCommandNotFound as error:
        raise NoGit from error
    except OSError as error:
        if error.errno in _SHORTAGES:
            raise
        raise NotGit(root, error.strerror or "") from error
    if process.returncode:
        raise GitRefused(_reason(arguments, _text(err), process.returncode))
    return _text(out)


def _waited(process: Any, stdin: bytes, patience: Patience | None) -> tuple[bytes, bytes]:  # noqa: ANN401 - GitPython's
    """Return what a process prints and says once it ends; when that takes long, tell what is waited for.

    Raises:
        KeyboardInterrupt: the person has stopped it; the process is ended.
    """
    try:
        try:
            out, err = process.communicate(stdin, timeout=patience.seconds if patience else None)
        except subprocess.TimeoutExpired:
            assert patience is not None  # noqa: S101 - the type checker cannot know
            message = _(
                "git has been at this commit for {seconds} s: it waits for a hook of this clone, or for the password "
                "of a key. The files are saved. To stop it: Ctrl+C at the command line, else pkill -P {process}"
            )
            patience.tell(message.format(seconds=round(patience.seconds), process=process.pid))
            out, err = process.communicate()
    except KeyboardInterrupt:
        process.proc.terminate()
        process.proc.wait()
        raise
    return out, err


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _text(output: bytes) -> str:
    """Return what git printed; bytes that are no UTF-8 come through unchanged when written again."""
    return bytes(output).decode(errors="surrogateescape")


_GITPYTHON: Final = {"GIT_PYTHON_REFRESH": "quiet", "GIT_PYTHON_GIT_EXECUTABLE": os.devnull}
"""What GitPython reads while it is imported; another thread may ask git something meanwhile."""


def _drop_inherited_variables() -> None:
    """Remove the variables that would lead git elsewhere, as another repository's hook may have set them."""
    for name in list(os.environ):
        if name.startswith("GIT_") and not name.startswith(_INHERITED) and name not in _GITPYTHON:
            os.environ.pop(name, None)


_COMMITTING: Final = frozenset({"commit", "rebase", "cherry-pick", "revert"})
"""Commands that run hooks of the user; where git itself does not fail, all that is said is a hook's."""
_LOCKED: Final = re.compile(r"Unable to create '(.{1,4096}\.lock)': File exists")


def _reason(arguments: tuple[str, ...], stderr: str, code: int) -> str:
    """Return the line in which git says why it failed, else the last one, without GitPython's wrapping."""
    if found := _LOCKED.search(stderr):
        from shlex import quote  # noqa: PLC0415 - seldom needed

        message = _("another git holds this lock, or was killed while it did; if none is running: {command}")
        return message.format(command=f"rm {quote(found[1])}")
    lines = [line.strip() for line in stderr.replace("stderr:", "").strip().strip("'").splitlines()]
    said = [line for line in lines if line and not line.startswith("hint:")]
    if _COMMITTING.intersection(arguments) and not any(line.startswith("fatal:") for line in said):
        return "\n".join(said) if len(said) > 1 else "".join(said) or _ended(arguments, code)
    if said:
        reason = next((line for line in said if line.startswith(("fatal:", "error:"))), said[-1])
        words = [line for line in dict.fromkeys(said) if not line.startswith(("fatal:", "error:"))]
        return f"{reason}: {' '.join(words)}" if words and reason.endswith(" hook") else reason
    return _ended(arguments, code)


def _ended(arguments: tuple[str, ...], code: int) -> str:
    """Return how a command ended that said nothing."""
    if code < 0:
        return _("git was killed ({signal})").format(signal=-code)
    plain = [word for before, word in zip(("", *arguments), arguments, strict=False) if "-c" not in {before, word}]
    command = next((word for word in plain if not word.startswith("-")), "")
    return _("{command} ended with an error ({code})").format(command=f"git {command}", code=code)
