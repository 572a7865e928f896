"""Merge two changes of one record: a draft with the file on disk, or the two versions that git left in one file."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from graduand.editing.draft import Draft, FieldValue, UnreadRecord, keys_of, open_draft, read_draft, value_of
from graduand.errors import GitRefused, NoGit, NotGit
from graduand.git.program import Program
from graduand.records import files
from graduand.records.comments import MODELINE, TOP, Comment
from graduand.records.record import DISABLED, KIND, Record, of_account
from graduand.records.writing import readdressed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from graduand.records.comments import Comments
    from graduand.records.school import School
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
    """Merge my draft with the present content of the file, key by key.

    What one side added to a list goes with what the other added. Whether the account is open, and why, is one
    decision: where both sides changed a part of it and one of them the decision itself, no part is merged.
    """
    keys = sorted(keys_of(mine.original, mine.record, theirs.record))
    changes = [
        Conflict(key, *(value_of(one, key) for one in (mine.original, mine.record, theirs.record))) for key in keys
    ]
    together = _is_one_decision(changes)
    merged = theirs
    conflicts: list[Conflict] = []
    their_keys: list[str] = []
    for one in changes:
        if one.mine == one.theirs:
            continue
        if together and _of_decision(one.key):
            conflicts.append(one)
        elif one.theirs == one.base:
            merged = merged.set(one.key, one.mine)
        elif one.mine == one.base:
            their_keys.append(one.key)
        elif added := _with_additions(one):
            merged = merged.set(one.key, added)
        else:
            conflicts.append(one)
    return MergeDifference(mine, merged, tuple(conflicts), tuple(their_keys))


def _of_decision(key: str) -> bool:
    return key == KIND or of_account(key)


def _is_one_decision(changes: Iterable[Conflict]) -> bool:
    """Return whether both sides changed something about the account, and only one of them whether it is open."""
    parts = [one for one in changes if _of_decision(one.key) and one.mine != one.theirs]
    decided = any(one.key in {KIND, DISABLED} for one in parts)
    return decided and any(one.mine != one.base for one in parts) and any(one.theirs != one.base for one in parts)


def _with_additions(one: Conflict) -> FieldValue | None:
    """Return the list with what both sides added to it; None if one of them did anything else."""
    if not isinstance(one.mine, tuple) or not isinstance(one.theirs, tuple):
        return None
    base = one.base if isinstance(one.base, tuple) else ()
    if any(side[: len(base)] != base for side in (one.mine, one.theirs)):
        return None
    return cast("FieldValue", tuple(dict.fromkeys((*one.theirs, *one.mine))))


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
    """The common base of two sides, None or empty if there is none, and the version of each."""

    base: bytes | None
    ours: bytes
    theirs: bytes


def has_conflict_markers(unread: UnreadRecord) -> bool:
    """Return whether a file is unreadable because of conflict markers."""
    return any(one.rule == _MARKER_RULE for one in unread.findings)


def merge_versions(workspace: Workspace, unread: UnreadRecord) -> MergeDifference | None:
    """Return the merge of the two versions; None if one of them cannot be read completely."""
    found = _staged(workspace, unread.path) or split_versions(unread.text)
    merged = merge_contents(workspace.school, unread.path, found) if found else None
    return merged and merged._replace(
        mine=replace_unreadable(merged.mine, unread.raw), merged=merged.merged._replace(base=unread.raw)
    )


def merge_contents(school: School, path: str, found: MergeVersions) -> MergeDifference | None:
    """Return the merge of the versions of the file at `path`; None if one of them cannot be read completely."""
    base = read_draft(school, path, found.base) if found.base else None
    ours, theirs = read_draft(school, path, found.ours), read_draft(school, path, found.theirs)
    if isinstance(base, UnreadRecord) or not isinstance(ours, Draft) or not isinstance(theirs, Draft):
        return None
    original = base.record if base else Record(path, {})
    comments = _merged_comments(base.comments if base else {}, ours.comments, theirs.comments)
    if any(line.startswith(MODELINE) for line in comments.get(TOP, Comment()).before):
        comments = readdressed(comments, path)
    mine = Draft(original, ours.record, None, comments)
    return compare_drafts(mine, theirs._replace(comments=comments))


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


def _merged_comments(base: Comments, ours: Comments, theirs: Comments) -> Comments:
    """Return the comments of both; only what one side deleted or replaced is gone."""
    found: Comments = {}
    for spot in {**ours, **theirs}:
        was, our, their = (one.get(spot, Comment()) for one in (base, ours, theirs))
        before = tuple(
            line
            for line in dict.fromkeys((*our.before, *their.before))
            if _stays(line, was.before, our.before, their.before)
        )
        inline = [
            line
            for line in dict.fromkeys((their.inline, our.inline))
            if line and _stays(line, (was.inline,), (our.inline,), (their.inline,))
        ]
        if before or inline:
            found[spot] = Comment((*before, *inline[1:]), "".join(inline[:1]))
    return found


def _stays(line: str, base: Collection[str], ours: Collection[str], theirs: Collection[str]) -> bool:
    """Return whether both sides have the line, or one of them wrote it."""
    return (line in ours and line in theirs) or line not in base
