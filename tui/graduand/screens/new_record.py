"""The question for whom a record is made, in which cohort, and of which kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from graduand.editing.draft import Draft, new_draft
from graduand.errors import Trouble
from graduand.language import N_, _
from graduand.records.transition import GRADUATED, KINDS, LEFT, RETURNED
from graduand.screens.widgets.keyline import KeyLine

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from graduand.workspace import Workspace


class NewRecordScreen(ModalScreen[Draft | None]):
    """Answers with the beginning of a record; None: no record is wanted."""

    CSS = """
    NewRecordScreen { align: center middle; }
    #beginning {
        width: 64; max-width: 100%; height: auto; padding: 1 2; background: $panel; border: round $primary;
        .title { text-style: bold; margin-bottom: 1; }
        Input { height: 1; border: none; padding: 0 1; background: $surface; margin-bottom: 1; }
        #trouble { color: $text-error; height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "other_kind", N_("Graduates or returns"), id="beginning.kind"),
        Binding("ctrl+s", "begin", N_("Continue"), id="beginning.begin", priority=True),
        Binding("escape", "give_up", N_("Back"), id="beginning.back"),
    ]

    def __init__(self, workspace: Workspace, cohorts: tuple[str, ...], cohort: str) -> None:
        super().__init__()
        self._workspace = workspace
        self._cohorts = cohorts
        self._cohort = cohort
        self._kind = GRADUATED

    def compose(self) -> ComposeResult:
        """Build the screen."""
        with Vertical(id="beginning"):
            yield Static(Content(_("A new record")), classes="title")
            yield Static(Content(_("Username, as Handshake has it")))
            yield self._field(Input(id="username", compact=True))
            yield Static(Content(_("Cohort")))
            suggester = SuggestFromList(self._cohorts)
            yield self._field(Input(self._cohort, id="cohort", compact=True, suggester=suggester))
            yield Static(Content(self._kind_words()), id="kind")
            yield Static(Content(""), id="trouble")
        yield KeyLine()

    @staticmethod
    def _field(field: Input) -> Input:
        field.cursor_blink = False
        return field

    def _kind_words(self) -> str:
        words = {
            GRADUATED: _("The person graduates."),
            RETURNED: _("The person returns to study."),
            LEFT: _("The person leaves without a degree."),
        }
        return f"{words[self._kind]} (F2)"

    def action_other_kind(self) -> None:
        """Change to the next kind of transition."""
        self._kind = KINDS[(KINDS.index(self._kind) + 1) % len(KINDS)]
        self.query_one("#kind", Static).update(Content(self._kind_words()))

    @on(Input.Submitted, "#username")
    def go_on_to_the_cohort(self) -> None:
        """Go on to the next field."""
        self.query_one("#cohort", Input).focus()

    @on(Input.Submitted, "#cohort")
    def begin_with_what_is_typed(self) -> None:
        """Begin the record."""
        self.action_begin()

    def action_begin(self) -> None:
        """Begin the record, or say why it cannot be."""
        username, cohort = (self.query_one(name, Input).value.strip() for name in ("#username", "#cohort"))
        try:
            draft = new_draft(self._workspace, cohort, self._kind, username)
        except Trouble as trouble:
            self.query_one("#trouble", Static).update(Content(str(trouble)))
        else:
            self.dismiss(draft)

    def action_give_up(self) -> None:
        """Make no record."""
        self.dismiss(None)
