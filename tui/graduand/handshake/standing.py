"""Standing: many ordinary rows against what was last sent, as lines that are alike or not."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.handshake.lines import EMPTY, Band, KnownLines
from graduand.handshake.plan import Plan, change_of
from graduand.handshake.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from graduand.handshake.state import Sent


class Standing(NamedTuple):
    """Ordinary rows, told apart by what was last sent of the same people."""

    differing: tuple[Row, ...]
    """Rows that must be looked at one by one."""
    alike: Band
    """All others, for which the ordinary setting will do: the new ones and the unchanged ones."""
    new: Band
    closing: int
    """How many of the new ones close an account."""
    unchanged: tuple[str, ...]


def standing_of(band: Band, closing: Sequence[bool], sent: Sent) -> Standing:
    """Return how ordinary rows stand; `closing` tells of each whether it closes an account."""
    known = KnownLines.of(sent.cells, band.lines.columns).below(band.lines.columns)
    before = [*map(known.get, band.usernames)]
    same = [was == now for was, now in zip(before, band.lines.lines, strict=True)]
    new = [was is None for was in before]
    if odd := sent.failed | sent.refused:
        same = [settled and username not in odd for settled, username in zip(same, band.usernames, strict=True)]
        new = [settled and username not in odd for settled, username in zip(new, band.usernames, strict=True)]
    unchanged = tuple(compress(band.usernames, same))
    alike = [one or other for one, other in zip(same, new, strict=True)]
    differing = tuple(
        Row(band.usernames[place], band.lines[place]) for place, settled in enumerate(alike) if not settled
    )
    closed = sum(compress(closing, new))
    if not differing:
        return Standing((), band, band.picked(new, ()) if unchanged else band, closed, unchanged)
    perhaps = set().union(*(row.cells for row in differing))
    return Standing(differing, band.picked(alike, perhaps), band.picked(new, ()), closed, unchanged)


NOBODY: Final = Standing((), EMPTY, EMPTY, 0, ())
"""Where every row is looked at one by one."""


def plan_of_many(rows: Iterable[Row], standing: Standing, sent: Sent, year: str) -> Plan:
    """Return the plan of `rows`, and of those that stand alike."""
    told = tuple(change_of(row, sent, year) for row in rows)
    return Plan(told, standing.new, standing.closing, standing.unchanged, year)
