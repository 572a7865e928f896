"""Read the records and the schema as one commit has them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import GitRefused, Unreadable
from graduand.language import _
from graduand.records.paths import is_record_path
from graduand.records.school_language import IMPORTER as IMPORTER_PATH
from graduand.records.school_language import PATH as INSTITUTION_PATH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.git.program import Program
    from graduand.records.school import School


class TreeEntry(NamedTuple):
    """A file of a commit: its path from the data's root, and the object that holds it."""

    path: str
    blob: str


def entries(program: Program, commit: str) -> Iterator[TreeEntry]:
    """Yield the records' files at `commit`, sorted by path, without links and submodules.

    Raises:
        Unreadable: the commit is not here, as in a shallow clone.
    """
    for line in lines(program, commit):
        facts, _tab, path = line.partition("\t")
        if facts.startswith("100") and is_record_path(path):
            yield TreeEntry(path, facts.split()[2])


def lines(program: Program, commit: str) -> list[str]:
    """Return all that `commit` has below `records/`, each as git lists it: `100644 blob <object>`, a tab, the path.

    Raises:
        Unreadable: the commit is not here, as in a shallow clone.
    """
    try:
        return program.read("ls-tree", "-r", "-z", "--end-of-options", commit, "records/").split("\0")
    except GitRefused as refused:
        raise Unreadable(commit[:12], refused.said) from refused


def line_of(path: str, blob: str) -> str:
    """Return how git lists a record's file."""
    return f"100644 blob {blob}\t{path}"


def contents(program: Program, found: Iterable[TreeEntry]) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of each entry, without those whose object is missing."""
    listed = list(found)
    for entry, content in zip(listed, program.blobs(entry.blob for entry in listed), strict=True):
        if content is not None:
            yield entry.path, content


def school_at(program: Program, commit: str) -> School:
    """Return the school of the schema at `commit`, by which the records of that commit are judged.

    What an older program did not know yet has its default.

    Raises:
        Unreadable: the commit has no schema.
        SchemaBroken: its schema does not hold together.
    """
    prefix = program.prefix
    importer, institution = program.blobs(f"{commit}:{prefix}{path}" for path in (IMPORTER_PATH, INSTITUTION_PATH))
    if importer is None or institution is None:
        raise Unreadable(commit[:12], _("this commit has no schema"))
    return _school(institution, importer)


@cache
def _school(institution: bytes, importer: bytes) -> School:
    """Return the school of two files, which seldom change from one upload to the next."""
    from graduand.records.importer import read_importer  # noqa: PLC0415 - most who list records judge none
    from graduand.records.institution import read_institution  # noqa: PLC0415
    from graduand.records.school import school_of  # noqa: PLC0415

    school = school_of(read_institution(institution, is_past=True), read_importer(importer, is_past=True))
    return replace(school, asks_list=False)  # which changes without a commit
