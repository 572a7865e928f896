"""Printed: the lines of a report, as a screen shows them; never markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content

from graduand.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graduand.reports.console import Line

_STYLES: Final = {
    "dim": "$foreground 60%",
    "bold red": "bold $text-error",
    "red": "$text-error",
    "bold yellow": "bold $text-warning",
    "yellow": "$text-warning",
    "green": "$text-success",
    "cyan": "$text-primary",
}
SIGNS: Final = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.NOTE: "·"}
_NARROWEST: Final = 10
"""Columns for a text, however narrow its place is."""
COLOURS: Final = {Severity.ERROR: "$text-error", Severity.WARNING: "$text-warning", Severity.NOTE: "$text-primary"}


def printed(lines: Iterable[Line]) -> Content:
    """Return the lines of a report as one text, in the colours of the theme."""
    return Content("\n").join(
        Content.assemble(*((span.text, _STYLES.get(span.style, span.style)) for span in line)) for line in lines
    )


def hanging(mark: Content, body: Content, width: int) -> Content:
    """Return `body` behind `mark`, wrapped to `width` columns so that nothing stands below the mark."""
    room = max(width - mark.cell_length, _NARROWEST)
    first, *others = body.wrap(room) or [body]
    indent = Content(" " * mark.cell_length)
    return Content("\n").join([Content.assemble(mark, first), *(Content.assemble(indent, one) for one in others)])
