"""The timeline: every event of the branch that is checked out, derived from git and from nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand import disk
from graduand.errors import GitRefused, Unreadable
from graduand.history import memory
from graduand.history.credit import objects
from graduand.history.line import line_of, steps
from graduand.history.memory import Chronicle, Memory
from graduand.history.shelf import Shelf
from graduand.history.telling import Broken, Place, Teller, Unsure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graduand.history.events import Event, Gap
    from graduand.history.line import Line
    from graduand.history.program import Program
    from graduand.history.shelf import Reader


class Timeline(NamedTuple):
    """All events of a branch, in the order of its commits."""

    head: str
    """The commit up to which they are told; "" when nothing is committed yet."""
    names: Sequence[str]
    """The commits of the line, oldest first."""
    events: Sequence[Event]
    kinds: Sequence[str]
    """The kind of each event, without the event."""
    gaps: tuple[Gap, ...]
    cut: bool
    """Whether the clone is shallow: earlier events are not here."""
