"""A text or a report, in a window that closes again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from graduand.findings import Severity
from graduand.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult

    from graduand.reports.console import Line


SIGNS: Final = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.NOTE: "·"}
_NARROWEST: Final = 10
"""Columns for a text, however narrow its place is."""
COLOURS: Final = {Severity.ERROR: "$text-error", Severity.WARNING: "$text-warning", Severity.NOTE: "$text-primary"}


def hanging(mark: Content, body: Content, width: int) -> Content:
    """Return `body` behind `mark`, wrapped to `width` columns so that nothing stands below the mark."""
    room = max(width - mark.cell_length, _NARROWEST)
    first, *others = body.wrap(room) or [body]
    indent = Content(" " * mark.cell_length)
    return Content("\n").join([Content.assemble(mark, first), *(Content.assemble(indent, one) for one in others)])


_STYLES: Final = {
    "red": "$text-error",
    "yellow": "$text-warning",
    "green": "$text-success",
    "cyan": "$text-primary",
    "dim": "$foreground 70%",
}
"""The colours of reports, as the theme has them."""


def content_of(lines: Iterable[Line]) -> Content:
    """Return the lines of a report as a screen shows them."""
    return Content("\n").join(
        Content.assemble(
            *((span.text, " ".join(_STYLES.get(word, word) for word in span.style.split())) for span in line)
        )
        for line in lines
    )


class PageScreen(ModalScreen[bool]):
    """Shows the lines of a report; answers whether what `verb` says shall be done, where it says anything."""

    DEFAULT_CSS = """
    PageScreen {
        align: center middle; background: $background 60%;
        & > Vertical { width: 100; max-width: 95%; height: auto; max-height: 90%; background: $panel; }
        & > Vertical { border: round $primary; }
        & VerticalScroll { height: auto; max-height: 100%; padding: 0 1; }
        & Static { width: 1fr; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "close", N_("Close"), id="page.close"),
        Binding("ctrl+s", "take", show=False, id="page.take"),
    ]

    def __init__(self, title: str, lines: Iterable[Line], verb: str = "") -> None:
        super().__init__()
        self._heading = title
        self._verb = verb
        self._content = content_of(lines)

    def compose(self) -> ComposeResult:
        """Build the window."""
        with Vertical() as window:
            window.border_title = Content(self._heading)
            window.border_subtitle = Content(f"Ctrl+S {self._verb} · Esc" if self._verb else "Esc")
            with VerticalScroll():
                yield Static(self._content)

    def action_close(self) -> None:
        """Close it."""
        self.dismiss(False)  # noqa: FBT003 - the answer

    def action_take(self) -> None:
        """Answer that it shall be done."""
        if self._verb:
            self.dismiss(True)  # noqa: FBT003 - the answer
