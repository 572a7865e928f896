"""Extract the events of commits, one first-parent commit after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.git.attribution import MergedBranch, attribution_of
from graduand.git.events import Event, EventKind, Gap
from graduand.git.record_events import differences, owner
from graduand.git.rename_matching import RecordPair, match_people
from graduand.records.paths import username_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graduand.git.events import Attribution
    from graduand.git.record_blobs import RecordBlobs
    from graduand.git.revision import FileChange, Revision
    from graduand.records.record import Record


class NeedsWholeHistory(Exception):
    """What is known of earlier commits does not suffice; all events must be extracted from the first commit on."""


class RecordLocation(NamedTuple):
    """The path of a record and the object that holds it; both "" when they are not known."""

    path: str = ""
    blob: str = ""


class BrokenFile(NamedTuple):
    """A record's file that cannot be read."""

    record: Record | None
    """Its last readable state; None: it never was readable."""
    blob: str
    """The object that holds that state."""
    since: str
    """The first-parent commit that broke it."""


class EventExtractor:
    """Extracts events, and remembers from one commit to the next which people have records and which are broken."""

    def __init__(self, blobs: RecordBlobs, boundary: frozenset[str] = frozenset()) -> None:
        """Begin with no records; the commits of the `boundary` of a shallow clone give records and no events."""
        self._blobs = blobs
        self._boundary = boundary
        self.locations: dict[str, tuple[RecordLocation, ...]] = {}
        """Of each person the records; where there are several by mistake, the one changed last at the end."""
        self.renamed: set[tuple[str, str]] = set()
        """The changes of username that were reported, from and to."""
        self.broken: dict[str, BrokenFile] = {}
        self.gaps: list[Gap] = []
        self.clock: int | None = None
        """When the last first-parent commit was made, in seconds since 1970."""

    def extract(self, mainline: Revision) -> list[Event]:
        """Return the events of the next first-parent commit.

        Raises:
            NeedsWholeHistory: a person has a second record, and the first one is not known.
        """
        backdated = self._is_backdated(mainline)
        merged = tuple(revision for revision in mainline.merged if revision.name not in self._boundary)
        branch = MergedBranch(mainline, merged, self._blobs) if merged and mainline.changes else None
        blobs = {change.path: change.new for change in mainline.changes}
        sources: dict[str, Attribution] = {}
        events = []
        for pair in match_people(self._files(mainline)):
            for event in self._events(pair, blobs):
                revision = branch.author_of(event, pair.paths) if branch else mainline
                source = sources.get(revision.name)
                if source is None:
                    source = sources[revision.name] = attribution_of(revision, mainline, backdated=backdated)
                events.append(event._replace(source=source))
        if len(events) > 1:
            order = {revision.name: number for number, revision in enumerate((*merged, mainline))}
            events.sort(key=lambda event: (order[event.source.commit], event.path))
        return [] if mainline.name in self._boundary else events

    def _is_backdated(self, mainline: Revision) -> bool:
        """Return whether a commit's date is before that of its parent, and remember the date for the next one."""
        seconds, before = mainline.committer.seconds, self.clock
        if seconds is None:
            return False
        self.clock = seconds
        return before is not None and seconds < before

    def _events(self, pair: RecordPair, blobs: Mapping[str, str]) -> Iterator[Event]:
        compared = self._compared(pair, blobs)
        for event in differences(compared.old, compared.new, self._is_reported) if compared else ():
            if event.event is EventKind.USERNAME:
                self.renamed.add((str(event.old), str(event.new)))
            yield event

    def _is_reported(self, former: str, username: str) -> bool:
        return (former, username) in self.renamed

    # Which files can be read

    def _files(self, revision: Revision) -> list[RecordPair]:
        """Return each changed file before and after; while one is broken, its last readable state counts."""
        files = []
        lost = []
        for change in revision.changes:
            held = self.broken.pop(change.path, None)
            if held:
                old = held.record and held.record._replace(path=change.path)
            else:
                old = self._record(change.old, change.path)
            new = self._record(change.new, change.path)
            if change.new and new is None:
                since = held.since if held else revision.name
                self.broken[change.path] = BrokenFile(old, held.blob if held else change.old, since)
                lost += [] if old else [change.path]
            elif old or new:
                files.append(RecordPair(old, new))
            if held and change.path not in self.broken:
                self.gaps.append(Gap(change.path, held.since, revision.name))
        return self._moved_and_broken(files, lost, revision.changes) if lost else files

    def _moved_and_broken(
        self, files: list[RecordPair], lost: list[str], changes: Iterable[FileChange]
    ) -> list[RecordPair]:
        """Return the files without those that moved to a path where they cannot be read: they are not removed."""
        blobs = {change.path: change.old for change in changes}
        for path in lost:
            for pair in files:
                if pair.old and not pair.new and pair.old.username == username_of(path):
                    blob = blobs.get(pair.old.path, "")
                    self.broken[path] = self.broken[path]._replace(record=pair.old._replace(path=path), blob=blob)
                    self.locations[pair.old.username] = (RecordLocation(path, blob),)
                    files = [other for other in files if other is not pair]
                    break
        return files

    def _record(self, name: str, path: str) -> Record | None:
        return self._blobs.record(name, path) if name else None

    # Which people have records

    def _compared(self, pair: RecordPair, blobs: Mapping[str, str]) -> RecordPair | None:
        """Return the two states of a person to compare; None when the commit changes nothing about the person.

        A second record of one person is no arrival, and its deletion no removal.
        """
        if pair.new is None:
            return self._deleted(pair)
        name, path = owner(pair.new), pair.new.path
        same = pair.old is not None and owner(pair.old) == name
        held = self.locations.get(name, ())
        others = () if same and len(held) == 1 else _others(held, pair)
        self.locations[name] = (*others, RecordLocation(path, blobs[path]))
        if pair.old and not same:
            self._forget(owner(pair.old), pair.old.path)
        elif others and held[-1] in others:
            return RecordPair(self._at(held[-1]), pair.new)
        return pair

    def _deleted(self, pair: RecordPair) -> RecordPair | None:
        """Return the two states of a person of whom a record was deleted."""
        name, path = (owner(pair.old), pair.old.path) if pair.old else ("", "")
        held = self.locations.get(name, ())
        self._forget(name, path)
        if len(held) < 2:
            return pair
        return RecordPair(pair.old, self._at(self.locations[name][-1])) if held[-1].path == path else None

    def _forget(self, name: str, path: str) -> None:
        held = self.locations.pop(name, ())
        if len(held) > 1:
            self.locations[name] = tuple(location for location in held if location.path != path)

    def _at(self, location: RecordLocation) -> Record | None:
        if not location.blob:
            raise NeedsWholeHistory
        return self._blobs.fetch(location.blob, location.path)


def _others(held: Iterable[RecordLocation], pair: RecordPair) -> tuple[RecordLocation, ...]:
    """Return the locations that a change of the pair's files leaves as they are."""
    return tuple(location for location in held if location.path not in pair.paths)
