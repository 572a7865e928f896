"""The calendar screen: what is due and what is proposed, with marks, a preview, and one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from graduand.campaigns import due
from graduand.campaigns.due import Calendar, Due
from graduand.campaigns.kinds import AHEAD, CLOSING, DueKind
from graduand.editing.proposal import intended_differences
from graduand.index.query import folded
from graduand.language import N_, _, ngettext, visible
from graduand.reports.cures_text import difference_text
from graduand.reports.due_text import counts, cure_words, due_words, kind_words
from graduand.reports.labels import terms_of
from graduand.screens.confirm import ConfirmScreen, Question, Subject, display_name
from graduand.screens.messages import Opened
from graduand.screens.plan import full_name
from graduand.screens.save_worker import save
from graduand.screens.view import View
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit
from graduand.screens.widgets.outline import Heading, Outline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.errors import Trouble
    from graduand.file_change import SavedFile
    from graduand.screens.save_worker import Hear
    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace

_AHEAD: Final = (AHEAD, 90, 365, 0)
"""How many days can be looked ahead, one after the other."""


class DueScreen(View[Calendar]):
    """What is due and what comes up, by kind."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", N_("Mark"), id="due.mark"),
        Binding("a", "mark_all", N_("Mark all"), id="due.mark_all"),
        Binding("ctrl+s", "make", N_("Write"), id="due.make"),
        Binding("t", "ahead", N_("Look further ahead"), id="due.ahead"),
        Binding("escape", "back", N_("Back"), id="due.back"),
        Binding("slash", "find", N_("Find"), id="due.find", key_display="/"),
        Binding("left,right", "fold", N_("Fold"), show=False, id="due.fold"),
        Binding("f5", "read", N_("Read again"), show=False, id="due.read"),
    ]

    def __init__(self, workspace: Workspace, on: str, *, commit: bool = True) -> None:
        super().__init__()
        self.commit = commit
        self.workspace = workspace
        self.day = on
        self.ahead = AHEAD
        self.found = Calendar(on, AHEAD, (), (), 0)
        self.outline: Outline[Due] = Outline({})
        self.marks: frozenset[tuple[str, str]] = frozenset()
        """The kind and the path of what is marked."""

    def heading(self) -> tuple[str, ...]:
        """Return the name of the view, the day, and how much is marked."""
        days = ngettext("{count} day ahead", "{count} days ahead", self.ahead).format(count=self.ahead)
        number = len(self.marks)
        marked = ngettext("{count} marked", "{count} marked", number).format(count=number) if number else ""
        return _("Due"), self.day, days, marked

    # Reading and showing

    def read(self, tell: Tell) -> Calendar:
        """Ask the calendar."""
        return due.calendar(self.workspace, self.day, ahead=self.ahead, progress=tell)

    def show_result(self, found: Calendar) -> None:
        """Show what was found; marks stay with what is still proposed."""
        self.found = found
        self.marks &= {_mark(one) for one in found.due if one.changes}
        self.sift()

    def sift(self) -> None:
        """Show what is looked for."""
        here, wanted = self.entry, self.wanted
        groups: dict[str, list[Due]] = {}
        for one in self.found.due:
            if all(word in self._haystack(one) for word in wanted):
                groups.setdefault(one.kind, []).append(one)
        self.outline = Outline(groups, self.outline.folded)
        if groups:
            self.show(len(self.outline), self._row_of(here) if here else 1)
        else:
            self.show_sentence(_("Nothing is found. Esc clears the search.") if wanted else counts(self.found))

    def _haystack(self, one: Due) -> str:
        return folded(f"{one.kind} {kind_words(one.kind)} {one.record.path} {one.record.username} {one.what}")

    def _row_of(self, entry: Due) -> int:
        group = self.outline.groups.get(entry.kind, ())
        same = (number for number, one in enumerate(group) if one.record.path == entry.record.path)
        return self.outline.row_of(entry.kind, next(same, 0)) if group else 0

    @property
    def entry(self) -> Due | None:
        """The entry under the cursor."""
        row = self.outline.at(self.lines.cursor) if self.outline else None
        return row if isinstance(row, Due) else None

    def draw(self, index: int, width: int) -> Drawn:
        """Return the pieces of a kind, or of an entry."""
        row = self.outline.at(index)
        if isinstance(row, Heading):
            kind, count = DueKind(row.key), f" {row.size}"
            title = fit(kind_words(kind), width - 2 - len(count))
            style = "error" if kind in CLOSING else "strong"
            return (Cell("+ " if row.folded else "▾ "), Cell(title, style), Cell(count, "muted"))
        words = due_words(row, self.found, show=False)
        sign = Cell("● " if _mark(row) in self.marks else "  ", "accent")
        day = Cell(f"{row.day} ", "strong" if row.day <= self.day else "muted")
        person = fit(full_name(row.record) or "–", max((width - 28) // 3, 12))
        name = f"{fit(row.record.username, 12)} {person} "
        style = "error" if row.closes else "" if row.changes else "muted"
        return (Cell("  "), sign, day, Cell(name, "strong"), Cell(fit(words, max(width - 15 - len(name), 8)), style))

    def person_path(self) -> str:
        """Return the path of the record of the person under the cursor."""
        return self.entry.record.path if self.entry else ""

    def whole(self) -> Content:
        """Return what is due of the person, what the record would say, and what else can be done."""
        kind, entry = DueKind(self.outline.key_at(self.lines.cursor)), self.entry
        parts: list[str | tuple[str, str]] = [(kind_words(kind), "bold")]
        if entry:
            record = entry.record
            name = visible(f"{record.text('first_name')} {record.text('last_name')}".strip())
            parts += [
                "\n",
                (visible(record.username), "bold"),
                f"  {name}  ",
                (visible(record.path, 200), "$foreground 70%"),
            ]
            parts += [f"\n{due_words(entry, self.found, show=True)}"]
            terms = terms_of(self.workspace)
            parts += [
                f"\n  {difference_text(one, terms, show=True)}"
                for one in intended_differences(entry.record, entry.changes)
            ]
        parts += ["\n", ("→ ", "bold $text-accent"), self._cure(kind, entry)]
        return Content.assemble(*parts)

    def _cure(self, kind: DueKind, entry: Due | None) -> str:
        if entry and entry.changes:
            return _("Ctrl+S writes it into the record, after a look.")
        return cure_words(kind, self.found)

    # Going through

    def action_fold(self) -> None:
        """Fold or unfold the kind under the cursor."""
        if self.outline:
            key = self.outline.key_at(self.lines.cursor)
            self.outline = self.outline.folding(key)
            self.show(len(self.outline), self.outline.row_of(key))

    @on(LineList.Chosen)
    def open_the_record(self) -> None:
        """Open the record; on a kind, fold it or unfold it."""
        if self.entry is None:
            self.action_fold()
        else:
            self.post_message(Opened(self.entry.record.path))

    def action_ahead(self) -> None:
        """Look so many days ahead, and then so many."""
        self.ahead = _AHEAD[(_AHEAD.index(self.ahead) + 1) % len(_AHEAD)]
        self.action_read()

    # Marks

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what cannot be done here."""
        del parameters
        if not self.is_mounted:
            return True
        if action == "mark":
            return (self.entry is not None and bool(self.entry.changes)) or None
        return bool(self._chosen()) or None if action == "make" else True

    def action_mark(self) -> None:
        """Mark or unmark the proposal under the cursor, and go on to the next."""
        if self.entry:
            self._set_marks(self.marks ^ {_mark(self.entry)})
            self.lines.action_step(1)

    def action_mark_all(self) -> None:
        """Mark all that is proposed of this kind; nothing of it, when all of it is marked."""
        if self.outline:
            kind = self.outline.key_at(self.lines.cursor)
            marks = {_mark(one) for one in self.outline.groups[kind] if one.changes}
            self._set_marks(self.marks - marks if marks <= self.marks else self.marks | marks)

    def _set_marks(self, marks: frozenset[tuple[str, str]]) -> None:
        self.marks = marks
        self.watch_status_text()
        self.lines.refresh()
        self.refresh_bindings()

    # Writing

    def _chosen(self) -> tuple[Due, ...]:
        """Return what is marked, else the proposal under the cursor."""
        if self.marks:
            return tuple(one for one in self.found.due if one.changes and _mark(one) in self.marks)
        return (self.entry,) if self.entry and self.entry.changes else ()

    def action_make(self) -> None:
        """Show what would be written, and ask; for closings, by their number."""
        chosen = self._chosen()
        closing = sum(one.closes for one in chosen)
        number = len(chosen)
        title = ngettext("Write {count} proposal", "Write {count} proposals", number).format(count=number)
        message = ngettext("{count} account will be closed.", "{count} accounts will be closed.", closing)
        warning = message.format(count=closing) if closing else ""
        beyond = due.beyond_limit(self.workspace, closing, self.found.people)
        if beyond:
            warning += " " + _("The school's limit is {limit}.").format(limit=beyond)
        terms = terms_of(self.workspace)
        subjects = [Subject(display_name(one.record), intended_differences(one.record, one.changes)) for one in chosen]
        question = Question(title, subjects, warning=warning, typed=str(closing) if closing else "", terms=terms)
        approve = due.checksum_of(chosen) if beyond else ""
        self.app.push_screen(ConfirmScreen(question), lambda yes: self._make(chosen, approve) if yes else None)

    def _make(self, chosen: Sequence[Due], approve: str) -> None:
        def make(hear: Hear) -> tuple[SavedFile, ...]:
            people = self.found.people
            return due.apply_due(self.workspace, chosen, people, approve=approve, commit=self.commit, on_resumed=hear)

        def made(trouble: Trouble | None) -> None:
            if trouble:
                self.notify(str(trouble), severity="error", markup=False)
            else:
                self.marks = frozenset()
            self.action_read()

        save(self, self.workspace, make, made)


def _mark(one: Due) -> tuple[str, str]:
    return one.kind, one.record.path
