"""Beginning: the first commit of a new data repository."""

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
"""Of this clone: line ends as committed, commits that survive a power cut, merges that show what was before, and
records as text in differences."""


def begin(root: Path, message: str) -> bool:
    """Make `root` a git repository and commit all that is in it; tell whether the commit could be made.

    Without a name and address git makes no commit; the files are then staged.

    Raises:
        NoGit: there is no git program.
    """
    Program.begin(root)
    program = Program(root)
    for name, value in _SETTINGS.items():
        program.act("config", "--local", name, value)
    program.act("add", "--all")
    try:
        program.act("commit", "--quiet", "--message", message)
    except GitRefused:
        return False
    return True
