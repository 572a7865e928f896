"""The bulk edit screen: one change in all marked records, previewed person by person, made in one commit."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from graduand.editing import bulk_edit
from graduand.editing import edit as changes
from graduand.errors import Trouble
from graduand.language import N_, _, ngettext, visible
from graduand.records.transition import STUDENT, reason_words
from graduand.reports.bulk_text import grave_counts, grave_words, remarks
from graduand.reports.labels import terms_of
from graduand.screens.confirm import ConfirmScreen, Question, Subject, display_name
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


class ChangeInput(NamedTuple):
    """One thing that a change asks for."""

    words: str
    value: str = ""
    choices: tuple[str, ...] = ()
    """What can be chosen by arrow keys; other texts may be typed, and are judged."""
    is_day: bool = False


class BulkChange(NamedTuple):
    """One change that can be chosen."""

    words: str
    asked: tuple[ChangeInput, ...]
    make: Callable[..., FieldChange]
    """Takes what was typed, in order."""


def options(workspace: Workspace, on: str, cohorts: tuple[str, ...]) -> tuple[BulkChange, ...]:
    """Return the changes that can be made in many records at once."""
    school, settings = workspace.school, workspace.institution
    years = tuple(year for year in school.year_values if year != "Alumni")
    day = ChangeInput(_("Effective on (empty: at once)"), "", is_day=True)
    who = ChangeInput(_("Asked by"), "", (reason_words(STUDENT),))
    return (
        BulkChange(
            _("Graduated"),
            (ChangeInput(_("Date of graduation"), on, is_day=True),),
            lambda end: changes.graduation_change(school, end),
        ),
        BulkChange(
            _("Returned to study"),
            (
                ChangeInput(str(school.fields[school.year].label), "", years),
                ChangeInput(_("Study starts on"), on, is_day=True),
            ),
            lambda year, start: changes.return_change(school, year, start),
        ),
        BulkChange(_("Move to another cohort"), (ChangeInput(_("Cohort"), "", cohorts),), changes.cohort_change),
        BulkChange(
            _("Note until when an answer is due"),
            (
                ChangeInput(_("Asked on (empty: unchanged)"), "", is_day=True),
                ChangeInput(_("Answer by"), on, is_day=True),
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
            (
                ChangeInput(_("Field"), "", tuple(str(field.label) for field in school.fields.values())),
                ChangeInput(_("Value (empty: take the field out)")),
            ),
            lambda name, text: changes.field_change(school, name, text),
        ),
    )


class ChoiceInput(Input):
    """A line to type into; the arrow keys go through what can be chosen, or from day to day."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", N_("Previous choice"), show=False, id="choice.up"),
        Binding("down", "choose(1)", N_("Next choice"), show=False, id="choice.down"),
    ]

    def __init__(self, asked: ChangeInput) -> None:
        suggester = SuggestFromList(asked.choices, case_sensitive=False) if asked.choices else None
        super().__init__(asked.value, compact=True, suggester=suggester)
        self.cursor_blink = False
        self._asked = asked

    def action_choose(self, step: int) -> None:
        """Take the next choice, or the next day."""
        choices = self._asked.choices
        if self._asked.is_day:
            self.value = _stepped(self.value, step)
        elif choices:
            here = choices.index(self.value) + step if self.value in choices else min(step, 0)
            self.value = choices[here % len(choices)]
        self.cursor_position = len(self.value)


def _stepped(text: str, days: int) -> str:
    try:
        return (date.fromisoformat(text) + timedelta(days)).isoformat()
    except (ValueError, OverflowError):
        return text


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
                            yield from _fields(asked)
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
        number = inputs.index(event.input) + 1
        if number < len(inputs):
            inputs[number].focus()
        else:
            self.action_look()

    def _inputs(self) -> list[Input]:
        return list(self.query_one(".-chosen").query(Input))

    def _complain(self, sentence: str) -> None:
        self.query_one("#trouble", Static).update(Content(sentence))

    def action_look(self) -> None:
        """Prepare the change, and show it."""
        option = self.options[self.query_one(LineList).cursor]
        try:
            change = option.make(*(field.value.strip() for field in self._inputs()))
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
        grave = grave_words(prepared, bulk_edit.exceeded_limits(self.workspace, prepared))
        return Question(
            f"{option.words} · {number}",
            [Subject(display_name(person.previous), person.differences) for person in prepared.people],
            remark="\n".join(remarks(prepared)),
            warning="\n".join(grave),
            typed=next((str(count) for count in grave_counts(prepared).values()), ""),
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


def _fields(asked: ChangeInput) -> ComposeResult:
    yield Static(Content(asked.words))
    yield ChoiceInput(asked)
    if asked.choices or asked.is_day:
        shown = ", ".join(visible(choice) for choice in asked.choices)
        hint = _("↑↓ chooses: {choices}").format(choices=shown) if shown else _("↑↓ goes from day to day")
        yield Static(Content(hint), classes="choices")
