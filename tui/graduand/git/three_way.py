"""Merge a text that two sides have changed, as git does, with what the two disagree on told apart."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import GitRefused
from graduand.storage import atomic, file_reader

if TYPE_CHECKING:
    from graduand.git.program import Program


class MergedText(NamedTuple):
    """A text with the changes of two sides."""

    text: bytes
    """Where the two disagree, it is as our side has it."""
    conflicts: bytes
    """The same with git's marks, the three texts of each disagreement between them; empty where there is none."""


def merge_three(program: Program, ours: bytes, base: bytes, theirs: bytes) -> MergedText:
    """Return `ours` with what `theirs` changed of `base`.

    Raises:
        GitRefused: git cannot merge, as when a text is binary.
    """
    if base in {ours, theirs} or ours == theirs:
        return MergedText(theirs if base == ours else ours, b"")
    folder = Path(program.folder, "graduand", "merging")
    names = {"ours": ours, "base": base, "theirs": theirs}
    try:
        for name, content in names.items():
            atomic.write_private(folder / name, content, sync=False)
        paths = [str(folder / name) for name in names]
        # With --ours git settles each disagreement and ends well; without, it writes the marks and counts them.
        text = program.change("merge-file", "-p", "--ours", *paths).encode(errors="surrogateescape")
        labels = [word for name in ("yours", "before", "graduand") for word in ("-L", name)]
        with suppress(GitRefused):
            program.change("merge-file", "--diff3", *labels, *paths)
        marked = file_reader.read(folder / "ours", file_reader.LARGE_FILE)
    finally:
        for name in names:
            atomic.remove_quietly(folder / name)
    return MergedText(text, b"" if marked == text else marked)
