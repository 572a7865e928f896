"""Events as pages: one self-contained page of HTML with a plot, and Markdown for a pull request."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Final

from graduand.history.events import Kind
from graduand.language import _, ngettext, spoken, visible
from graduand.reports.trail_text import counts, kind_word, what

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.trail import Told, Trail

ROOM: Final = 60_000
"""Characters of Markdown; a comment on a pull request holds 65,536."""

_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:75em;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.3em .6em;text-align:left;"
    "vertical-align:top}svg{width:100%;height:auto}.deactivated td:nth-child(3){color:#a00;font-weight:600}"
    "@media print{body{margin:0}}"
)


def as_html(trail: Trail, school: str, *, show: bool) -> Iterator[str]:
    """Return the lines of one page that needs nothing else and runs nothing."""
    title = escape(_("Audit trail of {school}").format(school=visible(school)))
    yield f'<!doctype html><html lang="{spoken()}"><head><meta charset="utf-8"><title>{title}</title>'
    yield f"<style>{_STYLE}</style></head><body><h1>{title}</h1><p>{escape(counts(trail.told))}</p>"
    if trail.cut:
        warning = escape(_("This clone is shallow: what happened earlier is not here."))
        yield f"<p><strong>{warning}</strong></p>"
    yield from _plot(trail.told)
    heads = (_("Date"), _("Username"), _("Event"), _("What"), _("By"), _("Upload"))
    yield "<table><thead><tr>" + "".join(f"<th>{escape(head)}</th>" for head in heads) + "</tr></thead><tbody>"
    for told in trail.told:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in _cells(told, show=show))
        yield f'<tr class="{told.event.event}">{cells}</tr>'
    yield "</tbody></table></body></html>"


def _cells(told: Told, *, show: bool) -> tuple[str, ...]:
    event, source = told.event, told.event.source
    pull_request = f" #{source.pull_request}" if source.pull_request else ""
    by = f"{visible(source.author.partition(' <')[0])} {source.commit[:10]}{pull_request}"
    words = (kind_word(event.event), what(event, show=show))
    return (source.date[:10], visible(event.username), *words, by, " ".join(told.uploads))


def _plot(told: Sequence[Told]) -> Iterator[str]:
    """Return the closings above and the reopenings below a line, month by month."""
    closed = Counter(one.event.source.date[:7] for one in told if one.event.event is Kind.DEACTIVATED)
    opened = Counter(one.event.source.date[:7] for one in told if one.event.event is Kind.REACTIVATED)
    months = _months(sorted(month for month in {*closed, *opened} if month))
    if not months:
        return
    top = max(*closed.values(), *opened.values(), 1)
    width = 1000 / len(months)
    legend = escape(_("Accounts closed (above) and reopened (below), by month"))
    yield f'<figure><svg viewBox="0 0 1000 240" role="img" aria-label="{legend}">'
    for number, month in enumerate(months):
        left = number * width
        for count, sign, fill in ((closed[month], -1, "#b33"), (opened[month], 1, "#286")):
            height = 90 * count / top
            y = 110 - height if sign < 0 else 110
            label = f"<title>{month}: {count}</title>"
            place = f'x="{left + width * 0.1:.1f}" y="{y:.1f}" width="{width * 0.8:.1f}" height="{height:.1f}"'
            yield f'<rect {place} fill="{fill}">{label}</rect>' if count else ""
        if number % max(1, len(months) // 12) == 0:
            yield f'<text x="{left:.1f}" y="232" font-size="13">{month}</text>'
    yield f'<line x1="0" y1="110" x2="1000" y2="110" stroke="#444"/></svg><figcaption>{legend}</figcaption></figure>'


def _months(found: list[str]) -> list[str]:
    """Return every month from the first to the last that is found."""
    if not found:
        return []
    first, last = ([int(part) for part in month.split("-")] for month in (found[0], found[-1]))
    numbers = range(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1])
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]


def as_markdown(trail: Trail, *, show: bool) -> Iterator[str]:
    """Return what a pull request changes: counts, closings with their reasons, then a table that fits."""
    yield f"## {counts(trail.told)}"
    closings = [told for told in trail.told if told.event.event is Kind.DEACTIVATED]
    if closings:
        head = _("Accounts that close")
        yield from ("", f"### {head}", "")
        yield from (f"- `{_code(one.event.username)}`: {_plain(what(one.event, show=show))}" for one in closings[:100])
    heads = " | ".join((_("Username"), _("Event"), _("What")))
    yield from ("", f"| {heads} |", "| --- | --- | --- |")
    used = 0
    for number, told in enumerate(trail.told):
        event = told.event
        cells = (f"`{_code(event.username)}`", kind_word(event.event), _plain(what(event, show=show)))
        row = f"| {' | '.join(cells)} |"
        used += len(row) + 1
        if used > ROOM:
            rest = len(trail.told) - number
            message = ngettext("{count} more event does not fit here.", "{count} more events do not fit here.", rest)
            yield from ("", message.format(count=rest))
            return
        yield row


def _plain(text: str) -> str:
    """Return text that no Markdown reader takes for more than text."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>|#!~@" else char for char in text)


def _code(text: str) -> str:
    return visible(text).replace("`", "'").replace("|", "¦")
