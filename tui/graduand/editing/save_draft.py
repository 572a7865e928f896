"""Saving: the use case of writing one draft: the file first, then the commit; nothing is ever overwritten unseen."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from graduand.editing.draft import Draft, taken, text_now
from graduand.editing.edit import message, ready_to_commit
from graduand.errors import Busy, InTheWay, NoGit, NotCommitted, NotGit, NotNow, NotWritten, Trouble
from graduand.file_change import Saved
from graduand.records import files
from graduand.records.comments import comments_of
from graduand.records.source import text_of
from graduand.records.tree import parse
from graduand.storage import atomic, lock

if TYPE_CHECKING:
    from graduand.workspace import Workspace


class Kept(NamedTuple):
    """What a save came to."""

    draft: Draft
    """As it stands on the disk now, with nothing left to save."""
    saved: tuple[Saved, ...]
    """The file; of a person whose username changed, the one that is gone and the one that came."""
    commit: str
    """The commit; "" when there is none."""
    uncommitted: str
    """The sentence that says why the saved file is not committed; "" when it is, or should not be."""


def save(workspace: Workspace, draft: Draft, *, commit: bool) -> Kept:
    """Write the draft where it belongs, and commit it; what git refuses leaves it saved.

    Raises:
        Busy: another graduand is writing.
        ChangedOnDisk: the file is no longer what the draft began from.
        InTheWay: a new record is no longer new.
        Usage: the person's new username has a record already.
        NotWritten: the disk refused, or the text would not read back; nothing has changed.
    """
    text = text_now(draft, workspace.school)
    _write(workspace, draft, text)
    raw = text.encode(errors="surrogatepass")
    paths = dict.fromkeys((draft.path, draft.record.path))
    made, why = _commit(workspace, draft, list(paths)) if commit else ("", "")
    saved = [
        Saved(path, draft.base if path == draft.path else None, raw if path == draft.record.path else None, made)
        for path in paths
    ]
    fresh = Draft(draft.record, draft.record, raw, comments_of(text_of(raw), parse(text)))
    return Kept(fresh, tuple(saved), made, why)


def _write(workspace: Workspace, draft: Draft, text: str) -> None:
    old, new = draft.path, draft.record.path
    if old != new and os.path.lexists(workspace.root / new):
        raise taken(draft.record.username, new)
    if old == new or draft.base is None:
        files.save(workspace.root, draft.record, text, draft.base, workspace.school)
        return
    # A kill between the two steps leaves one whole file, whose name `fmt` puts right.
    files.save(workspace.root, draft.record._replace(path=old), text, draft.base, workspace.school)
    try:
        with lock.hold(workspace.root):
            atomic.move(workspace.root / old, workspace.root / new)
    except (InTheWay, NotWritten, Busy):
        with suppress(Trouble), lock.hold(workspace.root):
            atomic.replace(workspace.root / old, draft.base.decode(), text.encode())
        raise


def _commit(workspace: Workspace, draft: Draft, paths: list[str]) -> tuple[str, str]:
    """Return the commit, or the sentence that says why there is none."""
    changes = {key: draft.record.values.get(key) for key in draft.changed}
    try:
        git = ready_to_commit(workspace)
        left = git.unrecorded(paths)
        return (git.commit(sorted(left), *message([draft.record], changes)) if left else ""), ""
    except (NoGit, NotGit, NotNow, NotCommitted, Busy, NotWritten) as trouble:
        return "", str(trouble)
