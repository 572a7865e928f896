"""The upload branch: the one from which uploads are compiled, and where commits stand as to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.errors import GitRefused

if TYPE_CHECKING:
    from graduand.git.program import Program


def upload_branch(program: Program, upload_from: str = "") -> str:
    """Return the commit of the upload branch, as it was last fetched; "" where there is none.

    It is the branch `upload_from`, such as `origin/main`; else the default branch of the remote.
    """
    wanted = [upload_from] if upload_from else ["refs/remotes/origin/HEAD", "refs/remotes/origin/main"]
    found = program.object_names(f"{name}^{{commit}}" for name in wanted)
    return next(filter(None, found), "")


def contains(program: Program, branch: str, commit: str) -> bool:
    """Return whether the history of a branch, given by its commit, has another commit."""
    if not branch or not commit:
        return False
    try:
        program.read("merge-base", "--is-ancestor", "--end-of-options", commit, branch)
    except GitRefused:
        return False
    return True


def base_of(program: Program, commit: str, branch: str) -> str:
    """Return where a commit left the upload branch; without one its first parent; "" where there is neither."""
    try:
        if branch:
            return program.read("merge-base", "--end-of-options", commit, branch).strip()
    except GitRefused:
        return ""
    return program.object_names([f"{commit}^1"])[0]


def is_commit(program: Program, name: str) -> bool:
    """Return whether this is the whole name of a commit in this clone."""
    return bool(name) and program.object_names([f"{name}^{{commit}}"]) == [name]
