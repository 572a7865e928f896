"""Extract the history of a branch from git's commits, from the first one on or after those in the cache."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from graduand import gc_pause
from graduand.errors import GitRefused, Unreadable
from graduand.git.event_extractor import BrokenFile, EventExtractor, NeedsWholeHistory, RecordLocation
from graduand.git.event_log import EventLog
from graduand.git.events import NOWHERE
from graduand.git.first_parent import later_revisions, mainline_of, read_revisions, squashed
from graduand.git.history import History, cached_history, load, store
from graduand.git.record_blobs import RecordBlobs
from graduand.language import _
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.git.first_parent import Mainline
    from graduand.git.program import Program
    from graduand.git.revision import Revision


def history_of(program: Program) -> History:
    """Return the history of the branch that is checked out.

    Raises:
        Unreadable: the history does not hold together.
    """
    return cached_history(program) or _extracted_to_head(program)


def _extracted_to_head(program: Program) -> History:
    """Return the history after extracting what is not in the cache, and cache it."""
    head = program.opened.head
    cached = None if program.opened.is_shallow else load(program)
    history = _continued(program, cached, head) if cached else None
    if history is None:
        line = mainline_of(program, head)
        history = _extracted(program, History(), line, read_revisions(program, line))
    if not history.is_shallow:
        store(program, history)
    return history


def _continued(program: Program, cached: History, head: str) -> History | None:
    """Return a cached history up to `head`; None when `head` does not descend from it, or it does not suffice."""
    if cached.is_ambiguous:
        return None
    try:
        line, revisions = later_revisions(program, head, cached.head, len(cached.commits))
        return _extracted(program, cached, line, revisions) if line.start == cached.head else None
    except (Unreadable, NeedsWholeHistory):
        return None


def _extracted(program: Program, before: History, line: Mainline, revisions: Iterator[Revision]) -> History:
    """Return a history with the commits of `line` at its end."""
    blobs = RecordBlobs(program)
    extractor = _extractor(before, blobs, _boundary(program))
    with gc_pause.paused():
        events = before.events.extended(
            event for revision in blobs.prefetch(revisions) for event in extractor.extract(revision)
        )
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


def shared_commit(program: Program, old: str, new: str) -> str:
    """Return the last commit that two commits share.

    Raises:
        Unreadable: they share no history, or it is not in this clone.
    """
    try:
        return program.read("merge-base", "--end-of-options", old, new).split()[0]
    except (GitRefused, IndexError) as refused:
        span = f"{old[:12]}..{new[:12]}"
        raise Unreadable(span, _("the two share no history in this clone")) from refused


def change_between(program: Program, base: str, new: str) -> History:
    """Return the events of the commit `new` over the commit `base`, as if it were one commit.

    The events have no source: several people may have made them.

    Raises:
        Unreadable: one of them is not in this clone.
    """
    span = f"{base[:12]}..{new[:12]}"
    try:
        revision, others = squashed(program, base, new)
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
        changes=revision.changes,
        other_changes=others,
    )
