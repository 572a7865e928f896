"""Merge two changes of one record: a draft with the file on disk, or the two versions that git left in one file."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.editing.draft import Draft, FieldValue, UnreadRecord, keys_of, open_draft, read_draft, value_of
from graduand.errors import GitRefused, NoGit, NotGit
from graduand.git.program import Program
from graduand.records import files
from graduand.records.comments import Comment
from graduand.records.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.editing.draft import UnreadRecord
    from graduand.records.comments import Comments
    from graduand.workspace import Workspace


class Side(StrEnum):
    """Whose value is taken where two changes met."""

    BASE = "base"
    """What both began from."""
    MINE = "mine"
    THEIRS = "theirs"


class Conflict(NamedTuple):
    """One key that both sides changed, and not to the same."""

    key: str
    base: FieldValue | None
    mine: FieldValue | None
    theirs: FieldValue | None

    def of(self, side: Side) -> FieldValue | None:
        """Return the value of one side."""
        return {Side.BASE: self.base, Side.MINE: self.mine, Side.THEIRS: self.theirs}[side]


class MergeDifference(NamedTuple):
    """My draft, and what the file holds by now."""

    mine: Draft
    merged: Draft
    """What only one side changed, brought together on the file as it is now; with its comments."""
    conflicts: tuple[Conflict, ...]
    their_keys: tuple[str, ...]
    """The keys that only they changed, whose values are in `merged`."""


def read_current(workspace: Workspace, draft: Draft) -> Draft | UnreadRecord | None:
    """Return what the draft's file holds now, also when it has moved meanwhile; None when it is gone."""
    if (workspace.root / draft.path).exists():
        return open_draft(workspace, draft.path)
    name = draft.path.rpartition("/")[2]
    moved = [path for path in files.find(workspace.root).paths if path.rpartition("/")[2] == name]
    return open_draft(workspace, moved[0]) if len(moved) == 1 else None


def compare_drafts(mine: Draft, theirs: Draft) -> MergeDifference:
    """Hold my draft against the file as it is now."""
    merged = theirs
    conflicts: list[Conflict] = []
    taken: list[str] = []
    for key in sorted(keys_of(mine.original, mine.record, theirs.record)):
        base, my, their = value_of(mine.original, key), value_of(mine.record, key), value_of(theirs.record, key)
        if their == base:
            merged = merged.set(key, my)
        elif my == base:
            taken.append(key)
        elif my != their:
            conflicts.append(Conflict(key, base, my, their))
    return MergeDifference(mine, merged, tuple(conflicts), tuple(taken))


def resolve_conflicts(difference: MergeDifference, sides: Mapping[str, Side]) -> Draft:
    """Return the draft in which each conflict has the value of the side that was chosen for its key.

    Raises:
        KeyError: for a conflict nothing was chosen.
    """
    draft = difference.merged
    for conflict in difference.conflicts:
        draft = draft.set(conflict.key, conflict.of(sides[conflict.key]))
    return draft


def as_new_record(draft: Draft) -> Draft:
    """Return the draft as that of a record that has no file any more; saving it brings the person back."""
    return Draft(Record(draft.record.path, {}), draft.record, None, draft.comments)


def replace_unreadable(draft: Draft, broken: bytes) -> Draft:
    """Return the draft as one that takes the place of a file that nobody can read whole; `broken` is what it holds."""
    empty = Record(draft.path, {})
    return Draft(empty, draft.record, broken, draft.comments)


_MARKS: Final = "GR006"
_MARK: Final = re.compile(r"(<{7}|\|{7}|={7}|>{7})(?: .*)?\n?")
_PART: Final = {"<<<<<<<": "ours", "|||||||": "base", "=======": "theirs", ">>>>>>>": ""}


class MergeVersions(NamedTuple):
    """What both sides began from, None where nobody knows it any more, and what each made of it."""

    base: bytes | None
    ours: bytes
    theirs: bytes


def has_conflict_markers(unread: UnreadRecord) -> bool:
    """Tell whether the marks of a merge are what keeps a file from being read."""
    return any(one.rule == _MARKS for one in unread.findings)


def merge_versions(workspace: Workspace, unread: UnreadRecord) -> MergeDifference | None:
    """Return the two versions held against each other; None where one of them cannot be read whole."""
    found = _staged(workspace, unread.path) or split_versions(unread.text)
    if found is None:
        return None
    school, path = workspace.school, unread.path
    base = read_draft(school, path, found.base) if found.base is not None else None
    ours, theirs = read_draft(school, path, found.ours), read_draft(school, path, found.theirs)
    if not isinstance(ours, Draft) or not isinstance(theirs, Draft):
        return None
    began = base.record if isinstance(base, Draft) else Record(path, {})
    comments = _merged_comments(ours.comments, theirs.comments)
    mine = Draft(began, ours.record, unread.raw, comments)
    return compare_drafts(mine, theirs._replace(base=unread.raw, comments=comments))


def _staged(workspace: Workspace, path: str) -> MergeVersions | None:
    """Return the versions that git still keeps apart; None when it has been told that they are one."""
    try:
        program = Program(workspace.root)
        base, ours, theirs = program.blobs(f":{stage}:{program.prefix}{path}" for stage in (1, 2, 3))
    except (NoGit, NotGit, GitRefused):
        return None
    return MergeVersions(base, ours, theirs) if ours is not None and theirs is not None else None


def split_versions(text: str) -> MergeVersions | None:
    """Return the versions that the marks in a text part from each other; None when they stand in no order."""
    sides: dict[str, list[str]] = {"base": [], "ours": [], "theirs": []}
    here, order = "", ""
    for line in text.splitlines(keepends=True):
        if mark := _MARK.fullmatch(line):
            here = _PART[mark[1]]
            order += here[:1] or "."
            continue
        for name in (here,) if here else tuple(sides):
            sides[name].append(line)
    if not re.fullmatch(r"(ob?t\.)+", order):
        return None
    base, ours, theirs = ("".join(lines).encode(errors="surrogateescape") for lines in sides.values())
    return MergeVersions(base if order.count("b") == order.count("o") else None, ours, theirs)


def _merged_comments(ours: Comments, theirs: Comments) -> Comments:
    """Return the comments of both; none is lost."""
    found = dict(ours)
    for spot, comment in theirs.items():
        other = found.get(spot, Comment())
        beside = [one for one in dict.fromkeys((comment.beside, other.beside)) if one]
        found[spot] = Comment(tuple(dict.fromkeys((*other.before, *comment.before, *beside[1:]))), "".join(beside[:1]))
    return found
