"""The events of a branch up to a commit, and the cache file that holds them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.git.event_log import EventLog, Row
from graduand.git.events import Gap
from graduand.storage.cache_file import CacheFile, fits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.git.program import Program
    from graduand.git.revision import FileChange

_FORM: Final = "graduand/events/7"
"""The form of the cache and the meaning of events; a cache of another form is dropped."""


class History(NamedTuple):
    """The events of a branch up to a commit, and what is needed to continue from there."""

    head: str = ""
    """The commit; "" when nothing is committed yet."""
    commits: Sequence[str] = ()
    """The first-parent commits, oldest first."""
    events: EventLog = EventLog()
    gaps: tuple[Gap, ...] = ()
    """Those that are over."""
    broken: tuple[tuple[str, str, str], ...] = ()
    """Of each unreadable file its path, the object of its last readable state ("" for none), and since which commit."""
    clock: int | None = None
    """When the commit was made, in seconds since 1970."""
    is_ambiguous: bool = False
    """Whether a person has several records; then only the whole history says what a later commit does."""
    is_shallow: bool = False
    """Whether the clone is shallow: earlier events are not in it."""
    changes: tuple[FileChange, ...] = ()
    """Of a change as a whole, the records' files that it changes."""
    other_changes: tuple[FileChange, ...] = ()
    """Of a change as a whole, all other files that it changes."""

    @property
    def unreadable(self) -> tuple[Gap, ...]:
        """All ranges of commits in which a record could not be read."""
        return (*self.gaps, *(Gap(path, since, "") for path, _blob, since in self.broken))


_Cached = tuple[list[Row], list[Row], list[tuple[str, str, str]], dict[str, Any]]
"""The rows and the sources of the event log, the gaps, and other fields of a history."""
_FIELDS: Final = ("head", "commits", "broken", "clock", "is_ambiguous")
_FIELD_TYPES: Final = tuple[str, list[str] | tuple[str, ...], tuple[tuple[str, str, str], ...], int | None, bool]
"""Their types."""


def _cache(program: Program) -> CacheFile[_Cached]:
    return CacheFile(Path(program.folder, "graduand", "events"), _FORM, program.prefix, shape=_Cached)


def load(program: Program) -> History | None:
    """Return the cached history; None when there is none."""
    return _cache(program).read_as(_unpacked)


def _unpacked(cached: _Cached) -> History:
    """Return the history that was cached.

    Raises:
        ValueError, TypeError: it is odd.
    """
    rows, sources, gaps, fields = cached
    log = EventLog(rows, sources)
    log.require_sound()
    if not fits(tuple(fields[name] for name in _FIELDS), _FIELD_TYPES):
        raise ValueError
    return History(events=log, gaps=tuple(Gap(*gap) for gap in gaps), **fields)


def store(program: Program, history: History) -> None:
    """Cache a history; where the disk refuses, it is extracted again the next time."""
    fields = {name: getattr(history, name) for name in _FIELDS}
    gaps = [(gap.path, gap.since, gap.until) for gap in history.gaps]
    _cache(program).write(([*history.events.rows], [*history.events.sources], gaps, fields))


def cached_history(program: Program) -> History | None:
    """Return the history of the branch that is checked out as far as nothing must be extracted; None otherwise."""
    head = program.opened.head
    if not head:
        return History()
    cached = None if program.opened.is_shallow else load(program)
    return cached if cached and cached.head == head else None
