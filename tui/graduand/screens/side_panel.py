"""The panel of the form: the row as it will compile, the person's history, and the file."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.reactive import reactive
from textual.widgets import ContentSwitcher, Static

from graduand.audit import query
from graduand.editing.row_preview import NOTHING_SENT, SentRow, preview_row, read_sent_row
from graduand.errors import NoSuchPerson, Trouble
from graduand.findings import Severity
from graduand.language import N_, _, ngettext, visible
from graduand.reports.audit_text import trail_text
from graduand.reports.labels import terms_of
from graduand.reports.plan_text import effect_words
from graduand.reports.upload_text import held_words
from graduand.screens.page import COLOURS, SIGNS, content_of, hanging

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import ComposeResult

    from graduand.audit.query import AuditTrail
    from graduand.editing.row_preview import PreviewCell, RowPreview, SentRow
    from graduand.findings import Finding
    from graduand.records.record import Record
    from graduand.reports.labels import Terms
    from graduand.workspace import Workspace


class HistoryPane(VerticalScroll):
    """The events of the person, oldest first, with what each changed."""

    def compose(self) -> Iterator[Static]:
        """Build the pane."""
        yield Static(Content.styled(_("reading the history"), "$foreground 70%"), id="history")

    def show(self, trail: AuditTrail | None, terms: Terms, sentence: str = "") -> None:
        """Show the trail, or the sentence that says why there is none."""
        text = content_of(trail_text(trail, terms, show=True)) if trail else Content(sentence)
        self.query_one("#history", Static).update(text)


class RowPane(VerticalScroll):
    """What the importer would read of the person."""

    def compose(self) -> Iterator[Static]:
        """Build the pane."""
        yield Static(id="row")

    def show(self, made: RowPreview | None, found: Sequence[Finding], known: SentRow | None) -> None:
        """Show the row, or why there is none; `known` is None until it is known what was sent."""
        lines = list(_row(made, known)) if made else list(_errors(found))
        self.query_one("#row", Static).update(Content("\n").join(lines))


def _errors(found: Sequence[Finding]) -> Iterator[Content]:
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    number = ngettext("No row: {count} error comes first.", "No row: {count} errors come first.", len(errors))
    yield Content.styled(number.format(count=len(errors)), "bold")
    yield Content("")
    for error in errors:
        yield Content.assemble(("✗ ", "$text-error"), error.message)


def _row(made: RowPreview, known: SentRow | None) -> Iterator[Content]:
    if made.change is None:
        yield Content.styled(held_words(made.held.why) if made.held else _("No row is sent."), "bold $text-warning")
        return
    if known is None:
        yield Content.styled(_("comparing with the last upload"), "$foreground 70%")
    elif not known.since:
        yield Content.styled(_("No upload is noted yet; all of it is new."), "$foreground 70%")
    else:
        yield Content.styled(_("Against {upload}").format(upload=known.since), "$foreground 70%")
        effects = ", ".join(effect_words(effect) for effect in made.change.effects) or _("nothing changes")
        yield Content.styled(effects, "bold")
    if made.change.held_back:
        day = visible(made.change.held_back)
        yield Content.styled(_("The account changes only from {day} on.").format(day=day), "$text-warning")
    if made.held:
        message = _("The row waits until {day}.")
        yield Content.styled(message.format(day=made.held.until), "$text-warning")
    yield Content("")
    for cell in made.cells:
        yield from _cell(cell, is_known=bool(known and known.since))


def _cell(cell: PreviewCell, *, is_known: bool) -> Iterator[Content]:
    changed = is_known and cell.changed
    sign = ("• ", "bold $text-accent") if changed else "  "
    yield Content.assemble(sign, (cell.header, "$foreground 70%"))
    text = visible(cell.cell, 300)
    if changed:
        before = visible(cell.before, 300) or _("nothing")
        yield Content.assemble("    ", (before, "$text-error"), " → ", (text, "bold $text-success"))
    else:
        yield Content(f"    {text}")
    if cell.why:
        yield Content.styled(f"    ↳ {cell.why}", "italic $foreground 70%")


class YamlPane(VerticalScroll):
    """The text of the record, line by line."""

    def compose(self) -> Iterator[Static]:
        """Build the pane."""
        yield Static(id="yaml")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._shown: tuple[str, Sequence[Finding]] = ("", ())

    def show(self, text: str, found: Sequence[Finding]) -> None:
        """Show the text, each finding below its line."""
        self._shown = (text, found)
        self.fit()

    @on(Resize)
    def fit(self) -> None:
        """Wrap the lines to the width that there is."""
        width = self.scrollable_content_region.width - 1
        self.query_one("#yaml", Static).update(Content("\n").join(_lines(*self._shown, width)))


def _lines(text: str, found: Sequence[Finding], width: int) -> Iterator[Content]:
    by_line: defaultdict[int, list[Finding]] = defaultdict(list)
    lines = text.removesuffix("\n").split("\n")
    for finding in found:
        by_line[min(finding.line, len(lines))].append(finding)
    for number, line in enumerate(lines, 1):
        here = by_line[number]
        worst = min((one.severity for one in here), key=list(SIGNS).index, default=None)
        sign = (f"{SIGNS[worst]} ", f"bold {COLOURS[worst]}") if worst else "  "
        style = f"bold {COLOURS[worst]}" if worst else ""
        mark = Content.assemble((f"{number:>3} ", "$foreground 70%"), sign)
        yield hanging(mark, Content.styled(visible(line, 1000), style), width)
        for one in here:
            yield hanging(Content("      ↳ "), Content.styled(one.message, COLOURS[one.severity]), width)


ROW: Final = "row-pane"
HISTORY: Final = "history-pane"
YAML: Final = "yaml-pane"
TITLES: Final = ((ROW, "F2", N_("Row")), (HISTORY, "F3", N_("History")), (YAML, "F4", N_("File")))


class Panel(Vertical):
    """The row, the history and the file of the record that the form shows."""

    DEFAULT_CSS = """
    Panel {
        width: 1fr; background: $panel; padding: 0 1;
        & > .titles { height: 1; margin-bottom: 1; }
        & ContentSwitcher { height: 1fr; }
        & VerticalScroll { scrollbar-size-vertical: 1; }
        & VerticalScroll:focus { background: $boost; }
        & Static { width: 1fr; }
    }
    """
    pane: reactive[str] = reactive(ROW)

    def __init__(self, workspace: Workspace, on: str) -> None:
        super().__init__()
        self._workspace = workspace
        self._on = on
        self._known: SentRow | None = None
        self._asked: set[str] = set()
        self._username = ""
        self._row: tuple[Record, Sequence[Finding]] | None = None

    def compose(self) -> ComposeResult:
        """Build the panel."""
        yield Static(classes="titles")
        with ContentSwitcher(initial=ROW):
            yield RowPane(id=ROW)
            yield HistoryPane(id=HISTORY)
            yield YamlPane(id=YAML)

    def on_mount(self) -> None:
        """Name the panes."""
        self._name_panes()

    def watch_pane(self) -> None:
        """Bring a pane into sight, and mark its name."""
        if self.is_mounted:
            self.query_one(ContentSwitcher).current = self.pane
            self._name_panes()

    def _name_panes(self) -> None:
        titles = [
            Content.assemble(
                (f"{key} ", "$foreground 70%"), (_(title), "bold $text-accent" if pane == self.pane else "")
            )
            for pane, key, title in TITLES
        ]
        self.query_one(".titles", Static).update(Content("   ").join(titles))

    def show_record(self, record: Record, found: Sequence[Finding], text: str, username: str) -> None:
        """Show a record, what is wrong with it, and its text; `username` is the one that the history knows."""
        self._username = username
        self._row = (record, found)
        self._show_row()
        self.query_one(YamlPane).show(text, found)

    def show_file(self, text: str, found: Sequence[Finding], username: str) -> None:
        """Show a file that cannot be read whole."""
        self._username = username
        self.query_one(RowPane).show(None, found, None)
        self.query_one(YamlPane).show(text, found)

    def _show_row(self) -> None:
        if self._row:
            record, found = self._row
            sent = (self._known or NOTHING_SENT).state
            made = preview_row(record, found, self._workspace.school, self._on, sent)
            self.query_one(RowPane).show(made, found, self._known)

    def look(self) -> None:
        """Find out, once, what the pane in sight shows of the past."""
        if self.pane in self._asked:
            return
        self._asked.add(self.pane)
        if self.pane == ROW:
            self._find_out_what_was_sent()
        elif self.pane == HISTORY:
            self._read_the_history(self._username)

    def forget(self) -> None:
        """Find out anew, after a save, what the history says."""
        self._asked.discard(HISTORY)

    @work(thread=True, group="sent", exit_on_error=False)
    def _find_out_what_was_sent(self) -> None:
        try:
            found = read_sent_row(self._workspace)
        except Trouble:  # no git, or no history here: what was sent is unknown
            found = NOTHING_SENT
        self.app.call_later(self._know, found)

    def _know(self, found: SentRow) -> None:
        self._known = found
        self._show_row()

    @work(thread=True, group="history", exit_on_error=False)
    def _read_the_history(self, username: str) -> None:
        found, sentence = None, ""
        try:
            found = query.log(self._workspace, username)
        except NoSuchPerson:
            sentence = _("Nothing is committed of this person yet.")
        except Trouble as trouble:
            sentence = str(trouble)
        self.app.call_later(self.query_one(HistoryPane).show, found, terms_of(self._workspace), sentence)
