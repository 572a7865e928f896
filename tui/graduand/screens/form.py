"""The form: one record, edited field by field, with its findings, its row, its history and its file."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Final, Self

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import DescendantBlur, Mount
from textual.reactive import reactive
from textual.widgets import Static

from graduand.editing.draft import (
    Draft,
    UnreadRecord,
    draft_findings,
    draft_text,
    is_current,
    open_draft,
    rebase_draft,
    save,
    suggested_values,
    value_of,
)
from graduand.editing.draft_store import OrphanedDraft, discard_draft
from graduand.editing.merge import has_conflict_markers, merge_versions, replace_unreadable
from graduand.editing.resolution import finish_merge
from graduand.editing.sections import can_wipe
from graduand.errors import Trouble
from graduand.findings import Severity
from graduand.index.neighbours import Neighbours
from graduand.language import N_, _, quoted, visible
from graduand.records.kinds import CLEAR
from graduand.records.paths import username_of
from graduand.records.record import FORMER, KIND, USERNAME
from graduand.records.transition import KINDS, kind_words
from graduand.rules.identity import KEYS
from graduand.screens.choose import ChooseScreen, field_options
from graduand.screens.difference import DifferenceScreen
from graduand.screens.draft_autosave import PAUSE, DraftAutosave
from graduand.screens.field_help import FieldHelpScreen
from graduand.screens.fields.sheet import FieldSheet
from graduand.screens.fields.text import Edited, Guarded, TextField
from graduand.screens.form_questions import DISCARD, SAVE, TAKE, changing_identity, discarding, leaving, recovering
from graduand.screens.in_turn import LeftInTurn
from graduand.screens.messages import Changed
from graduand.screens.observation_flow import ask_what_was_done
from graduand.screens.results import saved_words, tell_saved
from graduand.screens.save_flow import settle
from graduand.screens.side_panel import YAML, Panel
from graduand.screens.text_editor import edit_file
from graduand.screens.undo_stack import UndoStack
from graduand.screens.widgets.banner import Banner
from graduand.screens.widgets.keyline import KeyLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget

    from graduand.editing.draft import FieldValue, SavedDraft
    from graduand.findings import Finding
    from graduand.index.person_states import PersonStates
    from graduand.rules.rule import Flaw
    from graduand.screens.fields.row import FieldRow
    from graduand.workspace import Workspace


IDENTITY: Final = (USERNAME, FORMER)
"""Fields by which Handshake finds the person; a change of them is asked for first."""


def title_of(draft: Draft | None, unread: UnreadRecord | None) -> Content:
    """Return the title of a draft, or of a file that cannot be read whole."""
    if draft is None:
        conflicted = unread is not None and has_conflict_markers(unread)
        whole = _("two versions stand here; Ctrl+S joins them")
        said = whole if conflicted else _("unreadable; e opens your editor")
        return Content.assemble(visible(unread.path, 200) if unread else "", "  ", (said, "$text-error"))
    record = draft.record
    name = f"{record.text('first_name')} {record.text('last_name')}".strip()
    kind = kind_words(record.text(KIND)) if record.text(KIND) in KINDS else ""
    parts = [visible(part, 60) for part in (name, record.username, kind, record.cohort) if part]
    state = (_("new, not saved") if draft.base is None else _("not saved")) if draft.dirty else ""
    return Content.assemble((f"• {state}  " if state else "", "$text-accent"), " · ".join(parts))


class EditingScreen(LeftInTurn[None]):
    """One record that is edited; the subclass saves it and leaves it."""

    SCOPED_CSS = False
    CSS = """
    EditingScreen #title { dock: top; height: 1; background: $panel; text-style: bold; padding: 0 1; }
    EditingScreen FieldSheet { width: 1fr; }
    EditingScreen Panel { display: none; }
    EditingScreen.-panel Panel { display: block; width: 1fr; }
    EditingScreen.-panel FieldSheet { display: none; }
    EditingScreen.-wide Panel { display: block; width: 46; }
    EditingScreen.-wide FieldSheet { display: block; }
    EditingScreen.-wide.-shut FieldSheet { display: none; }
    EditingScreen.-wide.-shut Panel { width: 1fr; }
    EditingScreen.-short .section { margin-top: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,e", "edit", N_("Edit"), id="form.edit"),
        Binding("ctrl+s", "save", N_("Save"), id="form.save"),
        Binding("escape", "leave", N_("Back"), id="form.leave"),
        Binding("f1", "help", N_("Explain"), id="form.explain"),
        Binding("f2", "show_pane('row-pane')", N_("Row"), id="form.row"),
        Binding("f3", "show_pane('history-pane')", N_("History"), id="form.history"),
        Binding("f4", "show_pane('yaml-pane')", N_("File"), id="form.file"),
        Binding("ctrl+n", "add", N_("Add a field"), id="form.add"),
        Binding("h", "done_by_hand", N_("Done in Handshake"), id="form.done"),
        Binding("f6", "wipe", N_("Wipe in Handshake"), show=False, id="form.wipe"),
        Binding("tab", "round(1)", N_("Next field"), show=False, id="form.next"),
        Binding("shift+tab", "round(-1)", N_("Previous field"), show=False, id="form.previous"),
        Binding("pagedown", "walk(10)", show=False, id="form.page_down"),
        Binding("pageup", "walk(-10)", show=False, id="form.page_up"),
        Binding("home", "walk(-1000)", show=False, id="form.top"),
        Binding("end", "walk(1000)", show=False, id="form.bottom"),
        Binding("ctrl+z", "undo", N_("Undo"), show=False, priority=True, id="form.undo"),
        Binding("ctrl+y", "redo", N_("Redo"), show=False, priority=True, id="form.redo"),
    ]

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - as Textual has it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012

    _read_first = False
    draft: reactive[Draft | None] = reactive(None, init=False)
    """None: the file cannot be read whole, and is only shown."""
    reading: reactive[bool] = reactive(default=False, init=False)
    """Whether the record is only read; Enter edits it."""

    def __init__(
        self,
        workspace: Workspace,
        path: str,
        on: str,
        field: str = "",
        draft: Draft | None = None,
    ) -> None:
        super().__init__()
        self.workspace = workspace
        self.on = on
        self.steps = UndoStack()
        self._field = field
        there = draft or open_draft(workspace, path)
        self._unread = there if isinstance(there, UnreadRecord) else None
        self.set_reactive(EditingScreen.draft, there if isinstance(there, Draft) else None)
        above = [field.rsplit(":", cut)[0] for cut in range(field.count(":") + 1)]
        self._added = {key for key in above if key in workspace.school.fields}
        self._findings: tuple[Finding, ...] = ()
        self._proposed = False
        self.neighbours: Callable[[], Neighbours] = lambda: _NOBODY
        """Returns all people, to compare the record with; nobody as long as they are not known."""
        self.states: Callable[[], PersonStates | None] = lambda: None
        """Returns what Handshake holds of everybody; None as long as it is not known."""
        self._seen_states: PersonStates | None = None
        self.hindered = ""
        """Why nothing can be saved or committed, when it is opened."""
        self._compared: object = None
        self._moved_from: object = None
        """The list of people from before the last save under another path, which names this person twice."""
        self._shared: tuple[Flaw, ...] = ()
        self._unguarded: set[str] = set()
        """Fields of the identity that may be changed, since somebody said so."""

    def to_be_read(self) -> Self:
        """Return the screen, whose record is only read until somebody edits it."""
        self.set_reactive(EditingScreen.reading, self.draft is not None)
        self._read_first = True
        return self

    def compose(self) -> ComposeResult:
        """Build the screen."""
        yield Static(id="title")
        yield Banner(self.hindered)
        with Horizontal():
            yield FieldSheet(self.workspace.school, self.on)
            yield Panel(self.workspace, self.on)
        yield KeyLine()

    @property
    def is_conflicted(self) -> bool:
        """Whether a merge left two versions in the file."""
        return self._unread is not None and has_conflict_markers(self._unread)

    @property
    def sheet(self) -> FieldSheet:
        """The fields."""
        return self.query_one(FieldSheet)

    @property
    def panel(self) -> Panel:
        """The panel beside the fields."""
        return self.query_one(Panel)

    async def on_mount(self) -> None:
        """Show the record."""
        self.sheet.read(self.reading)
        await self.present()
        if self._unread:
            self.add_class("-shut")
            self.action_show_pane(YAML)
        else:
            self.sheet.go_to(self._field or self._first_wrong())
        self.call_after_refresh(self._fill_panel)

    def _first_wrong(self) -> str:
        """Return the field of the first error; "" when nothing is wrong, or it is not read."""
        wrong = (one.field for one in self._findings if one.severity is Severity.ERROR)
        return next(wrong, "") if self.reading else ""

    # What is shown

    async def present(self) -> None:
        """Show the draft, and judge it anew."""
        if self.draft:
            await self._show_fields(self.draft)
        self.judge()

    async def _show_fields(self, draft: Draft) -> None:
        await self.sheet.show(draft, self._added)
        for key in IDENTITY:
            row = self.sheet.rows.get(key)
            if row and isinstance(row.editor, TextField):
                row.editor.guarded = draft.base is not None and key not in self._unguarded

    def watch_draft(self, before: Draft | None, draft: Draft | None) -> None:
        """Keep the title and the keys up to date."""
        if self.is_mounted:
            self.query_one("#title", Static).update(title_of(self.draft, self._unread), layout=False)
            if bool(before and before.dirty) != bool(draft and draft.dirty):
                self.refresh_bindings()

    def judge(self) -> None:
        """Say at each field what is wrong with it now, and show the row and the file as they would be."""
        self.query_one("#title", Static).update(title_of(self.draft, self._unread), layout=False)
        if self.draft:
            self._findings = draft_findings(self.workspace, self.draft, self.on, self._flaws_beside(self.draft))
            self.sheet.say(self._findings)
            text = draft_text(self.draft, self.workspace.school)
            username = self.draft.original.username or self.draft.record.username
            self.panel.show_record(self.draft.record, self._findings, text, username)
        elif self._unread:
            self.panel.show_file(self._unread.text, self._unread.findings, username_of(self._unread.path))

    def _flaws_beside(self, draft: Draft) -> tuple[Flaw, ...]:
        """Return what is wrong with the draft among all people, and beside what Handshake holds."""
        self._seen_states = states = self.states()
        held = states.flaws(draft.record, self.workspace.school, self.on) if states else ()
        return (*self._flaws_among(draft), *self.neighbours().unknown(draft.record, states), *held)

    def _flaws_among(self, draft: Draft) -> tuple[Flaw, ...]:
        """Return what is wrong with the draft among all people, compared only when that can have changed."""
        neighbours, record = self.neighbours(), draft.record
        if neighbours is self._moved_from:
            neighbours = _NOBODY
        compared = (neighbours, record.path, tuple(record.values.get(key) for key in KEYS))
        if compared != self._compared:
            self._shared = neighbours.flaws(record, instead_of=draft.path)
            self._compared = compared
        return self._shared

    def outdated(self) -> None:
        """Judge the record again where the list of people, read anew, says more of it than before."""
        if self._moved_from is not None or self.states() is not self._seen_states:
            self._moved_from = None
            self.judge()

    def action_show_pane(self, pane: str) -> None:
        """Show a pane beside the form; where there is no room, in its place, until its key is pressed again."""
        shown = self.has_class("-panel") and self.panel.pane == pane
        self.panel.pane = pane
        self.set_class(not shown or self._unread is not None, "-panel")
        if self.draft and not self.has_class("-panel"):
            self.sheet.go_to(self._field)
        self._fill_panel()

    def _fill_panel(self) -> None:
        if self.panel.display:
            self.panel.look()

    # Going through

    def focus_next(self, selector: str | type[Widget] = "*") -> Widget | None:
        """Go to the field below; the last one has none."""
        return self.focused if self._is_at(-1) else super().focus_next(selector)

    def focus_previous(self, selector: str | type[Widget] = "*") -> Widget | None:
        """Go to the field above; the first one has none."""
        return self.focused if self._is_at(0) else super().focus_previous(selector)

    def _is_at(self, end: int) -> bool:
        rows = list(self.sheet.rows.values())
        return bool(rows) and rows[end].is_here

    def action_round(self, step: int) -> None:
        """Go on to the next field, from the last one to the first again."""
        if step > 0:
            super().focus_next()
        else:
            super().focus_previous()

    # Reading and editing

    def watch_reading(self) -> None:
        """Let the fields be read, or be edited."""
        if self.is_mounted:
            self.sheet.read(self.reading)
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to edit what is read, and to change what is edited."""
        if action == "edit":
            return self.reading or self.draft is None
        if action in {"walk", "done_by_hand"}:
            return self.reading and self.draft is not None
        if action in {"undo", "redo", "wipe", "save"} and self.reading:
            return False
        return super().check_action(action, parameters)

    def action_edit(self) -> None:
        """Edit the field under the cursor, one of the identity only after a question; where the file is shown, it."""
        if self.shows_file:
            self.call_next(self._edit_file)
            return
        self.reading = False
        row = self.sheet.current
        if row and isinstance(row.editor, TextField) and row.editor.guarded:
            self.ask_before_identity(Guarded(row.editor))

    @property
    def shows_file(self) -> bool:
        """Whether the file is read in place of the fields."""
        is_alone = self.draft is None or (self.has_class("-panel") and not self.has_class("-wide"))
        return is_alone and self.panel.pane == YAML

    async def _edit_file(self) -> None:
        """Let the user edit the file in an editor, at what is wrong with it, and read it again."""
        path = self.draft.path if self.draft else self._unread.path if self._unread else ""
        line = next((one.line for one in self._findings_of_file() if one.severity is Severity.ERROR), 1)
        if trouble := edit_file(self.app, self.workspace.root / path, line):
            self.notify(trouble, severity="warning", markup=False, timeout=12)
        await self.read_file(path)
        self.app.post_message(Changed())

    def _findings_of_file(self) -> Sequence[Finding]:
        return self._unread.findings if self._unread else self._findings

    async def read_file(self, path: str) -> None:
        """Read the file anew, as it was changed in an editor."""
        there = open_draft(self.workspace, path)
        self._unread = there if isinstance(there, UnreadRecord) else None
        self.set_reactive(EditingScreen.draft, there if isinstance(there, Draft) else None)
        self.set_class(self._unread is not None, "-shut")
        self.set_reactive(EditingScreen.reading, self._unread is None)
        self.sheet.read(self.reading)
        self._compared = None
        await self.present()
        if self._unread:
            self.action_show_pane(YAML)
        self.refresh_bindings()

    def action_done_by_hand(self) -> None:
        """Note what somebody did in Handshake itself, on this person's profile."""
        if self.draft:
            ask_what_was_done(self, self.workspace, self.draft.original.username)

    def action_walk(self, rows: int) -> None:
        """Go so many fields down or up."""
        self.sheet.walk(rows)

    @on(Guarded)
    def ask_before_identity(self, event: Guarded) -> None:
        """Ask before a field is changed by which Handshake finds the person."""
        field = event.field

        def answered(answer: str | None) -> None:
            if answer:
                self._unguarded.add(field.key)
                field.guarded = False

        if self.is_current:
            label = str(self.workspace.school.fields[field.key].label)
            self.app.push_screen(changing_identity(label, self.draft), answered)

    # What is typed

    @on(Edited)
    async def change_draft(self, event: Edited) -> None:
        """Take what was typed into the draft."""
        event.stop()
        self._field = event.key
        if self.draft and value_of(self.draft.record, event.key) != event.value:
            await self._change(event.key, event.value)
            if event.whole:
                self.steps.end()

    @property
    def pending_field(self) -> FieldRow | None:
        """The field in which more stands than the draft has: its message is on its way."""
        row = self.sheet.current if self.is_mounted else None
        return row if row and self.draft and value_of(self.draft.record, row.field.key) != row.editor.now else None

    async def accept_typed(self) -> None:
        """Take what was typed last; a key that saves or leaves may overtake its message."""
        row = self.pending_field
        if row:
            await self._change(row.field.key, row.editor.now)

    async def _change(self, key: str, value: FieldValue | None) -> None:
        if self.draft:
            self.steps.take(self.draft, key)
            self.draft = self.draft.set(key, value)
            await self._show_fields(self.draft)

    @on(DescendantBlur)
    def judge_on_blur(self) -> None:
        """Judge the record when the cursor leaves a field."""
        if self.reading:
            return
        self.steps.end()
        self.call_next(self._after_a_field)

    async def _after_a_field(self) -> None:
        await self.propose()
        self.judge()

    async def propose(self) -> bool:
        """Take in, once, what a change asks for besides, and say so; return whether there was something."""
        wanted = suggested_values(self.draft) if self.draft and not self._proposed else {}
        for key, value in wanted.items():
            self._proposed = True
            await self._change(key, value)
            message = _("Handshake knows this person as {username}; empty the field if nothing was ever sent.")
            self.notify(message.format(username=quoted(value)), markup=False)
        return bool(wanted)

    async def action_undo(self) -> None:
        """Take the last change back."""
        await self._go(self.steps.undo)

    async def action_redo(self) -> None:
        """Make it again."""
        await self._go(self.steps.redo)

    async def _go(self, step: Callable[[Draft], Draft]) -> None:
        await self.accept_typed()
        if self.draft:
            self.draft = step(self.draft)
            await self.present()

    async def action_wipe(self) -> None:
        """Let Handshake wipe the field, or leave it alone again."""
        row = self.sheet.current
        if self.draft and row and can_wipe(row.field):
            wiped = value_of(self.draft.record, row.field.key) == CLEAR
            await self._change(row.field.key, None if wiped else CLEAR)
        elif row:
            self.notify(_("Handshake does not let this field be wiped."), severity="warning", markup=False)

    def action_add(self) -> None:
        """Go to a field by its name; one that is not shown is shown from now on."""
        if self.draft:
            school = self.workspace.school
            options = field_options(school.fields.values(), school)
            self.app.push_screen(ChooseScreen(_("Which field?"), options, self._field), self._add)

    async def _add(self, key: str | None) -> None:
        if key and self.draft:
            self.reading = False
            self._added.add(key)
            await self._show_fields(self.draft)
            self.sheet.go_to(key)

    def action_help(self) -> None:
        """Explain the field that the cursor is in."""
        row = self.sheet.current or next(iter(self.sheet.rows.values()), None)
        if row:
            here = [one for one in self._findings if f"{one.field}:".startswith(f"{row.field.key}:")]
            self.app.push_screen(FieldHelpScreen(row.field, self.workspace.importer, row.choices, here))


