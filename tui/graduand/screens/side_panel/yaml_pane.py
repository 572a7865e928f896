"""YamlPane: the file as it would be saved, or as nobody can read it, with the lines of the findings marked."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from textual import on
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from graduand.language import visible
from graduand.screens.report_lines import COLOURS, SIGNS, hanging

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.findings import Finding


class YamlPane(VerticalScroll):
    """The text of the record, line by line."""

    def compose(self) -> Iterator[Static]:
        """Build the pane."""
        yield Static(id="yaml")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._shown: tuple[str, Sequence[Finding]] = ("", ())

    def show(self, text: str, found: Sequence[Finding]) -> None:
        """Show the text, each finding below its line."""
        self._shown = (text, found)
        self.fit()

    @on(Resize)
    def fit(self) -> None:
        """Wrap the lines to the width that there is."""
        width = self.scrollable_content_region.width - 1
        self.query_one("#yaml", Static).update(Content("\n").join(_lines(*self._shown, width)))


def _lines(text: str, found: Sequence[Finding], width: int) -> Iterator[Content]:
    by_line: defaultdict[int, list[Finding]] = defaultdict(list)
    lines = text.removesuffix("\n").split("\n")
    for finding in found:
        by_line[min(finding.line, len(lines))].append(finding)
    for number, line in enumerate(lines, 1):
        here = by_line[number]
        worst = min((one.severity for one in here), key=list(SIGNS).index, default=None)
        sign = (f"{SIGNS[worst]} ", f"bold {COLOURS[worst]}") if worst else "  "
        style = f"bold {COLOURS[worst]}" if worst else ""
        mark = Content.assemble((f"{number:>3} ", "$foreground 40%"), sign)
        yield hanging(mark, Content.styled(visible(line, 1000), style), width)
        for one in here:
            yield hanging(Content("      ↳ "), Content.styled(one.message, COLOURS[one.severity]), width)
