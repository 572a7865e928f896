"""The bulk edit screen: one change in all marked records, previewed person by person, made in one commit."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from graduand.editing import bulk_edit
from graduand.editing import edit as changes
from graduand.editing.typed_values import typed_day
from graduand.errors import Trouble
from graduand.language import N_, _, ngettext, visible
from graduand.records.transition import STUDENT, reason_words
from graduand.reports.bulk_text import error_words, grave_counts, grave_words, people_with_errors, remarks
from graduand.reports.labels import terms_of
from graduand.screens.confirm import ConfirmScreen, Question, Subject, display_name
from graduand.screens.fields.any_field import FieldPicker, ValueEditor
from graduand.screens.fields.choice import stepped
from graduand.screens.save_worker import save
from graduand.screens.waiting import Waiting
from graduand.screens.widgets.keyline import KeyLine
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from graduand.editing.bulk_edit import PreparedBulkEdit
    from graduand.editing.edit import FieldChange
    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace


class ChangeInputKind(Enum):
    """What is asked for."""

    TEXT = auto()
    DAY = auto()
    FIELD = auto()
    VALUE = auto()
    """The value of the field before it."""


class ChangeInput(NamedTuple):
    """One thing that a change asks for."""

    words: str
    value: str = ""
    choices: tuple[str, ...] = ()
    """What can be chosen by arrow keys; other texts may be typed, and are judged."""
    what: ChangeInputKind = ChangeInputKind.TEXT


class BulkChange(NamedTuple):
    """One change that can be chosen."""

    words: str
    asked: tuple[ChangeInput, ...]
    make: Callable[..., FieldChange]
    """Takes what was typed or chosen, in order."""


def options(workspace: Workspace, on: str, cohorts: tuple[str, ...]) -> tuple[BulkChange, ...]:
    """Return the changes that can be made in many records at once."""
    school, settings = workspace.school, workspace.institution
    years = tuple(year for year in school.year_values if year != "Alumni")
    day = ChangeInput(_("Effective on (empty: at once)"), "", what=ChangeInputKind.DAY)
    who = ChangeInput(_("Asked by"), "", (reason_words(STUDENT),))
    return (
        BulkChange(
            _("Graduated"),
            (ChangeInput(_("Date of graduation"), on, what=ChangeInputKind.DAY),),
            lambda end: changes.graduation_change(school, end),
        ),
        BulkChange(
            _("Returned to study"),
            (
                ChangeInput(str(school.fields[school.year].label), "", years),
                ChangeInput(_("Study starts on"), on, what=ChangeInputKind.DAY),
            ),
            lambda year, start: changes.return_change(school, year, start),
        ),
        BulkChange(_("Move to another cohort"), (ChangeInput(_("Cohort"), "", cohorts),), changes.cohort_change),
        BulkChange(
            _("Note until when an answer is due"),
            (
                ChangeInput(_("Asked on (empty: unchanged)"), "", what=ChangeInputKind.DAY),
                ChangeInput(_("Answer by"), on, what=ChangeInputKind.DAY),
            ),
            changes.address_request_change,
        ),
        BulkChange(
            _("Close the account"),
            (ChangeInput(_("Reason"), "", tuple(map(reason_words, settings.deactivation_reasons))), who, day),
            lambda *typed: changes.closing_change(school, *typed),
        ),
        BulkChange(
            _("Reopen the account"),
            (ChangeInput(_("Reason"), "", tuple(map(reason_words, settings.reactivation_reasons))), who, day),
            lambda *typed: changes.reopening_change(school, *typed),
        ),
        BulkChange(
            _("Change a field"),
            (ChangeInput(_("Field"), what=ChangeInputKind.FIELD), ChangeInput(_("Value"), what=ChangeInputKind.VALUE)),
            changes.field_change,
        ),
        BulkChange(
            _("Take a field out"), (ChangeInput(_("Field"), what=ChangeInputKind.FIELD),), changes.field_removal
        ),
    )


class ChoiceInput(Input):
    """A line to type into; the arrow keys go through what can be chosen, with Ctrl from day to day."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", N_("Previous choice"), show=False, id="choice.up"),
        Binding("down", "choose(1)", N_("Next choice"), show=False, id="choice.down"),
        Binding("ctrl+up", "step(1, 0)", show=False, id="choice.later"),
        Binding("ctrl+down", "step(-1, 0)", show=False, id="choice.earlier"),
        Binding("ctrl+right", "step(0, 1)", show=False, id="choice.month_later"),
        Binding("ctrl+left", "step(0, -1)", show=False, id="choice.month_earlier"),
    ]

    def __init__(self, asked: ChangeInput, today: str) -> None:
        suggester = SuggestFromList(asked.choices, case_sensitive=False) if asked.choices else None
        super().__init__(asked.value, compact=True, suggester=suggester)
        self.cursor_blink = False
        self._asked = asked
        self._today = today

    @property
    def taken(self) -> str:
        """What was typed, a day as records hold it."""
        text = self.value.strip()
        return typed_day(text, self._today) if self._asked.what is ChangeInputKind.DAY else text

    def on_blur(self) -> None:
        """Show the day as records hold it."""
        if self._asked.what is ChangeInputKind.DAY:
            self.value = self.taken

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Step only where a day is asked for."""
        return self._asked.what is ChangeInputKind.DAY if action == "step" else super().check_action(action, parameters)

    def action_step(self, days: int, months: int) -> None:
        """Go so many days and months on."""
        self.value = stepped(self.taken, self._today, days, months)
        self.cursor_position = len(self.value)

    def action_choose(self, step: int) -> None:
        """Take the next choice; where there is none, go to the next field."""
        choices = self._asked.choices
        if not choices:
            (self.screen.focus_next if step > 0 else self.screen.focus_previous)()
        else:
            here = choices.index(self.value) + step if self.value in choices else min(step, 0)
            self.value = choices[here % len(choices)]
            self.cursor_position = len(self.value)


class BulkScreen(Screen[None]):
    """Asks for the change, and makes it once it was looked at."""

    CSS = """
    #heading { dock: top; height: 1; background: $panel; text-style: bold; padding: 0 1; }
    #choice { height: 1fr; }
    #choice > LineList { width: 2fr; max-width: 40; }
    #asked { width: 3fr; padding: 0 2; border-left: solid $panel; }
    .fields { height: auto; display: none; }
    .fields.-chosen { display: block; }
    .fields Static { color: $foreground 70%; margin-top: 1; }
    .fields Input { height: 1; border: none; padding: 0; background: $surface; }
    .fields .choices { margin-top: 0; color: $foreground 70%; }
    #trouble { height: auto; padding: 0 1; color: $text-error; text-style: bold; }
    """
    AUTO_FOCUS = "LineList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "look", N_("Show what would change"), id="bulk.look", priority=True),
        Binding("escape", "back", N_("Back"), id="bulk.back"),
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

    @on(Input.Submitted)
    def go_to_the_next_field(self, event: Input.Submitted) -> None:
        """Go on to the next field; from the last one to the preview."""
        inputs = self._inputs()
        if event.input not in inputs:  # that of a change which is not the chosen one any more
            return
        number = inputs.index(event.input) + 1
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
        asked = self.query_one(".-chosen").query("*")
        return [one for one in asked if isinstance(one, ChoiceInput | FieldPicker | ValueEditor)]

    def _complain(self, sentence: str) -> None:
        self.query_one("#trouble", Static).update(Content(sentence))

    def action_look(self) -> None:
        """Prepare the change, and show it."""
        option = self.options[self.query_one(LineList).cursor]
        try:
            change = option.make(*(field.taken for field in self._inputs()))
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

        save(self, lambda hear: bulk_edit.apply(self.workspace, prepared, commit=self.commit, on_resumed=hear), ended)

    def action_back(self) -> None:
        """Go back; nothing changes."""
        self.dismiss(None)

    def _fields(self, asked: ChangeInput) -> ComposeResult:
        yield Static(Content(asked.words))
        if asked.what is ChangeInputKind.FIELD:
            yield FieldPicker(self.workspace.school)
        elif asked.what is ChangeInputKind.VALUE:
            yield ValueEditor(self.workspace.school, self.on)
        else:
            yield ChoiceInput(asked, self.on)
        if asked.choices or asked.what is ChangeInputKind.DAY:
            shown = ", ".join(visible(choice) for choice in asked.choices)
            hint = _("↑↓ chooses: {choices}").format(choices=shown) if shown else _("31/05/2026 or 31/5; Ctrl+↑↓ steps")
            yield Static(Content(hint), classes="choices")


Taking = ChoiceInput | FieldPicker | ValueEditor
_MANY: Final = 100
"""People from which on their number is typed before anything is written."""
