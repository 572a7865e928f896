"""Link changes of records to the uploads that carried them, however git has moved their commits since.

An upload carried what its commit has. Where the branch lost that commit, as by a squash or a rebase, it carried what
the branch has at the place where the upload left it, and `audit/lost_uploads` says what else. A change of an account
that was held back is carried by no upload before its day.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.audit.lives import ACCOUNT_KINDS, Lives, goes_alone, is_held, key_of
from graduand.git.commit_graph import read_graph
from graduand.git.events import Linked
from graduand.git.upload_branch import branch_heads
from graduand.ledger.entry import EntryKind
from graduand.ledger.ledger import renamed_commits
from graduand.storage.cache_file import CacheFile
from graduand.uploads.sent_people import SentPeople

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graduand.audit.lives import EventKey
    from graduand.audit.lost_uploads import Differing
    from graduand.git.commit_graph import CommitGraph
    from graduand.git.events import Event
    from graduand.git.history import History
    from graduand.git.program import Program
    from graduand.ledger.ledger import Ledger

_FORM: Final = "graduand/links/3"


class Link(NamedTuple):
    """The upload that carried a change."""

    upload: str
    """The id of its entry."""
    how: Linked


class Unsaid(NamedTuple):
    """A row that was sent, and that no record of the branch ever said."""

    upload: str
    """The id of its entry."""
    username: str
    path: str
    cells: Mapping[str, str]
    """What was sent and never said, by header."""


class _Found(NamedTuple):
    """What is known of all uploads."""

    heads: list[str]
    """The commits up to which it is known: of the ledger, the branch, the upload branch."""
    reached: dict[str, int]
    """By commit, the uploads whose commit, or place on the branch, has it in its history."""
    links: dict[EventKey, tuple[int, str]]
    """The events that were linked otherwise than by ancestry: the number of the upload, and how."""
    hows: dict[tuple[int, str], str]
    """How the branch is known to have said a row, by upload and username; "" for never. All others: by ancestry."""
    unsaid: list[tuple[int, str, str, dict[str, str]]]
    """The rows that the branch never said: upload, username, path, cells."""
    differing: dict[str, list[Differing]]
    """What `audit/lost_uploads` compared, which later commits do not change."""


_Cached = tuple[
    list[str],
    dict[str, int],
    dict[tuple[str, str, str], tuple[int, str]],
    dict[tuple[int, str], str],
    list[tuple[int, str, str, dict[str, str]]],
    dict[str, list[tuple[str, str, str, str, str, list[str], str]]],
]
"""The fields of `_Found`."""

_NOTHING: Final = _Found([], {}, {}, {}, [], {})


class Links:
    """Says which upload carried an event first."""

    def __init__(self, program: Program, history: History, ledger: Ledger) -> None:
        """Read what the ledger and git say, as far as it is not remembered."""
        self.sent = SentPeople(ledger)
        self.lives = Lives(history.events, self.sent.renames)
        self._uploads = self.sent.uploads
        order = sorted(range(len(self._uploads)), key=lambda number: self._uploads[number].moment)
        self._rank = {number: rank for rank, number in enumerate(order)}
        back = sum(1 << number for number, entry in enumerate(self._uploads) if entry.text("takes_back"))
        self._ordinary = self.sent.counted & ~back
        self._earliest: dict[int, int] = {0: -1}
        self._found = self._read(program, history, ledger)

    def of(self, event: Event) -> Link | None:
        """Return the first upload that carried a change and in which the person's row is not known to have failed."""
        number, how = self._by_ancestry(self._found.reached, event), Linked.ANCESTRY.value
        other = self._found.links.get(key_of(event))
        if other and (number < 0 or self._rank[other[0]] < self._rank[number]):
            number, how = other
        return Link(self._uploads[number].id, Linked(how)) if number >= 0 else None

    def how(self, upload: str, username: str) -> str:
        """Return how the branch is known to have said a row of an upload, a `Linked`; "" where it never did."""
        return self._found.hows.get((self.sent.bits[upload], username), Linked.ANCESTRY.value)

    @property
    def unsaid(self) -> tuple[Unsaid, ...]:
        """The rows that were sent, and that no record of the branch ever said."""
        found = self._found.unsaid
        return tuple(Unsaid(self._uploads[number].id, username, path, cells) for number, username, path, cells in found)

    def _by_ancestry(self, reached: Mapping[str, int], event: Event) -> int:
        """Return the number of the first upload that was compiled from the event's commit or a later one; or -1."""
        mask = reached.get(event.source.commit, 0) & self._ordinary
        names = self.lives.names_of(event.username)
        mask = mask and mask & self.sent.took(names)
        if mask:
            for number, (_closed, address) in self.sent.alone_of(names).items():
                mask &= -1 if goes_alone(event, address) else ~(1 << number)
        if mask and event.event in ACCOUNT_KINDS and event.effective_on:
            return self._first_due(event, mask, reached)
        found = self._earliest.get(mask)
        if found is None:
            found = self._earliest[mask] = min(_bits(mask), key=self._rank.__getitem__)
        return found

    def _first_due(self, event: Event, mask: int, reached: Mapping[str, int]) -> int:
        """Return the number of the first of the uploads that did not hold a change of the account back; or -1."""
        later = self.lives.after(event)
        for number in sorted(_bits(mask), key=self._rank.__getitem__):
            had = (one for one in later if reached.get(one.source.commit, 0) >> number & 1)
            if not is_held(event, had, self._uploads[number].text("on")):
                return number
        return -1

    def _read(self, program: Program, history: History, ledger: Ledger) -> _Found:
        if not self._uploads:
            return _NOTHING
        heads = branch_heads(program, history.head)
        known = [ledger.head, *heads]
        kept = CacheFile[_Cached](Path(program.folder, "graduand", "links"), _FORM, program.prefix, shape=_Cached)
        cached = None if history.is_shallow else kept.read_as(self._believed)
        if cached and cached.heads == known:
            return cached
        was_erased = any(entry.kind is EntryKind.ERASED for entry in ledger.entries)
        compared = cached.differing if cached and not was_erased else {}
        found = self._searched(program, ledger, read_graph(program, heads), compared)._replace(heads=known)
        if history.is_shallow:  # what was said before is not here
            return found._replace(unsaid=[], hows={key: how for key, how in found.hows.items() if how})
        kept.write((*found,))
        return found

    def _believed(self, cached: _Cached) -> _Found:
        """Return what was cached.

        Raises:
            ValueError, IndexError: it speaks of an upload, or of a way of linking, that there is not.
        """
        found = _Found(*cached)
        numbers = {number for number, _how in (*found.links.values(), *found.hows)} | {one[0] for one in found.unsaid}
        for number in numbers:
            self._rank[number]
        for how in {how for _number, how in found.links.values()} | {*found.hows.values()} - {""}:
            Linked(how)
        return found

    def _searched(
        self, program: Program, ledger: Ledger, graph: CommitGraph, compared: Mapping[str, list[Differing]]
    ) -> _Found:
        """Return what is found; `compared` is what an earlier search found to differ."""
        from graduand.audit.lost_uploads import LostUpload, LostUploadSearch  # noqa: PLC0415 - reads records

        renamed = renamed_commits(ledger)
        anchors, lost = [], []
        for number, entry in enumerate(self._uploads):
            commit, base = (renamed.get(entry.text(key), entry.text(key)) for key in ("commit", "base"))
            anchor = next((one for one in (commit, base) if one in graph), "")
            anchors.append(anchor)
            is_rollback = bool(entry.text("takes_back"))
            if self.sent.counted >> number & 1 and (anchor != commit or is_rollback):
                lost.append(LostUpload(number, entry, anchor, is_rollback))
        found = _NOTHING._replace(reached=graph.reached_from(anchors))
        if not lost:
            return found
        lost.sort(key=lambda one: self._rank[one.number])
        search = LostUploadSearch(program, ledger, self.lives, self.sent, found.reached)
        search.run(lost, lambda event: self._rank_of(found, event), self._rank, compared)
        return _Found([], found.reached, search.links, search.hows, search.unsaid, search.differing)

    def _rank_of(self, found: _Found, event: Event) -> int:
        """Return how many uploads ran before the one that carried an event by ancestry; all where none did."""
        number = self._by_ancestry(found.reached, event)
        return self._rank[number] if number >= 0 else len(self._rank)


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
