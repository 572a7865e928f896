"""HistoryPane: what happened to the person, from git's history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from graduand.language import _
from graduand.reports.audit_text import trail_text
from graduand.screens.report_lines import printed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.audit.query import Trail
    from graduand.reports.labels import Terms


class HistoryPane(VerticalScroll):
    """The events of the person, oldest first, with what each changed."""

    def compose(self) -> Iterator[Static]:
        """Build the pane."""
        yield Static(Content.styled(_("reading the history"), "$foreground 60%"), id="history")

    def show(self, trail: Trail | None, terms: Terms, sentence: str = "") -> None:
        """Show the trail, or the sentence that says why there is none."""
        text = printed(trail_text(trail, terms, show=True)) if trail else Content(sentence)
        self.query_one("#history", Static).update(text)
