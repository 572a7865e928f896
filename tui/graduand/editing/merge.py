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
    """The side whose value a conflict gets."""

    BASE = "base"
    """The common base of both."""
    MINE = "mine"
    THEIRS = "theirs"


class Conflict(NamedTuple):
    """One key that both sides changed to different values."""

    key: str
    base: FieldValue | None
    mine: FieldValue | None
    theirs: FieldValue | None

    def of(self, side: Side) -> FieldValue | None:
        """Return the value of one side."""
        return {Side.BASE: self.base, Side.MINE: self.mine, Side.THEIRS: self.theirs}[side]


class MergeDifference(NamedTuple):
    """The result of merging my draft with the present content of the file."""

    mine: Draft
    merged: Draft
    """The present file with the values that only one side changed, and with its comments."""
    conflicts: tuple[Conflict, ...]
    their_keys: tuple[str, ...]
    """The keys that only they changed, whose values are in `merged`."""


def read_current(workspace: Workspace, draft: Draft) -> Draft | UnreadRecord | None:
    """Return the present content of the draft's file, also if it was moved; None if there is none."""
    if (workspace.root / draft.path).exists():
        return open_draft(workspace, draft.path)
    name = draft.path.rpartition("/")[2]
    moved = [path for path in files.find(workspace.root).paths if path.rpartition("/")[2] == name]
    return open_draft(workspace, moved[0]) if len(moved) == 1 else None


def compare_drafts(mine: Draft, theirs: Draft) -> MergeDifference:
    """Merge my draft with the present content of the file, key by key."""
    merged = theirs
    conflicts: list[Conflict] = []
    their_keys: list[str] = []
    for key in sorted(keys_of(mine.original, mine.record, theirs.record)):
        base, my, their = value_of(mine.original, key), value_of(mine.record, key), value_of(theirs.record, key)
        if their == base:
            merged = merged.set(key, my)
        elif my == base:
            their_keys.append(key)
        elif my != their:
            conflicts.append(Conflict(key, base, my, their))
    return MergeDifference(mine, merged, tuple(conflicts), tuple(their_keys))


def resolve_conflicts(difference: MergeDifference, sides: Mapping[str, Side]) -> Draft:
    """Return the draft in which each conflict has the value of the side that was chosen for its key.

    Raises:
        KeyError: no side was chosen for a conflict.
    """
    draft = difference.merged
    for conflict in difference.conflicts:
        draft = draft.set(conflict.key, conflict.of(sides[conflict.key]))
    return draft


def as_new_record(draft: Draft) -> Draft:
    """Return the draft as that of a new record, for a file that was removed; saving it makes the file again."""
    return Draft(Record(draft.record.path, {}), draft.record, None, draft.comments)


def replace_unreadable(draft: Draft, broken: bytes) -> Draft:
    """Return the draft that replaces an unreadable file; `broken` is the content of the file."""
    empty = Record(draft.path, {})
    return Draft(empty, draft.record, broken, draft.comments)


_MARKER_RULE: Final = "GR006"
_MARK: Final = re.compile(r"(<{7}|\|{7}|={7}|>{7})(?: .*)?\n?")
_PART: Final = {"<<<<<<<": "ours", "|||||||": "base", "=======": "theirs", ">>>>>>>": ""}


class MergeVersions(NamedTuple):
    """The common base of two sides, None if it is unknown, and the version of each."""

    base: bytes | None
    ours: bytes
    theirs: bytes


def has_conflict_markers(unread: UnreadRecord) -> bool:
    """Return whether a file is unreadable because of conflict markers."""
    return any(one.rule == _MARKER_RULE for one in unread.findings)


def merge_versions(workspace: Workspace, unread: UnreadRecord) -> MergeDifference | None:
    """Return the merge of the two versions; None if one of them cannot be read completely."""
    found = _staged(workspace, unread.path) or split_versions(unread.text)
    if found is None:
        return None
    school, path = workspace.school, unread.path
    base = read_draft(school, path, found.base) if found.base is not None else None
    ours, theirs = read_draft(school, path, found.ours), read_draft(school, path, found.theirs)
    if not isinstance(ours, Draft) or not isinstance(theirs, Draft):
        return None
    original = base.record if isinstance(base, Draft) else Record(path, {})
    comments = _merged_comments(ours.comments, theirs.comments)
    mine = Draft(original, ours.record, unread.raw, comments)
    return compare_drafts(mine, theirs._replace(base=unread.raw, comments=comments))


def _staged(workspace: Workspace, path: str) -> MergeVersions | None:
    """Return the versions in the index of git; None if the conflict is marked as resolved there."""
    try:
        program = Program(workspace.root)
        base, ours, theirs = program.blobs(f":{stage}:{program.prefix}{path}" for stage in (1, 2, 3))
    except (NoGit, NotGit, GitRefused):
        return None
    return MergeVersions(base, ours, theirs) if ours is not None and theirs is not None else None


def split_versions(text: str) -> MergeVersions | None:
    """Return the versions that the conflict markers in a text separate; None if the markers are out of order."""
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
        inline = [one for one in dict.fromkeys((comment.inline, other.inline)) if one]
        found[spot] = Comment(tuple(dict.fromkeys((*other.before, *comment.before, *inline[1:]))), "".join(inline[:1]))
    return found
