"""The ledger: the uploads that were noted and the results that came back, as annotated tags."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand import disk
from graduand.errors import GitRefused

if TYPE_CHECKING:
    from graduand.history.program import Program

UPLOAD: Final = "upload/"
RESULT: Final = "result/"


class Noted(NamedTuple):
    """A tag of the ledger: its name, the commit that it marks, and what its message says."""

    name: str
    commit: str
    says: dict[str, Any]
    """The JSON of the message; empty when it is none."""


def noted(program: Program, prefix: str) -> tuple[Noted, ...]:
    """Return the tags below `prefix`, oldest first; a tag without a message of ours says nothing."""
    form = "--format=%(refname:lstrip=2)%00%(*objectname)%00%(contents)%00%01"
    listing = program.look("for-each-ref", "--sort=refname", form, f"refs/tags/{prefix}")
    found = []
    for entry in listing.split("\0\x01"):
        name, _nul, rest = entry.strip("\n").partition("\0")
        commit, _nul, message = rest.partition("\0")
        if name:
            found.append(Noted(name, commit, _json(message)))
    return tuple(found)


def _json(message: str) -> dict[str, Any]:
    try:
        says, _end = json.JSONDecoder().raw_decode(message)  # a signature may follow
    except ValueError:
        return {}
    return says if isinstance(says, dict) else {}


def note(program: Program, prefix: str, commit: str, message: str) -> str:
    """Make the tag of this moment below `prefix` on `commit`, with its `message`; return its name.

    A tag is whole or not there at all, whenever the process ends.

    Raises:
        GitRefused: git would not make the tag, for want of a name, a key, or the commit.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    taken = {tag.name for tag in noted(program, prefix)}
    names = (f"{prefix}{stamp}{more}Z" for more in ("", *(f".{number}" for number in range(1, 100))))
    name = next(name for name in names if name not in taken)
    draft = Path(program.folder, "graduand", f"tag-{os.getpid()}-{time.time_ns()}")
    disk.create(draft, message, disk.PRIVATE)
    try:
        program.act("tag", "--annotate", "--cleanup=verbatim", "--file", str(draft), "--end-of-options", name, commit)
    finally:
        draft.unlink()
    return name


def is_commit(program: Program, commit: str) -> bool:
    """Tell whether the repository holds this commit."""
    try:
        return program.look("cat-file", "-t", "--end-of-options", commit).strip() == "commit"
    except GitRefused:
        return False
