"""What a merge, a rebase or a cherry-pick left for a person to decide, and how it is finished."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import GitRefused
from graduand.git.program import LITERAL
from graduand.git.upload_branch import contains

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.git.program import Program


class Operation(StrEnum):
    """What git has begun; the value is git's command for it."""

    MERGE = "merge"
    REBASE = "rebase"
    CHERRY_PICK = "cherry-pick"
    REVERT = "revert"


_STATES: Final = {
    "rebase-merge": Operation.REBASE,
    "rebase-apply": Operation.REBASE,
    "MERGE_HEAD": Operation.MERGE,
    "CHERRY_PICK_HEAD": Operation.CHERRY_PICK,
    "REVERT_HEAD": Operation.REVERT,
}
"""By the file in git's own folder; a rebase has that of a cherry-pick besides."""
_FINISH: Final = {
    Operation.MERGE: ("commit", "--quiet", "--no-edit"),
    Operation.REBASE: ("rebase", "--continue"),
    Operation.CHERRY_PICK: ("cherry-pick", "--continue"),
    Operation.REVERT: ("revert", "--continue"),
}
_END: Final = {
    Operation.MERGE: ("merge", "--quit"),
    Operation.CHERRY_PICK: ("cherry-pick", "--skip"),
    Operation.REVERT: ("revert", "--skip"),
}
"""How git ends what has nothing more to commit."""
_AS_IT_IS: Final = {"GIT_EDITOR": ":"}
"""The message of a commit stays as git proposes it."""


class FileVersions(NamedTuple):
    """The versions of a file in git's index; None where a side has no such file."""

    base: bytes | None
    ours: bytes | None
    theirs: bytes | None


def operation_of(program: Program) -> Operation | None:
    """Return what git has begun and not finished, of what can leave conflicts."""
    return next((one for name, one in _STATES.items() if Path(program.folder, name).exists()), None)


def finishing_command(operation: Operation) -> str:
    """Return what a person types to finish it."""
    return " ".join(("git", *_FINISH[operation])).replace(" --quiet", "")


def unmerged_paths(program: Program) -> tuple[str, ...]:
    """Return the paths from the repository's root that git holds in several versions.

    Raises:
        GitRefused: git ended with an error.
    """
    listed = program.read("ls-files", "--unmerged", "--full-name", "-z", "--", ":/").split("\0")
    return tuple(sorted({entry.partition("\t")[2] for entry in listed if entry}))


def versions_of(program: Program, path: str) -> FileVersions:
    """Return the versions of a file, by its path from the repository's root."""
    base, ours, theirs = program.blobs(f":{stage}:{path}" for stage in (1, 2, 3))
    return FileVersions(base, ours, theirs)


def mark_merged(program: Program, paths: Sequence[str]) -> bool:
    """Let git take files as the result of a merge, where it holds several versions; return whether it did of any.

    `paths` are from the folder of `program`; all are taken as they are if git holds several versions of one of them.

    Raises:
        GitRefused: git ended with an error.
    """
    unmerged = {path.removeprefix(program.prefix) for path in unmerged_paths(program)}
    if unmerged.isdisjoint(paths):
        return False
    program.change(LITERAL, "add", "--all", "--", *paths)
    return True


def finish(program: Program, operation: Operation) -> str:
    """Let git finish what it had begun, with the message that it proposes; return the commit.

    Where the commit is there already, as after a kill, or nothing would be in it, git only ends.

    Raises:
        GitRefused: git or a hook refused, or the next commit of a rebase has conflicts.
    """
    words = _END.get(operation, ()) if _is_done(program, operation) else ()
    program.change(*(words or _FINISH[operation]), environment=_AS_IT_IS)
    return program.state().head


def _is_done(program: Program, operation: Operation) -> bool:
    """Return whether what git had begun has nothing more to commit; of a rebase git finds that out itself."""
    if operation is Operation.MERGE:
        sides = Path(program.folder, "MERGE_HEAD").read_text(encoding="utf-8").split()
        return all(contains(program, "HEAD", side) for side in sides)
    return not program.read("diff-index", "--cached", "--name-only", "HEAD")


def side_commits(program: Program, operation: Operation | None) -> tuple[str, str]:
    """Return hash and subject of the commits that git calls ours and theirs; "" where git does not say."""
    theirs = f"{operation.name}_HEAD" if operation else ""
    return _title(program, "HEAD"), _title(program, theirs) if theirs else ""


def _title(program: Program, name: str) -> str:
    try:
        return program.read("log", "--no-walk", "--format=%h %s", "--end-of-options", name).strip()
    except GitRefused:
        return ""
