"""The question which file to take in, and what its people have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from graduand.intake.apply import cohort
from graduand.intake.preview import IntakeOptions
from graduand.language import N_, _
from graduand.records.record import END, KIND
from graduand.records.transition import FIELDS, KINDS, kind_words
from graduand.screens.widgets.keyline import KeyLine
from graduand.similar import folded
from graduand.workspace import day

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from graduand.records.record import Value


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
    values: dict[str, Value] = {KIND: kind_of(class_file.kind)} if class_file.kind else {}
    if class_file.end_date:
        values[END] = day(class_file.end_date)
    return IntakeOptions(
        name=Path(class_file.file).name,
        on=on,
        cohort=cohort(class_file.cohort) if class_file.cohort else "",
        values=values,
        where=(class_file.where,) if class_file.where else (),
    )


def kind_of(text: str) -> str:
    """Return the kind of transition that is meant, in any language; else the text, which will be refused."""
    words = {folded(kind_words(kind)): kind for kind in KINDS}
    words |= {folded(wrong): right for wrong, right in FIELDS[0].misspellings.items()}
    return words.get(folded(text), text)


_LABELS: Final = {
    "file": (N_("File"), "~/Downloads/class.csv"),
    "cohort": (N_("Class"), "2026-spring"),
    "kind": (N_("Transition"), "graduated"),
    "end_date": (N_("Graduation"), "2026-06-12"),
    "where": (N_("Only rows"), "year=Senior"),
}


class ClassForm(ModalScreen["ClassFile | None"]):
    """Asks for a file and its class; None: not now."""

    DEFAULT_CSS = """
    ClassForm {
        align: center middle; background: $background 60%;
        & > Vertical { width: 74; max-width: 96%; height: auto; background: $panel; padding: 0 1; }
        & > Vertical { border: round $primary; }
        & Horizontal { height: 1; margin-top: 1; }
        & Horizontal Static { width: 14; }
        & Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
        & Input:focus { background: $primary 25%; }
        & #help { margin-top: 1; color: $foreground 60%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "look", N_("Look at it"), id="class.look", priority=True),
        Binding("escape", "leave", N_("Back"), id="class.leave"),
    ]

    def __init__(self, class_file: ClassFile) -> None:
        super().__init__()
        self._arrival = class_file

    def compose(self) -> ComposeResult:
        """Build the window."""
        with Vertical():
            yield Static(Content.styled(_("Take a class in"), "bold"))
            for name, (label, example) in _LABELS.items():
                with Horizontal():
                    yield Static(Content(_(label)))
                    value = getattr(self._arrival, name)
                    value = _(value) if name == "kind" and value else value
                    field = Input(value, placeholder=example, compact=True, id=name)
                    field.cursor_blink = False
                    yield field
            yield Static(
                Content(_("A CSV file or an Excel workbook. Nothing is written before you have seen it.")), id="help"
            )
        yield KeyLine()

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Go to the next field; from the last one look at the file."""
        if event.input.id == list(_LABELS)[-1]:
            self.action_look()
        else:
            self.focus_next()

    def action_look(self) -> None:
        """Answer with what is typed."""
        typed = {name: self.query_one(f"#{name}", Input).value.strip() for name in _LABELS}
        if typed["file"]:
            self.dismiss(ClassFile(**typed))
        else:
            self.query_one("#file").focus()

    def action_leave(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)
