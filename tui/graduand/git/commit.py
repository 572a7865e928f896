"""Commit: what graduand records in git: exactly the files that it changed, made by git, verified afterwards."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand.errors import GitRefused, NotCommitted, NotNow
from graduand.git.in_progress import under_way
from graduand.git.program import BARE, LITERAL, NAMELESS, Program
from graduand.language import _
from graduand.storage import file_reader, lock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MANY: Final = 200
"""Paths from which on they are staged first; a command line has an end."""

_PATIENCE: Final = 5.0
"""Seconds to wait for another git to finish."""


def refuse_odd_states(program: Program) -> None:
    """Let nobody commit where the commit would get lost or land in something unfinished.

    Raises:
        NotNow: bare, shallow, detached, no name to commit by, or something is under way.
    """
    if program.look("rev-parse", "--is-bare-repository").strip() == "true":
        raise NotNow(_(BARE))
    if program.look("rev-parse", "--is-shallow-repository").strip() == "true":
        raise NotNow(_("this clone is shallow, and its history is cut; complete it (git fetch --unshallow)"))
    if said := under_way(program.folder):
        raise NotNow(said)
    try:
        program.look("symbolic-ref", "--quiet", "HEAD")
    except GitRefused as refused:
        raise NotNow(_("no branch is checked out (detached HEAD); go to one (git switch main)")) from refused
    if not program.knows_who():
        raise NotNow(_(NAMELESS))


class Recorder:
    """What commits in one repository, once it is known that one may."""

    def __init__(self, root: Path, *, now: bool = True) -> None:
        """Find the repository, and look whether a commit could be made `now`.

        Raises:
            NoGit, NotGit, NotNow: it could not.
        """
        self.program = Program(root)
        if now:
            refuse_odd_states(self.program)

    def unrecorded(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Return those of the paths, from the data's root, whose files are not as the last commit has them."""
        return _differing(self.program, _contents(self.program, paths))

    @property
    def folder(self) -> Path:
        """Our own place in git's folder."""
        return Path(self.program.folder, "graduand")

    def pending(self) -> frozenset[str]:
        """Return the files below `records/` and `schema/`, from the data's root, that the last commit has otherwise."""
        prefix = self.program.look("rev-parse", "--show-prefix").removesuffix("\n")
        options = ("--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
        status = self.program.look(LITERAL, "status", *options, "--", "records", "schema")
        return frozenset(entry[3:].removeprefix(prefix) for entry in status.split("\0") if entry)

    def commit(self, paths: Sequence[str], subject: str, trailers: Mapping[str, str]) -> str:
        """Commit exactly `paths`, from the data's root, whatever else is staged; return the commit.

        Hooks and signing work as the user has set them up. The files stay as they are, whatever git says.

        Raises:
            NotNow: the repository is in an odd state by now.
            NotCommitted: git, a hook or a key refused, or the commit does not hold what was written.
        """
        program = self.program
        refuse_odd_states(program)
        message = subject + "\n\n" + "".join(f"{key}: {value}\n" for key, value in trailers.items() if value)
        with lock.hold(program.root):
            written = _contents(program, paths)
            there = [path for path, content in written.items() if content is not None]
            try:
                if len(paths) > _MANY:
                    _stage(program, paths)
                    _commit_staged(program, paths, message)
                else:
                    _patiently(program, LITERAL, "add", "--intent-to-add", "--", *there)
                    _patiently(program, LITERAL, "commit", "--quiet", "--only", "--message", message, "--", *paths)
            except GitRefused as refused:
                if _differing(program, written):
                    raise NotCommitted(refused.said) from refused
            for path in _differing(program, written):  # a hook may have rewritten it
                raise NotCommitted(_("the commit of {path} does not hold what was written").format(path=path))
        return program.look("rev-parse", "HEAD").strip()


def _contents(program: Program, paths: Sequence[str]) -> dict[str, bytes | None]:
    """Return what the files hold; None where there is none."""
    targets = {path: program.root / path for path in paths}
    return {
        path: file_reader.read(target, file_reader.LARGE_FILE) if target.exists() else None
        for path, target in targets.items()
    }


def _differing(program: Program, written: Mapping[str, bytes | None]) -> tuple[str, ...]:
    """Return the paths under which the last commit does not hold what was written."""
    if len(written) > _MANY:
        return _differing_names(program, written)
    prefix = program.look("rev-parse", "--show-prefix").strip()
    committed = program.blobs(f"HEAD:{prefix}{path}" for path in written)
    return tuple(path for path, content in zip(written, committed, strict=True) if content != written[path])


def _differing_names(program: Program, written: Mapping[str, bytes | None]) -> tuple[str, ...]:
    """Return the same of many paths: the commit is listed once, and no object opened."""
    form = program.look("rev-parse", "--show-object-format").strip()
    folders = sorted({path.partition("/")[0] for path in written})
    committed: dict[str, str] = {}
    with suppress(GitRefused):  # nothing is committed yet
        for entry in program.pieces(LITERAL, "ls-tree", "-r", "-z", "HEAD", "--", *folders):
            about, _tab, path = entry.partition("\t")
            committed[path] = about.rpartition(" ")[2]

    def name(content: bytes | None) -> str | None:
        if content is None:
            return None
        whole = hashlib.new(form, b"blob %d\0" % len(content), usedforsecurity=False)
        whole.update(content)
        return whole.hexdigest()

    return tuple(path for path, content in written.items() if committed.get(path) != name(content))


def _stage(program: Program, paths: Sequence[str]) -> None:
    told = "".join(f"{path}\0" for path in paths)
    _patiently(program, "update-index", "--add", "--remove", "-z", "--stdin", told=told)


def _commit_staged(program: Program, paths: Sequence[str], message: str) -> None:
    """Commit what `_stage` put into the index; where more is staged, only the paths, at the price of looking for each.

    git compares every path that it is given with every file that it knows.
    """
    prefix = program.look("rev-parse", "--show-prefix").removesuffix("\n")
    staged = program.look("diff", "--cached", "--name-only", "--no-renames", "--no-ext-diff", "-z").split("\0")
    only: tuple[str, ...] = ()
    if not {name for name in staged if name} <= {f"{prefix}{path}" for path in paths}:
        only = ("--only", "--pathspec-from-file=-", "--pathspec-file-nul")
    told = "".join(f"{path}\0" for path in paths) if only else ""
    _patiently(program, LITERAL, "commit", "--quiet", "--message", message, *only, told=told)


def _patiently(program: Program, *arguments: str, told: str = "") -> None:
    """Run a changing command, waiting while another git holds the lock of the index."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            program.act(*arguments, told=told)
        except GitRefused as refused:
            if ".lock" not in refused.said or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
