"""The commits that graduand made, what each changed, and which of them others took back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.git.first_parent import QUIET
from graduand.git.program import LITERAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.git.program import Program

KIND: Final = "Graduand-Kind"
REASON: Final = "Graduand-Reason"
UNDOES: Final = "Graduand-Undoes"
"""The trailer that names the commit which was taken back."""
WHY: Final = "Graduand-Why"
"""The trailer that says why a commit was taken back, or made once more, as somebody typed it."""
UNDONE: Final = "undone"
REDONE: Final = "redone"
_KEPT: Final = 200
"""Commits that are looked through for what can be taken back."""
_TRAILERS: Final = (KIND, REASON, UNDOES)
_FORMAT: Final = "%x1f".join(
    ("%H", "%ce", "%s", *(f"%(trailers:key={key},valueonly,unfold,separator=%x20)" for key in _TRAILERS))
)
_NOBODY: Final = "0" * 40


class MadeCommit(NamedTuple):
    """A commit, as far as it says what graduand did in it."""

    name: str
    committer: str
    """The address."""
    subject: str
    kind: str
    """"" for one that graduand did not make."""
    reason: str
    undoes: str
    """The commit that it took back; "" for none."""


class CommittedFile(NamedTuple):
    """One file of `records/` or `schema/` before and after a commit; None: there was none."""

    path: str
    before: bytes | None
    after: bytes | None


def read_made_commit(program: Program, name: str) -> MadeCommit:
    """Return one commit.

    Raises:
        GitRefused: there is none of this name.
    """
    return _made(program.read(*QUIET, "log", "--no-show-signature", "--max-count=1", f"--format={_FORMAT}", name, "--"))


def made_commits(program: Program) -> tuple[MadeCommit, ...]:
    """Return the last commits of the branch that are no merges, the newest first.

    Raises:
        GitRefused: there is no commit yet.
    """
    options = ("--no-show-signature", "--first-parent", "--no-merges", f"--max-count={_KEPT}", "-z")
    listed = program.read(*QUIET, "log", *options, f"--format={_FORMAT}", "HEAD", "--")
    return tuple(_made(entry) for entry in listed.split("\0") if entry.strip())


def _made(entry: str) -> MadeCommit:
    return MadeCommit(*(part.strip() for part in entry.strip("\n").split("\x1f")))


def own_address(program: Program) -> str:
    """Return the address by which this clone commits."""
    return program.read("var", "GIT_COMMITTER_IDENT").rpartition("<")[2].partition(">")[0]


def last_to_undo(commits: Sequence[MadeCommit], address: str) -> str:
    """Return the newest own commit that still holds and takes nothing back; "" for none."""
    taken_back: set[str] = set()
    for one in commits:
        if one.undoes and one.name not in taken_back:
            taken_back.add(one.undoes)
        elif not one.undoes and one.kind and one.committer == address and one.name not in taken_back:
            return one.name
    return ""


def last_to_redo(commits: Sequence[MadeCommit], address: str) -> str:
    """Return the newest own commit that took something back and still holds; "" where something else was done since."""
    taken_back: set[str] = set()
    for one in commits:
        if one.committer != address or not one.kind:
            continue
        if one.name in taken_back:
            continue
        if one.kind == UNDONE:
            return one.name
        if not one.undoes:
            return ""
        taken_back.add(one.undoes)
    return ""


def committed_files(program: Program, name: str) -> tuple[CommittedFile, ...]:
    """Return the files below `records/` and `schema/` that a commit changed, beside its first parent.

    Raises:
        GitRefused: there is none of this name.
    """
    options = ("-r", "-z", "--root", "--no-commit-id", "--no-renames", "--diff-merges=first-parent", "-m")
    listed = program.read(LITERAL, *QUIET, "diff-tree", *options, name, "--", "records", "schema")
    fields = [field for field in listed.split("\0") if field]
    changes = [
        (head.split(), path.removeprefix(program.prefix)) for head, path in zip(fields[::2], fields[1::2], strict=True)
    ]
    names = [blob for head, _path in changes for blob in (head[2], head[3])]
    blobs = dict(zip(names, program.blobs(names), strict=True)) if names else {}
    return tuple(CommittedFile(path, blobs.get(head[2]), blobs.get(head[3])) for head, path in changes)
