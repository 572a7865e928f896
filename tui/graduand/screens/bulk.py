"""The bulk edit screen: one change in all marked records, previewed person by person, made in one commit."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from graduand.editing import bulk_edit
from graduand.editing import edit as changes
from graduand.editing.sections import Choices, FieldChoice
from graduand.errors import Trouble
from graduand.language import N_, _, ngettext
from graduand.records.transition import STUDENT, reason_words
from graduand.reports.bulk_text import error_words, grave_counts, grave_words, people_with_errors, remarks
from graduand.reports.labels import terms_of
from graduand.screens.confirm import ConfirmScreen, Question, Subject, display_name
from graduand.screens.fields.any_field import FieldPicker, ValueEditor
from graduand.screens.fields.choice import ChoiceField, DayField
from graduand.screens.fields.text import TextField
from graduand.screens.in_turn import LeftInTurn
from graduand.screens.save_worker import save
from graduand.screens.waiting import Waiting
from graduand.screens.widgets.keyline import KeyLine
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.app import ComposeResult

    from graduand.editing.bulk_edit import PreparedBulkEdit
    from graduand.editing.edit import FieldChange
    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace


class ChangeInputKind(Enum):
    """What is asked for."""

    CHOICE = auto()
    DAY = auto()
    FIELD = auto()
    VALUE = auto()
    """The value of the field before it."""


class ChangeInput(NamedTuple):
    """One thing that a change asks for."""

    words: str
    what: ChangeInputKind
    value: str = ""
    choices: Choices = Choices((), open=False)
    """What can be chosen."""


class BulkChange(NamedTuple):
    """One change that can be chosen."""

    words: str
    asked: tuple[ChangeInput, ...]
    make: Callable[..., FieldChange]
    """Takes what was typed or chosen, in order."""


def options(workspace: Workspace, on: str, cohorts: tuple[str, ...]) -> tuple[BulkChange, ...]:
    """Return the changes that can be made in many records at once."""
    school, settings = workspace.school, workspace.institution
    kinds = ChangeInputKind
    years = _plain(year for year in school.year_values if year != "Alumni")
    day = ChangeInput(_("Effective on (empty: at once)"), kinds.DAY)
    who = ChangeInput(_("Asked by"), kinds.CHOICE, "", _reasons((STUDENT,))._replace(open=True))
    field = ChangeInput(_("Field"), kinds.FIELD)
    return (
        BulkChange(
            _("Graduated"),
            (ChangeInput(_("Date of graduation"), kinds.DAY, on),),
            lambda end: changes.graduation_change(school, end),
        ),
        BulkChange(
            _("Returned to study"),
            (
                ChangeInput(str(school.fields[school.year].label), kinds.CHOICE, "", years),
                ChangeInput(_("Study starts on"), kinds.DAY, on),
            ),
            lambda year, start: changes.return_change(school, year, start),
        ),
        BulkChange(
            _("Move to another cohort"),
            (ChangeInput(_("Cohort"), kinds.CHOICE, "", _plain(cohorts)._replace(open=True)),),
            changes.cohort_change,
        ),
        BulkChange(
            _("Note until when an answer is due"),
            (
                ChangeInput(_("Asked on (empty: unchanged)"), kinds.DAY),
                ChangeInput(_("Answer by"), kinds.DAY, on),
            ),
            changes.address_request_change,
        ),
        BulkChange(
            _("Close the account"),
            (ChangeInput(_("Reason"), kinds.CHOICE, "", _reasons(settings.deactivation_reasons)), who, day),
            lambda *typed: changes.closing_change(school, *typed),
        ),
        BulkChange(
            _("Reopen the account"),
            (ChangeInput(_("Reason"), kinds.CHOICE, "", _reasons(settings.reactivation_reasons)), who, day),
            lambda *typed: changes.reopening_change(school, *typed),
        ),
        BulkChange(_("Change a field"), (field, ChangeInput(_("Value"), kinds.VALUE)), changes.field_change),
        BulkChange(_("Take a field out"), (field,), changes.field_removal),
    )


def _plain(values: Iterable[str]) -> Choices:
    return Choices(tuple(FieldChoice(value, value) for value in values), open=False)


def _reasons(codes: Iterable[str]) -> Choices:
    return Choices(tuple(FieldChoice(code, reason_words(code)) for code in codes), open=False)


class BulkScreen(LeftInTurn[None]):
    """Asks for the change, and makes it once it was looked at."""

    CSS = """
    #heading { dock: top; height: 1; background: $panel; text-style: bold; padding: 0 1; }
    #heading { text-wrap: nowrap; text-overflow: ellipsis; }
    #choice { height: 1fr; }
    #choice > LineList { width: 2fr; max-width: 40; }
    #asked { width: 3fr; padding: 0 2; border-left: solid $panel; }
    .fields { height: auto; display: none; }
    .fields.-chosen { display: block; }
    .fields Static { color: $foreground 70%; margin-top: 1; }
    .fields .choices { margin-top: 0; color: $foreground 70%; }
    #trouble { height: auto; padding: 0 1; color: $text-error; text-style: bold; }
    """
    AUTO_FOCUS = "LineList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "look", N_("Show what would change"), id="bulk.look", priority=True),
        Binding("escape", "back", N_("Back"), id="bulk.back"),
        Binding("enter", "next_field", show=False, id="bulk.next", priority=True),
    ]

    def __init__(
        self,
        workspace: Workspace,
        paths: Sequence[str],
        on: str,
        cohorts: tuple[str, ...] = (),
        *,
        commit: bool = True,
    ) -> None:
        super().__init__()
        self.commit = commit
        self.workspace = workspace
        self.paths = tuple(paths)
        self.on = on
        self.options = options(workspace, on, cohorts)

    def compose(self) -> ComposeResult:
        """Build the screen."""
        number = len(self.paths)
        heading = ngettext("Change {count} record", "Change {count} records", number).format(count=number)
        yield Static(Content(heading), id="heading")
        with Horizontal(id="choice"):
            yield LineList()
            with VerticalScroll(id="asked", can_focus=False):
                for number, option in enumerate(self.options):
                    with Vertical(id=f"fields-{number}", classes="fields"):
                        for asked in option.asked:
                            yield from self._fields(asked)
        yield Static(Content(""), id="trouble")
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the changes."""
        self.query_one(LineList).show(len(self.options), self._draw)

    def _draw(self, index: int, width: int) -> Drawn:
        return (Cell(fit(self.options[index].words, width)),)

    @on(LineList.Moved)
    def show_what_is_asked(self, event: LineList.Moved) -> None:
        """Show what the change under the cursor asks for."""
        for number, fields in enumerate(self.query(".fields")):
            fields.set_class(number == event.index, "-chosen")
        self._complain("")

    @on(LineList.Chosen)
    def go_to_the_fields(self) -> None:
        """Go on to what is asked for."""
        self._inputs()[0].focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let Enter go on from a line of text; elsewhere it shows choices, or begins a line."""
        del parameters
        return action != "next_field" or (isinstance(self.focused, TextField) and self._place() >= 0)

    def _place(self) -> int:
        """Return which of the things that are asked for has the cursor; -1 for none of them."""
        within = set(self.focused.ancestors_with_self) if self.focused else set()
        return next((number for number, one in enumerate(self._inputs()) if one in within), -1)

    def action_next_field(self) -> None:
        """Go on to the next field; from the last one to the preview."""
        inputs, number = self._inputs(), self._place() + 1
        if number < len(inputs):
            inputs[number].focus()
        else:
            self.action_look()

    @on(FieldPicker.Picked)
    async def edit_the_value(self) -> None:
        """Show the editor of the field that was chosen."""
        inputs = self._inputs()
        if isinstance(inputs[0], FieldPicker) and isinstance(inputs[-1], ValueEditor):
            await inputs[-1].edit(inputs[0].key)

    def _inputs(self) -> list[Taking]:
        return [one for one in self.query(".-chosen > *").results() if isinstance(one, Taking)]

    def _complain(self, sentence: str) -> None:
        self.query_one("#trouble", Static).update(Content(sentence))

    def action_look(self) -> None:
        """Prepare the change, and show it."""
        option = self.options[self.query_one(LineList).cursor]
        try:
            change = option.make(*map(_taken, self._inputs()))
        except Trouble as trouble:
            self._complain(str(trouble))
            return

        def prepare(tell: Tell) -> PreparedBulkEdit:
            return bulk_edit.prepare(self.workspace, self.paths, change, self.on, tell)

        self._complain("")
        self.app.push_screen(Waiting(_("Looking at the records"), prepare), self._ask)

    def _ask(self, prepared: PreparedBulkEdit | Trouble | None) -> None:
        if isinstance(prepared, Trouble):
            self._complain(str(prepared))
        elif prepared and not prepared.people:
            self._complain(_("Nothing would change: it is so already."))
        elif prepared:
            self.app.push_screen(
                ConfirmScreen(self._question(prepared)), lambda yes: self._apply(prepared) if yes else None
            )

    def _question(self, prepared: PreparedBulkEdit) -> Question:
        option = self.options[self.query_one(LineList).cursor]
        people = len(prepared.people)
        number = ngettext("{count} record", "{count} records", people).format(count=people)
        grave = [*grave_words(prepared, bulk_edit.exceeded_limits(self.workspace, prepared)), *error_words(prepared)]
        wrong = len(people_with_errors(prepared))
        counts = [*grave_counts(prepared).values(), *([wrong] if wrong else []), *([people] if people > _MANY else [])]
        return Question(
            f"{option.words} · {number}",
            [Subject(display_name(person.previous), person.differences) for person in prepared.people],
            remark="\n".join(remarks(prepared)),
            warning="\n".join(grave),
            typed=str(counts[0]) if counts else "",
            terms=terms_of(self.workspace),
        )

    def _apply(self, prepared: PreparedBulkEdit) -> None:
        def ended(trouble: Trouble | None) -> None:
            if trouble:
                self._complain(str(trouble))
            else:
                self.dismiss(None)

        save(
            self,
            self.workspace,
            lambda hear: bulk_edit.apply(self.workspace, prepared, commit=self.commit, on_resumed=hear),
            ended,
        )

    def action_back(self) -> None:
        """Go back; nothing changes."""
        self.dismiss(None)

    def _fields(self, asked: ChangeInput) -> ComposeResult:
        yield Static(Content(asked.words))
        if asked.what is ChangeInputKind.FIELD:
            yield FieldPicker(self.workspace.school)
        elif asked.what is ChangeInputKind.VALUE:
            yield ValueEditor(self.workspace.school, self.on)
        elif asked.what is ChangeInputKind.CHOICE:
            choice = ChoiceField("", asked.words, asked.choices)
            choice.show(asked.value)
            choice.show_placeholder(_("Enter shows what can be chosen"))
            yield choice
        else:
            day = DayField("", self.on)
            day.show(asked.value)
            yield day
            yield Static(Content(_("31/05/2026 or 31/5; Ctrl+↑↓ steps")), classes="choices")


def _taken(field: Taking) -> Any:  # noqa: ANN401 - a text, items, or nothing, as the change takes it
    """Return what was typed or chosen."""
    return field.taken if isinstance(field, FieldPicker | ValueEditor) else field.now or ""


Taking = ChoiceField | DayField | FieldPicker | ValueEditor
_MANY: Final = 100
"""People from which on their number is typed before anything is written."""
