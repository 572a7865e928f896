"""Merge the three versions of a record's file for git: key by key, and marks only around what both sides decided."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from graduand.editing.draft import draft_text
from graduand.editing.merge import MergeVersions, Side, merge_contents, resolve_conflicts
from graduand.errors import Unreadable
from graduand.language import _
from graduand.storage import atomic, file_reader
from graduand.workspace import Workspace, root_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from graduand.editing.merge import MergeDifference
    from graduand.records.school import School


class MergedFile(NamedTuple):
    """The outcome of a merge of one file."""

    path: str
    """From the root of the data."""
    text: str
    """With marks where there are conflicts."""
    conflicts: tuple[str, ...]
    """The labels of the fields in conflict."""


def merge_file(place: Path, base: Path, ours: Path, theirs: Path) -> MergedFile:
    """Merge the versions of the record at `place`, and write the result to `ours`, as git asks a driver to do.

    Raises:
        NoRepository: the record is in no data repository.
        Unreadable: a version is no readable record, so that only git's merge of lines is left; nothing was written.
        NotWritten: the disk refused.
    """
    root = root_of(place.parent)
    school = Workspace(root).school
    path = place.absolute().relative_to(root).as_posix()
    versions = MergeVersions(*(file_reader.read(one) for one in (base, ours, theirs)))
    difference = merge_contents(school, path, versions)
    if difference is None:
        raise Unreadable(path, _("one of its versions is no readable record"))
    merged = MergedFile(
        path,
        merged_text(difference, school),
        tuple(str(school.fields[one.key].label) for one in difference.conflicts),
    )
    atomic.replace(ours, merged.text, versions.ours)
    return merged


def merged_text(difference: MergeDifference, school: School) -> str:
    """Return the text of the merge; where both sides decided, the lines of each between git's marks."""
    ours, theirs = (
        draft_text(resolve_conflicts(difference, {one.key: side for one in difference.conflicts}), school)
        for side in (Side.MINE, Side.THEIRS)
    )
    if not difference.conflicts:
        return theirs
    return "".join(_marked(ours.splitlines(keepends=True), theirs.splitlines(keepends=True)))


def _marked(ours: list[str], theirs: list[str]) -> Iterator[str]:
    compared = SequenceMatcher(None, ours, theirs, autojunk=False)
    for tag, start, end, other_start, other_end in compared.get_opcodes():
        if tag == "equal":
            yield from ours[start:end]
        else:
            yield "<<<<<<< ours\n"
            yield from ours[start:end]
            yield "=======\n"
            yield from theirs[other_start:other_end]
            yield ">>>>>>> theirs\n"
