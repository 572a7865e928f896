"""The preview of a change, person by person; a destructive one asks for the number of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from graduand.language import N_, _
from graduand.records.record import FIRST_NAME, LAST_NAME
from graduand.reports.cures_text import difference_text
from graduand.reports.labels import TECHNICAL, Terms
from graduand.screens.widgets.keyline import KeyLine
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from graduand.editing.proposal import ValueDifference
    from graduand.records.record import Record


class Subject(NamedTuple):
    """A person or a file, and what would change of it."""

    name: str
    changes: Sequence[ValueDifference | str]


class Question(NamedTuple):
    """A proposed change."""

    title: str
    subjects: Sequence[Subject]
    remark: str = ""
    """What else one must know before saying yes."""
    warning: str = ""
    """What is destructive about it."""
    typed: str = ""
    """What must be typed before one can say yes, the number of people for example; "": nothing."""
    terms: Terms = TECHNICAL
    """What the keys of the changes are called."""
    reason: str = ""
    """What asks for a reason, which may stay empty; "": none is asked for."""


def display_name(record: Record) -> str:
    """Return how a person is called in a list of changes."""
    name = ", ".join(filter(None, (record.text(LAST_NAME), record.text(FIRST_NAME))))
    return f"{record.username or record.path}  {name}"


class ConfirmScreen(Screen[bool]):
    """Shows a change, person by person, and answers whether it shall be made."""

    CSS = """
    #heading { dock: top; height: 1; background: $panel; text-style: bold; padding: 0 1; }
    #heading { text-wrap: nowrap; text-overflow: ellipsis; }
    #remark { height: auto; max-height: 6; padding: 0 1; border-top: solid $panel; }
    #typed, #reason { height: 1; padding: 0 1; display: none; }
    #typed Static { width: auto; padding-right: 1; color: $text-error; text-style: bold; }
    #reason Static { width: auto; padding-right: 1; text-style: bold; }
    #typed Input { width: 12; height: 1; border: none; padding: 0; background: $surface; }
    #reason Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
    ConfirmScreen.-typed #typed { display: block; }
    ConfirmScreen.-reason #reason { display: block; }
    """
    AUTO_FOCUS = "LineList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "apply", N_("Confirm"), id="confirm.apply", priority=True),
        Binding("f2,v", "addresses", N_("Addresses"), id="confirm.addresses"),
        Binding("escape", "leave", N_("Change nothing"), id="confirm.leave"),
        Binding("up", "scroll('step', -1)", show=False, id="confirm.up"),
        Binding("down", "scroll('step', 1)", show=False, id="confirm.down"),
        Binding("pageup", "scroll('page', -1)", show=False, id="confirm.page_up"),
        Binding("pagedown", "scroll('page', 1)", show=False, id="confirm.page_down"),
    ]

    def __init__(self, question: Question) -> None:
        asked = (question.typed and "-typed", question.reason and "-reason")
        super().__init__(classes=" ".join(filter(None, asked)))
        self._question = question
        self._reason = ""
        self._open = False
        """Whether addresses are shown whole."""
        self._rows = [
            (subject.name, None if number < 0 else subject.changes[number])
            for subject in question.subjects
            for number in range(-1, len(subject.changes))
        ]

    def compose(self) -> ComposeResult:
        """Build the screen."""
        yield Static(Content(self._question.title), id="heading")
        yield LineList()
        yield Static(self._remark(), id="remark")
        asked = _("Type {text} to go on:").format(text=self._question.typed)
        for name, words in (("typed", asked), ("reason", self._question.reason)):
            with Horizontal(id=name):
                yield Static(Content(words))
                field = Input(compact=True, id=f"{name}-text")
                field.cursor_blink = False
                yield field
        yield KeyLine()

    def _remark(self) -> Content:
        question = self._question
        parts = [Content.styled(question.warning, "bold $text-error")] if question.warning else []
        parts += [Content(question.remark)] if question.remark else []
        return Content("\n").join([*parts, Content(_("Nothing is written yet; Ctrl+S confirms."))])

    def on_mount(self) -> None:
        """Show the differences, and go where the count is asked for."""
        self.query_one(LineList).show(len(self._rows), self._draw)
        first = "typed" if self._question.typed else "reason" if self._question.reason else ""
        if first:
            self.query_one(LineList).can_focus = False  # the arrow keys move it all the same
            self.query_one(f"#{first}-text", Input).focus()

    def _draw(self, index: int, width: int) -> Drawn:
        name, change = self._rows[index]
        if change is None:
            return (Cell(fit(name, width), "strong"),)
        text = change if isinstance(change, str) else difference_text(change, self._question.terms, show=self._open)
        return (Cell("    "), Cell(fit(text, width - 4)))

    @on(Input.Changed)
    def look_at_the_count(self) -> None:
        """Offer to go on once the count is right."""
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Refuse to go on without the count where it is asked for."""
        del parameters
        if action == "addresses":
            return any(not isinstance(change, str) for _name, change in self._rows if change)
        if action != "apply" or not self._question.typed or not self.is_mounted:
            return True
        return (self.query_one("#typed-text", Input).value.strip() == self._question.typed) or None

    def action_scroll(self, how: str, by: int) -> None:
        """Move through the differences while the count is typed."""
        lines = self.query_one(LineList)
        (lines.action_page if how == "page" else lines.action_step)(by)

    def action_apply(self) -> None:
        """Answer yes."""
        self._reason = self.query_one("#reason-text", Input).value.strip()
        self.dismiss(True)  # noqa: FBT003 - the answer

    def reason_given(self) -> str:
        """Return the reason that was typed, once the answer is yes."""
        return self._reason

    def action_leave(self) -> None:
        """Answer no."""
        self.dismiss(False)  # noqa: FBT003 - the answer

    def action_addresses(self) -> None:
        """Show addresses whole, or masked again."""
        self._open = not self._open
        self.query_one(LineList).refresh()
