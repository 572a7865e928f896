"""The plot of the audit page: accounts closed above a line and reopened below it, by month or by year."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.git.events import EventKind
from graduand.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graduand.git.events import Event

MONTHS: Final = (
    *(N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun")),
    *(N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec")),
)
_MOST_MONTHS: Final = 48
"""Beyond so many, a bar is a year."""
_WIDTH: Final = 960
_LEFT: Final = 46
_TOP: Final = 12
_HEIGHT: Final = 210
_LABELS: Final = 14
"""Labels below the plot at most."""
_TICKS: Final = 4


class Bar(NamedTuple):
    """One month, or one year, and what happened in it."""

    label: str
    closed: int
    reopened: int


def bars(events: Iterable[Event]) -> list[Bar]:
    """Return the months from the first closing or reopening to the last, empty ones too; of many, the years."""
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
    """Return the lines of a drawing that needs no colour to be read; the same figures belong in a table beside it."""
    up, down = max(bar.closed for bar in found), max(bar.reopened for bar in found)
    scale = _HEIGHT / max(up + down, 1)
    zero = _TOP + up * scale
    title = escape(_("Accounts closed (above) and reopened (below)"))
    yield f'<svg viewBox="0 0 {_WIDTH} {_TOP + _HEIGHT + 34}" role="img" aria-label="{title}">'
    yield '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    yield '<rect width="5" height="5" fill="#fff"/><rect width="2.5" height="5" fill="#1b6e4a"/></pattern></defs>'
    for value in _ticks(up, down):
        y = zero - value * scale
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH}" y2="{y:.1f}" stroke="#ddd"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{abs(value)}</text>'
    slot = (_WIDTH - _LEFT) / len(found)
    every = -(-len(found) // _LABELS)
    for number, bar in enumerate(found):
        yield from _bar(bar, _LEFT + number * slot, slot, zero, scale)
        if number % every == 0:
            middle = _LEFT + (number + 0.5) * slot
            yield f'<text x="{middle:.1f}" y="{_TOP + _HEIGHT + 26}" text-anchor="middle">{escape(bar.label)}</text>'
    yield f'<line x1="{_LEFT}" y1="{zero:.1f}" x2="{_WIDTH}" y2="{zero:.1f}" stroke="#222"/></svg>'


def _bar(bar: Bar, left: float, slot: float, zero: float, scale: float) -> Iterator[str]:
    width = min(slot * 0.8, 48)
    x = left + (slot - width) / 2
    for count, y, fill in (
        (bar.closed, zero - bar.closed * scale, "#9b1c1c"),
        (bar.reopened, zero, "url(#hatch)"),
    ):
        if count:
            place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{count * scale:.1f}"'
            yield f'<rect {place} fill="{fill}" stroke="#222" stroke-width=".5">'
            yield f"<title>{escape(bar.label)}: {count}</title></rect>"


def _ticks(up: int, down: int) -> list[int]:
    """Return round numbers for the scale, upwards and downwards."""
    most = max(up, down, 1)
    step = next(
        step for power in range(12) for step in (10**power, 2 * 10**power, 5 * 10**power) if most <= step * _TICKS
    )
    return [*range(-(down // step) * step, 0, step), *range(0, up + 1, step)]
