"""What the next commit will hold of records and schema, as it is staged."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.git.program import LITERAL, Program

if TYPE_CHECKING:
    from collections.abc import Iterator

_INDEX: Final = "GIT_INDEX_FILE"
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


def staged_files(program: Program) -> Iterator[StagedFile]:
    """Yield the files below `records/` and `schema/` that the next commit changes.

    Raises:
        GitRefused: git ended with an error.
    """
    options = ("--cached", "--raw", "--no-renames", "--no-abbrev", "--no-ext-diff", "-z")
    fields = program.read(LITERAL, "diff", *options, "--", "records", "schema").split("\0")
    for facts, path in zip(fields[::2], fields[1::2], strict=False):
        blob = facts.split(" ")[3]
        yield StagedFile(path.removeprefix(program.prefix), "" if not blob.strip(_MISSING) else blob)
