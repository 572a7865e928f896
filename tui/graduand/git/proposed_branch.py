"""Propose changes of records on a branch of their own, without checking it out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from graduand.errors import GitRefused
from graduand.git.first_parent import mainline_of, read_revisions
from graduand.git.program import NAMELESS
from graduand.language import _
from graduand.storage import atomic, lock

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from graduand.git.program import Program


def earlier_blobs(program: Program, paths: Collection[str]) -> dict[str, list[str]]:
    """Return the objects that records' files held on the first-parent line, the last first, without the present one.

    "" stands for a commit before which there was no such file.

    Raises:
        Unreadable: git cannot list the history.
    """
    found: dict[str, list[str]] = {}
    for revision in read_revisions(program, mainline_of(program, program.opened.head)):
        for change in revision.changes:
            if change.path in paths:
                found.setdefault(change.path, []).insert(0, change.old)
    return found


def propose(program: Program, branch: str, blobs: Mapping[str, str], subject: str, trailers: Mapping[str, str]) -> str:
    """Make a branch on top of the commit that is checked out, on which files hold other objects; return its commit.

    "" in the place of an object removes the file; `subject` may have a text below it. Signing works as the user has set
    it up; the files and the index stay as they are.

    Raises:
        GitRefused: the branch is there already, or git or a key refused.
        Busy, NotWritten: another graduand is writing, or the disk refused.
    """
    if not program.knows_committer():
        raise GitRefused(_(NAMELESS))
    head = program.opened.head
    index = Path(program.folder, "graduand", "proposed-index")
    message = subject + "\n\n" + "".join(f"{key}: {value}\n" for key, value in trailers.items())
    environment = {"GIT_INDEX_FILE": str(index)}
    nothing = "0" * len(head)
    lines = "".join(
        f"{'100644' if blob else '0'} {blob or nothing}\t{program.prefix}{path}\0" for path, blob in blobs.items()
    )
    with lock.hold(program.root):
        index.parent.mkdir(exist_ok=True)
        atomic.remove_quietly(
            index.with_name(f"{index.name}.lock")
        )  # of a git that was killed: the lock held here is ours
        try:
            program.change("read-tree", head, environment=environment)
            program.change("update-index", "-z", "--index-info", stdin=lines, environment=environment)
            tree = program.change("write-tree", environment=environment).strip()
            signing = ("-S",) if program.signs_commits() else ()
            commit = program.change("commit-tree", *signing, "-p", head, "-F", "-", tree, stdin=message).strip()
            ref = f"refs/heads/{branch}"
            program.change("update-ref", "--create-reflog", "-m", "proposed", ref, commit, "")
        finally:
            atomic.remove_quietly(index)
    return commit
