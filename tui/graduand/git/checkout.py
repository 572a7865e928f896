"""Read the state of a checkout: its commit, what differs from it, and whether something is in progress."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import GitRefused, Unreadable
from graduand.git.line_ends import is_unchanged
from graduand.git.program import BARE, LITERAL, Program
from graduand.language import N_, _
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SKIPPED: Final = re.compile(r"\0[a-zS] ")
"""git's letters for a file that it does not compare: small ones on request, S in a sparse checkout or on request."""

_IN_PROGRESS: Final = {
    "MERGE_HEAD": N_("a merge is under way; finish it (graduand resolve) or give it up (git merge --abort)"),
    "rebase-merge": N_("a rebase is under way; finish it (graduand resolve) or give it up (git rebase --abort)"),
    "rebase-apply": N_("a rebase is under way; finish it (graduand resolve) or give it up (git rebase --abort)"),
    "CHERRY_PICK_HEAD": N_(
        "a cherry-pick is under way; finish it (graduand resolve) or give it up (git cherry-pick --abort)"
    ),
    "REVERT_HEAD": N_("a revert is under way; finish it (graduand resolve) or give it up (git revert --abort)"),
    "BISECT_LOG": N_("a bisection is under way; end it (git bisect reset)"),
}
"""By the file in git's own folder."""


def in_progress(folder: str) -> str:
    """Return what git has begun and not finished, and how to end it; "" for nothing. `folder` is git's own folder."""
    return next((_(sentence) for name, sentence in _IN_PROGRESS.items() if Path(folder, name).exists()), "")


class WorkTreeStatus(NamedTuple):
    """What git says of the files of a checkout."""

    commit: str
    """The commit that is checked out; "" when nothing is committed yet."""
    changed: list[str]
    """The paths below `records/` and `schema/` that differ from the commit, ignored records too."""
    branch: str = ""
    """The branch that is checked out, also before its first commit; "" where it is a commit."""
    upstream: str = ""
    """The branch of a remote that it follows, such as `origin/main`; "" for none."""
    ahead: int = 0
    """Commits that the upstream, as it was last fetched, does not have."""
    behind: int = 0
    """Commits that only the upstream has."""
    absent: tuple[str, ...] = ()
    """The paths that a sparse checkout leaves out."""


class Checkout:
    """The repository around a folder, for reading."""

    def __init__(self, root: Path) -> None:
        """Find the repository.

        Raises:
            NoGit, NotGit: there is no git, or no repository that it reads.
        """
        self.root = root
        self.program = Program(root)

    @contextmanager
    def status(self) -> Iterator[Callable[[], WorkTreeStatus]]:
        """Let git compare the files in the background; what is yielded waits for the result.

        Raises:
            Unreadable: the repository has no folder to work in.
        """
        options = ["--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching"]
        options.append("--ignore-submodules=all")  # they have a configuration of their own
        if not self.program.opened.has_work_tree:
            raise Unreadable(self.root, _(BARE))
        with (
            self.program.reading(LITERAL, "status", *options, "--", "records", "schema") as compared,
            self.program.reading(LITERAL, "ls-files", "-v", "-z", "--", "records", "schema") as listed,
        ):

            def status() -> WorkTreeStatus:
                found = _parse_status(self.program, compared())
                changed, absent = self._skipped(listed())
                return found._replace(changed=[*found.changed, *changed], absent=absent)

            yield status

    def _skipped(self, listed: str) -> tuple[list[str], tuple[str, ...]]:
        """Return the changed paths among those that git is set not to compare, and those of a sparse checkout."""
        if not _SKIPPED.search(f"\0{listed}"):
            return [], ()
        marked = self.program.read(LITERAL, "ls-files", "-v", "-s", "-z", "--", "records", "schema").split("\0")
        changed = [
            (mark, path)
            for mark, path, name in map(_index_entry, filter(None, marked))
            if mark not in "HM" and _object_name(self.root / path, name) != name
        ]
        absent: tuple[str, ...] = ()
        if changed and self._is_sparse():
            absent = tuple(path for mark, path in changed if mark == "S" and not os.path.lexists(self.root / path))
        return [path for _mark, path in changed if path not in {*absent}], absent

    def _is_sparse(self) -> bool:
        """Return whether the checkout holds only a part of the files; the others are no deletions."""
        try:
            return self.program.read("config", "--type=bool", "core.sparseCheckout").strip() == "true"
        except GitRefused:
            return False

    def ignores(self, path: str) -> bool:
        """Return whether git ignores `path`."""
        try:
            return bool(self.program.read("check-ignore", "--", path))
        except GitRefused:
            return False

    def marks_records(self) -> bool:
        """Return whether the repository's attributes say that graduand shows and merges records."""
        said = self.program.read("check-attr", "-z", "diff", "merge", "--", "records/cohort/username.yaml").split("\0")
        return said[2::3] == ["graduand", "graduand"]

    def identity(self) -> str:
        """Return the name and address of the next commit's author; "" when git knows none."""
        try:
            return self.program.read("var", "GIT_AUTHOR_IDENT").rpartition(">")[0] + ">"
        except GitRefused:
            return ""


def _index_entry(line: str) -> tuple[str, str, str]:
    """Return the mark, the path and the object of a file in git's index."""
    facts, _tab, path = line.partition("\t")
    mark, _mode, name, _stage = facts.split(" ")
    return mark, path, name


def _object_name(path: Path, like: str) -> str:
    """Return the name of the object that would hold a file, by the hash of `like`; "" when it cannot be read."""
    try:
        content = file_reader.read(path, file_reader.LARGE_FILE)
    except Unreadable:
        return ""
    import hashlib  # noqa: PLC0415 - only for what git does not compare

    algorithm = hashlib.sha1 if len(like) == 40 else hashlib.sha256
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest()


_FIELDS: Final = {"1": 8, "u": 10}
"""Fields before the path in an entry of `git status --porcelain=v2`: of a changed file, of a merge conflict."""
_ONLY_IN_FOLDER: Final = "1 .M "
"""Begins the entry of a file that differs from git's index, which is as the commit."""
_BRANCH: Final = "# branch."


def _parse_status(program: Program, status: str) -> WorkTreeStatus:
    said, changed = {}, []
    for entry in status.split("\0"):
        mark = entry[:1]
        path = entry.split(" ", _FIELDS.get(mark, 1))[-1]
        if entry.startswith(_BRANCH):
            key, _blank, value = entry.removeprefix(_BRANCH).partition(" ")
            said[key] = value
        elif entry.startswith(_ONLY_IN_FOLDER) and is_unchanged(
            program, path.removeprefix(program.prefix), entry.split(" ", _FIELDS["1"])[-2]
        ):
            continue
        elif mark not in {"", "#"} and (mark != "!" or path.endswith((".yaml", "/"))):
            changed.append(path)
    ahead, behind = said.get("ab", "+0 -0").split(" ")
    return WorkTreeStatus(
        said.get("oid", "").replace("(initial)", ""),
        changed,
        said.get("head", "").replace("(detached)", ""),
        said.get("upstream", ""),
        int(ahead.removeprefix("+")),
        int(behind.removeprefix("-")),
    )
