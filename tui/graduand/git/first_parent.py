"""Read the first-parent history of a branch, oldest commit first, with the commits that each one merged."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import GitRefused, Unreadable
from graduand.git.revision import FileChange, Revision
from graduand.language import _
from graduand.records.paths import is_record_path
from graduand.records.record import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
"""Undoes the settings of a user that would change the output of `git log`."""

_LOG: Final = (
    *QUIET,
    "log",
    *("--topo-order", "--reverse", "--format=raw", "--encoding=UTF-8"),
    *("--raw", "-z", "--no-renames", "--no-abbrev", "--diff-merges=first-parent"),
)
"""Without a path, for which git would compare every tree twice."""


class Mainline(NamedTuple):
    """The names of the first-parent commits of a range, and which of them merged each other commit."""

    names: tuple[str, ...]
    """Oldest first."""
    start: str
    """The parent of the first of them; "" when it has none."""
    owners: Mapping[str, str]
    """For each commit of a merged branch the first-parent commit that merged it."""


def mainline_of(program: Program, head: str) -> Mainline:
    """Return the first-parent commits from the first one to `head`.

    Raises:
        Unreadable: git cannot list the history.
    """
    try:
        listing = program.read("rev-list", "--parents", head, "--")
    except GitRefused as refused:
        raise Unreadable(head[:12], refused.said) from refused
    return _mainline({name: rest for name, *rest in (row.split() for row in listing.splitlines())}, head)


def _mainline(parents: Mapping[str, Sequence[str]], head: str) -> Mainline:
    """Return the first-parent commits up to `head` among those whose parents are given."""
    names = []
    name = head
    while name in parents:
        names.append(name)
        name = parents[name][0] if parents[name] else ""
    names.reverse()
    return Mainline(tuple(names), name, _owners(parents, names))


def _owners(parents: Mapping[str, Sequence[str]], names: Sequence[str]) -> dict[str, str]:
    """Assign each commit of a merged branch to the first merge that has it among its ancestors."""
    on_line = set(names)
    owners: dict[str, str] = {}
    for merge in names:
        waiting = [*parents[merge][1:]]
        while waiting:
            name = waiting.pop()
            if name in parents and name not in on_line and name not in owners:
                owners[name] = merge
                waiting += parents[name]
    return owners


def read_revisions(program: Program, line: Mainline) -> Iterator[Revision]:
    """Yield the first-parent commits, each with those that it merged, while git still lists them.

    Raises:
        Unreadable: git's answer is not that of a moment ago.
    """
    return _grouped(_read(program, line.names[-1:]), line, 0) if line.names else iter(())


def later_revisions(program: Program, head: str, since: str, first: int) -> tuple[Mainline, Iterator[Revision]]:
    """Return the same of the commits from `head` back to `since`, without it; `first` is the position of the first one.

    Raises:
        Unreadable: git cannot list the history.
    """
    try:
        revisions = [*_read(program, (head, f"^{since}"))]
    except GitRefused as refused:
        raise Unreadable(head[:12], refused.said) from refused
    line = _mainline({revision.name: revision.parents for revision in revisions}, head)
    return line, _grouped(revisions, line, first)


def revisions_beyond(program: Program, head: str, known: str) -> Iterator[Revision]:
    """Yield all commits in the history of `head` that are not in that of `known`, each against its first parent.

    Parents come before children; "" stands for a commit that has no history.
    """
    return _read(program, (head, *([f"^{known}"] if known else [])))


def _grouped(revisions: Iterable[Revision], line: Mainline, first: int) -> Iterator[Revision]:
    merged: defaultdict[str, list[Revision]] = defaultdict(list)
    done = 0
    for revision in revisions:
        if revision.name in line.owners:
            merged[line.owners[revision.name]].append(revision)
        elif done < len(line.names) and revision.name == line.names[done]:
            yield revision._replace(merged=tuple(merged.pop(revision.name, ())), position=first + done)
            done += 1
        else:
            raise Unreadable(revision.name[:12], _("the history changed while it was read"))
    if done < len(line.names):
        raise Unreadable(line.names[done][:12], _("the history changed while it was read"))


def _read(program: Program, span: Iterable[str]) -> Iterator[Revision]:
    """Yield the commits of a range, parents before children."""
    prefix = program.prefix
    return _revisions(program.read_fields(*_LOG, *span, "--"), f"{prefix}{FOLDER}/", len(prefix))


def _revisions(fields: Iterator[str], folder: str, root: int) -> Iterator[Revision]:
    """Parse `git log --raw -z`: a commit's text, its last line the first change; a path; a change; a path.

    A change never ends a line, and the lines of a message are indented: no message can pass for a commit.
    """
    for field in fields:
        if not field.startswith("commit "):
            continue
        text, _blank, change = field.rpartition("\n\n:") if field[-1:] != "\n" else (field, "", "")
        changes = []
        change = change and f":{change}"
        while change.startswith(":"):
            path = next(fields, "")
            if path.startswith(folder) and (found := _change(change, path[root:])):
                changes.append(found)
            change = next(fields, "")
        yield Revision(text[7 : text.find("\n")], text, tuple(changes))


def _change(modes: str, path: str) -> FileChange | None:
    """Return the change of a record's file; None when neither side of it is a record."""
    before, after, old, new, _letter = modes.split(" ")
    if not is_record_path(path):
        return None
    old = old if before.startswith(":100") else ""
    new = new if after.startswith("100") else ""
    return FileChange(path, old, new) if old or new else None


def squashed(program: Program, base: str, name: str) -> tuple[Revision, tuple[FileChange, ...]]:
    """Return all changes from `base` to the commit `name` as one revision, and the changed files that are no records.

    Raises:
        GitRefused: one of the commits is not in this clone.
    """
    prefix = program.prefix
    fields = program.read_fields(*QUIET, "diff-tree", "-r", "-z", "--no-renames", "--no-abbrev", "--raw", base, name)
    changes, others = [], []
    for modes, whole in zip(fields, fields, strict=False):
        if not whole.startswith(prefix):
            continue
        path = whole.removeprefix(prefix)
        if found := _change(modes, path) if path.startswith(f"{FOLDER}/") else None:
            changes.append(found)
        else:
            _before, _after, old, new, _letter = modes.split(" ")
            others.append(FileChange(path, old.strip("0") and old, new.strip("0") and new))
    return Revision(name, "", tuple(changes)), tuple(others)
