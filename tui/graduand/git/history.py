"""The events of a branch: from the cache, or extracted from git's commits and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand import gc_pause
from graduand.errors import GitRefused, Unreadable
from graduand.git.event_extractor import BrokenFile, EventExtractor, NeedsWholeHistory, RecordLocation
from graduand.git.event_log import EventLog, Row
from graduand.git.events import NOWHERE, Gap
from graduand.git.first_parent import mainline_of, read_revisions, squashed
from graduand.git.record_blobs import RecordBlobs
from graduand.language import _
from graduand.storage import file_reader
from graduand.storage.cache_file import CacheFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.git.events import Event
    from graduand.git.first_parent import Mainline
    from graduand.git.program import Program

_FORM: Final = "graduand/events/5"
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
    schema_files: tuple[str, ...] = ()
    """Of a change as a whole, the files of `schema/` that it changes."""

    @property
    def unreadable(self) -> tuple[Gap, ...]:
        """All ranges of commits in which a record could not be read."""
        return (*self.gaps, *(Gap(path, since, "") for path, _blob, since in self.broken))


def history_of(program: Program) -> History:
    """Return the history of the branch that is checked out.

    Raises:
        Unreadable: the history does not hold together.
    """
    head = program.opened.head
    if not head:
        return History()
    if program.opened.is_shallow:
        return _extracted(program, History(), mainline_of(program, head, ""))
    cached = _load(program)
    if cached and cached.head == head:
        return cached
    history = _continued(program, cached, head) if cached else None
    if history is None:
        history = _extracted(program, History(), mainline_of(program, head, ""))
    _store(program, history)
    return history


def _continued(program: Program, cached: History, head: str) -> History | None:
    """Return a cached history up to `head`; None when `head` does not descend from it, or it does not suffice."""
    if cached.is_ambiguous:
        return None
    try:
        line = mainline_of(program, head, cached.head)
        return _extracted(program, cached, line) if line.start == cached.head else None
    except (Unreadable, NeedsWholeHistory):
        return None


def _extracted(program: Program, before: History, line: Mainline) -> History:
    """Return a history with the commits of `line` at its end."""
    blobs = RecordBlobs(program)
    extractor = _extractor(before, blobs, _boundary(program))
    with gc_pause.unsought():
        events = before.events.extended(_events(program, extractor, blobs, line, len(before.commits)))
    return History(
        head=line.names[-1],
        commits=[*before.commits, *line.names],
        events=events,
        gaps=tuple(extractor.gaps),
        broken=tuple((path, held.blob, held.since) for path, held in extractor.broken.items()),
        clock=extractor.clock,
        is_ambiguous=any(len(locations) > 1 for locations in extractor.locations.values()),
        is_shallow=program.opened.is_shallow,
    )


def _events(
    program: Program, extractor: EventExtractor, blobs: RecordBlobs, line: Mainline, first: int
) -> Iterator[Event]:
    for revision in blobs.prefetch(read_revisions(program, line, first)):
        yield from extractor.extract(revision)


def _boundary(program: Program) -> frozenset[str]:
    """Return the commits with which a shallow clone begins."""
    if not program.opened.is_shallow:
        return frozenset()
    place = Path(program.root, program.read("rev-parse", "--git-path", "shallow").strip())
    return frozenset(file_reader.read(place).decode().split())


def _extractor(before: History, blobs: RecordBlobs, boundary: frozenset[str]) -> EventExtractor:
    """Return an extractor that continues after `before`."""
    extractor = EventExtractor(blobs, boundary)
    extractor.clock = before.clock
    extractor.gaps += before.gaps
    extractor.renamed |= before.events.renamed()
    extractor.locations |= dict.fromkeys(before.events.people(), (RecordLocation(),))
    for path, blob, since in before.broken:
        extractor.broken[path] = BrokenFile(blobs.fetch(blob, path) if blob else None, blob, since)
    return extractor


def change_between(program: Program, old: str, new: str) -> History:
    """Return the events of the commit `new` over the last one that it shares with `old`, as if it were one commit.

    The events have no source: several people may have made them.

    Raises:
        Unreadable: the two share no history, or it is not in this clone.
    """
    span = f"{old[:12]}..{new[:12]}"
    try:
        base = program.read("merge-base", "--end-of-options", old, new).split()[0]
    except (GitRefused, IndexError) as refused:
        raise Unreadable(span, _("the two share no history in this clone")) from refused
    try:
        revision, schema = squashed(program, base, new)
    except GitRefused as refused:
        raise Unreadable(span, refused.said) from refused
    blobs = RecordBlobs(program)
    extractor = EventExtractor(blobs)
    events = [event for ready in blobs.prefetch(iter([revision])) for event in extractor.extract(ready)]
    return History(
        head=new,
        commits=(new,),
        events=EventLog().extended(event._replace(source=NOWHERE) for event in events),
        broken=tuple((path, held.blob, held.since) for path, held in extractor.broken.items()),
        schema_files=schema,
    )


_Cached = tuple[Sequence[Row], Sequence[Row], list[tuple[str, ...]], dict[str, Any]]
"""The rows and the sources of the event log, the gaps, and other fields of a history."""


def _cache(program: Program) -> CacheFile[_Cached]:
    return CacheFile(Path(program.folder, "graduand", "events"), _FORM, program.prefix)


def _load(program: Program) -> History | None:
    """Return the cached history; None when there is none."""
    cached = _cache(program).read()
    if cached is None:
        return None
    rows, sources, gaps, fields = cached
    return History(events=EventLog(rows, sources), gaps=tuple(Gap(*gap) for gap in gaps), **fields)


def _store(program: Program, history: History) -> None:
    fields = {name: getattr(history, name) for name in ("head", "commits", "broken", "clock", "is_ambiguous")}
    gaps = [tuple(gap) for gap in history.gaps]
    _cache(program).write((history.events.rows, history.events.sources, gaps, fields))
