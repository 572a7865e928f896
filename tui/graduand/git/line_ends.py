"""What git would commit of a file whose lines end as on Windows."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from graduand.errors import GitRefused, NoGit, NotGit, Unreadable
from graduand.git.program import LITERAL, Program
from graduand.records.source import with_line_feeds
from graduand.storage import file_reader

if TYPE_CHECKING:
    from pathlib import Path

_CONVERTED: Final = re.compile(r"i/(?:lf|none|) *w/\S* *attr/text\b.*")
"""How git lists a file that it commits with line feeds, and that is not committed with other line ends yet."""


def is_unchanged(program: Program, path: str, name: str) -> bool:
    """Return whether git would commit of the file at a path, from the data's root, the object of this name again.

    git calls a file changed whose size is another one, also where only line ends are that it converts.
    """
    try:
        content = file_reader.read(program.root / path, file_reader.LARGE_FILE)
    except Unreadable:
        return False
    algorithm = program.opened.object_format
    plain = with_line_feeds(content)
    return name == _object_name(content, algorithm) or (
        plain != content and name == _object_name(plain, algorithm) and path in converted_paths(program.root)
    )


def _object_name(content: bytes, algorithm: str) -> str:
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def converted_paths(root: Path) -> frozenset[str]:
    """Return the paths below `records/`, from the data's root, of which git commits line feeds whatever lies there."""
    try:
        program = Program(root)
        options = ("--eol", "-z", "--cached", "--others", "--exclude-standard")
        listed = program.read(LITERAL, "ls-files", *options, "--", "records").split("\0")
    except (NoGit, NotGit, GitRefused):
        return frozenset()
    entries = (entry.partition("\t") for entry in listed if entry)
    return frozenset(path for facts, _tab, path in entries if _CONVERTED.fullmatch(facts.strip()))
