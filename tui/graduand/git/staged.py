"""What the next commit will hold of records and schema, as it is staged."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, NamedTuple

from graduand.git.program import LITERAL, Program

_INDEX: Final = "GIT_INDEX_FILE"
_MERGE: Final = "MERGE_HEAD"
_MISSING: Final = "0"
"""What the name of no object consists of."""


class StagedFile(NamedTuple):
    """A file that the next commit changes."""

    path: str
    """From the root of the data."""
    blob: str
    """The object that it will hold; "" when it is removed."""


def index_of_commit() -> str:
    """Return the index that git names to a hook, which holds what is being committed; "" outside of a hook.

    It must be asked for before a `Program` is made, which forgets what git told a hook of another repository.
    """
    named = os.environ.get(_INDEX, "")
    return str(Path(named).absolute()) if named else ""


def staged_files(program: Program) -> tuple[StagedFile, ...]:
    """Return the files below `records/` and `schema/` that the next commit changes; a merge, as to both sides.

    Raises:
        GitRefused: git ended with an error.
    """
    changed = _staged(program, "HEAD" if program.opened.head else "")
    if changed and Path(program.folder, _MERGE).exists():
        merged = {one.path for one in _staged(program, _MERGE)}
        changed = tuple(one for one in changed if one.path in merged)
    return changed


def _staged(program: Program, commit: str) -> tuple[StagedFile, ...]:
    """Return the files of which git's index has something else than a commit; "" for none."""
    options = ("--cached", "--raw", "--no-renames", "--no-abbrev", "--no-ext-diff", "-z")
    than = (commit,) if commit else ()
    fields = program.read(LITERAL, "diff", *options, *than, "--", "records", "schema").split("\0")
    entries = [(facts.split(" ")[3], path) for facts, path in zip(fields[::2], fields[1::2], strict=False)]
    return tuple(
        StagedFile(path.removeprefix(program.prefix), blob if blob.strip(_MISSING) else "") for blob, path in entries
    )
