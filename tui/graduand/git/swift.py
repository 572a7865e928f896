"""Swift: the fast road from a plain commit to its events.

A commit is plain when it brings new people or changes records that stay where they are and keep their usernames, all
in canonical form. Of such records only what differs is looked at; what that means, `differences` says as it says
of all others. Every other commit is for the teller; a test holds the two together.
"""

from __future__ import annotations

from itertools import compress, count
from operator import itemgetter, methodcaller, ne
from typing import TYPE_CHECKING, Final

from graduand.git.event_extractor import Place, Sources
from graduand.git.event_log import model_of
from graduand.git.events import EventKind
from graduand.git.record_events import ASKED, TOLD, differences
from graduand.records.fast_reader import bare
from graduand.records.record import Record

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Sequence

    from graduand.git.blob_prefetch import BlobPrefetch
    from graduand.git.event_extractor import Teller
    from graduand.git.event_log import Model, Scroll
    from graduand.git.first_parent import MainlineCommit
    from graduand.git.revision import FileChange
    from graduand.records.fast_reader import FastReader, Text

_ARRIVALS: Final = frozenset({EventKind.GRADUATED, EventKind.RETURNED})


_path = itemgetter(0)
_Told = tuple[str, str, "Sequence[Model]"]
"""A path, a username, and what is told: of a newcomer what is told of another one who is alike."""


class Swift:
    """Tells one commit after the other, the plain ones by itself."""

    def __init__(self, teller: Teller, shelf: BlobPrefetch, scroll: Scroll) -> None:
        self._teller = teller
        self._shelf = shelf
        self._scroll = scroll
        self._keys: Sequence[str] = ()
        self._asked: list[int] = []
        self._username = self._former = 0
        self._fast: FastReader
        self._case: Callable[[re.Match[str]], tuple[str | None, ...]]
        self._newcomers: dict[tuple[str | None, ...], tuple[Model, ...]] = {}

    def tell(self, step: MainlineCommit) -> None:
        """Write the events of the next commit of the line.

        Raises:
            Unsure: as the teller.
        """
        places: dict[str, tuple[Place, ...]] = {}
        told = self._plainly(step, places)
        teller = self._teller
        if told is None:
            self._scroll.write(teller.tell(step))
            return
        teller.live.update(places)
        sources = Sources(step, teller.clock)
        teller.clock = teller.clock if sources.seconds is None else sources.seconds
        if told:
            number = self._scroll.source(sources.of(step.revision))
            for path, username, events in sorted(told, key=_path) if len(told) > 1 else told:
                self._scroll.write_alike(number, username, path, events)

    def _plainly(self, step: MainlineCommit, places: dict[str, tuple[Place, ...]]) -> list[_Told] | None:
        """Return what a commit did, and in `places` where records are now; None when it is not plain."""
        if step.merged or not self._is_ready():
            return None
        told = []
        for change in step.revision.changes:
            one = self._one(change, places)
            if one is None:
                return None
            if one[2]:
                told.append(one)
        return told

    def _is_ready(self) -> bool:
        """Tell whether canonical form is known; it is not as long as little was read."""
        fast = self._shelf.fast
        if fast is not None and not self._keys:
            self._fast, self._keys = fast, fast.keys
            self._asked = [fast.keys.index(key) for key in ASKED]
            self._username, self._former, *_others = self._asked
            self._case = methodcaller("group", *(index + 1 for index in self._asked[1 : len(TOLD)]))
        return fast is not None

    def _one(self, change: FileChange, places: dict[str, tuple[Place, ...]]) -> _Told | None:
        """Return what happened to one record; None when that is not plain."""
        path, old, new = change
        content = self._shelf.content(new) if new else None
        match = content.match if content else None
        if match is None or path in self._teller.broken:
            return None
        text = match[self._username + 1]
        if text is None:
            return None
        username = bare(text)
        if username in places or len(self._teller.live.get(username, ())) > (1 if old else 0):
            return None  # somebody who has several records, or had one elsewhere
        places[username] = (Place(path, new),)
        events = self._changed(path, old, match) if old else self._newcomer(path, match)
        return None if events is None else (path, username, events)

    def _newcomer(self, path: str, match: re.Match[str]) -> Sequence[Model] | None:
        """Return the events of a newcomer, which are the same of all who graduate, or return, in the same way."""
        case = self._case(match)
        if case[0] is not None:  # a former username
            return None
        if case not in self._newcomers:
            texts = self._fast.texts(match)
            events = tuple(differences(None, self._record(path, texts, self._asked), _never))
            if not events or events[0].event not in _ARRIVALS:
                return None  # of any other newcomer all is told
            self._newcomers[case] = tuple(map(model_of, events))
        return self._newcomers[case]

    def _changed(self, path: str, old: str, match: re.Match[str]) -> Sequence[Model] | None:
        """Return the events of a record that stays where it is, and whose it was."""
        content = self._shelf.content(old)
        before = content.match if content else None
        if before is None:
            return None
        was, texts = self._fast.texts(before), self._fast.texts(match)
        changed = list(compress(count(), map(ne, was, texts)))
        if self._username in changed or self._former in changed:
            return None
        if not changed:
            return ()
        wanted = (*self._asked, *changed)
        told = differences(self._record(path, was, wanted), self._record(path, texts, wanted), _never)
        return tuple(map(model_of, told))

    def _record(self, path: str, texts: Sequence[Text], wanted: Iterable[int]) -> Record:
        """Return a record that holds only what is `wanted` of its texts."""
        keys = self._keys
        found = [(keys[index], texts[index]) for index in wanted]
        return Record(path, {key: bare(text) if isinstance(text, str) else text for key, text in found if text})


def _never(_former: str, _username: str) -> bool:
    return False  # usernames are not asked about here: they are the same
