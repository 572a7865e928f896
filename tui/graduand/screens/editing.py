"""Editing: one record on the screen: its fields, what is wrong at each; the row, the history and the file beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import DescendantBlur
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from graduand.editing.draft import Draft, Unread, held, judged, opened, proposed, text_now
from graduand.editing.merge_conflict import is_torn
from graduand.editing.sections import can_wipe, found
from graduand.index.uniqueness_candidates import WHO, neighbours
from graduand.language import N_, _, quoted
from graduand.records.kinds import CLEAR
from graduand.records.paths import username_of
from graduand.screens.choose import ChooseScreen, Option
from graduand.screens.field_help import MeaningScreen
from graduand.screens.fields.edited import Edited
from graduand.screens.fields.sheet import FieldSheet
from graduand.screens.form_title import title_of
from graduand.screens.side_panel.panel import YAML, Panel
from graduand.screens.undo_stack import Steps
from graduand.screens.widgets.banner import Banner
from graduand.screens.widgets.keyline import KeyLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget

    from graduand.editing.draft import Held
    from graduand.findings import Finding
    from graduand.index.people_list import ListedPerson
    from graduand.records.record import Record
    from graduand.screens.fields.row import FieldRow
    from graduand.workspace import Workspace


class EditingScreen(Screen[None]):
    """One record that is changed; what it is to save and to leave it, the form says."""

    SCOPED_CSS = False
    CSS = """
    EditingScreen #title { dock: top; height: 1; background: $panel; text-style: bold; padding: 0 1; }
    EditingScreen FieldSheet { width: 1fr; }
    EditingScreen Panel { display: none; }
    EditingScreen.-beside Panel { display: block; width: 1fr; }
    EditingScreen.-beside FieldSheet { display: none; }
    EditingScreen.-wide Panel { display: block; width: 46; }
    EditingScreen.-wide FieldSheet { display: block; }
    EditingScreen.-wide.-shut FieldSheet { display: none; }
    EditingScreen.-wide.-shut Panel { width: 1fr; }
    EditingScreen.-short .section { margin-top: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", N_("Save"), id="form.save"),
        Binding("escape", "leave", N_("Back"), id="form.leave"),
        Binding("f1", "help", N_("Explain"), id="form.explain"),
        Binding("f2", "beside('row-pane')", N_("Row"), id="form.row"),
        Binding("f3", "beside('history-pane')", N_("History"), id="form.history"),
        Binding("f4", "beside('yaml-pane')", N_("File"), id="form.file"),
        Binding("ctrl+n", "add", N_("Other field"), id="form.add"),
        Binding("f6", "wipe", N_("Wipe in Handshake"), show=False, id="form.wipe"),
        Binding("tab", "round(1)", N_("Next field"), show=False, id="form.next"),
        Binding("shift+tab", "round(-1)", N_("Field before"), show=False, id="form.previous"),
        Binding("ctrl+z", "undo", N_("Undo"), show=False, priority=True, id="form.undo"),
        Binding("ctrl+y", "redo", N_("Redo"), show=False, priority=True, id="form.redo"),
    ]

    draft: reactive[Draft | None] = reactive(None, init=False)
    """None: the file cannot be read whole, and is only shown."""

    def __init__(self, workspace: Workspace, path: str, on: str, field: str = "", draft: Draft | None = None) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]
        self.workspace = workspace
        self.on = on
        self.steps = Steps()
        self._field = field
        there = draft or opened(workspace, path)
        self._unread = there if isinstance(there, Unread) else None
        self.set_reactive(EditingScreen.draft, there if isinstance(there, Draft) else None)
        above = [field.rsplit(":", cut)[0] for cut in range(field.count(":") + 1)]
        self._added = {key for key in above if key in workspace.school.fields}
        self._findings: tuple[Finding, ...] = ()
        self._proposed = False
        self.everybody: Callable[[], Sequence[ListedPerson]] = tuple
        """Where the others are listed, when somebody knows them."""
        self.hindered = ""
        """Why nothing can be saved or committed, when it is opened."""
        self._asked: object = None
        self._near: tuple[Record, ...] = ()

    def compose(self) -> ComposeResult:
        """Build the screen."""
        yield Static(id="title")
        yield Banner(self.hindered)
        with Horizontal():
            yield FieldSheet(self.workspace.school, self.on)
            yield Panel(self.workspace, self.on)
        yield KeyLine()

    @property
    def torn(self) -> bool:
        """Whether a merge left two versions in the file."""
        return self._unread is not None and is_torn(self._unread)

    @property
    def sheet(self) -> FieldSheet:
        """The fields."""
        return self.query_one(FieldSheet)

    @property
    def panel(self) -> Panel:
        """What stands beside them."""
        return self.query_one(Panel)

    async def on_mount(self) -> None:
        """Show the record."""
        await self.present()
        if self._unread:
            self.add_class("-shut")
            self.action_beside(YAML)
        else:
            self.sheet.go_to(self._field)
        self.call_after_refresh(self._look_beside)

    # What is shown

    async def present(self) -> None:
        """Show the draft, and judge it anew."""
        if self.draft:
            await self.sheet.show(self.draft, self._added)
        self.judge()

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
            self._findings = judged(self.workspace, self.draft, self.on, self._others(self.draft.record))
            self.sheet.say(self._findings)
            text = text_now(self.draft, self.workspace.school)
            username = self.draft.original.username or self.draft.record.username
            self.panel.show_record(self.draft.record, self._findings, text, username)
        elif self._unread:
            self.panel.show_file(self._unread.text, self._unread.findings, username_of(self._unread.path))

    def _others(self, record: Record) -> tuple[Record, ...]:
        """Return who may have the same; a large school is looked through only when that can have changed."""
        entries = self.everybody()
        asked = (entries, tuple(record.values.get(key) for key in WHO))
        if asked != self._asked:
            self._asked, self._near = asked, neighbours(entries, record)
        return self._near

    def action_beside(self, pane: str) -> None:
        """Show a pane beside the form; where there is no room, in its place, until its key is pressed again."""
        shown = self.has_class("-beside") and self.panel.pane == pane
        self.panel.pane = pane
        self.set_class(not shown or self._unread is not None, "-beside")
        if self.draft and not self.has_class("-beside"):
            self.sheet.go_to(self._field)
        self._look_beside()

    def _look_beside(self) -> None:
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
        return bool(rows) and rows[end].editor.has_focus

    def action_round(self, step: int) -> None:
        """Go on to the next field, from the last one to the first again."""
        if step > 0:
            super().focus_next()
        else:
            super().focus_previous()

    # What is typed

    @on(Edited)
    async def take(self, event: Edited) -> None:
        """Take what was typed into the draft."""
        event.stop()
        self._field = event.key
        if self.draft and held(self.draft.record, event.key) != event.value:
            await self._change(event.key, event.value)
            if event.whole:
                self.steps.end()

    @property
    def hears(self) -> FieldRow | None:
        """The field in which more stands than the draft has: its message is on its way."""
        row = self.sheet.current if self.is_mounted else None
        return row if row and self.draft and held(self.draft.record, row.field.key) != row.editor.now else None

    async def hear(self) -> None:
        """Take what was typed last; a key that saves or leaves may overtake its message."""
        row = self.hears
        if row:
            await self._change(row.field.key, row.editor.now)

    async def _change(self, key: str, value: Held | None) -> None:
        if self.draft:
            self.steps.take(self.draft, key)
            self.draft = self.draft.set(key, value)
            await self.sheet.show(self.draft, self._added)

    @on(DescendantBlur)
    def go_on(self) -> None:
        """Say what is wrong once somebody goes on to the next field."""
        self.steps.end()
        self.call_next(self._after_a_field)

    async def _after_a_field(self) -> None:
        await self.propose()
        self.judge()

    async def propose(self) -> bool:
        """Take in, once, what a change asks for besides, and say so; return whether there was something."""
        wanted = proposed(self.draft) if self.draft and not self._proposed else {}
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
        await self.hear()
        if self.draft:
            self.draft = step(self.draft)
            await self.present()

    async def action_wipe(self) -> None:
        """Let Handshake wipe the field, or leave it alone again."""
        row = self.sheet.current
        if self.draft and row and can_wipe(row.field):
            wiped = held(self.draft.record, row.field.key) == CLEAR
            await self._change(row.field.key, None if wiped else CLEAR)
        elif row:
            self.notify(_("Handshake does not let this field be wiped."), severity="warning", markup=False)

    def action_add(self) -> None:
        """Show another field."""
        if self.draft:
            fields = found("", self.sheet.rows, self.workspace.school)
            options = [Option(one.key, str(one.label), " ".join((one.key, *one.label.in_each()))) for one in fields]
            self.app.push_screen(ChooseScreen(_("Which field?"), options), self._add)

    async def _add(self, key: str | None) -> None:
        if key and self.draft:
            self._added.add(key)
            await self.sheet.show(self.draft, self._added)
            self.sheet.go_to(key)

    def action_help(self) -> None:
        """Explain the field that the cursor is in."""
        row = self.sheet.current or next(iter(self.sheet.rows.values()), None)
        if row:
            here = [one for one in self._findings if f"{one.field}:".startswith(f"{row.field.key}:")]
            self.app.push_screen(MeaningScreen(row.field, self.workspace.importer, row.choices, here))
