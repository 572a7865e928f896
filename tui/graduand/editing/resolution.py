"""Finish a merge: join what git left in several versions, ask for what both sides decided, and let git go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.editing import transaction
from graduand.editing.draft import UnreadRecord, open_draft, read_draft, save
from graduand.editing.merge import (
    Conflict,
    MergeVersions,
    Side,
    has_conflict_markers,
    merge_contents,
    merge_versions,
    replace_unreadable,
)
from graduand.editing.proposal import Proposal
from graduand.errors import GitRefused, NotCommitted, NotWritten
from graduand.git.program import Program
from graduand.git.unmerged import (
    finish,
    finishing_command,
    mark_merged,
    operation_of,
    side_commits,
    unmerged_paths,
    versions_of,
)
from graduand.language import _
from graduand.records import files
from graduand.records.paths import is_record_path, username_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from graduand.editing.draft import Draft, FieldValue
    from graduand.editing.merge import MergeDifference
    from graduand.findings import Finding
    from graduand.git.unmerged import FileVersions, Operation
    from graduand.records.record import Value
    from graduand.workspace import Workspace


class UnmergedRecord(NamedTuple):
    """A record of which git or a file holds two versions."""

    path: str
    username: str
    raw: bytes | None
    """What the file holds; None where it is not there."""
    difference: MergeDifference | None = None
    """None where there is nothing to join: it is decided by hand, deleted on one side, or unreadable."""
    deleted_by: Side | None = None
    """The side that deleted it, while the other changed it."""
    why_unread: tuple[Finding, ...] = ()
    """Why a version or the file cannot be read."""


class Unmerged(NamedTuple):
    """All that stands in the way of a merge."""

    records: tuple[UnmergedRecord, ...]
    others: tuple[str, ...]
    """The paths of other files, from the repository's root."""
    operation: Operation | None
    """What git has begun; None when it has not."""
    command: str
    """What finishes it; "" when there is nothing."""
    ours: str
    """Hash and subject of our side's commit; "" when git does not say."""
    theirs: str


class OpenConflict(NamedTuple):
    """What a person has to decide."""

    record: UnmergedRecord
    conflict: Conflict | None
    """None: whether the record stays."""


class Resolution(NamedTuple):
    """What a merge came to."""

    merged: tuple[str, ...]
    """The records that are joined now."""
    open: tuple[OpenConflict, ...]
    unread: tuple[Finding, ...]
    """Why versions of records cannot be read."""
    others: tuple[str, ...]
    """Other files that git still holds in several versions."""
    finished: Operation | None
    """What was finished; None where there was nothing, or something is open."""
    commit: str
    """The commit; "" if none was made."""


def find_unmerged(workspace: Workspace, on: str) -> Unmerged:
    """Return what stands in the way of a merge, records with the marks of an earlier one too.

    Raises:
        NoGit, NotGit: there is no git, or no repository.
    """
    program = Program(workspace.root)
    whole = unmerged_paths(program)
    inside = {path: path.removeprefix(program.prefix) for path in whole if path.startswith(program.prefix)}
    ours = {path: inner for path, inner in inside.items() if is_record_path(inner)}
    known = [_in_index(workspace, inner, versions_of(program, path)) for path, inner in ours.items()]
    marked = {one.path for one in workspace.check(on).findings if one.rule == "GR006"}
    torn = [_torn(workspace, path) for path in sorted(marked - {*ours.values()})]
    operation = operation_of(program)
    return Unmerged(
        (*known, *(one for one in torn if one)),
        tuple(path for path in whole if path not in ours),
        operation,
        finishing_command(operation) if operation else "",
        *side_commits(program, operation),
    )


def _in_index(workspace: Workspace, path: str, versions: FileVersions) -> UnmergedRecord:
    """Return the record of which git's index holds several versions."""
    loaded = files.load(workspace.root, path)
    raw = loaded if isinstance(loaded, bytes) else None
    blank = UnmergedRecord(path, username_of(path), raw)
    base, ours, theirs = versions
    if raw is not None and raw not in versions and b"<<<<<<<" not in raw:
        now = read_draft(workspace.school, path, raw)
        return blank._replace(why_unread=now.findings) if isinstance(now, UnreadRecord) else blank
    if ours is None or theirs is None:
        return blank._replace(deleted_by=Side.MINE if ours is None else Side.THEIRS)
    difference = merge_contents(workspace.school, path, MergeVersions(base, ours, theirs))
    if difference:
        return blank._replace(difference=difference)
    read = (read_draft(workspace.school, path, one) for one in (base, ours, theirs) if one)
    return blank._replace(
        why_unread=tuple(why for one in read if isinstance(one, UnreadRecord) for why in one.findings)
    )


