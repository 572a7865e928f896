"""What `fmt` did, or would do, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.language import _, ngettext, visible
from graduand.reports.console import Line, Span, line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.editing.formatting import FormatResult


def formatted_text(formatted: FormatResult, *, written: bool) -> Iterator[Line]:
    """Return a line for each file, and the closing line."""
    rewritten = _("rewritten: {path}") if written else _("not canonical: {path}")
    moved = _("moved: {path} → {target}") if written else _("belongs elsewhere: {path} → {target}")
    for path in formatted.rewritten:
        yield line(rewritten.format(path=visible(path, 300)))
    for path, target in formatted.moved:
        yield line(moved.format(path=visible(path, 300), target=visible(target, 300)))
    for finding in formatted.refused:
        place = f"{finding.path}:{finding.line}:{finding.column}"
        yield line(
            Span(_("left as it is: {place}").format(place=place), "bold red"), f"  {finding.rule} {finding.message}"
        )
    count = len({*formatted.rewritten, *(path for path, _target in formatted.moved)})
    if not count and not formatted.refused:
        yield line(_("All records are in canonical form and in their places."))
    elif not written and count:
        message = ngettext(
            "{count} record is not; graduand fmt cures it.", "{count} records are not; graduand fmt cures them.", count
        )
        yield line(message.format(count=count))
