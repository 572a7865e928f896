"""The intake screen, in three steps: what was read, which column is which, and what would change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from graduand.editing.transaction import resumed_message
from graduand.errors import NotCommitted, Trouble
from graduand.index.query import folded
from graduand.intake import apply as apply_intake
from graduand.intake import preview
from graduand.intake.column_mapping import REFUSAL_REASON, DuplicateColumns
from graduand.intake.file_offers import is_file, recent_files
from graduand.intake.options import CohortMissing, KindMissing
from graduand.intake.preview import AmbiguousDates, ColumnMissing, IntakeOptions, IntakePreview
from graduand.intake.refused_rows import checksum_of, discard, folder_of, is_refused_file, waiting_files
from graduand.language import N_, _, masked, ngettext, quoted, visible
from graduand.records.kinds import FieldKind
from graduand.reports.intake_text import IncomingPerson, column_word, counts, people_of, read_facts
from graduand.reports.labels import terms_of
from graduand.screens.choose import FieldChoiceScreen
from graduand.screens.class_form import ClassFile, ClassForm, ordered
from graduand.screens.messages import Changed
from graduand.screens.question import Answer, QuestionScreen
from graduand.screens.results import saved_words, tell_saved
from graduand.screens.row_form import RowCell, RowForm
from graduand.screens.view import View
from graduand.screens.waiting import Waiting
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit
from graduand.screens.widgets.outline import Heading, Outline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.editing.transaction import ResumedTransaction
    from graduand.intake.apply import IntakeResult
    from graduand.intake.column_mapping import ColumnMapping
    from graduand.intake.rows import SkippedRow
    from graduand.reports.labels import Terms
    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace

_STEPS: Final = (N_("What was read"), N_("Columns"), N_("What would change"))
_READ, _COLUMNS, _CHANGES = range(3)
_GROUPS: Final = {
    "refused": (N_("Refused: Enter corrects a row"), "✗ ", "error"),
    "errors": (N_("New errors that these records would bring"), "✗ ", "error"),
    "changed": (N_("Changed"), "! ", "warning"),
    "warnings": (N_("Other remarks"), "! ", "warning"),
    "passed": (N_("Left out"), "· ", "note"),
    "new": (N_("New people"), "  ", "strong"),
    "identical": (N_("Identical"), "  ", "muted"),
}


class IntakeScreen(View[IntakePreview]):
    """What a foreign file would do, step by step."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,right", "step(1)", N_("Next step"), id="intake.next"),
        Binding("shift+tab,left", "step(-1)", N_("Previous step"), id="intake.before"),
        Binding("ctrl+s", "take_in", N_("Take in"), id="intake.take"),
        Binding("slash", "find", N_("Find"), id="intake.find", key_display="/"),
        Binding("v", "addresses", N_("Addresses"), id="intake.addresses"),
        Binding("i", "another", N_("File and class"), id="intake.another"),
        Binding("x", "discard", N_("Throw the file away"), id="intake.discard"),
        Binding("escape", "back", N_("Back"), id="intake.back"),
        Binding("space", "fold", N_("Fold"), show=False, id="intake.fold"),
        Binding("f5", "read", N_("Read again"), show=False, id="intake.read"),
    ]

    def __init__(
        self,
        workspace: Workspace,
        on: str,
        class_file: ClassFile | None = None,
        cohorts: Sequence[str] = (),
        *,
        commit: bool = True,
    ) -> None:
        super().__init__()
        self.cohorts = tuple(cohorts)
        self.workspace, self.terms = workspace, terms_of(workspace)
        self.class_file = class_file
        self.order = IntakeOptions(name="", on=on)
        self.look: IntakePreview | None = None
        self.step = _READ
        self.outline: Outline[IncomingPerson] = Outline({})
        self._commit = commit
        self._facts: list[str] = []
        self._open = False
        self._resumed: list[ResumedTransaction] = []
        """What became of a killed save that an intake finished first."""
        self._here: dict[int, int] = {}
        """By step, where the cursor stood."""
        self._corrected = ""
        """The checksum of the file of which rows were corrected here."""
        self._written: tuple[Path, str] | None = None
        """The file of refused rows that was written here for this file, with its checksum."""

    # The file

    def action_another(self) -> None:
        """Ask which file, and what its people have in common."""
        self._ask_class()

    def _ask_class(self, sentence: str = "", field: str = "file") -> None:
        waiting = [str(one.path) for one in waiting_files(folder_of(self.workspace))]
        offered = (*waiting, *recent_files(Path.home()))
        known = self.class_file or ClassFile("", max(self.cohorts, default=""))
        self.app.push_screen(ClassForm(known, self.cohorts, offered, sentence, field), self._asked)

    def _asked(self, class_file: ClassFile | None) -> None:
        if class_file:
            self._begin(class_file)
        elif self.look is None:
            self.dismiss(None)

    def _begin(self, class_file: ClassFile) -> None:
        """Read a file; what was said of its columns, dates and rows is kept as long as it is the same file."""
        same = self.class_file is not None and self.class_file.file == class_file.file
        before, self.class_file = self.order, class_file
        try:
            self.order = ordered(class_file, before.on)
        except Trouble as trouble:
            self.stopped(trouble)
            return
        if same:
            self.order = self.order._replace(columns=before.columns, dates=before.dates, rows=before.rows)
        else:
            self.step, self._here, self._written = _READ, {}, None
        super().action_read()

    def action_read(self) -> None:
        """Read the file again; ask for it first, where none is named."""
        if self.look is None and self.class_file is None:
            self.status_text = ""
            self.show_sentence(_("No file yet."))
            self.action_another()
        elif self.look is None and not self.order.name and self.class_file:
            self._begin(self.class_file)
        else:
            super().action_read()

    def read(self, tell: Tell) -> IntakePreview:
        """Preview the file; nothing is written."""
        del tell
        raw = preview.read_file(self._path)
        order = self.order
        found = preview.preview_file(self.workspace, raw, order)
        if order.rows and found.checksum != self._corrected:  # its lines may be others now
            found = preview.preview_file(self.workspace, raw, order._replace(rows={}))
        return found

    @property
    def _path(self) -> Path:
        return Path(self.class_file.file if self.class_file else "").expanduser()

    def show_result(self, found: IntakePreview) -> None:
        """Show what the file would do."""
        if self.order.rows and not found.options.rows:
            self.notify(_("The file has changed; the rows that were corrected here are as it has them."), markup=False)
            self.order = self.order._replace(rows={})
        self.look = found
        self._facts = [visible(fact, 400) for fact in read_facts(found, in_form=True)]
        self.warn("")
        self.sift()

    def stopped(self, trouble: Trouble) -> None:
        """Ask how dates are written, where that is what stopped it; say everything else."""
        self.look = None
        self.status_text = ""
        self.show_sentence(str(trouble))
        if isinstance(trouble, AmbiguousDates):
            self._ask_form(dict(trouble.columns))
        elif isinstance(trouble, CohortMissing):
            self._ask_class(_("There are new people: which class do they go into?"), "cohort")
        elif isinstance(trouble, KindMissing):
            self._ask_class(_("There are new people: what happens to them?"), "kind")
        elif isinstance(trouble, DuplicateColumns):
            self._ask_duplicate(trouble)
        elif isinstance(trouble, ColumnMissing):
            self._ask_column(trouble.key, trouble.headers)

    def _ask_column(self, key: str, headers: tuple[str, ...]) -> None:
        message = _("Which column is {key}?").format(key=quoted(self.terms.field(key)))
        self.app.push_screen(
            FieldChoiceScreen(message, dict.fromkeys(headers, "")), lambda header: self._map(header, key)
        )

    def _ask_duplicate(self, trouble: DuplicateColumns) -> None:
        message = _("Two columns are {key}, with different cells. Which one is taken?")
        question = message.format(key=quoted(self.terms.field(trouble.key)))
        one, other = trouble.headers

        def answered(header: str | None) -> None:
            if header is not None:
                self._map(other if header == one else one, "")

        if one != other:
            self.app.push_screen(FieldChoiceScreen(question, dict.fromkeys(trouble.headers, "")), answered)

    def _map(self, header: str | None, key: str | None) -> None:
        if header and key is not None:
            self.order = self.order._replace(columns={**self.order.columns, header: key})
            self.action_read()

    def _ask_form(self, doubts: dict[str, preview.AmbiguousDate]) -> None:
        header, doubt = next(iter(doubts.items()))
        message = _("How are the dates in {column} written, such as {value}?")
        forms = {_(form): form for form in doubt.readings}
        offered = {words: preview.parse_date(doubt.text, form) for words, form in forms.items()}

        def answered(words: str | None) -> None:
            if words is None:
                return
            self.order = self.order._replace(dates={**self.order.dates, header: forms[words]})
            rest = {other: more for other, more in doubts.items() if other != header}
            if rest:
                self._ask_form(rest)
            else:
                self.action_read()

        question = message.format(column=quoted(header), value=quoted(doubt.text))
        self.app.push_screen(FieldChoiceScreen(question, offered), answered)

    # Showing

    def heading(self) -> tuple[str, ...]:
        """Return the step, and which file it is about."""
        step = f"{self.step + 1}/{len(_STEPS)} {_(_STEPS[self.step])}"
        return (
            (_("Take a class in"), step, visible(self.order.name, 40)) if self.class_file else (_("Take a class in"),)
        )

    def sift(self) -> None:
        """Show the step, as far as it is looked for."""
        if self.look is None:
            return
        if self.step == _CHANGES:
            found = people_of(self.look, self.terms, show=self._open)
            groups = {key: self._sifted(people) for key, people in found.items()}
            folded_ones = self.outline.folded if self.outline else frozenset({"warnings", "new", "identical"})
            self.outline = Outline({key: people for key, people in groups.items() if people}, folded_ones)
            self.show(len(self.outline), self._here.get(self.step, 0))
            if not self.outline:
                self.show_sentence(_("Nobody is found. Esc clears the search."))
        else:
            count = len(self._facts if self.step == _READ else self.look.columns)
            self.show(count, self._here.get(self.step, 0))
        self.refresh_bindings()

    @on(LineList.Moved)
    def note_where(self) -> None:
        """Note where the cursor is, so that it is there again after another step or reading."""
        if self.lines.count:
            self._here[self.step] = self.lines.cursor

    def _sifted(self, people: Sequence[IncomingPerson]) -> list[IncomingPerson]:
        wanted = self.wanted
        return [one for one in people if all(word in folded(f"{one.username} {one.said}") for word in wanted)]

    def draw(self, index: int, width: int) -> Drawn:
        """Return the pieces of a fact, of a column, or of a person."""
        if self.step == _READ:
            return (Cell(fit(self._facts[index], width)),)
        if self.step == _COLUMNS:
            return self._draw_column(self.look, index, width) if self.look else ()
        row = self.outline.at(index)
        if isinstance(row, Heading):
            words, sign, style = _GROUPS[row.key]
            count = f" {row.size}"
            name = fit(f"{sign}{_(words)}", width - 2 - len(count))
            return (Cell("+ " if row.folded else "▾ "), Cell(name, style), Cell(count, "muted"))
        return (Cell(f"    {fit(row.username or '–', 14)} ", "muted"), Cell(fit(row.said, max(width - 19, 4))))

    def _draw_column(self, look: IntakePreview, index: int, width: int) -> Drawn:
        column = look.columns[index]
        sign, said = column_word(column, look, self.terms)
        wide = min(width // 2, 38)
        style = "warning" if sign == "!" else "strong" if column.key else "muted"
        header = fit(column.header or _("(no header)"), wide)
        return (Cell(f"{sign} ", style), Cell(f"{header} ", style), Cell(fit(said, max(width - wide - 3, 4))))

    def whole(self) -> Content:
        """Return the line under the cursor in full."""
        look, index = self.look, self.lines.cursor
        if look is None:
            return Content("")
        if self.step == _READ:
            return Content(f"{self._facts[index]}\n{counts(look)}")
        if self.step == _COLUMNS:
            column = look.columns[index]
            texts = [text for text in dict.fromkeys(look.table.columns[column.number - 1][:500]) if text.strip()]
            some = ", ".join(quoted(text if self._open else masked(text), 30) for text in texts[:6])
            parts = [(f"{visible(column.header)}\n", "bold"), (f"{column.remark}\n" if column.remark else "", "")]
            held = _("It holds: {values}").format(values=some) if some else _("It holds nothing.")
            return Content.assemble(*parts, f"{held}\n", (_("Enter says what it is."), "$foreground 70%"))
        row = self.outline.at(index) if self.outline else None
        if isinstance(row, IncomingPerson):
            return Content.assemble((f"{visible(row.username)}  ", "bold"), "\n".join((row.said, *row.lines)))
        return Content(counts(look))

    # What one can do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done at this step."""
        if action == "take_in":
            return True if self.look and (self.look.new or self.look.changes) else None
        if action == "step":
            there = self.step + int(str(parameters[0]))
            return self.look is not None and 0 <= there < len(_STEPS)
        if action == "discard":
            return self.class_file is not None and is_refused_file(self._path)
        return self.look is not None if action in {"find", "addresses", "fold"} else True

    def action_step(self, step: int) -> None:
        """Go to the next step, or to the one before."""
        if self.look is not None and 0 <= self.step + step < len(_STEPS):
            self.step += step
            self.sift()

    def action_addresses(self) -> None:
        """Show addresses whole, or masked again; the cursor stays."""
        here, self._open = self.lines.cursor, not self._open
        self.sift()
        self.lines.cursor = here

    def action_fold(self) -> None:
        """Fold or unfold a group of people."""
        if self.step == _CHANGES and self.outline:
            key = self.outline.key_at(self.lines.cursor)
            self.outline = self.outline.folding(key)
            self.show(len(self.outline), self.outline.row_of(key))

    @on(LineList.Chosen)
    def say_what_it_is(self) -> None:
        """Say what a column is; correct a refused row; fold or unfold people."""
        if self.step == _CHANGES and self._refused:
            self._correct(self._refused)
            return
        if self.step != _COLUMNS or self.look is None:
            self.action_fold()
            return
        column = self.look.columns[self.lines.cursor]
        fields = self.workspace.school.fields
        offered = {"": _("leave it out")}
        offered |= {key: str(field.label) for key, field in fields.items() if field.kind is not FieldKind.WAIVERS}

        message = _("What is the column {header}?").format(header=quoted(column.header))
        self.app.push_screen(FieldChoiceScreen(message, offered), lambda key: self._map(column.header, key))

    # Refused rows

    @property
    def _refused(self) -> SkippedRow | None:
        """The refused row under the cursor."""
        row = self.outline.at(self.lines.cursor) if self.outline else None
        if self.look is None or not isinstance(row, IncomingPerson) or not row.line:
            return None
        return next((one for one in self.look.refused if one.line == row.line), None)

    def _correct(self, refused: SkippedRow) -> None:
        if self.look is None:
            return
        look, table = self.look, self.look.table
        cells = next((row.cells for row in table.rows() if row.line == refused.line), ())
        texts = [*cells, *[""] * (len(table.headers) - len(cells))]
        there = {column.number - 1: column for column in look.columns}
        columns = [there.get(number) for number in range(len(texts))]
        shown = [number for number, one in enumerate(columns) if one is None or one.header != REFUSAL_REASON]
        asked = [_row_cell(columns[number], texts[number], self.terms, refused.key) for number in shown]

        def answered(typed: tuple[str, ...] | None) -> None:
            if typed is None:
                return
            row = list(texts)
            for number, text in zip(shown, typed, strict=True):
                row[number] = text
            while len(row) > len(table.headers) and not row[-1].strip():
                row.pop()
            self._corrected = look.checksum
            self.order = self.order._replace(rows={**self.order.rows, refused.line: tuple(row)})
            self.action_read()

        title = _("Line {line}").format(line=refused.line)
        self.app.push_screen(RowForm(title, refused.reason, asked), answered)

    def action_discard(self) -> None:
        """Ask whether the file of refused rows that is shown shall be thrown away."""
        path = self._path
        answer = Answer(("x",), "x", _("throw it away; its rows are not taken in"), "discard")
        said = Content(visible(str(path), 300))
        question = QuestionScreen(_("Throw this file of refused rows away?"), [said], [answer, _stay()])
        self.app.push_screen(question, lambda value: self._discard(path) if value == "discard" else None)

    def _discard(self, path: Path) -> None:
        try:
            discard(path)
        except Trouble as trouble:
            self.notify(str(trouble), severity="error", markup=False)
            return
        self.notify(_("Thrown away: {path}").format(path=visible(str(path), 300)), markup=False)
        self.dismiss(None)

    # Taking in

    def action_take_in(self) -> None:
        """Show what would change; from there write it, all or nothing, and ask first where check finds new errors."""
        look = self.look
        if look is None:
            return
        if self.step != _CHANGES:
            self.action_step(_CHANGES - self.step)
            return
        if not (errors := len(look.check.errors)):
            self._take_in(look)
            return
        message = ngettext(
            "These records would bring {count} new error. People with errors are not sent.",
            "These records would bring {count} new errors. People with errors are not sent.",
            errors,
        )
        answer = Answer(("t",), "t", _("take them in all the same, and correct the records"), "take")
        question = QuestionScreen(
            _("Take people in with errors?"), [Content(message.format(count=errors))], [answer, _stay()]
        )
        self.app.push_screen(question, lambda value: self._take_in(look) if value == "take" else None)

    def _take_in(self, look: IntakePreview) -> None:
        path = self._path.resolve()

        def labour(_tell: Tell) -> IntakeResult:
            return apply_intake.apply_intake(
                self.workspace,
                look,
                folder_of(self.workspace),
                path,
                commit=self._commit,
                on_resumed=self._resumed.append,
            )

        self.app.push_screen(Waiting(_("Taking in"), labour, writes=True), self._taken)

    def _taken(self, outcome: IntakeResult | Trouble | None) -> None:
        while self._resumed:
            self.notify(resumed_message(self._resumed.pop()), timeout=12, markup=False)
        if isinstance(outcome, apply_intake.IntakeResult | NotCommitted):
            self.post_message(Changed(outcome.saved))
        if isinstance(outcome, Trouble):
            self.notify(str(outcome), severity="error", timeout=12, markup=False)
        elif outcome:
            count = sum(one.path.startswith("records/") and one.after is not None for one in outcome.saved)
            message = ngettext("{count} record taken in.", "{count} records taken in.", count)
            details = saved_words(self.workspace, outcome.saved)
            tell_saved(self, message.format(count=count), details, saved=outcome.saved)
            self._replace_written(outcome.refused)
            if outcome.refused:
                text = _("The refused rows, each with its reason: {path}. Put them right there, and take that file in.")
                self.notify(text.format(path=visible(str(outcome.refused), 300)), timeout=12, markup=False)
            if not is_file(str(self._path)):  # its rows are all taken in
                self.dismiss(None)
                return
        self.action_read()

    def _replace_written(self, path: Path | None) -> None:
        """Remove the file that was written here before, unless somebody has worked in it: its rows are shown here."""
        if self._written and self._written[0] != path and checksum_of(self._written[0]) == self._written[1]:
            discard(self._written[0])
        self._written = (path, checksum_of(path)) if path else None


def _row_cell(column: ColumnMapping | None, text: str, terms: Terms, wrong: str) -> RowCell:
    """Return a cell of a refused row as it is asked for; `wrong` is the key that the reason is about."""
    if column is None:
        return RowCell("", "", text)
    return RowCell(
        column.header,
        terms.field(column.key) if column.key else "",
        text,
        wrong=bool(wrong) and column.key == wrong,
    )


def _stay() -> Answer:
    return Answer(("escape",), _("Esc"), _("leave all as it is"), "")
