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
from graduand.intake.preview import AmbiguousDates, ColumnMissing, IntakeOptions, IntakePreview
from graduand.language import N_, _, masked, ngettext, quoted, visible
from graduand.records.kinds import FieldKind
from graduand.reports.intake_text import IncomingPerson, column_word, counts, people_of, read_facts
from graduand.reports.labels import terms_of
from graduand.screens.choose import FieldChoiceScreen
from graduand.screens.class_form import ClassFile, ClassForm, ordered
from graduand.screens.messages import Changed
from graduand.screens.view import View
from graduand.screens.waiting import Waiting
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit
from graduand.screens.widgets.outline import Heading, Outline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.editing.transaction import ResumedTransaction
    from graduand.intake.apply import IntakeResult
    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace

_STEPS: Final = (N_("What was read"), N_("What is what"), N_("What would change"))
_READ, _COLUMNS, _CHANGES = range(3)
_GROUPS: Final = {
    "refused": (N_("Refused"), "✗ ", "error"),
    "changed": (N_("Changed"), "! ", "warning"),
    "passed": (N_("Left out"), "· ", "note"),
    "new": (N_("New people"), "  ", "strong"),
    "identical": (N_("Identical"), "  ", "muted"),
}


class IntakeScreen(View[IntakePreview]):
    """What a foreign file would do, step by step."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,right", "step(1)", N_("Next step"), id="intake.next"),
        Binding("p,left", "step(-1)", N_("Step before"), id="intake.before"),
        Binding("ctrl+s", "take_in", N_("Take in"), id="intake.take"),
        Binding("slash", "find", N_("Find"), id="intake.find", key_display="/"),
        Binding("v", "addresses", N_("Addresses"), id="intake.addresses"),
        Binding("i", "another", N_("Another file"), id="intake.another"),
        Binding("escape", "back", N_("Back"), id="intake.back"),
        Binding("space", "fold", N_("Fold"), show=False, id="intake.fold"),
        Binding("f5", "read", N_("Read again"), show=False, id="intake.read"),
    ]

    def __init__(
        self, workspace: Workspace, on: str, class_file: ClassFile | None = None, *, commit: bool = True
    ) -> None:
        super().__init__()
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

    # The file

    def action_another(self) -> None:
        """Ask which file, and what its people have in common."""
        self.app.push_screen(ClassForm(self.class_file or ClassFile("")), self._asked)

    def _asked(self, class_file: ClassFile | None) -> None:
        if class_file:
            self._begin(class_file)
        elif self.look is None:
            self.dismiss(None)

    def _begin(self, class_file: ClassFile) -> None:
        self.class_file = class_file
        try:
            self.order = ordered(class_file, self.order.on)
        except Trouble as trouble:
            self.stopped(trouble)
            return
        self.step = _READ
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
        raw = preview.read_file(Path(self.class_file.file if self.class_file else "").expanduser())
        return preview.preview_file(self.workspace, raw, self.order)

    def show_result(self, found: IntakePreview) -> None:
        """Show what the file would do."""
        self.look = found
        self._facts = [visible(fact, 400) for fact in read_facts(found)]
        self.warn("")
        self.sift()

    def stopped(self, trouble: Trouble) -> None:
        """Ask how dates are written, where that is what stopped it; say everything else."""
        self.look = None
        self.status_text = ""
        self.show_sentence(str(trouble))
        if isinstance(trouble, AmbiguousDates):
            self._ask_form(dict(trouble.columns))
        elif isinstance(trouble, ColumnMissing):
            self._ask_column(trouble.key, trouble.headers)

    def _ask_column(self, key: str, headers: tuple[str, ...]) -> None:
        message = _("Which column is {key}?").format(key=quoted(self.terms.field(key)))
        self.app.push_screen(
            FieldChoiceScreen(message, dict.fromkeys(headers, "")), lambda header: self._map(header, key)
        )

    def _map(self, header: str | None, key: str | None) -> None:
        if header and key is not None:
            self.order = self.order._replace(columns={**self.order.columns, header: key})
            self.action_read()

    def _ask_form(self, doubts: dict[str, preview.AmbiguousDate]) -> None:
        header, doubt = next(iter(doubts.items()))
        message = _("How are the dates in {column} written, such as {value}?")
        offered = {form: preview.parse_date(doubt.text, form) for form in doubt.readings}

        def answered(form: str | None) -> None:
            if form is None:
                return
            self.order = self.order._replace(dates={**self.order.dates, header: form})
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
            folded_ones = self.outline.folded if self.outline else frozenset({"new", "identical"})
            self.outline = Outline({key: people for key, people in groups.items() if people}, folded_ones)
            self.show(len(self.outline), 0)
            if not self.outline:
                self.show_sentence(_("Nobody is found. Esc clears the search."))
        else:
            self.show(len(self._facts if self.step == _READ else self.look.columns), 0)
        self.refresh_bindings()

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
            return (Cell("▸ " if row.folded else "▾ "), Cell(name, style), Cell(count, "muted"))
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
            return Content.assemble(*parts, f"{held}\n", (_("Enter says what it is."), "$foreground 60%"))
        row = self.outline.at(index) if self.outline else None
        if isinstance(row, IncomingPerson):
            return Content.assemble((f"{visible(row.username)}  ", "bold"), "\n".join((row.said, *row.lines)))
        return Content(counts(look))

    # What one can do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done at this step."""
        if action == "take_in":
            ready = self.look is not None and self.step == _CHANGES
            return True if ready and self.look and (self.look.new or self.look.changes) else None
        if action == "step":
            there = self.step + int(str(parameters[0]))
            return self.look is not None and 0 <= there < len(_STEPS)
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
        """Say what a column is; fold or unfold people."""
        if self.step != _COLUMNS or self.look is None:
            self.action_fold()
            return
        column = self.look.columns[self.lines.cursor]
        fields = self.workspace.school.fields
        offered = {"": _("leave it out")}
        offered |= {key: str(field.label) for key, field in fields.items() if field.kind is not FieldKind.WAIVERS}

        message = _("What is the column {header}?").format(header=quoted(column.header))
        self.app.push_screen(FieldChoiceScreen(message, offered), lambda key: self._map(column.header, key))

    def action_take_in(self) -> None:
        """Write what is proposed, all or nothing."""
        look = self.look
        if look is None:
            return

        def labour(_tell: Tell) -> IntakeResult:
            folder = apply_intake.folder_of(self.workspace)
            return apply_intake.apply_intake(
                self.workspace, look, folder, commit=self._commit, on_resumed=self._resumed.append
            )

        self.app.push_screen(Waiting(_("Taking in"), labour, stoppable=False), self._taken)

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
            self.notify(message.format(count=count), markup=False)
            if outcome.refused:
                text = _("The refused rows, each with its reason: {path}. Put them right there, and take that file in.")
                self.notify(text.format(path=visible(str(outcome.refused), 300)), timeout=12, markup=False)
        self.action_read()
