"""Form: one record, changed, kept while it is typed, saved, and left."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.events import Mount

from graduand.editing.draft import Draft, carried, opened, stands
from graduand.editing.draft_store import Left, forget
from graduand.editing.merge import instead
from graduand.editing.merge_conflict import torn
from graduand.editing.save_draft import save
from graduand.errors import Trouble
from graduand.language import _
from graduand.screens.difference import DifferenceScreen
from graduand.screens.draft_autosave import PAUSE, Shelter
from graduand.screens.editing import EditingScreen
from graduand.screens.form_questions import DISCARD, SAVE, TAKE, discarding, leaving, recovering
from graduand.screens.messages import Changed
from graduand.screens.save_flow import settle

if TYPE_CHECKING:
    from graduand.editing.save_draft import Kept
    from graduand.workspace import Workspace


class FormScreen(EditingScreen):
    """One record; the application hears of what was saved."""

    GLANCE: ClassVar[float] = 2.0
    """Seconds between two looks at the file on the disk."""

    def __init__(
        self,
        workspace: Workspace,
        path: str,
        on: str,
        field: str = "",
        *,
        draft: Draft | Left | None = None,
        commit: bool = True,
    ) -> None:
        self._left = draft if isinstance(draft, Left) else None
        super().__init__(workspace, path, on, field, draft.draft if isinstance(draft, Left) else draft)
        self._commit = commit
        self._shelter = Shelter(workspace)
        self._unkept = False
        self._trouble = ""
        self._met: Draft | None = None
        self._writing = False

    @on(Mount)
    def watch_the_file(self) -> None:
        """Watch the file, and offer what an ended session left of it."""
        if self.draft:
            self.set_interval(self.GLANCE, self._look_at_the_disk)
            self._offer_what_was_kept(self.draft.path)
        elif self.torn:
            self._bring_together()

    # What is kept while it is typed

    def watch_draft(self, before: Draft | None, draft: Draft | None) -> None:
        """Keep the draft soon."""
        super().watch_draft(before, draft)
        if not self._unkept and self.is_mounted:
            self._unkept = True
            self.set_timer(PAUSE, self._keep)

    @work(thread=True, group="keeping", exit_on_error=False)
    def _keep(self) -> None:
        self._unkept = False
        trouble = self._shelter.keep(lambda: self.draft)
        if trouble and trouble != self._trouble:
            self._trouble = trouble
            self.app.call_later(self.app.notify, trouble, severity="error", markup=False)

    def keep_now(self) -> None:
        """Keep what is typed at once: the session ends."""
        self._shelter.keep(lambda: self.draft)

    @work(exclusive=True, group="asking")
    async def _offer_what_was_kept(self, path: str) -> None:
        if self._left:
            await asyncio.to_thread(self._shelter.take_up, self._left)
            return
        for one in await asyncio.to_thread(self._shelter.left, path):
            answer = await self.app.push_screen_wait(recovering(one, self.workspace.school))
            if answer == DISCARD:
                answer = await self.app.push_screen_wait(discarding(one, self.workspace.school))
            if answer == TAKE and self.draft:
                self.steps.take(self.draft, "")
                self.draft = one.draft
                await self.present()
                await asyncio.to_thread(self._shelter.take_up, one)
            elif answer == DISCARD:
                await asyncio.to_thread(forget, one)
                continue
            return

    # What others do to the file meanwhile

    @work(exclusive=True, group="looking")
    async def _look_at_the_disk(self) -> None:
        draft = self.draft
        if draft and not await asyncio.to_thread(stands, self.workspace, draft):
            now = await asyncio.to_thread(opened, self.workspace, draft.path)
            if isinstance(now, Draft):
                await self._meet(draft, now)

    async def _meet(self, draft: Draft, now: Draft) -> None:
        """Show what somebody else saved, or say so when there is something to bring together."""
        if self._writing or self.draft is not draft or now == self._met:
            return
        self._met = now
        if draft.dirty:
            message = _("Somebody changed this record meanwhile; saving will bring both changes together.")
        else:
            message = _("Somebody changed this record; it was read again.")
            self.steps.rebase(lambda one: carried(one, draft, now))
            self.draft = now
            await self.present()
        self.notify(message, severity="warning", markup=False)

    @work(exclusive=True, group="asking")
    async def _bring_together(self) -> None:
        """Make one record of the two versions that a merge left, field by field."""
        unread = self._unread
        found = await asyncio.to_thread(torn, self.workspace, unread) if unread else None
        if unread is None or found is None:
            return
        title = _("A merge left two versions of this record")
        settled = await self.app.push_screen_wait(DifferenceScreen(found, self.workspace.school, title))
        if settled is None:
            return
        try:
            whole = instead(settled, unread.raw)
            kept = await asyncio.to_thread(save, self.workspace, whole, commit=self._commit)
        except Trouble as trouble:
            self.notify(str(trouble), severity="error", markup=False, timeout=10)
            return
        self._unread = None
        self.set_reactive(EditingScreen.draft, kept.draft)
        self.remove_class("-shut", "-beside")
        await self.present()
        self.sheet.go_to("")
        self.set_interval(self.GLANCE, self._look_at_the_disk)
        self._tell(kept)

    # Saving and leaving

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to save only what is changed, or what is to come together."""
        if action == "save" and self.torn:
            return True
        if action == "save" and not (self.draft and (self.draft.dirty or self.hears)):
            return None
        return super().check_action(action, parameters)

    @work(exclusive=True, group="asking")
    async def action_save(self) -> None:
        """Save, and commit."""
        if self.torn:
            self._bring_together()
        else:
            await self._save()

    async def _save(self) -> bool:
        """Return whether nothing is left to save."""
        await self.hear()
        looked_at = not await self.propose()
        self.judge()
        draft = self.draft
        if not draft or not looked_at:
            return not draft
        self._writing = True  # what changes on the disk now is most likely its own
        try:
            kept = await settle(self.app, self.workspace, draft, commit=self._commit)
            if kept:
                await self._adopt(draft, kept)
        except Trouble as trouble:
            self.notify(str(trouble), severity="error", markup=False, timeout=10)
            return False
        finally:
            self._writing = False
        return bool(self.draft and not self.draft.dirty)

    async def _adopt(self, draft: Draft, kept: Kept) -> None:
        """Go on from what was saved, with what was typed since."""
        self.steps.rebase(lambda one: carried(one, draft, kept.draft))
        if self.draft:
            self.draft = carried(self.draft, draft, kept.draft)
        await asyncio.to_thread(self._shelter.drop, draft)
        await self.present()
        self.panel.forget()
        self._look_beside()
        self._tell(kept)

    def _tell(self, kept: Kept) -> None:
        self.app.post_message(Changed(kept.saved))
        if kept.uncommitted:
            self.notify(kept.uncommitted, severity="warning", markup=False, timeout=10)
        elif kept.commit:
            self.notify(_("Saved and committed: {commit}").format(commit=kept.commit[:12]), markup=False, timeout=3)
        else:
            self.notify(_("Saved, not committed."), markup=False, timeout=3)

    @work(exclusive=True, group="asking")
    async def action_leave(self) -> None:
        """Go back; ask first when there is something to lose."""
        if self.has_class("-beside") and self.draft and not self.has_class("-wide"):
            self.action_beside(self.panel.pane)
            return
        if await self.may_leave():
            self.dismiss(None)

    async def may_leave(self) -> bool:
        """Ask, when there is something to lose, what shall become of it; return whether the form may go."""
        await self.hear()
        if self.draft and self.draft.dirty:
            answer = await self.app.push_screen_wait(leaving(self.draft, self.workspace.school))
            if not answer or (answer == SAVE and not await self._save()):
                return False
        if self.draft:
            await asyncio.to_thread(self._shelter.drop, self.draft, end=True)
        return True