_NOBODY: Final = Neighbours(())


class FormScreen(EditingScreen):
    """One record; the application hears of what was saved."""

    FILE_CHECK_INTERVAL: ClassVar[float] = 2.0
    """Seconds between two looks at the file on the disk."""

    def __init__(
        self,
        workspace: Workspace,
        path: str,
        on: str,
        field: str = "",
        *,
        draft: Draft | OrphanedDraft | None = None,
        commit: bool = True,
    ) -> None:
        self._draft_left = draft if isinstance(draft, OrphanedDraft) else None
        given = draft.draft if isinstance(draft, OrphanedDraft) else draft
        super().__init__(workspace, path, on, field, given)
        self._commit = commit
        self._autosave = DraftAutosave(workspace)
        self._autosave_due = False
        self._trouble = ""
        self._shown_change: Draft | None = None
        self._writing = False

    @on(Mount)
    def watch_the_file(self) -> None:
        """Watch the file, and offer what an ended session left of it."""
        if self.draft:
            self.set_interval(self.FILE_CHECK_INTERVAL, self._check_file)
            self._offer_drafts_draft_left(self.draft.path)
        elif self.is_conflicted:
            self._merge_conflict()

    # What is kept while it is typed

    def watch_draft(self, before: Draft | None, draft: Draft | None) -> None:
        """Keep the draft soon."""
        super().watch_draft(before, draft)
        if not self._autosave_due and self.is_mounted:
            self._autosave_due = True
            self.set_timer(PAUSE, self._keep)

    @work(thread=True, group="keeping", exit_on_error=False)
    def _keep(self) -> None:
        self._autosave_due = False
        trouble = self._autosave.keep(lambda: self.draft)
        if trouble and trouble != self._trouble:
            self._trouble = trouble
            self.app.call_later(self.app.notify, trouble, severity="error", markup=False)

    def keep_now(self) -> None:
        """Keep what is typed at once: the session ends."""
        self._autosave.keep(lambda: self.draft)

    @work(exclusive=True, group="asking")
    async def _offer_drafts_draft_left(self, path: str) -> None:
        if self._draft_left:
            await asyncio.to_thread(self._autosave.take_up, self._draft_left)
            return
        for one in await asyncio.to_thread(self._autosave.left, path):
            answer = await self.app.push_screen_wait(recovering(one, self.workspace.school))
            if answer == DISCARD:
                answer = await self.app.push_screen_wait(discarding(one, self.workspace.school))
            if answer == TAKE and self.draft:
                self.steps.take(self.draft, "")
                self.draft = one.draft
                self.reading = False
                await self.present()
                await asyncio.to_thread(self._autosave.take_up, one)
            elif answer == DISCARD:
                await asyncio.to_thread(discard_draft, one)
                continue
            return

    # What others do to the file meanwhile

    async def read_file(self, path: str) -> None:
        """Read the file anew, as it was changed in an editor; show its fields where it can be read now."""
        was_unread = self._unread is not None
        await super().read_file(path)
        if was_unread and self.draft:
            self._begin_with_fields()

    def _begin_with_fields(self) -> None:
        """Show the fields of a file that could not be read before."""
        self.remove_class("-shut", "-panel")
        self.sheet.go_to("")
        self.set_interval(self.FILE_CHECK_INTERVAL, self._check_file)

    @work(exclusive=True, group="looking")
    async def _check_file(self) -> None:
        draft = self.draft
        if draft and not await asyncio.to_thread(is_current, self.workspace, draft):
            now = await asyncio.to_thread(open_draft, self.workspace, draft.path)
            if isinstance(now, Draft):
                await self._show_other_change(draft, now)

    async def _show_other_change(self, draft: Draft, now: Draft) -> None:
        """Show what another writer saved; where the draft has changes too, say that saving will merge them."""
        if self._writing or self.draft is not draft or now == self._shown_change:
            return
        self._shown_change = now
        if draft.dirty:
            message = _("Somebody changed this record meanwhile; saving will bring both changes together.")
        else:
            message = _("Somebody changed this record; it was read again.")
            self.steps.rebase(lambda one: rebase_draft(one, draft, now))
            self.draft = now
            await self.present()
        self.notify(message, severity="warning", markup=False)

    @work(exclusive=True, group="asking")
    async def _merge_conflict(self) -> None:
        """Make one record of the two versions that a merge left, field by field."""
        unread = self._unread
        found = await asyncio.to_thread(merge_versions, self.workspace, unread) if unread else None
        if unread is None or found is None:
            return
        title = _("A merge left two versions of this record")
        settled = await self.app.push_screen_wait(DifferenceScreen(found, self.workspace.school, title))
        if settled is None:
            return
        try:
            whole = replace_unreadable(settled, unread.raw)
            kept = await asyncio.to_thread(save, self.workspace, whole, commit=self._commit)
        except Trouble as trouble:
            self.notify(str(trouble), severity="error", markup=False, timeout=10)
            return
        kept = await self._finish_merge(kept)
        self._unread = None
        self.set_reactive(EditingScreen.draft, kept.draft)
        await self.present()
        self._begin_with_fields()
        self._tell(kept)

    async def _finish_merge(self, kept: SavedDraft) -> SavedDraft:
        """Let git finish the merge if this record was the last that it waited for."""
        try:
            commit = await asyncio.to_thread(finish_merge, self.workspace) if self._commit and not kept.commit else ""
        except Trouble as trouble:
            return kept._replace(uncommitted=str(trouble))
        return kept._replace(commit=commit, uncommitted="") if commit else kept

    # Saving and leaving

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to save only what is changed, or what is to come together."""
        if action == "save" and self.is_conflicted:
            return True
        if action == "save" and not self.reading and not (self.draft and (self.draft.dirty or self.pending_field)):
            return None
        return super().check_action(action, parameters)

    @work(exclusive=True, group="asking")
    async def action_save(self) -> None:
        """Save, and commit."""
        if self.is_conflicted:
            self._merge_conflict()
        else:
            await self._save()

    async def _save(self) -> bool:
        """Return whether nothing is left to save."""
        await self.accept_typed()
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

    async def _adopt(self, draft: Draft, kept: SavedDraft) -> None:
        """Go on from what was saved, with what was typed since."""
        self.steps.rebase(lambda one: rebase_draft(one, draft, kept.draft))
        if self.draft:
            self.draft = rebase_draft(self.draft, draft, kept.draft)
        await asyncio.to_thread(self._autosave.drop, draft)
        if kept.draft.path != draft.path:
            self._moved_from = self.neighbours()
        await self.present()
        self.panel.forget()
        self._fill_panel()
        self._tell(kept)
        self._unguarded.clear()
        if self._read_first and self.draft and not self.draft.dirty:
            self.reading = True

    def _tell(self, kept: SavedDraft) -> None:
        self.app.post_message(Changed(kept.saved))
        if kept.uncommitted:
            self.notify(kept.uncommitted, severity="warning", markup=False, timeout=10)
        else:
            tell_saved(self, saved_words(self.workspace, kept.saved), saved=kept.saved)

    @work(exclusive=True, group="asking")
    async def action_leave(self) -> None:
        """Go back, from editing to reading first; ask when there is something to lose."""
        if self.has_class("-panel") and self.draft and not self.has_class("-wide"):
            self.action_show_pane(self.panel.pane)
            return
        await self.accept_typed()
        if self._read_first and not self.reading and self.draft and not self.draft.dirty:
            self.reading = True
        elif await self.may_leave():
            self.dismiss(None)

    async def may_leave(self) -> bool:
        """Ask, when there is something to lose, what shall become of it; return whether the form may go."""
        await self.accept_typed()
        if self.draft and self.draft.dirty:
            answer = await self.app.push_screen_wait(leaving(self.draft, self.workspace.school))
            if not answer or (answer == SAVE and not await self._save()):
                return False
        if self.draft:
            await asyncio.to_thread(self._autosave.drop, self.draft, end=True)
        return True
