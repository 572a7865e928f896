"""Format events as a self-contained HTML page with a plot of closings and reopenings."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.git.events import EventKind
from graduand.language import N_, _, ngettext, visible
from graduand.records.record import REASON, REQUESTED_BY
from graduand.reports.audit_text import by_whom, is_bypassed, is_unsaid, kind_word, signature_words, warnings, what
from graduand.reports.html import NUMBER, head, heads, table
from graduand.vocabulary import current_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graduand.audit.query import AuditTrail, EventFilter
    from graduand.git.events import Event
    from graduand.reports.labels import Terms

_STYLE: Final = (
    ".scope,figcaption{color:var(--dim)}"
    ".figures{display:flex;flex-wrap:wrap;gap:1em;margin:1.5em 0;padding:0;list-style:none}"
    ".figures li{border:1px solid var(--line);border-radius:.4em;padding:.6em 1.2em;min-width:7em}"
    ".figures strong{display:block;font-size:1.7em;line-height:1.2}"
    "figure{margin:1em 0}svg{width:100%;height:auto;overflow:visible}svg text{font-size:12px;fill:var(--dim)}"
    "svg line{stroke:var(--line)}svg .zero{stroke:var(--text)}svg rect{stroke:var(--text);stroke-width:.5}"
    "svg pattern rect{stroke:none;fill:var(--page)}svg .closed{fill:var(--closed)}"
    "svg .stripe{fill:var(--reopened)}"
    ".key{display:inline-block;width:.9em;height:.9em;border:1px solid var(--text);vertical-align:-.1em;"
    "margin:0 .3em 0 1em}"
    ".key.closed{background:var(--closed)}"
    ".key.reopened{background:repeating-linear-gradient(45deg,var(--reopened) 0 2px,var(--page) 2px 4px)}"
    "table.small{width:auto}.scroll th:nth-child(1),.scroll th:nth-child(2){width:9.5%}"
    ".scroll th:nth-child(3){width:12%}.scroll th:nth-child(4){width:16%}.scroll th:nth-child(6){width:11%}"
    ".scroll th:nth-child(7){width:15%}"
    "time{white-space:nowrap}.deactivated td:nth-child(3){font-weight:600;color:var(--closed)}"
    "@media (max-width:40em){.figures{gap:.6em}.figures li{min-width:0;padding:.4em .8em}"
    ".figures strong{font-size:1.3em}svg text{font-size:28px}svg .between{display:none}"
    "svg .period{transform:translateY(8px)}table.small{font-size:.85em}}"
    "@media print{figure,.figures{break-inside:avoid}.figures{gap:.6em}.figures li{padding:.4em .8em}"
    "caption{white-space:nowrap}.scroll th:nth-child(2){width:8.5%}"
    ".scroll th:nth-child(3){width:11%}.scroll th:nth-child(4){width:13%}}"
)


def as_html(trail: AuditTrail, school: str, wanted: EventFilter, terms: Terms, *, show: bool) -> Iterator[str]:
    """Return the lines of a page without external resources and scripts; addresses are masked unless `show`."""
    title = _("Audit trail: {school}").format(school=visible(school, 200)) if school else _("Audit trail")
    yield head(title, _STYLE)
    yield f'<header><h1>{escape(title)}</h1><p class="scope">{escape(_scope(trail, wanted))}</p></header><main>'
    yield from _warnings(trail._replace(gaps=()))
    yield from _figures(trail.events)
    yield from _closings(trail.events, terms)
    if trail.gaps:
        yield _heading(_("What could not be read for a while"))
        yield from _warnings(trail._replace(is_shallow=False, missing="", passed_over=()))
    if trail.anchor:
        yield _heading(_("Anchor"))
        message = _(
            "Keep this checksum elsewhere; with it graduand can prove later that nothing was rewritten: "
            "graduand audit verify --anchor {anchor}"
        )
        yield f"<p><code>{escape(trail.anchor)}</code></p>"
        command = " ".join(("graduand", "audit", "verify", "--anchor", trail.anchor[:16]))
        said = escape(message.format(anchor=trail.anchor[:16]))
        yield f"<p>{said.replace(command, f'<code>{command}</code>')}</p>"
    yield from _events(trail, terms, show=show)
    yield "</main></body></html>"


def _warnings(trail: AuditTrail) -> Iterator[str]:
    for spans in warnings(trail):
        said = "".join(span.text for span in spans)
        yield f'<p class="warning">{escape(said)}</p>'


def _scope(trail: AuditTrail, wanted: EventFilter) -> str:
    """Return the period of the events, and the filters."""
    days = sorted(filter(None, (event.source.date[:10] for event in trail.events)))
    period = _("{first} to {last}").format(first=_day(days[0]), last=_day(days[-1])) if days else _("no events")
    limits = (
        *(kind_word(kind) for kind in EventKind if kind in wanted.kinds),
        *(visible(text) for text in (wanted.cohort, *sorted(wanted.people), wanted.author) if text),
        *([_("since {day}").format(day=_day(wanted.since))] if wanted.since else []),
        *([_("until {day}").format(day=_day(wanted.until))] if wanted.until else []),
    )
    only = " · " + _("Only: {limits}").format(limits=", ".join(limits)) if limits else ""
    return f"{period}{only} · " + _("Derived from the git history of the records")


def _day(day: str) -> str:
    """Return a date with the month in letters; any other text unchanged."""
    year, _dash, rest = day.partition("-")
    month, _dash, number = rest.partition("-")
    if not (month.isdecimal() and number.isdecimal() and 1 <= int(month) <= 12):
        return day
    written = current_vocabulary().dates["first"] if number == "01" else int(number)
    return f"{written} {_(MONTHS[int(month) - 1])} {year}"


def _figures(events: Sequence[Event]) -> Iterator[str]:
    found = Counter(event.event for event in events)
    people = len({event.username for event in events})
    yield '<ul class="figures">'
    words = [(ngettext("{count} person", "{count} people", people), people)]
    words += [(_kind_words(kind, found[kind]), found[kind]) for kind in EventKind if found[kind]]
    for text, count in words:
        yield "<li>" + escape(text).format(count=f"<strong>{count}</strong>") + "</li>"
    yield "</ul>"


def _kind_words(kind: EventKind, count: int) -> str:
    """Return the words for a number of events, with a placeholder for the number."""
    return {
        EventKind.GRADUATED: ngettext("{count} graduated", "{count} graduated", count),
        EventKind.RETURNED: ngettext("{count} returned", "{count} returned", count),
        EventKind.LEFT: ngettext("{count} left without a degree", "{count} left without a degree", count),
        EventKind.USERNAME: ngettext("{count} username changed", "{count} usernames changed", count),
        EventKind.EMAIL: ngettext("{count} address changed", "{count} addresses changed", count),
        EventKind.ADDRESS_REQUESTED: ngettext("{count} asked for an address", "{count} asked for an address", count),
        EventKind.DEACTIVATED: ngettext("{count} account closed", "{count} accounts closed", count),
        EventKind.REACTIVATED: ngettext("{count} account reopened", "{count} accounts reopened", count),
        EventKind.CORRECTED: ngettext("{count} corrected", "{count} corrected", count),
        EventKind.REMOVED: ngettext("{count} record removed", "{count} records removed", count),
        EventKind.SENT: ngettext("{count} row sent", "{count} rows sent", count),
        EventKind.DELIVERED: ngettext(
            "{count} row delivered, not known to have run", "{count} rows delivered, not known to have run", count
        ),
        EventKind.FAILED: ngettext("{count} row failed", "{count} rows failed", count),
        EventKind.TAKEN_BACK: ngettext("{count} row taken back", "{count} rows taken back", count),
        EventKind.OBSERVED: ngettext("{count} account seen", "{count} accounts seen", count),
    }[kind]


def _closings(events: Sequence[Event], terms: Terms) -> Iterator[str]:
    """Return the section on closings and reopenings: plot, table and reasons."""
    yield _heading(_("Accounts closed and reopened"))
    found = bars(events)
    if not found:
        none = _("No account was closed or reopened.")
        yield f"<p>{escape(none)}</p>"
        return
    closed, reopened, same = _("closed"), _("reopened"), escape(_("The same as figures"))
    yield "<figure>"
    yield from plot(found)
    yield f'<figcaption><span class="key closed"></span>{escape(closed)}'
    yield f'<span class="key reopened"></span>{escape(reopened)}'
    yield "</figcaption></figure>"
    yield f"<details><summary>{same}</summary>"
    periods = ((bar.label, bar.closed, bar.reopened) for bar in found if bar.closed or bar.reopened)
    yield from _table(_("Accounts closed and reopened, by period"), (_("Period"), closed, reopened), periods)
    yield "</details>"
    reasons = Counter((event.event, event.reason, event.requested_by) for event in events if _is_account(event))
    rows = (
        (
            kind_word(kind),
            visible(terms.value(REASON, reason)) or _("no reason given"),
            visible(terms.value(REQUESTED_BY, who)) or "–",
            count,
        )
        for (kind, reason, who), count in reasons.most_common()
    )
    yield _heading(_("Reasons"))
    caption = _("Why accounts were closed and reopened, the most frequent first")
    yield from _table(caption, (_("Event"), _("Reason"), _("Asked by"), _("Number")), rows)


def _is_account(event: Event) -> bool:
    return event.event in {EventKind.DEACTIVATED, EventKind.REACTIVATED}


def _heading(words: str) -> str:
    return f"<h2>{escape(words)}</h2>"


def _table(caption: str, words: tuple[str, ...], rows: Iterable[Sequence[str | int]]) -> Iterator[str]:
    """Return a table of few columns, of at least one row; numbers are aligned to the right."""
    listed = list(rows)
    numbers = {word for word, cell in zip(words, listed[0], strict=True) if isinstance(cell, int)}
    yield f'<table class="small"><caption>{escape(caption)}</caption>{heads(words, numbers)}<tbody>'
    for first, *rest in listed:
        cells = (f"<td{NUMBER}>{cell}</td>" if isinstance(cell, int) else f"<td>{escape(cell)}</td>" for cell in rest)
        yield f'<tr><th scope="row">{escape(str(first))}</th>{"".join(cells)}</tr>'
    yield "</tbody></table>"


def _events(trail: AuditTrail, terms: Terms, *, show: bool) -> Iterator[str]:
    caption = _("In the order of the history ({count})").format(count=len(trail.events))
    words = (_("Date"), _("Username"), _("Event"), _("What"), _("By"), _("Signature"), _("Upload"))
    yield _heading(_("Every event"))
    yield from table(caption, words, (_row(event, trail, terms, show=show) for event in trail.events))


def _row(event: Event, trail: AuditTrail, terms: Terms, *, show: bool) -> str:
    """Return the row of an event, whose head is the username."""
    source = event.source
    late = _(" (dated back)") if source.backdated else ""
    late += _(" (no record ever said so)") if is_unsaid(event) else ""
    late += _(" (bypassed review)") if trail.has_reviews and is_bypassed(event) else ""
    cells = (
        kind_word(event.event),
        what(event, terms, show=show),
        by_whom(event, sent=False),
        signature_words(trail.signatures.get(source.commit)),
        " ".join(event.uploads),
    )
    day = f'<time datetime="{escape(source.date)}">{escape(_day(source.date[:10]))}</time>{escape(late)}'
    who = f'<th scope="row">{escape(visible(event.username))}</th>'
    return f'<tr class="{event.event}"><td>{day}</td>{who}{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'


MONTHS: Final = (
    *(N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun")),
    *(N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec")),
)
_MOST_MONTHS: Final = 48
"""The maximum number of bars for months; beyond it, a bar is a year."""
_WIDTH: Final = 960
_LEFT: Final = 46
_TOP: Final = 12
_HEIGHT: Final = 210
_LABELS: Final = 14
"""The maximum number of labels below the plot."""
_NARROW: Final = 4
"""On a narrow screen every so manyth of them is shown, in larger letters."""
_TICKS: Final = 4


class Bar(NamedTuple):
    """The closings and reopenings of one month or year."""

    label: str
    closed: int
    reopened: int


def bars(events: Iterable[Event]) -> list[Bar]:
    """Return a bar for each month, or each year if they are many, from the first closing or reopening to the last."""
    kinds = {EventKind.DEACTIVATED: Counter[int](), EventKind.REACTIVATED: Counter[int]()}
    for event in events:
        day = event.source.date
        if event.event in kinds and day:
            kinds[event.event][int(day[:4]) * 12 + int(day[5:7]) - 1] += 1
    closed, reopened = kinds.values()
    numbers = closed.keys() | reopened.keys()
    if not numbers:
        return []
    months = range(min(numbers), max(numbers) + 1)
    if len(months) <= _MOST_MONTHS:
        return [Bar(f"{_(MONTHS[one % 12])} {one // 12}", closed[one], reopened[one]) for one in months]
    years = range(months[0] // 12, months[-1] // 12 + 1)
    within = [range(year * 12, year * 12 + 12) for year in years]
    return [
        Bar(str(year), sum(closed[one] for one in span), sum(reopened[one] for one in span))
        for year, span in zip(years, within, strict=True)
    ]


def plot(found: Sequence[Bar]) -> Iterator[str]:
    """Return the lines of an SVG bar chart, which can be read without colour."""
    up, down = max(bar.closed for bar in found), max(bar.reopened for bar in found)
    scale = _HEIGHT / max(up + down, 1)
    zero = _TOP + up * scale
    title = escape(_("Accounts closed (above) and reopened (below)"))
    yield f'<svg viewBox="0 0 {_WIDTH} {_TOP + _HEIGHT + 34}" role="img" aria-label="{title}">'
    yield '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    yield '<rect width="5" height="5"/><rect class="stripe" width="2.5" height="5"/></pattern></defs>'
    for value in _ticks(up, down):
        y = zero - value * scale
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{abs(value)}</text>'
    slot = (_WIDTH - _LEFT) / len(found)
    every = -(-len(found) // _LABELS)
    for number, bar in enumerate(found):
        yield from _bar(bar, _LEFT + number * slot, slot, zero, scale)
        if number % every == 0:
            middle = _LEFT + (number + 0.5) * slot
            look = " ".join(("period", "between") if number % (every * _NARROW) else ("period",))
            place = f'x="{middle:.1f}" y="{_TOP + _HEIGHT + 26}" text-anchor="middle"'
            yield f'<text class="{look}" {place}>{escape(bar.label)}</text>'
    yield f'<line class="zero" x1="{_LEFT}" y1="{zero:.1f}" x2="{_WIDTH}" y2="{zero:.1f}"/></svg>'


def _bar(bar: Bar, left: float, slot: float, zero: float, scale: float) -> Iterator[str]:
    width = min(slot * 0.8, 48)
    x = left + (slot - width) / 2
    for count, y, look in (
        (bar.closed, zero - bar.closed * scale, 'class="closed"'),
        (bar.reopened, zero, 'fill="url(#hatch)"'),
    ):
        if count:
            place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{count * scale:.1f}"'
            yield f"<rect {place} {look}>"
            yield f"<title>{escape(bar.label)}: {count}</title></rect>"


def _ticks(up: int, down: int) -> list[int]:
    """Return the round numbers of the vertical scale; reopenings are negative."""
    most = max(up, down, 1)
    step = next(
        step for power in range(12) for step in (10**power, 2 * 10**power, 5 * 10**power) if most <= step * _TICKS
    )
    return [*range(-(down // step) * step, 0, step), *range(0, up + 1, step)]
