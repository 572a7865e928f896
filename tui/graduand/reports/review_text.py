"""Format a review as text, JSON, or Markdown of limited size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.git.events import EventKind
from graduand.language import _, ngettext, visible
from graduand.reports.audit_formats import event_facts
from graduand.reports.audit_text import STYLES, counts, kind_word, what
from graduand.reports.console import Line, Span, line
from graduand.reports.html import code, plain
from graduand.reports.json_text import json_text
from graduand.reports.plan_text import closed_without_record
from graduand.reports.size_limit import RESERVED, omission

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.audit.review import Review
    from graduand.git.events import Event
    from graduand.reports.labels import Terms
    from graduand.reports.size_limit import SizeLimit

_CLOSINGS: Final = (EventKind.DEACTIVATED,)
_ORDER: Final = (
    EventKind.REMOVED,
    EventKind.DEACTIVATED,
    EventKind.REACTIVATED,
    EventKind.USERNAME,
    EventKind.EMAIL,
    *EventKind,
)
"""The order of events: those that cannot be undone come first."""


def ordered(review: Review) -> tuple[Event, ...]:
    """Return the events, those that cannot be undone first."""
    return tuple(sorted(review.events, key=lambda event: (_ORDER.index(event.event), event.username)))


def as_text(review: Review, terms: Terms, *, show: bool) -> Iterator[Line]:
    """Return the lines of a review: warnings, events, outliers and counts; addresses are masked unless `show`."""
    yield from (line(Span(f"! {text}", "bold yellow")) for text in _warnings(review))
    for event in ordered(review):
        yield line(
            Span(f"{visible(event.username):<12}", "bold"),
            "  ",
            Span(kind_word(event.event), STYLES.get(event.event, "")),
            f"  {what(event, terms, show=show)}".rstrip(),
        )
    if review.outliers:
        yield line(Span(_("Worth a second look"), "bold"))
        yield from (line(f"  {visible(one.username):<12}  {one.said}") for one in review.outliers)
    yield line(counts(review.events))


def review_json(review: Review) -> Iterator[str]:
    """Return one JSON object for each event and each outlier, and one for unreadable files and changed rules."""
    for event in ordered(review):
        yield json_text(event_facts(event))
    for outlier in review.outliers:
        yield json_text({"schema": "graduand/outlier/1", **outlier._asdict()})
    if review.unreadable or review.rules or review.closed_without_record:
        facts = {"unreadable": review.unreadable, "rules": review.rules}
        if review.closed_without_record:
            facts["closed_without_record"] = review.closed_without_record
        yield json_text({"schema": "graduand/review/1", **facts})


def title_of(review: Review) -> str:
    """Return a title for a pull request; it names nobody but by username, and no address."""
    if len(review.events) == 1 and "@" not in review.events[0].username:
        (event,) = review.events
        return f"{visible(event.username, 60)}: {kind_word(event.event)}"
    if review.events:
        return counts(review.events).rstrip(".")
    return _("Rules for records") if review.rules else _("Changes of the repository")


def _warnings(review: Review) -> Iterator[str]:
    if review.closed_without_record:
        yield closed_without_record(review.closed_without_record)
    for path in review.unreadable[:10]:
        yield _("{path} holds no record any more that could be read.").format(path=visible(path, 200))
    if len(review.unreadable) > 10:
        rest = len(review.unreadable) - 10
        yield ngettext("{count} more file cannot be read.", "{count} more files cannot be read.", rest).format(
            count=rest
        )
    if review.rules:
        shown = ", ".join(visible(path, 100) for path in review.rules[:10])
        yield _("What records are judged by changes too: {paths}").format(paths=shown)


def as_markdown(review: Review, limit: SizeLimit, terms: Terms, *, show: bool) -> Iterator[str]:
    """Return the lines of a review as Markdown within `limit`; omitted lines are counted."""
    left = limit.size - RESERVED
    for start in (f"## {counts(review.events)}", *(f"\n> {plain(text)}" for text in _warnings(review))):
        left -= limit.size_of(start)
        yield start
    closings = [event for event in ordered(review) if event.event in _CLOSINGS]
    sections = (
        (_("Accounts that close"), [_bullet(event.username, what(event, terms, show=show)) for event in closings]),
        (_("Worth a second look"), [_bullet(one.username, one.said) for one in review.outliers]),
    )
    for title, bullets in sections:
        if bullets:
            shown = limit.fitting(["", f"### {title}", "", *bullets], left // 2)
            left -= sum(map(limit.size_of, shown))
            yield from shown
            yield from omission(bullets, shown, "")
    if review.events:
        yield from _table(review, left, limit, terms, show=show)


def _table(review: Review, left: int, limit: SizeLimit, terms: Terms, *, show: bool) -> Iterator[str]:
    heads = " | ".join((_("Username"), _("Event"), _("What")))
    rows = [_row(event, terms, show=show) for event in ordered(review)]
    shown = limit.fitting(["", f"| {heads} |", "| --- | --- | --- |", *rows], left)
    yield from shown
    yield from omission(rows, shown, "\n")


def _row(event: Event, terms: Terms, *, show: bool) -> str:
    cells = (code(event.username), kind_word(event.event), plain(what(event, terms, show=show)))
    return f"| {' | '.join(cells)} |"


def _bullet(username: str, said: str) -> str:
    return f"- {code(username)}: {plain(said)}"
