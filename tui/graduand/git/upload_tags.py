"""Read and write the annotated tags that record uploads and their results."""

from __future__ import annotations

import json
import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.errors import GitRefused
from graduand.git.program import NAMELESS
from graduand.language import _
from graduand.storage import atomic, lock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graduand.git.program import Program

UPLOAD: Final = "upload/"
RESULT: Final = "result/"
_SCHEMAS: Final = "graduand/"
"""The prefix of the schemas of graduand's messages."""
_TEXTS: Final = ("schema", "commit", "on", "upload", "rollback_of")
_LISTS: Final = {"usernames": str, "jobs": dict, "since": str, "failed": dict}
_COMMIT: Final = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})?")


class Noted(NamedTuple):
    """A tag: its name, its commit, and the JSON of its message."""

    name: str
    commit: str
    says: dict[str, Any]
    """The JSON of the message; empty when graduand did not write it."""


def noted(program: Program, prefix: str) -> tuple[Noted, ...]:
    """Return the tags below `prefix`, oldest first."""
    form = "--format=%(refname:lstrip=2)%00%(*objectname)%00%(contents)%00%01"
    listing = program.read("for-each-ref", "--sort=refname", form, f"refs/tags/{prefix}")
    found = []
    for entry in listing.split("\0\x01"):
        name, _nul, rest = entry.strip("\n").partition("\0")
        commit, _nul, message = rest.partition("\0")
        if name:
            found.append(Noted(name, commit, _json(message)))
    return tuple(found)


def marks(program: Program) -> tuple[str, ...]:
    """Return all upload and result tags with their objects, sorted: a key of what is recorded."""
    refs = [f"refs/tags/{prefix}" for prefix in (UPLOAD, RESULT)]
    return tuple(program.read("for-each-ref", "--format=%(objectname) %(refname)", *refs).splitlines())


def _json(message: str) -> dict[str, Any]:
    try:
        says, _end = json.JSONDecoder().raw_decode(message)  # a signature may follow
    except (ValueError, RecursionError):
        return {}
    return says if isinstance(says, dict) and is_ours(says) else {}


def is_ours(says: dict[str, Any]) -> bool:
    """Return whether a message has the form of graduand's; anyone who can push a tag may have written any other."""
    texts = all(isinstance(says.get(key, ""), str) for key in _TEXTS)
    lists = all(
        isinstance(items := says.get(key, []), list) and all(isinstance(item, kind) for item in items)
        for key, kind in _LISTS.items()
    )
    return (
        texts
        and lists
        and says.get("schema", "").startswith(_SCHEMAS)
        and bool(_COMMIT.fullmatch(says.get("commit", "")))
    )


def note(program: Program, prefix: str, commit: str, message: str) -> str:
    """Make the tag of this moment below `prefix` on `commit`, with its `message`; return its name.

    A tag is written whole or not at all, and its name sorts after all others. The same message again gets no second
    tag: the name of the first one is returned.

    Raises:
        GitRefused: git would not make the tag, for want of a name, a key, or the commit.
        Busy, NotWritten: another graduand is writing, or the disk refused.
    """
    if not program.knows_committer():
        raise GitRefused(_(NAMELESS))
    says = _json(message)
    draft = Path(program.folder, "graduand", f"tag-{os.getpid()}-{time.time_ns()}")
    with lock.hold(program.root):
        for left in draft.parent.glob("tag-*"):  # by a killed process
            left.unlink()
        tags = [tag for tag in noted(program, prefix) if tag.says]
        for tag in tags:
            if tag.says == says:  # by another process, a moment ago
                return tag.name
        name = _next_name(tags, prefix)
        atomic.create(draft, message, atomic.PRIVATE)
        words = ("--annotate", "--cleanup=verbatim", "--file", str(draft), "--end-of-options", name, commit)
        try:
            program.change("tag", *words)
        finally:
            draft.unlink()
    return name


def _next_name(tags: Iterable[Noted], prefix: str) -> str:
    """Return the name of this moment, or the one after the last name when the clock is not later."""
    name = f"{prefix}{datetime.now(UTC).strftime('%Y%m%dT%H%M%SZ')}"
    last = max((tag.name for tag in tags), default="")
    if name > last:
        return name
    stamp, _dot, number = last.partition("Z.")
    return f"{stamp.removesuffix('Z')}Z.{(int(number) if number.isdecimal() else 0) + 1:03}"


def is_commit(program: Program, commit: str) -> bool:
    """Return whether this is the whole name of a commit in this clone."""
    try:
        return (
            bool(commit and _COMMIT.fullmatch(commit))
            and program.read("cat-file", "-t", "--end-of-options", commit).strip() == "commit"
        )
    except GitRefused:
        return False


def leads_to(program: Program, commit: str) -> bool:
    """Return whether the branch that is checked out contains this commit."""
    try:
        program.read("merge-base", "--is-ancestor", "--end-of-options", commit, "HEAD")
    except GitRefused:
        return False
    return True
