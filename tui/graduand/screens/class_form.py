"""The question which file to take in, and what its people have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import DescendantFocus
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from graduand.editing.sections import Choices, FieldChoice
from graduand.errors import Usage
from graduand.intake.file_offers import is_file
from graduand.intake.options import FORMS, IntakeOptions
from graduand.intake.preview import parse_date
from graduand.language import N_, _, quoted, spoken
from graduand.records.paths import cohort_name
from graduand.records.record import END, KIND, LEFT_ON
from graduand.records.transition import KINDS, LEFT, kind_words
from graduand.screens.fields.choice import ChoiceField
from graduand.screens.fields.path import PathField
from graduand.screens.fields.text import SafeInput
from graduand.screens.widgets.keyline import KeyLine
from graduand.workspace import day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from graduand.records.record import Value

ANSWERS: Final = "answers"
"""Beside the kinds of transitions: the file holds answers of a form, of which only addresses are taken."""


class ClassFile(NamedTuple):
    """A file, and what its people have in common; "" where nothing is said."""

    file: str
    cohort: str = ""
    kind: str = "graduated"
    end_date: str = ""
    where: str = ""


def ordered(class_file: ClassFile, on: str) -> IntakeOptions:
    """Return how the file is to be taken in, as of the day `on`.

    Raises:
        Usage: the class or the day cannot be.
    """
    answers = class_file.kind == ANSWERS
    values: dict[str, Value] = {KIND: class_file.kind} if class_file.kind and not answers else {}
    if class_file.end_date and not answers:
        values[LEFT_ON if class_file.kind == LEFT else END] = typed_day(class_file.end_date)
    return IntakeOptions(
        name=Path(class_file.file).name,
        on=on,
        cohort=cohort_name(class_file.cohort) if class_file.cohort else "",
        values=values,
        where=(class_file.where,) if class_file.where else (),
        patch=answers,
    )


def typed_day(text: str) -> str:
    """Return a day as records have it; in French it may be typed with the day first.

    Raises:
        Usage: it is none.
    """
    return (parse_date(text, FORMS[0]) if spoken() == "fr" else None) or day(text)


_FIELDS: Final = {
    "file": (N_("File"), N_("A CSV file or an Excel workbook. Nothing is written before you have seen it.")),
    "cohort": (
        N_("Class"),
        N_("The class of new people, such as 2026-spring; → takes what is offered. Empty where all have a record."),
    ),
    "kind": (N_("Transition"), N_("What happens to the people of this file; ← and → choose.")),
    "end_date": (
        N_("Day"),
        N_("The day of graduation or leaving of all, such as 2026-06-12; empty where the file has it in a column."),
    ),
    "where": (N_("Only rows"), N_("Only rows with a value in a column, such as Situation=Diplômé; empty for all.")),
}
"""By the name of the part: its label, and what is asked there."""


class ClassForm(ModalScreen["ClassFile | None"]):
    """Asks for a file and its class; None: not now."""

    DEFAULT_CSS = """
    ClassForm {
        align: center middle; background: $background 60%;
        & > Vertical { width: 84; max-width: 96%; height: auto; background: $panel; padding: 0 1; }
        & > Vertical { border: round $primary; }
        & .asked { height: auto; margin-top: 1; }
        & .asked > Static { width: 14; }
        & .asked > SafeInput { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
        & .asked > SafeInput:focus { background: $primary 25%; }
        & .asked > ChoiceField { width: 1fr; padding: 0; }
        & .asked > PathField { width: 1fr; }
        & #trouble { color: $text-error; height: auto; }
        & #about { margin-top: 1; color: $foreground 70%; height: 2; }
        &.-short .asked { margin-top: 0; }
        &.-short #about { margin-top: 0; }
    }
    """
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012 - as Textual has it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "look", N_("Read the file"), id="class.look", priority=True),
        Binding("escape", "leave", N_("Back"), id="class.leave"),
        Binding("f1", "app.help", N_("Help"), id="class.help"),
    ]

    def __init__(
        self,
        class_file: ClassFile,
        cohorts: Sequence[str] = (),
        offered: Sequence[str] = (),
        sentence: str = "",
        field: str = "file",
    ) -> None:
        """Begin with what is known; `sentence` says what is missing, `field` is where the cursor stands."""
        super().__init__()
        self._arrival = class_file
        self._cohorts = tuple(cohorts)
        self._offered = tuple(offered)
        self._sentence = sentence
        self._first = field

    def compose(self) -> ComposeResult:
        """Build the window."""
        with Vertical():
            yield Static(Content.styled(_("Take a class in"), "bold"))
            for name, (label, _about) in _FIELDS.items():
                with Horizontal(classes="asked"):
                    yield Static(Content(_(label)))
                    yield self._field(name)
            yield Static(Content(self._sentence), id="trouble")
            yield Static(Content(""), id="about")
        yield KeyLine()

    def _field(self, name: str) -> PathField | ChoiceField | SafeInput:
        value = str(getattr(self._arrival, name))
        if name == "file":
            return PathField(value, self._offered, id=name)
        if name == "kind":
            kinds = [FieldChoice(kind, kind_words(kind)) for kind in KINDS]
            choices = Choices((*kinds, FieldChoice(ANSWERS, _("answers: only addresses are taken"))), open=False)
            choice = ChoiceField(name, _("Transition"), choices)
            choice.id = name
            choice.show(value)
            choice.show_placeholder(_("as the file says"))
            return choice
        field = SafeInput(id=name)
        field.value = value
        if name == "cohort":
            field.suggester = SuggestFromList(sorted(self._cohorts, reverse=True), case_sensitive=False)
        return field

    def on_mount(self) -> None:
        """Go where something is asked."""
        field = self.query_one(f"#{self._first}")
        (field.query_one(SafeInput) if isinstance(field, PathField) else field).focus()

    @on(DescendantFocus)
    def say_what_is_asked(self) -> None:
        """Say below what the field under the cursor is for."""
        within = [widget.id for widget in self.focused.ancestors_with_self] if self.focused else []
        for name in {*_FIELDS}.intersection(within):
            self.query_one("#about", Static).update(Content(_(_FIELDS[name][1])))

    @on(PathField.Taken)
    @on(Input.Submitted)
    def go_on(self, event: PathField.Taken | Input.Submitted) -> None:
        """Go to the next field; from the last one read the file."""
        if isinstance(event, Input.Submitted) and event.input.id == list(_FIELDS)[-1]:
            self.action_look()
        else:
            self.focus_next()

    def action_look(self) -> None:
        """Answer with what is typed, as far as it can be."""
        typed = {name: self.query_one(f"#{name}", SafeInput).value.strip() for name in ("cohort", "end_date", "where")}
        kind, path = self.query_one(ChoiceField).value, self.query_one(PathField).value
        class_file = ClassFile(file=path, kind=kind, **typed)
        sentence = _wrong(class_file)
        self.query_one("#trouble", Static).update(Content(sentence))
        if not path:
            self.query_one(PathField).query_one(SafeInput).focus()
        elif not sentence:
            self.dismiss(class_file)

    def action_leave(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)


def _wrong(class_file: ClassFile) -> str:
    """Return a sentence on what cannot be as it is typed; "" when all can be."""
    if class_file.file and not is_file(class_file.file):
        return _("There is no file {path}.").format(path=quoted(class_file.file, 200))
    try:
        ordered(class_file, "")
    except Usage as trouble:
        return str(trouble)
    return ""