def _torn(workspace: Workspace, path: str) -> UnmergedRecord | None:
    """Return the record in whose file marks stand of which git knows nothing any more."""
    unread = open_draft(workspace, path)
    if not isinstance(unread, UnreadRecord) or not has_conflict_markers(unread):
        return None
    difference = merge_versions(workspace, unread)
    why = () if difference else unread.findings
    return UnmergedRecord(path, username_of(path), unread.raw, difference, None, why)


def resolve(
    workspace: Workspace,
    unmerged: Unmerged,
    usernames: Collection[str] = (),
    values: Mapping[str, Value | None] | None = None,
    take: Side | None = None,
    *,
    commit: bool = True,
) -> Resolution:
    """Join the records, as far as nothing is open, and let git finish what it had begun once nothing is.

    `usernames` are the people meant, none: all; `values` are the values of fields in conflict, by key; `take` is the
    side whose value the others get.

    Raises:
        Busy, ChangedOnDisk, NotWritten: nothing more was written.
        NotCommitted: git or a hook refused to finish; all is written.
    """
    program = Program(workspace.root)
    chosen = [one for one in unmerged.records if not usernames or one.username in usernames]
    merged: list[str] = []
    still: list[OpenConflict] = []
    for one in chosen:
        found = tuple(_open(one, values or {}, take))
        still += found
        if not found and not one.why_unread:
            paths = _write(workspace, one, values or {}, take, commit=commit and unmerged.operation is None)
            mark_merged(program, paths)
            merged += paths
    still += [each for one in unmerged.records if one not in chosen for each in _open(one, {}, None)]
    left = unmerged_paths(program)
    waiting = [one for one in unmerged.records if one not in chosen]
    finished = None if left or still or waiting or not commit else unmerged.operation
    return Resolution(
        tuple(merged),
        tuple(still),
        tuple(why for one in unmerged.records for why in one.why_unread),
        tuple(path for path in unmerged.others if path in left),
        finished,
        _finish(program, finished) if finished else "",
    )


def finish_merge(workspace: Workspace) -> str:
    """Let git finish what it had begun, if no file is left in several versions; return the commit, or "".

    Raises:
        NoGit, NotGit: there is no git, or no repository.
        NotCommitted: git or a hook refused.
    """
    program = Program(workspace.root)
    operation = operation_of(program)
    return _finish(program, operation) if operation and not unmerged_paths(program) else ""


def _finish(program: Program, operation: Operation) -> str:
    try:
        return finish(program, operation)
    except GitRefused as refused:
        raise NotCommitted(refused.said) from refused


def _open(one: UnmergedRecord, values: Mapping[str, object], take: Side | None) -> Iterator[OpenConflict]:
    if take:
        return
    if one.deleted_by:
        yield OpenConflict(one, None)
    for conflict in one.difference.conflicts if one.difference else ():
        if conflict.key not in values:
            yield OpenConflict(one, conflict)


def _write(
    workspace: Workspace, one: UnmergedRecord, values: Mapping[str, Value | None], take: Side | None, *, commit: bool
) -> tuple[str, ...]:
    """Write the joined record, and return the paths that git is to be told of."""
    if one.difference:
        draft = _joined(one.difference, values, take)
        kept = save(workspace, replace_unreadable(draft, one.raw or b""), commit=commit)
        return tuple(dict.fromkeys((one.path, *(each.path for each in kept.saved))))
    if one.deleted_by is take and one.deleted_by and one.raw is not None:
        subject, trailers = transaction.commit_message("removed", (one.username,))
        transaction.apply(workspace, (Proposal(one.path, None, one.raw, ""),), subject, trailers, commit=False)
    elif one.deleted_by and one.raw is None and take is not one.deleted_by:
        raise NotWritten(one.path, _("git has removed it; bring it back with git checkout"))
    return (one.path,)


def _joined(difference: MergeDifference, values: Mapping[str, FieldValue | None], take: Side | None) -> Draft:
    draft = difference.merged
    for conflict in difference.conflicts:
        given = conflict.key in values
        draft = draft.set(conflict.key, values[conflict.key] if given else conflict.of(take or Side.MINE))
    return draft
