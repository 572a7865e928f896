"""The line: the first-parent history of a branch, oldest commit first, and the branches that were merged into it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import GitRefused, Unreadable
from graduand.git.revision import FileChange, Revision
from graduand.language import _
from graduand.records.record import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graduand.git.program import Program

QUIET: Final = (
    *("-c", "log.showRoot=true"),
    *("-c", "log.mailmap=false"),
    *("-c", "log.decorate=false"),
    *("-c", "log.abbrevCommit=false"),
    *("-c", "log.follow=false"),
    *("-c", "log.diffMerges=separate"),
    *("-c", "diff.relative=false"),
    *("-c", "i18n.logOutputEncoding=UTF-8"),
)
"""What a user's own settings would change."""

_LOG: Final = (
    *QUIET,
    "log",
    *("--topo-order", "--reverse", "--format=raw", "--encoding=UTF-8"),
    *("--raw", "-z", "--no-renames", "--no-abbrev", "--diff-merges=first-parent"),
)
"""No path is given: git would compare every tree twice."""


class MainlineCommit(NamedTuple):
    """One commit of the line, and those that it merged, parents before children."""

    revision: Revision
    merged: tuple[Revision, ...]
    place: int


class Mainline(NamedTuple):
    """Where the commits of a range stand."""

    names: tuple[str, ...]
    """The commits of the line, oldest first."""
    start: str
    """The commit that the first of them stands on; "" when it stands on none."""
    owners: Mapping[str, str]
    """For each other commit the commit of the line that merged it."""
    before: int = 0
    """How many commits of the line are not among them."""


def line_of(program: Program, head: str, since: str) -> Mainline:
    """Return the line from `head` back to `since` ("" is the beginning).

    Raises:
        Unreadable: the history does not hold together.
    """
    ranged = (head, f"^{since}") if since else (head,)
    try:
        listing = program.look("rev-list", "--parents", *ranged, "--")
    except GitRefused as refused:
        raise Unreadable(head[:12], refused.said) from refused
    parents = {name: rest for name, *rest in (row.split() for row in listing.splitlines())}
    names = []
    name = head
    while name in parents:
        names.append(name)
        name = parents[name][0] if parents[name] else ""
    return Mainline(tuple(reversed(names)), name, _owners(parents, list(reversed(names))))


def _owners(parents: Mapping[str, list[str]], names: list[str]) -> dict[str, str]:
    """Give each commit beside the line to the first merge that has it among its forebears."""
    on_line = set(names)
    owners: dict[str, str] = {}
    for merge in names:
        waiting = parents[merge][1:]
        while waiting:
            name = waiting.pop()
            if name in parents and name not in on_line and name not in owners:
                owners[name] = merge
                waiting += parents[name]
    return owners


def steps(program: Program, line: Mainline, prefix: str) -> Iterator[MainlineCommit]:
    """Return the line's commits one by one, each with those that it merged; `prefix` leads to the data's root.

    Raises:
        Unreadable: what git says is not what it said a moment ago.
    """
    if not line.names:
        return
    merged: defaultdict[str, list[Revision]] = defaultdict(list)
    place = 0
    ranged = (line.names[-1], f"^{line.start}") if line.start else line.names[-1:]
    for revision in _revisions(program.pieces(*_LOG, *ranged, "--"), f"{prefix}{FOLDER}/", len(prefix)):
        if revision.name in line.owners:
            merged[line.owners[revision.name]].append(revision)
        elif place < len(line.names) and revision.name == line.names[place]:
            yield MainlineCommit(revision, tuple(merged.pop(revision.name, ())), line.before + place)
            place += 1
        else:
            raise Unreadable(revision.name[:12], _("the history changed while it was read"))
    if place < len(line.names):
        raise Unreadable(line.names[place][:12], _("the history changed while it was read"))


def _revisions(pieces: Iterator[str], folder: str, root: int) -> Iterator[Revision]:
    """Take apart what git says: a commit's text, its last line the first change; a path; a change; a path.

    A change never ends a line, and the lines of a message are indented: no commit can feign one.
    """
    for piece in pieces:
        if not piece.startswith("commit "):
            continue
        text, _blank, change = piece.rpartition("\n\n:") if piece[-1:] != "\n" else (piece, "", "")
        changes = []
        change = change and f":{change}"
        while change.startswith(":"):
            path = next(pieces, "")
            if path.startswith(folder) and (found := _change(change, path[root:])):
                changes.append(found)
            change = next(pieces, "")
        yield Revision(text[7 : text.find("\n")], text, tuple(changes))


def _change(modes: str, path: str) -> FileChange | None:
    """Return the change of a record's file; None when neither side of it is a record."""
    before, after, old, new, _letter = modes.split(" ")
    if not path.endswith(".yaml") or "/." in path or path.count("/") < 2:
        return None
    old = old if before.startswith(":100") else ""
    new = new if after.startswith("100") else ""
    return FileChange(path, old, new) if old or new else None


def whole_change(program: Program, base: str, name: str, prefix: str) -> tuple[Revision, tuple[str, ...]]:
    """Return all that the commit `name` has over `base`, as if one commit had made it, and which files of `schema/`.

    Raises:
        GitRefused: one of them is not here.
    """
    text = program.look(*QUIET, "log", "--max-count=1", "--format=raw", name, "--")
    listing = program.pieces(*QUIET, "diff-tree", "-r", "-z", "--no-renames", "--no-abbrev", "--raw", base, name)
    changes, rules = [], []
    for modes, whole in zip(listing, listing, strict=False):
        path = whole.removeprefix(prefix)
        if whole.startswith(f"{prefix}{FOLDER}/") and (found := _change(modes, path)):
            changes.append(found)
        elif whole.startswith(f"{prefix}schema/"):
            rules.append(path)
    return Revision(name, text, tuple(changes)), tuple(rules)
