"""The autosave of a draft while it is typed: a killed session loses two seconds of it at most."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from graduand.editing.draft import Draft, open_draft
from graduand.editing.draft_store import (
    adopt_draft,
    discard_draft,
    drafts_folder,
    orphaned_drafts,
    remove_draft,
    store_draft,
)
from graduand.errors import NoGit, NotGit, NotWritten

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from graduand.editing.draft_store import OrphanedDraft
    from graduand.workspace import Workspace

PAUSE: Final = 1.0
"""Seconds after the first key that is not kept yet; writing takes less than another one."""


class DraftAutosave:
    """Where the drafts of one session go; all of it may be called from any thread."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._folder: Path | None = None
        self._lock = threading.Lock()
        self._ended = False

    def left(self, path: str = "") -> tuple[OrphanedDraft, ...]:
        """Return what ended sessions left, of all records or of the one at `path`, oldest first."""
        with self._lock:
            folder = self._place()
            found = orphaned_drafts(folder, self._workspace.school) if folder else ()
        return tuple(one for one in found if path in {"", one.draft.path} and not self._is_saved(one))

    def _is_saved(self, one: OrphanedDraft) -> bool:
        """Tell whether the file holds all of a draft, and forget it then: its session was killed just after a save."""
        now = open_draft(self._workspace, one.draft.record.path)
        saved = isinstance(now, Draft) and now.record == one.draft.record
        if saved:
            discard_draft(one)
        return saved

    def keep(self, now: Callable[[], Draft | None]) -> str:
        """Keep the draft as it is `now`, or forget it when there is nothing to save; return why not, "" if it was."""
        with self._lock:
            folder, draft = self._place(), now()
            if folder is None or draft is None or self._ended:
                return ""
            if not draft.dirty:
                remove_draft(folder, draft)
                return ""
            try:
                store_draft(folder, draft)
            except NotWritten as trouble:
                return str(trouble)
            return ""

    def take_up(self, one: OrphanedDraft) -> None:
        """Keep a draft that was left behind as one of this session."""
        with self._lock, suppress(NotWritten):
            folder = self._place()
            if folder:
                adopt_draft(folder, one)

    def drop(self, draft: Draft, *, end: bool = False) -> None:
        """Forget a draft; at the `end`, keep nothing that is still on its way."""
        with self._lock:
            self._ended = end
            folder = self._place()
            if folder:
                remove_draft(folder, draft)

    def _place(self) -> Path | None:
        """Return the folder; None where there is no git, and no place."""
        with suppress(NoGit, NotGit):
            self._folder = self._folder or drafts_folder(self._workspace)
        return self._folder
