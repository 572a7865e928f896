"""The explanation of a field: its meaning, its values, its source, and its findings now."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from graduand.language import N_, _
from graduand.reports.explain_text import field_text, rule_text
from graduand.rules.registry import RULES
from graduand.screens.page import content_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import ComposeResult

    from graduand.editing.sections import Choices
    from graduand.findings import Finding
    from graduand.records.field import Field
    from graduand.records.importer import Importer

KEYS = (
    ("Ctrl+S", N_("save and commit")),
    ("Ctrl+Z, Ctrl+Y", N_("undo, redo")),
    ("↑ ↓ Tab", N_("from field to field")),
    ("← →", N_("the next choice; Enter shows the list")),
    ("Ctrl+↑ Ctrl+↓", N_("a day later or earlier; PgUp and PgDn a month")),
    ("F6", N_("wipe the field in Handshake, or no longer")),
    ("Ctrl+N", N_("another field")),
)

_FRAME = 18
"""Columns of the border, the scrollbar and the margin of a paragraph."""


class FieldHelpScreen(ModalScreen[None]):
    """One field explained, and the keys of the form."""

    CSS = """
    FieldHelpScreen { align: center middle; }
    #meaning {
        width: 92; max-width: 100%; height: auto;
        max-height: 100%; padding: 0 1; background: $panel; border: round $primary;
    }
    #meaning Static { height: auto; margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,enter,space,q", "close", show=False, id="meaning.close"),
    ]

    def __init__(self, field: Field, importer: Importer, choices: Choices | None, found: Sequence[Finding]) -> None:
        super().__init__()
        self._field = field
        self._importer = importer
        self._choices = choices
        self._found = found

    def compose(self) -> ComposeResult:
        """Build the screen."""
        with VerticalScroll(id="meaning"):
            for part in self._parts():
                yield Static(part)

    def _parts(self) -> Iterator[Content]:
        width = min(self.app.size.width, 92) - _FRAME
        values = tuple(choice.value for choice in self._choices.choices) if self._choices else ()
        yield content_of(field_text(self._field, self._importer, values, width))
        for rule in dict.fromkeys(finding.rule for finding in self._found):
            yield content_of(rule_text(RULES[rule], self._importer, width))
        keys = [Content.assemble((f"{key:<16}", "bold $text-accent"), _(words)) for key, words in KEYS]
        yield Content("\n").join([Content.styled(_("Keys"), "bold"), *keys])

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
