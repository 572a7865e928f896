"""Telling: from the commits of a line to events, one commit after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.git.attribution import Credit
from graduand.git.events import Attribution, Event, EventKind, Gap
from graduand.git.record_events import differences, who
from graduand.git.rename_matching import Pair, pairs
from graduand.records.paths import username_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graduand.git.blob_prefetch import BlobPrefetch
    from graduand.git.first_parent import MainlineCommit
    from graduand.git.revision import FileChange, Revision
    from graduand.records.record import Record


class Unsure(Exception):
    """What is known of the commits before does not suffice; all must be told from the beginning."""


class Place(NamedTuple):
    """Where a record lies, and the object that holds it; both "" when they are not known any more."""

    path: str = ""
    blob: str = ""


class Broken(NamedTuple):
    """A file that cannot be read: its last sound state, and the commit of the line that broke it."""

    record: Record | None
    """None: it never was sound."""
    blob: str
    since: str


class Teller:
    """Tells events, and remembers from one commit to the next whose records there are and which cannot be read."""

    def __init__(self, shelf: BlobPrefetch, boundary: frozenset[str] = frozenset()) -> None:
        """Begin with nothing; commits of the `boundary` of a shallow clone are where it begins, and no event."""
        self._shelf = shelf
        self._boundary = boundary
        self.live: dict[str, tuple[Place, ...]] = {}
        """Where each person's record lies; of somebody who has several by mistake, the last one changed at the end."""
        self.renamed: set[tuple[str, str]] = set()
        self.broken: dict[str, Broken] = {}
        self.gaps: list[Gap] = []
        self.clock: int | None = None
        """When the last commit of the line was made."""

    def tell(self, step: MainlineCommit) -> list[Event]:
        """Return the events of the next commit of the line.

        Raises:
            Unsure: a second record of somebody whose first one is not known any more.
        """
        sources = Sources(step, self.clock)
        self.clock = self.clock if sources.seconds is None else sources.seconds
        merged = tuple(revision for revision in step.merged if revision.name not in self._boundary)
        credit = Credit(step._replace(merged=merged), self._shelf) if merged and step.revision.changes else None
        blobs = {change.path: change.new for change in step.revision.changes}
        told = []
        for pair in pairs(self._files(step.revision)):
            for event in self._events(pair, blobs):
                revision = credit.of(event, pair.paths) if credit else step.revision
                told.append(Event(*event[:-1], sources.of(revision)))
        if len(told) > 1:
            order = {revision.name: number for number, revision in enumerate((*merged, step.revision))}
            told.sort(key=lambda event: (order[event.source.commit], event.path))
        return [] if step.revision.name in self._boundary else told

    def _events(self, pair: Pair, blobs: Mapping[str, str]) -> Iterator[Event]:
        settled = self._settled(pair, blobs)
        for event in differences(settled.old, settled.new, self._is_told) if settled else ():
            if event.event is EventKind.USERNAME:
                self.renamed.add((str(event.old), str(event.new)))
            yield event

    def _is_told(self, former: str, username: str) -> bool:
        return (former, username) in self.renamed

    # Which files can be read

    def _files(self, revision: Revision) -> list[Pair]:
        """Return what each file said and says; one that cannot be read says what it said last, until it can."""
        files = []
        lost = []
        for change in revision.changes:
            held = self.broken.pop(change.path, None)
            old = held.record if held else self._record(change.old, change.path)
            new = self._record(change.new, change.path)
            if change.new and new is None:
                since = held.since if held else revision.name
                self.broken[change.path] = Broken(old, held.blob if held else change.old, since)
                lost += [] if old else [change.path]
            elif old or new:
                files.append(Pair(old and old._replace(path=change.path), new))
            if held and change.path not in self.broken:
                self.gaps.append(Gap(change.path, held.since, revision.name))
        return self._moved_and_broken(files, lost, revision.changes) if lost else files

    def _moved_and_broken(self, files: list[Pair], lost: list[str], changes: Iterable[FileChange]) -> list[Pair]:
        """Hold the records that went to a place where they cannot be read; they are not removed."""
        blobs = {change.path: change.old for change in changes}
        for path in lost:
            for pair in files:
                if pair.old and not pair.new and pair.old.username == username_of(path):
                    blob = blobs.get(pair.old.path, "")
                    self.broken[path] = self.broken[path]._replace(record=pair.old._replace(path=path), blob=blob)
                    self.live[pair.old.username] = (Place(path, blob),)
                    files = [other for other in files if other is not pair]
                    break
        return files

    def _record(self, name: str, path: str) -> Record | None:
        return self._shelf.record(name, path) if name else None

    # Whose records there are

    def _settled(self, pair: Pair, blobs: Mapping[str, str]) -> Pair | None:
        """Return the states between which something happened to a person; None when nothing did.

        A second record of one person is no arrival, and its deletion no removal.
        """
        if pair.new is None:
            return self._without(pair)
        name, path = who(pair.new), pair.new.path
        same = pair.old is not None and who(pair.old) == name
        held = self.live.get(name, ())
        others = () if same and len(held) == 1 else _others(held, pair)
        self.live[name] = (*others, Place(path, blobs[path]))
        if pair.old and not same:
            self._leave(who(pair.old), pair.old.path)
        elif others and held[-1] in others:
            return Pair(self._at(held[-1]), pair.new)
        return pair

    def _without(self, pair: Pair) -> Pair | None:
        """Return what the deletion of a record did to the person."""
        name, path = (who(pair.old), pair.old.path) if pair.old else ("", "")
        held = self.live.get(name, ())
        self._leave(name, path)
        if len(held) < 2:
            return pair
        return Pair(pair.old, self._at(self.live[name][-1])) if held[-1].path == path else None

    def _leave(self, name: str, path: str) -> None:
        held = self.live.pop(name, ())
        if len(held) > 1:
            self.live[name] = tuple(place for place in held if place.path != path)

    def _at(self, place: Place) -> Record | None:
        if not place.blob:
            raise Unsure
        return self._shelf.fetched(place.blob, place.path)


def _others(held: Iterable[Place], pair: Pair) -> tuple[Place, ...]:
    """Return the places that a change of the pair's files leaves as they are."""
    return tuple(place for place in held if place.path not in pair.paths)


class Sources:
    """Where the events of one commit of the line come from."""

    def __init__(self, step: MainlineCommit, clock: int | None) -> None:
        self._step = step
        self._known: dict[str, Attribution] = {}
        self._stamp = step.revision.committer
        self.seconds = self._stamp.seconds
        self._backdated = clock is not None and self.seconds is not None and self.seconds < clock

    def of(self, revision: Revision) -> Attribution:
        """Return the source of an event that `revision` made."""
        known = self._known.get(revision.name)
        if known is None:
            line = self._step.revision
            known = self._known[revision.name] = Attribution(
                commit=revision.name,
                author=revision.author.who,
                committer=(self._stamp if revision is line else revision.committer).who,
                signed=revision.signed,
                merge="" if revision is line else line.name,
                date=self._stamp.date,
                backdated=self._backdated,
                pull_request=line.pull_request,
                place=self._step.place,
            )
        return known
