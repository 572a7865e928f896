"""Deriving: events from git's commits, from the first one on, or from where they were known before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from graduand import gc_pause
from graduand.errors import GitRefused, Unreadable
from graduand.git.attribution import objects
from graduand.git.blob_prefetch import BlobPrefetch
from graduand.git.event_cache import Memory
from graduand.git.event_extractor import Broken, Place, Teller, Unsure
from graduand.git.event_log import Chronicle, Scroll
from graduand.git.events import NOWHERE, Gap
from graduand.git.first_parent import MainlineCommit, line_of, steps, whole_change
from graduand.git.packed_strings import PackedStrings
from graduand.git.swift import Swift
from graduand.git.timeline import Timeline
from graduand.language import _
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from graduand.git.first_parent import Mainline
    from graduand.git.program import Program
    from graduand.records.fast_reader import FastReader


def derived(program: Program, kept: Memory | None, head: str, prefix: str, fast: Callable[[], FastReader]) -> Memory:
    """Return what is to be known up to the commit `head`, given what was `kept` of an earlier one.

    Raises:
        Unreadable: the history does not hold together.
    """
    return _continued(program, kept, head, fast) or _begun(program, head, prefix, fast)


def cut(program: Program, head: str, prefix: str, fast: Callable[[], FastReader]) -> Memory:
    """Tell what a shallow clone holds; what it begins with is no event."""
    shelf = BlobPrefetch(program, fast)
    place = Path(program.root, program.look("rev-parse", "--git-path", "shallow").strip())
    teller = Teller(shelf, frozenset(file_reader.read(place).decode().split()))
    line = line_of(program, head, "")
    ready = shelf.ready(steps(program, line, prefix), objects)
    events = [event for step in ready for event in teller.tell(step)]
    return _memory(head, prefix, PackedStrings().longer(line.names), teller, Chronicle().longer(events))


def _begun(program: Program, head: str, prefix: str, fast: Callable[[], FastReader]) -> Memory:
    """Tell everything from the first commit on."""
    shelf = BlobPrefetch(program, fast)
    teller = Teller(shelf)
    line = line_of(program, head, "")
    chronicle = _longer(Chronicle(), program, line, prefix, shelf, teller)
    return _memory(head, prefix, PackedStrings().longer(line.names), teller, chronicle)


def _continued(program: Program, kept: Memory | None, head: str, fast: Callable[[], FastReader]) -> Memory | None:
    """Tell what came since; None when the line does not lead on from there, or what is kept does not suffice."""
    if kept is None or kept.doubled:
        return None
    shelf = BlobPrefetch(program, fast)
    try:
        line = line_of(program, head, kept.head)
        if line.start != kept.head:
            return None
        teller = _resumed(kept, shelf)
        line = line._replace(before=len(kept.names))
        chronicle = _longer(kept.chronicle, program, line, kept.prefix, shelf, teller)
    except (Unreadable, Unsure):
        return None
    return _memory(head, kept.prefix, kept.names.longer(line.names), teller, chronicle)


def _longer(
    chronicle: Chronicle, program: Program, line: Mainline, prefix: str, shelf: BlobPrefetch, teller: Teller
) -> Chronicle:
    """Return a chronicle with the events of the line at its end."""
    scroll = Scroll(chronicle)
    swift = Swift(teller, shelf, scroll)
    with gc_pause.unsought():
        for step in shelf.ready(steps(program, line, prefix), objects):
            swift.tell(step)
        return scroll.chronicle()


def _resumed(kept: Memory, shelf: BlobPrefetch) -> Teller:
    teller = Teller(shelf)
    teller.clock = kept.clock
    teller.gaps += kept.gaps
    teller.renamed |= kept.chronicle.renamed()
    teller.live |= dict.fromkeys(kept.chronicle.people(), (Place(),))
    for path, blob, since in kept.broken:
        teller.broken[path] = Broken(shelf.fetched(blob, path) if blob else None, blob, since)
    return teller


def _memory(head: str, prefix: str, names: PackedStrings, teller: Teller, chronicle: Chronicle) -> Memory:
    broken = tuple((path, held.blob, held.since) for path, held in teller.broken.items())
    doubled = any(len(places) > 1 for places in teller.live.values())
    return Memory(head, prefix, teller.clock, names, chronicle, tuple(teller.gaps), broken, doubled)


def between(program: Program, fast: Callable[[], FastReader], old: str, new: str) -> Timeline:
    """Return what the commit `new` has over the last one that it shares with `old`, as if it were one commit.

    Whose work it is is not told: it may be many people's.

    Raises:
        Unreadable: the two share no history, or it is not in this clone.
    """
    prefix, span = program.look("rev-parse", "--show-prefix").strip(), f"{old[:12]}..{new[:12]}"
    try:
        base = program.look("merge-base", "--end-of-options", old, new).split()[0]
    except (GitRefused, IndexError) as refused:
        raise Unreadable(span, _("the two share no history in this clone")) from refused
    try:
        revision, rules = whole_change(program, base, new, prefix)
    except GitRefused as refused:
        raise Unreadable(span, refused.said) from refused
    shelf = BlobPrefetch(program, fast)
    teller = Teller(shelf)
    ready = shelf.ready(iter([MainlineCommit(revision, (), 0)]), objects)
    events = [event._replace(source=NOWHERE) for step in ready for event in teller.tell(step)]
    gaps = tuple(Gap(path, held.since, "") for path, held in teller.broken.items())
    return Timeline((new,), Chronicle().longer(events), gaps, rules=rules)
