"""Torn: the use case of a record in which a merge left two versions: they come together field by field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.editing.draft import Draft, drafted
from graduand.editing.merge import MergeDifference, difference
from graduand.errors import GitRefused, NoGit, NotGit
from graduand.git.program import Program
from graduand.records.comments import Comment
from graduand.records.record import Record

if TYPE_CHECKING:
    from graduand.editing.draft import Unread
    from graduand.records.comments import Comments
    from graduand.workspace import Workspace

_MARKS: Final = "GR006"
_MARK: Final = re.compile(r"(<{7}|\|{7}|={7}|>{7})(?: .*)?\n?")
_PART: Final = {"<<<<<<<": "ours", "|||||||": "base", "=======": "theirs", ">>>>>>>": ""}


class Versions(NamedTuple):
    """What both sides began from, None where nobody knows it any more, and what each made of it."""

    base: bytes | None
    ours: bytes
    theirs: bytes


def is_torn(unread: Unread) -> bool:
    """Tell whether the marks of a merge are what keeps a file from being read."""
    return any(one.rule == _MARKS for one in unread.findings)


def torn(workspace: Workspace, unread: Unread) -> MergeDifference | None:
    """Return the two versions held against each other; None where one of them cannot be read whole."""
    found = _staged(workspace, unread.path) or versions_of(unread.text)
    if found is None:
        return None
    school, path = workspace.school, unread.path
    base = drafted(school, path, found.base) if found.base is not None else None
    ours, theirs = drafted(school, path, found.ours), drafted(school, path, found.theirs)
    if not isinstance(ours, Draft) or not isinstance(theirs, Draft):
        return None
    began = base.record if isinstance(base, Draft) else Record(path, {})
    comments = _both(ours.comments, theirs.comments)
    mine = Draft(began, ours.record, unread.raw, comments)
    return difference(mine, theirs._replace(base=unread.raw, comments=comments))


def _staged(workspace: Workspace, path: str) -> Versions | None:
    """Return the versions that git still keeps apart; None when it has been told that they are one."""
    try:
        program = Program(workspace.root)
        base, ours, theirs = program.blobs(f":{stage}:{program.prefix}{path}" for stage in (1, 2, 3))
    except (NoGit, NotGit, GitRefused):
        return None
    return Versions(base, ours, theirs) if ours is not None and theirs is not None else None


def versions_of(text: str) -> Versions | None:
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
    return Versions(base if order.count("b") == order.count("o") else None, ours, theirs)


def _both(ours: Comments, theirs: Comments) -> Comments:
    """Return the comments of both; none is lost."""
    found = dict(ours)
    for spot, comment in theirs.items():
        other = found.get(spot, Comment())
        beside = [one for one in dict.fromkeys((comment.beside, other.beside)) if one]
        found[spot] = Comment(tuple(dict.fromkeys((*other.before, *comment.before, *beside[1:]))), "".join(beside[:1]))
    return found
