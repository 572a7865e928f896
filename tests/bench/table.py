"""The lines of the table: a target, what was measured for it, and what it is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.bench.clock import Timed


class Target(NamedTuple):
    """One line of the table."""

    number: str
    work: str
    beside: str
    ratio: float
    wanted: str
    met: bool
    seconds: float
    memory: float


def at_most(  # noqa: PLR0913 - a line of the table has these columns
    number: str, work: str, beside: str, ours: Timed, theirs: Timed, most: float, *, wall: bool = False
) -> Target:
    """Return a target of at most so many times what something else costs, of the processor or on the `wall`."""
    ratio = ours.wall / theirs.wall if wall else ours.cpu / theirs.cpu
    return Target(number, work, beside, ratio, f"<= {most} x", ratio <= most, ours.wall, ours.memory)


def faster(number: str, work: str, beside: str, ours: Timed, theirs: float, least: float) -> Target:
    """Return a target of being so many times faster than something that takes so many seconds of the processor."""
    ratio = theirs / ours.cpu
    wanted = f">= {least:.0f} x faster" if least else "x faster"
    return Target(number, work, beside, ratio, wanted, ratio >= least, ours.wall, ours.memory)


def line(target: Target) -> str:
    """Return a target as one line."""
    met = "met    " if target.met else "NOT MET"
    return (
        f"{target.number:>4} {met}  {target.work:<34} {target.ratio:8.2f}  {target.wanted:<15} "
        f"beside {target.beside:<46} {target.seconds:7.3f} s  {target.memory:5.0f} MB"
    )
