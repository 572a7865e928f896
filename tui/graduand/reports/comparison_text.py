"""Format what one person's record said before and after a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import _, visible
from graduand.reports.audit_text import by_whom, changed_value, kind_word, what
from graduand.reports.console import Line, Span, line
from graduand.reports.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.audit.comparison import Comparison
    from graduand.reports.labels import Terms


_WHOLE: Final = 2_000
"""Characters of a value that are shown."""


def comparison_text(found: Comparison, terms: Terms, *, show: bool) -> Iterator[Line]:
    """Return the values that differ, and what went out in between; addresses are masked unless `show`."""
    yield line(Span(_period(found), "bold"))
    if found.before is None and found.after is not None:
        yield line("  ", _("There was no record before."))
    if found.after is None and found.before is not None:
        yield line("  ", _("There is no record afterwards."))
    for one in found.values:
        yield line("  ", changed_value(one.key, (one.before, one.after), terms, show=show, most=_WHOLE))
    if not found.values:
        yield line("  ", _("Nothing differs in the record."))
    if found.done:
        yield line(Span(_("Went out and came back in between"), "bold"))
    for event in found.done:
        words = what(event, terms, show=show, most=_WHOLE)
        said = _("{label}: {value}").format(label=kind_word(event.event), value=words) if words else ""
        yield line(f"  {event.source.date[:10]}  ", said or kind_word(event.event), Span(f"  {by_whom(event)}", "dim"))
    if not found.done:
        yield line(_("Nothing went out in between."))


def _period(found: Comparison) -> str:
    if found.since == found.until:
        return _("On {day}").format(day=visible(found.since))
    if not found.since or not found.until:
        return _("Until {day}").format(day=found.until) if found.until else _("Since {day}").format(day=found.since)
    return _("From {first} to {last}").format(first=visible(found.since), last=visible(found.until))


def comparison_json(found: Comparison, username: str) -> str:
    """Return one JSON object."""
    return json_text(
        {
            "schema": "graduand/comparison/1",
            "username": username,
            "since": found.since or None,
            "until": found.until or None,
            "values": [
                {"key": one.key, "before": one.before or None, "after": one.after or None} for one in found.values
            ],
        }
    )
