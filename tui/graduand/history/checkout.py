"""Checkout: the commit that is checked out, what differs from it, and whether one may commit here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.errors import GitRefused
from graduand.history.program import LITERAL, Program

if TYPE_CHECKING:
    from pathlib import Path


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
        """Return the paths below `records/` and `schema/` that differ from the commit, ignored records too."""
        options = ("--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching")
        status = self.program.look(LITERAL, "status", *options, "--", "records", "schema")
        entries = [(entry[:2], entry[3:]) for entry in status.split("\0") if entry]
        return [path for mark, path in entries if mark != "!!" or path.endswith((".yaml", "/"))]

    def ignores(self, path: str) -> bool:
        """Tell whether git passes over `path`."""
        try:
            return bool(self.program.look("check-ignore", "--", path))
        except GitRefused:
            return False

    def identity(self) -> str:
        """Return the name and address that commits would bear; "" when git knows none."""
        try:
            return self.program.look("var", "GIT_AUTHOR_IDENT").rpartition(">")[0] + ">"
        except GitRefused:
            return ""
