"""Undoing: the use case of taking a save back, or of doing it once more, where nobody has changed the files since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.editing.commit_message import commit_message
from graduand.editing.proposal import Proposal
from graduand.editing.transaction import apply
from graduand.errors import ChangedOnDisk
from graduand.records.paths import username_of
from graduand.records.reading import read
from graduand.records.record import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graduand.file_change import Saved
    from graduand.workspace import Workspace


def take_back(workspace: Workspace, saved: Iterable[Saved], *, commit: bool) -> tuple[Saved, ...]:
    """Put the files as they were before they were saved, all or none; what comes back can be taken back as well.

    Raises:
        ChangedOnDisk: a file is no longer as it was saved; nothing was written.
        NotWritten, NotNow, NotCommitted, Busy: as for any change.
    """
    proposals = [_before(workspace, one) for one in saved]
    usernames = {username_of(one.path) for one in proposals if _is_record(one.path)}
    subject, trailers = commit_message("undone", usernames)
    return apply(workspace, proposals, subject, trailers, commit=commit)


def _before(workspace: Workspace, one: Saved) -> Proposal:
    if one.before is None:
        return Proposal(one.path, None, one.after, "")
    if not _is_record(one.path):
        return Proposal(one.path, None, one.after, one.before.decode())
    record = read(one.path, one.before, workspace.school).record
    if record is None:  # what stood there was no record, and nothing of ours would write it again
        raise ChangedOnDisk(workspace.root / one.path)
    return Proposal(one.path, record, one.after, one.before.decode())


def _is_record(path: str) -> bool:
    """Tell whether a file is a record, and not what was learnt about an office's files."""
    return path.startswith(f"{FOLDER}/")
