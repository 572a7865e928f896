"""The lines of the table: a target, what was measured for it, and what it is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.bench.clock import Timed


class Target(NamedTuple):
    """One line of the table."""

    number: str
    work: str
    beside: str
    measured: float
    wanted: str
    met: bool
    seconds: float
    memory: float


class Limit(NamedTuple):
    """At most so many times the processor time, or the time on the wall, of something else."""

    most: float
    wall: bool = False


def compared(number: str, work: str, ours: Timed, other: tuple[str, Timed], limit: Limit) -> Target:
    """Return the target of a work beside another, which is named."""
    beside, theirs = other
    ratio = ours.wall / theirs.wall if limit.wall else ours.cpu / theirs.cpu
    where = ", on the wall" if limit.wall else ""
    wanted = f"<= {limit.most:g} x"
    return Target(number, f"{work}{where}", beside, ratio, wanted, ratio <= limit.most, ours.wall, ours.memory)


def faster(number: str, work: str, ours: Timed, other: tuple[str, float], least: float) -> Target:
    """Return the target of being so many times faster than something that takes so many seconds of the processors."""
    beside, theirs = other
    ratio = theirs / ours.cpu
    wanted = f">= {least:g} x faster" if least else "x faster"
    return Target(number, work, beside, ratio, wanted, ratio >= least, ours.wall, ours.memory)


def counted(number: str, work: str, value: float, most: float, unit: str, ours: Timed | None = None) -> Target:
    """Return the target of at most so many of a unit."""
    seconds, memory = (ours.wall, ours.memory) if ours else (0.0, 0.0)
    return Target(number, f"{work}, {unit}", "", value, f"<= {most:g} {unit}", value <= most, seconds, memory)


def line(target: Target) -> str:
    """Return a target as one line."""
    met = "met    " if target.met else "NOT MET"
    return (
        f"{target.number:>3} {met}  {target.work:<52} {target.measured:8.2f}  {target.wanted:<15} "
        f"{target.beside:<40} {target.seconds:7.3f} s  {target.memory:5.0f} MB"
    )
