"""The save of a draft: what is asked first, and how two changes of one record are merged."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from graduand.editing import merge
from graduand.editing.draft import UnreadRecord, is_canonical, save
from graduand.editing.transaction import resumed_message
from graduand.errors import ChangedOnDisk, InTheWay
from graduand.screens.difference import DifferenceScreen
from graduand.screens.form_questions import SAVE, TAKE, broken, confirming, gone

if TYPE_CHECKING:
    from textual.app import App

    from graduand.editing.draft import Draft, SavedDraft
    from graduand.editing.transaction import ResumedTransaction
    from graduand.workspace import Workspace


async def settle(app: App[object], workspace: Workspace, draft: Draft, *, commit: bool) -> SavedDraft | None:
    """Save a draft; return None when the user went back to the form. Call it in a worker.

    Raises:
        Busy, NotWritten, Usage: it could not be saved; the file is as it was.
    """
    reformats = not is_canonical(draft, workspace.school)
    if (draft.closes_account or reformats) and await app.push_screen_wait(
        confirming(draft, reformats=reformats)
    ) != SAVE:
        return None
    now: Draft | None = draft
    while now is not None:
        try:
            return await _saved(app, workspace, now, commit=commit)
        except (ChangedOnDisk, InTheWay):
            now = await together(app, workspace, now)
    return None


async def _saved(app: App[object], workspace: Workspace, draft: Draft, *, commit: bool) -> SavedDraft:
    """Save a draft in a thread, and notify of an interrupted save that was completed first."""
    heard: list[ResumedTransaction] = []
    try:
        return await asyncio.to_thread(save, workspace, draft, commit=commit, on_resumed=heard.append)
    finally:
        for resumed in heard:
            app.notify(resumed_message(resumed), markup=False, timeout=12)


async def together(app: App[object], workspace: Workspace, draft: Draft) -> Draft | None:
    """Bring a draft and what its file holds by now together; None when nothing was decided."""
    theirs = await asyncio.to_thread(merge.read_current, workspace, draft)
    if theirs is None:
        return merge.as_new_record(draft) if await app.push_screen_wait(gone()) == TAKE else None
    if isinstance(theirs, UnreadRecord):
        answer = await app.push_screen_wait(broken(theirs.findings))
        return merge.replace_unreadable(draft, theirs.raw) if answer == TAKE else None
    return await app.push_screen_wait(DifferenceScreen(merge.compare_drafts(draft, theirs), workspace.school))
