"""RowPane: the row as it will compile, header by header, and what changed since the last upload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from graduand.findings import Severity
from graduand.language import _, ngettext, visible
from graduand.reports.plan_text import effect_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.editing.row_preview import Preview, SentRow, Shown
    from graduand.findings import Finding


class RowPane(VerticalScroll):
    """What the importer would read of the person."""

    def compose(self) -> Iterator[Static]:
        """Build the pane."""
        yield Static(id="row")

    def show(self, made: Preview | None, found: Sequence[Finding], known: SentRow | None) -> None:
        """Show the row, or why there is none; `known` is None as long as nobody knows what was sent."""
        lines = list(_row(made, known)) if made else list(_errors(found))
        self.query_one("#row", Static).update(Content("\n").join(lines))


def _errors(found: Sequence[Finding]) -> Iterator[Content]:
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    number = ngettext("No row: {count} error comes first.", "No row: {count} errors come first.", len(errors))
    yield Content.styled(number.format(count=len(errors)), "bold")
    yield Content("")
    for error in errors:
        yield Content.assemble(("✗ ", "$text-error"), error.message)


def _row(made: Preview, known: SentRow | None) -> Iterator[Content]:
    if known is None:
        yield Content.styled(_("comparing with the last upload"), "$foreground 60%")
    elif not known.since:
        yield Content.styled(_("No upload is noted yet; all of it is new."), "$foreground 60%")
    else:
        yield Content.styled(_("Against {upload}").format(upload=known.since), "$foreground 60%")
        effects = ", ".join(effect_words(effect) for effect in made.change.effects) or _("nothing changes")
        yield Content.styled(effects, "bold")
    if made.change.held_back:
        day = visible(made.change.held_back)
        yield Content.styled(_("The account changes only from {day} on.").format(day=day), "$text-warning")
    yield Content("")
    for cell in made.cells:
        yield from _cell(cell, told=bool(known and known.since))


def _cell(cell: Shown, *, told: bool) -> Iterator[Content]:
    changed = told and cell.changed
    sign = ("• ", "bold $text-accent") if changed else "  "
    yield Content.assemble(sign, (cell.header, "$foreground 60%"))
    text = visible(cell.cell, 300)
    if changed:
        before = visible(cell.before, 300) or _("nothing")
        yield Content.assemble("    ", (before, "$text-error"), " → ", (text, "bold $text-success"))
    else:
        yield Content(f"    {text}")
    if cell.why:
        yield Content.styled(f"    ↳ {cell.why}", "italic $foreground 60%")
