"""The timeline: every event of a branch, in the order of its commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.git.event_log import Chronicle
from graduand.git.events import Gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.git.event_cache import Memory


class Timeline(NamedTuple):
    """All events of a branch, in the order of its commits."""

    names: Sequence[str] = ()
    """The commits of the line, oldest first."""
    events: Chronicle = Chronicle()
    gaps: tuple[Gap, ...] = ()
    cut: bool = False
    """Whether the clone is shallow: what happened earlier is not here."""
    rules: tuple[str, ...] = ()
    """Of a change as a whole, the files of `schema/` that are in it."""


def timeline_of(memory: Memory) -> Timeline:
    """Return what is known as a timeline."""
    gaps = (*memory.gaps, *(Gap(path, since, "") for path, _blob, since in memory.broken))
    return Timeline(memory.names, memory.chronicle, gaps)
