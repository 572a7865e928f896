"""Make the first commit of a new data repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.errors import GitRefused
from graduand.git.checkout import TEXTCONV
from graduand.git.program import Program

if TYPE_CHECKING:
    from pathlib import Path

_SETTINGS: Final = {
    "core.autocrlf": "false",
    "core.fsync": "all",
    "merge.conflictStyle": "diff3",
    "pull.ff": "only",
    "transfer.fsckObjects": "true",
    **dict([TEXTCONV]),
}
"""Of this clone: line ends as committed, commits that survive a power cut, merge conflicts that show the common
version, and records as text in differences."""


def commit_first(root: Path, message: str) -> bool:
    """Make `root` a git repository and commit all its files; return whether the commit could be made.

    Without a name and address git makes no commit; the files are then staged.

    Raises:
        NoGit: there is no git program.
    """
    Program.create(root)
    program = Program(root)
    for name, value in _SETTINGS.items():
        program.change("config", "--local", name, value)
    program.change("add", "--all")
    try:
        program.change("commit", "--quiet", "--message", message)
    except GitRefused:
        return False
    return True
