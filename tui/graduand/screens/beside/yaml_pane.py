"""YamlPane: the file as it would be saved, or as nobody can read it, with the lines of the findings marked."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from graduand.language import visible
from graduand.screens.printed import COLOURS, SIGNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.findings import Finding


class YamlPane(VerticalScroll):
    """The text of the record, line by line."""

    def compose(self) -> Iterator[Static]:
        """Build the pane."""
        yield Static(id="yaml")

    def show(self, text: str, found: Sequence[Finding]) -> None:
        """Show the text, each finding below its line."""
        self.query_one("#yaml", Static).update(Content("\n").join(_lines(text, found)))


def _lines(text: str, found: Sequence[Finding]) -> Iterator[Content]:
    by_line: defaultdict[int, list[Finding]] = defaultdict(list)
    lines = text.removesuffix("\n").split("\n")
    for finding in found:
        by_line[min(finding.line, len(lines))].append(finding)
    for number, line in enumerate(lines, 1):
        here = by_line[number]
        worst = min((one.severity for one in here), key=list(SIGNS).index, default=None)
        sign = (f"{SIGNS[worst]} ", f"bold {COLOURS[worst]}") if worst else "  "
        style = f"bold {COLOURS[worst]}" if worst else ""
        yield Content.assemble((f"{number:>3} ", "$foreground 40%"), sign, (visible(line, 1000), style))
        for one in here:
            yield Content.assemble("      ", (f"↳ {one.message}", COLOURS[one.severity]))
