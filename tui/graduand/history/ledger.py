"""The ledger: the uploads that were noted and the results that came back, as annotated tags."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.errors import GitRefused

if TYPE_CHECKING:
    from pathlib import Path

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


def note(program: Program, prefix: str, commit: str, message: Path) -> str:
    """Make the tag of this moment below `prefix` on `commit`, its message the file at `message`; return its name.

    Raises:
        GitRefused: git would not make the tag, for want of a name, a key, or the commit.
    """
    stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S")  # noqa: UP017 - one word less with 3.11
    taken = {tag.name for tag in noted(program, prefix)}
    names = (f"{prefix}{stamp}{more}Z" for more in ("", *(f".{number}" for number in range(1, 100))))
    name = next(name for name in names if name not in taken)
    program.act("tag", "--annotate", "--cleanup=verbatim", "--file", str(message), "--end-of-options", name, commit)
    return name


def is_commit(program: Program, commit: str) -> bool:
    """Tell whether the repository holds this commit."""
    try:
        return program.look("cat-file", "-t", "--end-of-options", commit).strip() == "commit"
    except GitRefused:
        return False
