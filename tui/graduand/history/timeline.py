"""The timeline: every event of the branch that is checked out, derived from git and from nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from graduand import disk
from graduand.errors import GitRefused, Unreadable
from graduand.history.chronicle import Chronicle
from graduand.history.credit import objects
from graduand.history.events import NOWHERE, Gap
from graduand.history.line import Step, line_of, steps, whole_change
from graduand.history.memory import Memory, keep, recall
from graduand.history.shelf import Shelf
from graduand.history.telling import Broken, Place, Teller, Unsure
from graduand.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graduand.history.events import Event
    from graduand.history.line import Line
    from graduand.history.program import Program
    from graduand.history.shelf import Reader


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


def timeline(program: Program, fast: Callable[[], Reader]) -> Timeline:
    """Return the timeline of the branch that is checked out; `fast` makes the fast reader of its records.

    Raises:
        Unreadable: the history does not hold together.
    """
    try:
        shallow, prefix, head = program.look(
            "rev-parse", "--is-shallow-repository", "--show-prefix", "HEAD^{commit}"
        ).splitlines()
    except GitRefused:
        return Timeline()  # nothing is committed yet
    if shallow == "true":
        return _cut(program, head, prefix, Shelf(program, fast))
    kept = recall(program, prefix)
    if kept is None or kept.head != head:
        kept = _continued(program, kept, head, fast) or _begun(program, head, prefix, fast)
        keep(program, kept)
    return _timeline(kept)


def _timeline(memory: Memory) -> Timeline:
    gaps = (*memory.gaps, *(Gap(path, since, "") for path, _blob, since in memory.broken))
    return Timeline(memory.names, memory.chronicle, gaps)


def _cut(program: Program, head: str, prefix: str, shelf: Shelf) -> Timeline:
    """Tell what a shallow clone holds; what it begins with is no event."""
    place = Path(program.root, program.look("rev-parse", "--git-path", "shallow").strip())
    teller = Teller(shelf, frozenset(disk.read(place).decode().split()))
    line = line_of(program, head, "")
    events = _told(program, line, prefix, shelf, teller)
    return _timeline(_memory(head, prefix, line, teller, Chronicle().longer(events)))._replace(cut=True)


def _begun(program: Program, head: str, prefix: str, fast: Callable[[], Reader]) -> Memory:
    """Tell everything from the first commit on."""
    shelf = Shelf(program, fast)
    teller = Teller(shelf)
    line = line_of(program, head, "")
    return _memory(head, prefix, line, teller, Chronicle().longer(_told(program, line, prefix, shelf, teller)))


def _continued(program: Program, kept: Memory | None, head: str, fast: Callable[[], Reader]) -> Memory | None:
    """Tell what came since; None when the line does not lead on from there, or what is kept does not suffice."""
    if kept is None or kept.doubled:
        return None
    shelf = Shelf(program, fast)
    try:
        line = line_of(program, head, kept.head)
        if line.start != kept.head:
            return None
        teller = _resumed(kept, shelf)
        line = line._replace(before=len(kept.names))
        events = _told(program, line, kept.prefix, shelf, teller)
    except (Unreadable, Unsure):
        return None
    longer = line._replace(names=(*kept.names, *line.names))
    return _memory(head, kept.prefix, longer, teller, kept.chronicle.longer(events))


def _resumed(kept: Memory, shelf: Shelf) -> Teller:
    teller = Teller(shelf)
    teller.clock = kept.clock
    teller.gaps += kept.gaps
    teller.renamed |= kept.chronicle.renamed()
    teller.live |= dict.fromkeys(kept.chronicle.people(), (Place(),))
    for path, blob, since in kept.broken:
        teller.broken[path] = Broken(shelf.fetched(blob, path) if blob else None, blob, since)
    return teller


def _told(program: Program, line: Line, prefix: str, shelf: Shelf, teller: Teller) -> list[Event]:
    return [event for step in shelf.ready(steps(program, line, prefix), objects) for event in teller.tell(step)]


def _memory(head: str, prefix: str, line: Line, teller: Teller, chronicle: Chronicle) -> Memory:
    broken = tuple((path, held.blob, held.since) for path, held in teller.broken.items())
    doubled = any(len(places) > 1 for places in teller.live.values())
    return Memory(head, prefix, teller.clock, line.names, chronicle, tuple(teller.gaps), broken, doubled)


def between(program: Program, fast: Callable[[], Reader], old: str, new: str) -> Timeline:
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
    shelf = Shelf(program, fast)
    teller = Teller(shelf)
    ready = shelf.ready(iter([Step(revision, (), 0)]), objects)
    events = [event._replace(source=NOWHERE) for step in ready for event in teller.tell(step)]
    gaps = tuple(Gap(path, held.since, "") for path, held in teller.broken.items())
    return Timeline((new,), Chronicle().longer(events), gaps, rules=rules)
