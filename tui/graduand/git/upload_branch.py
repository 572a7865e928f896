"""The upload branch: the one from which uploads are compiled, and where commits stand as to it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import GitRefused, Unreadable
from graduand.records.institution import review_policy_in
from graduand.records.school_language import PATH as INSTITUTION_PATH
from graduand.storage import file_reader

if TYPE_CHECKING:
    from graduand.git.program import Program

_OWN_BRANCHES: Final = ("refs/heads/main", "refs/heads/master")
_DEFAULT: Final = ("refs/remotes/origin/HEAD", "refs/remotes/origin/main")


def upload_branch(program: Program, upload_from: str = "") -> str:
    """Return the commit of the upload branch, as it was last fetched; "" where there is none.

    It is the branch `upload_from`, such as `origin/main`; else the one that the folder's institution.yaml names; else
    the default branch of the remote.
    """
    name = upload_from or _named(program)
    found = program.object_names(f"{ref}^{{commit}}" for ref in ((*refs_of_branch(name),) if name else _DEFAULT))
    return next(filter(None, found), "")


def refs_of_branch(name: str) -> tuple[str, str]:
    """Return the refs that the name of an upload branch can mean, never a tag: that of a remote, or one of its own."""
    return f"refs/remotes/{name}", f"refs/heads/{name}"


def _named(program: Program) -> str:
    """Return the branch that the folder's institution.yaml names; "" where it names none."""
    try:
        return _upload_from(file_reader.read(program.root / INSTITUTION_PATH))
    except Unreadable:  # whoever needs the file says so
        return ""


@cache
def _upload_from(institution: bytes) -> str:
    return review_policy_in(institution).upload_from if b"upload_from" in institution else ""


def branch_heads(program: Program, head: str) -> list[str]:
    """Return the commits whose histories count: the one that is checked out, and the upload branch.

    Without a remote it is the branch `main` or `master`.
    """
    if branch := upload_branch(program):
        return [head, branch]
    return [head, *filter(None, program.object_names(f"{name}^{{commit}}" for name in _OWN_BRANCHES))]


class Standing(NamedTuple):
    """How many commits a commit has that a branch lacks, and how many it lacks itself."""

    ahead: int
    behind: int


def standing(program: Program, commit: str, branch: str) -> Standing:
    """Return how a commit stands to the commit of a branch.

    Raises:
        GitRefused: one of them is not in this clone.
    """
    if commit == branch:
        return Standing(0, 0)
    counted = program.read("rev-list", "--left-right", "--count", "--end-of-options", f"{commit}...{branch}", "--")
    return Standing(*map(int, counted.split()))


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


class CommitLine(NamedTuple):
    """A commit in one line."""

    commit: str
    author: str
    date: str
    """`yyyy-mm-ddThh:mm:ss` with the offset."""
    subject: str


_FORMAT: Final = "--format=%H%x1f%an%x1f%aI%x1f%s"


def commits_between(program: Program, known: str, tip: str) -> tuple[CommitLine, ...]:
    """Return the commits of `tip` that `known` does not have, the last first.

    Raises:
        GitRefused: one of the two is no commit of this clone.
    """
    found = program.read("log", "-z", _FORMAT, f"{known}..{tip}", "--").split("\0")
    return tuple(CommitLine(*line.split("\x1f", 3)) for line in found if line)
