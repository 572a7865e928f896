"""Checkout: the commit that is checked out, what differs from it, and whether one may commit here."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from graduand.errors import GitRefused, Unreadable
from graduand.git.program import BARE, LITERAL, Program
from graduand.language import _
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TEXTCONV: Final = ("diff.graduand.textconv", '{ graduand text "$1" 2>/dev/null || cat "$1"; } #')
"""The setting of a clone by which git shows records as text, and as they are where graduand cannot be run."""

_OVERLOOKED: Final = re.compile(r"\0[a-zS] ")
"""git's letters for a file that it does not look at: small ones by wish, S in a sparse checkout or by wish."""


class Checkout:
    """The repository around a folder, for reading."""

    def __init__(self, root: Path) -> None:
        """Find the repository.

        Raises:
            NoGit, NotGit: there is no git, or no repository that it reads.
        """
        self.root = root
        self.program = Program(root)

    def head(self) -> str:
        """Return the commit that is checked out, 40 figures; "" when nothing is committed yet."""
        try:
            return self.program.look("rev-parse", "--verify", "--quiet", "HEAD^{commit}").strip()
        except GitRefused:
            return ""

    def uncommitted(self) -> list[str]:
        """Return the paths below `records/` and `schema/` that differ from the commit, ignored records too.

        Raises:
            Unreadable: the repository has no folder to work in.
        """
        with self.meanwhile() as uncommitted:
            return uncommitted()

    @contextmanager
    def meanwhile(self) -> Iterator[Callable[[], list[str]]]:
        """Let git look for what is `uncommitted` beside us; what is given waits for it.

        Raises:
            Unreadable: the repository has no folder to work in.
        """
        options = ("--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching")
        if self.program.look("rev-parse", "--is-inside-work-tree").strip() != "true":
            raise Unreadable(self.root, _(BARE))
        with (
            self.program.meanwhile(LITERAL, "status", *options, "--", "records", "schema") as status,
            self.program.meanwhile(LITERAL, "ls-files", "-v", "-z", "--", "records", "schema") as listed,
        ):
            yield lambda: [*_changed(status()), *self._overlooked(listed())]

    def _overlooked(self, listed: str) -> list[str]:
        """Return the changed paths among those that git was told not to look at."""
        if not _OVERLOOKED.search(f"\0{listed}"):
            return []
        marked = self.program.look(LITERAL, "ls-files", "-v", "-s", "-z", "--", "records", "schema").split("\0")
        changed = [
            (mark, path)
            for mark, path, name in map(_entry, filter(None, marked))
            if mark not in "HM" and _object(self.root / path, name) != name
        ]
        if changed and self._is_sparse():
            changed = [(mark, path) for mark, path in changed if mark != "S" or os.path.lexists(self.root / path)]
        return [path for _mark, path in changed]

    def _is_sparse(self) -> bool:
        """Tell whether only a part of the files is wanted here; those that are not are no deletions."""
        try:
            return self.program.look("config", "--type=bool", "core.sparseCheckout").strip() == "true"
        except GitRefused:
            return False

    def ignores(self, path: str) -> bool:
        """Tell whether git passes over `path`."""
        try:
            return bool(self.program.look("check-ignore", "--", path))
        except GitRefused:
            return False

    def shows_text(self) -> bool:
        """Tell whether this clone has been told how to show records as text."""
        try:
            return bool(self.program.look("config", "--get", TEXTCONV[0]).strip())
        except GitRefused:
            return False

    def marks_records(self) -> bool:
        """Tell whether the files of the repository say that records are to be shown as text."""
        said = self.program.look("check-attr", "-z", "diff", "--", "records/cohort/username.yaml")
        return said.split("\0")[2:3] == ["graduand"]

    def identity(self) -> str:
        """Return the name and address that commits would bear; "" when git knows none."""
        try:
            return self.program.look("var", "GIT_AUTHOR_IDENT").rpartition(">")[0] + ">"
        except GitRefused:
            return ""


def _entry(line: str) -> tuple[str, str, str]:
    """Return the mark, the path and the object of a file in git's index."""
    facts, _tab, path = line.partition("\t")
    mark, _mode, name, _stage = facts.split(" ")
    return mark, path, name


def _object(path: Path, like: str) -> str:
    """Return the name that git would give to what a file holds, of the kind of `like`; "" when it cannot be read."""
    try:
        content = file_reader.read(path, file_reader.LARGE_FILE)
    except Unreadable:
        return ""
    import hashlib  # noqa: PLC0415 - only for what git passes over

    algorithm = hashlib.sha1 if len(like) == 40 else hashlib.sha256
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest()


def _changed(status: str) -> list[str]:
    entries = [(entry[:2], entry[3:]) for entry in status.split("\0") if entry]
    return [path for mark, path in entries if mark != "!!" or path.endswith((".yaml", "/"))]
