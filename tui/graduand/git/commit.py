"""Commit exactly the files that graduand changed, by git itself, and verify the commit; make a first commit."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand.errors import GitRefused, NotCommitted, NotNow, StaleIndex
from graduand.git.checkout import in_progress
from graduand.git.clone_settings import lacking_settings, set_up
from graduand.git.line_ends import is_unchanged
from graduand.git.program import BARE, LITERAL, NAMELESS, Program
from graduand.language import _
from graduand.patience import patience
from graduand.storage import file_reader, lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graduand.git.program import RepositoryState


_MANY: Final = 200
"""Paths from which on they are staged first, as a command line has a limit."""

_ONE_PACK: Final = ("-c", "core.bigFileThreshold=1")
"""Write all new objects into one pack, which is synced once, instead of into a file each."""

OWN_COMMIT: Final = "GRADUAND_COMMITS"
"""The variable by which the hook of a clone knows a commit of graduand, which has judged the records itself."""

_ONLY_IN_FOLDER: Final = " M"
"""git's mark of a file that differs from its index, which is as the commit."""

_TIMEOUT: Final = 5.0
"""Seconds to wait for another git to finish."""


class Recorder:
    """Commits in one repository."""

    def __init__(self, root: Path, *, now: bool = True) -> None:
        """Find the repository; with `now`, check that a commit can be made.

        Raises:
            NoGit, NotGit: there is no git, or no repository.
            NotNow: no commit can be made.
        """
        self.program = Program(root)
        if now:
            self._check(self.program.opened)

    def _check(self, state: RepositoryState) -> None:
        """Check that a commit can be made and will not get lost.

        Raises:
            NotNow: bare, shallow, detached, no name to commit by, or something is in progress.
        """
        if state.is_bare:
            raise NotNow(_(BARE))
        if state.is_shallow:
            raise NotNow(_("this clone is shallow, and its history is cut; complete it (git fetch --unshallow)"))
        if reason := in_progress(self.program.folder):
            raise NotNow(reason)
        if state.is_detached:
            raise NotNow(_("no branch is checked out (detached HEAD); go to one (git switch main)"))
        if not self._knows_committer:
            raise NotNow(_(NAMELESS))

    @cached_property
    def _knows_committer(self) -> bool:
        return self.program.knows_committer()

    def unrecorded(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Return those of the paths, from the data's root, whose files differ from the last commit."""
        return _differing(self.program, _contents(self.program, paths))[1]

    @property
    def folder(self) -> Path:
        """The folder of graduand's own files below git's own folder."""
        return Path(self.program.folder, "graduand")

    def pending(self) -> frozenset[str]:
        """Return the files below `records/` and `schema/`, from the data's root, that differ from the last commit."""
        options = ("--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=all")
        status = self.program.read(LITERAL, "status", *options, "--", "records", "schema")
        entries = [(entry[:2], entry[3:].removeprefix(self.program.prefix)) for entry in status.split("\0") if entry]
        same = self._unchanged([path for mark, path in entries if mark == _ONLY_IN_FOLDER])
        return frozenset(path for _mark, path in entries) - same

    def committed(self, paths: Sequence[str]) -> frozenset[str]:
        """Return those of the paths, from the data's root, that the last commit holds."""
        found = self.program.object_names(f"HEAD:{self.program.prefix}{path}" for path in paths) if paths else ()
        return frozenset(path for path, name in zip(paths, found, strict=True) if name)

    def _unchanged(self, paths: Sequence[str]) -> frozenset[str]:
        """Return those of the paths whose files differ from git's index in nothing that git would commit."""
        staged = self.program.object_names(f":{self.program.prefix}{path}" for path in paths) if paths else ()
        listed = zip(paths, staged, strict=True)
        return frozenset(path for path, name in listed if is_unchanged(self.program, path, name))

    def commit(self, paths: Sequence[str], subject: str, trailers: Mapping[str, str]) -> str:
        """Commit exactly `paths`, from the data's root, whatever else is staged; return the commit.

        Return "" where the last commit holds them already, as when a change by hand was taken back.

        Hooks and signing work as the user has set them up. The files stay as they are, whatever git does.

        Raises:
            NotNow: the repository is in an odd state by now.
            NotCommitted: git, a hook or a key refused, or the commit does not hold what was written.
        """
        program = self.program
        state = program.state()
        self._check(state)
        message = subject + "\n\n" + "".join(f"{key}: {value}\n" for key, value in trailers.items() if value)
        with lock.hold(program.root):
            written = _contents(program, paths)
            refusal = None
            try:
                _commit(program, written, message)
            except GitRefused as refused:
                refusal = refused
            except KeyboardInterrupt:
                refusal = GitRefused(_("it was interrupted"))
            commit, differing = _differing(program, written)
            if refusal and differing:
                raise NotCommitted(refusal.said) from refusal
            for path in differing:  # a hook may have rewritten it
                raise NotCommitted(_("the commit of {path} does not hold what was written").format(path=path))
            if refusal:  # git was killed after the commit, perhaps before it noted it
                self.refresh_index(tuple(written), commit)
                _note_sizes(program, [path for path, content in written.items() if content is not None])
        return "" if refusal and commit == state.head else commit

    def refresh_index(self, paths: Sequence[str], commit: str = "") -> None:
        """Let git's index have of `paths` what the last commit has; a git that was killed may have left it older.

        Raises:
            StaleIndex: git refused.
        """
        try:
            for start in range(0, len(paths), _MANY):
                some = paths[start : start + _MANY]
                _change_patiently(self.program, LITERAL, "reset", "--quiet", "HEAD", "--", *some)
        except GitRefused as refused:
            raise StaleIndex(commit or self.program.opened.head, refused.said) from refused


def _commit(program: Program, written: Mapping[str, bytes | None], message: str) -> None:
    paths = tuple(written)
    if len(paths) > _MANY:
        stdin = "".join(f"{path}\0" for path in paths)
        _change_patiently(program, *_ONE_PACK, "update-index", "--add", "--remove", "-z", "--stdin", stdin=stdin)
        _commit_staged(program, paths, message)
        return
    if new := _unstaged(program, [path for path, content in written.items() if content is not None]):
        _change_patiently(program, LITERAL, "add", "--intent-to-add", "--", *new)
    _change_patiently(program, LITERAL, "commit", "--quiet", "--only", "--message", message, "--", *paths)


def _unstaged(program: Program, paths: Sequence[str]) -> list[str]:
    """Return those of the paths that git's index may lack: git commits no others of which it does not know."""
    if any("\n" in path for path in (program.prefix, *paths)):
        return [*paths]
    names = program.object_names(f":{program.prefix}{path}" for path in paths)
    return [path for path, name in zip(paths, names, strict=True) if not name]


def _note_sizes(program: Program, paths: Sequence[str]) -> None:
    """Let git's index have the sizes of files that hold what it has: git calls a file of another size changed."""
    with suppress(GitRefused):
        program.change("update-index", "-z", "--stdin", stdin="".join(f"{path}\0" for path in paths))


def _contents(program: Program, paths: Sequence[str]) -> dict[str, bytes | None]:
    """Return the contents of files; None where there is none."""
    targets = {path: program.root / path for path in paths}
    return {
        path: file_reader.read(target, file_reader.LARGE_FILE) if target.exists() else None
        for path, target in targets.items()
    }


def _differing(program: Program, written: Mapping[str, bytes | None]) -> tuple[str, tuple[str, ...]]:
    """Return the last commit ("" when there is none), and the paths under which it does not hold what was written."""
    if len(written) > _MANY or any("\n" in path for path in (program.prefix, *written)):
        commit, names = _committed(program, written)
    else:
        commit, *found = program.object_names(["HEAD^{commit}", *(f"HEAD:{program.prefix}{path}" for path in written)])
        names = dict(zip(written, found, strict=True))
    expected = {path: _object_name(program, content) for path, content in written.items()}
    return commit, tuple(path for path, name in expected.items() if names.get(path, "") != name)


def _committed(program: Program, paths: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Return the last commit, and the objects of all files in the folders of `paths`, by one listing."""
    commit = program.state().head
    folders = sorted({path.partition("/")[0] for path in paths})
    names: dict[str, str] = {}
    with suppress(GitRefused):  # nothing is committed yet
        for entry in program.read_fields(LITERAL, "ls-tree", "-r", "-z", "HEAD", "--", *folders):
            facts, _tab, path = entry.partition("\t")
            names[path] = facts.rpartition(" ")[2]
    return commit, names


def _object_name(program: Program, content: bytes | None) -> str:
    """Return the name of the object that would hold `content`; "" for None."""
    if content is None:
        return ""
    digest = hashlib.new(program.opened.object_format, b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


def _commit_staged(program: Program, paths: Sequence[str], message: str) -> None:
    """Commit the staged `paths`; where more is staged, only these, which is slower.

    git compares every path that it is given with every file in its index.
    """
    staged = program.read("diff", "--cached", "--name-only", "--no-renames", "--no-ext-diff", "-z").split("\0")
    only: tuple[str, ...] = ()
    if not {name for name in staged if name} <= {f"{program.prefix}{path}" for path in paths}:
        only = ("--only", "--pathspec-from-file=-", "--pathspec-file-nul")
    stdin = "".join(f"{path}\0" for path in paths) if only else ""
    _change_patiently(program, LITERAL, "commit", "--quiet", "--message", message, *only, stdin=stdin)


def _change_patiently(program: Program, *arguments: str, stdin: str = "") -> None:
    """Run a changing command, waiting while another git holds the lock of the index."""
    deadline = time.monotonic() + _TIMEOUT
    while True:
        try:
            program.change(*arguments, stdin=stdin, environment={OWN_COMMIT: "1"}, patience=patience())
        except GitRefused as refused:
            if ".lock" not in refused.said or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def commit_first(root: Path, message: str) -> bool:
    """Make `root` a git repository and commit all its files; return whether the commit could be made.

    Without a name and address git makes no commit; the files are then staged.

    Raises:
        NoGit: there is no git program.
    """
    Program.create(root)
    program = Program(root)
    set_up(program, lacking_settings(program, "", ""))
    program.change("add", "--all")
    try:
        program.change("commit", "--quiet", "--message", message)
    except GitRefused:
        return False
    return True
