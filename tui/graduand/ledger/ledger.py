"""The ledger of a repository as this clone has it: its entries, their files, the state that follows, and noting."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from graduand import __version__
from graduand.errors import EntryFault, GitRefused, LedgerBroken, LedgerEntryBroken, LedgerMoved, Trouble
from graduand.git.program import NAMELESS
from graduand.language import _
from graduand.ledger import branch, state_cache
from graduand.ledger.entry import (
    EntryKind,
    LedgerEntry,
    Noting,
    entry_json,
    now_after,
    read_entry,
)
from graduand.ledger.fold import NOTHING, LedgerState, can_go_on, fold, ran_deliveries, withdrawn_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from graduand.git.program import Program
    from graduand.ledger.branch import StoredEntry
    from graduand.ledger.entry import SentFile

T = TypeVar("T")


class Ledger:
    """The entries up to one head of the branch."""

    def __init__(self, program: Program, head: str, tags: frozenset[str] = frozenset()) -> None:
        """Name the ledger up to the commit `head`; "" is one without entries.

        `tags` are the names of tags that are called as uploads and results were before there was a ledger.
        """
        self.program = program
        self.head = head
        self.tags = tags
        self._is_sound = False
        """Whether a state of just this head was remembered, which is done only when every entry can be read."""

    @cached_property
    def chain(self) -> tuple[StoredEntry, ...]:
        """All commits of the branch, in the order of noting."""
        return branch.read_chain(self.program, self.head) if self.head else ()

    @cached_property
    def _read(self) -> tuple[list[tuple[StoredEntry, LedgerEntry]], list[EntryFault]]:
        found: list[tuple[StoredEntry, LedgerEntry]] = []
        faults: list[EntryFault] = []
        for place, one in enumerate(self.chain):
            try:
                found.append((one, read_entry(one.raw)))
            except LedgerBroken as broken:
                sound = next((before.commit for before, _entry in reversed(found)), "")
                faults.append(EntryFault(one.commit, one.author, broken.what, sound, len(self.chain) - place - 1))
        return found, faults

    @property
    def stored(self) -> tuple[StoredEntry, ...]:
        """The entries as bytes, in the order of noting; without those that cannot be read."""
        return tuple(one for one, _entry in self._read[0])

    @cached_property
    def entries(self) -> tuple[LedgerEntry, ...]:
        """The entries in the order of noting, but for those that nobody can read, which `faults` has.

        Raises:
            LedgerNewer: one was made by a later version.
        """
        return tuple(entry for _one, entry in self._read[0])

    @property
    def faults(self) -> tuple[EntryFault, ...]:
        """The commits whose `entry.json` graduand cannot have written."""
        return tuple(self._read[1])

    @property
    def unread(self) -> str:
        """The sentence on entries that cannot be read, and the cure; "" when there is none."""
        return "" if self._is_sound or not self.faults else str(LedgerEntryBroken(self.faults))

    def require_sound(self) -> None:
        """Check that every entry can be read, as whatever is sent or noted depends on all of them.

        Raises:
            LedgerEntryBroken: one cannot.
            LedgerNewer: one was made by a later version.
        """
        if self.faults:
            raise LedgerEntryBroken(self.faults)

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """The ids of the entries that were withdrawn."""
        return withdrawn_of(self.entries)

    @cached_property
    def uploads(self) -> tuple[LedgerEntry, ...]:
        """The uploads that were not withdrawn, in the order in which they ran."""
        found = (one for one in self.entries if one.kind is EntryKind.UPLOAD and one.id not in self.withdrawn)
        return tuple(sorted(found, key=lambda entry: entry.moment))

    @cached_property
    def deliveries(self) -> tuple[LedgerEntry, ...]:
        """The deliveries that were not withdrawn and of which no upload says that they ran, in order of sending."""
        over = self.withdrawn | ran_deliveries(self.entries, self.withdrawn)
        found = (one for one in self.entries if one.kind is EntryKind.DELIVERED and one.id not in over)
        return tuple(sorted(found, key=lambda entry: entry.moment))

    @cached_property
    def _commits(self) -> dict[str, str]:
        return {entry.id: one.commit for entry, one in zip(self.entries, self.stored, strict=True)}

    @cached_property
    def unshared(self) -> frozenset[str]:
        """The ids of the entries that the remote is not known to have; none where there is no remote."""
        if not self.program.may_have_remotes:
            return frozenset()
        where = branch.position(self.program)
        if not where.tracking:
            return frozenset(self._commits if branch.ledger_remote(self.program) else ())
        shared = {one.commit for one in branch.read_chain(self.program, where.tracking)}
        return frozenset(entry for entry, commit in self._commits.items() if commit not in shared)

    def results_of(self, upload: str) -> tuple[LedgerEntry, ...]:
        """Return the results of an upload, in the order of noting."""
        found = (one for one in self.entries if one.kind is EntryKind.RESULT and one.text("of") == upload)
        return tuple(one for one in found if one.id not in self.withdrawn)

    def files(self, wanted: Iterable[tuple[LedgerEntry, str]]) -> Iterator[bytes]:
        """Yield the contents of files of entries, in their order.

        Raises:
            LedgerBroken: one is not there.
        """
        return branch.contents(self.program, [(self._commits[entry.id], name) for entry, name in wanted])

    def state(self, *, no_cache: bool = False) -> LedgerState:
        """Return what Handshake holds, from the cache as far as its entries are in it, unless `no_cache`."""
        if not self.head:
            return NOTHING
        cached = None if no_cache else state_cache.load(self.program)
        if cached and cached.head == self.head:
            self._is_sound = True
            return cached.state
        state = self._continued(cached) if cached else None
        if state is None:
            branch.require_whole(self.program, self.chain)
            state = fold(self.entries, self.files)
        if not no_cache and not self.faults:
            state_cache.store(self.program, self.head, state)
        return state

    def _continued(self, cached: state_cache.CachedState) -> LedgerState | None:
        """Return the state after entries that were added at the end; None when they change the past."""
        commits = [one.commit for one in self.stored]
        if cached.head not in commits:
            return None
        later = self.entries[commits.index(cached.head) + 1 :]
        return fold(later, self.files, start=cached.state) if can_go_on(cached.state, later) else None

    def states_around(self, entry: LedgerEntry) -> tuple[LedgerState, LedgerState]:
        """Return what Handshake held just before an upload ran, and just after it."""
        before = fold(self.entries, self.files, before=entry.moment)
        return before, fold(self.entries, self.files, before=(entry.at, f"{entry.id}~"))

    def state_sent(self) -> LedgerState:
        """Return what Handshake would hold if nobody but our uploads had changed it."""
        return fold([one for one in self.entries if one.kind is not EntryKind.OBSERVATION], self.files)

    def state_with(self, wanted: NewFacts) -> LedgerState:
        """Return what Handshake holds when an entry is noted that is not noted yet."""
        noted = now_after(max((one.noted for one in self.entries), default=""))
        stamp = Noting(noted, wanted.at or noted, "", __version__, "")
        new = read_entry(entry_json(wanted.kind, stamp, wanted.listed, wanted.facts))

        def files(asked: Iterable[tuple[LedgerEntry, str]]) -> Iterator[bytes]:
            pairs = [*asked]
            stored = self.files(pair for pair in pairs if pair[0].id != new.id)
            return (wanted.files[name] if entry.id == new.id else next(stored) for entry, name in pairs)

        state = self.state()
        if can_go_on(state, [new]):
            return fold([new], files, start=state)
        return fold([*self.entries, new], files)

    def anchor(self, main: str) -> str:
        """Return one checksum over all entries, in their order, and a commit of the upload branch; "" of no entry."""
        if not self.chain:
            return ""
        sums = b"".join(hashlib.sha256(one.raw).digest() for one in self.chain)
        return hashlib.sha256(sums + main.encode()).hexdigest()


def read_ledger(program: Program) -> Ledger:
    """Return the ledger of this clone: the further of its own and the one that was fetched last."""
    return Ledger(program, *branch.head_and_tags(program))


def renamed_commits(ledger: Ledger) -> dict[str, str]:
    """Return the present names of commits of the branch, by those that they had before an erasure."""
    found: dict[str, str] = {}
    for entry in ledger.entries:
        commits = entry.facts.get("commits") if entry.kind is EntryKind.ERASED else None
        if isinstance(commits, dict):
            new = {str(old): str(now) for old, now in commits.items()}
            found = {old: new.get(now, now) for old, now in found.items()} | new
    return found


class NewFacts(NamedTuple):
    """What an entry shall say."""

    kind: EntryKind
    at: str = ""
    """When it happened; "" is now."""
    main: str = ""
    """The commit of the upload branch."""
    listed: Sequence[SentFile] = ()
    """The files that the entry lists."""
    files: Mapping[str, bytes] = {}
    """The contents of all its files, by name."""
    facts: Mapping[str, object] = {}
    message: str = ""
    """What the commit's message says after the kind and the id."""


def note(ledger: Ledger, wanted: NewFacts) -> LedgerEntry:
    """Append an entry to a ledger as it was read; the first one opens it.

    Raises:
        LedgerMoved: another entry was appended since it was read.
        GitRefused, LedgerInUse, Busy, NotWritten: it was not appended, and nothing has changed.
    """
    stamp = _stamp(ledger, wanted)
    entry, new = entry_of(stamp, wanted)
    append_entries(ledger, stamp, [new])
    return entry


def note_both(ledger: Ledger, first: NewFacts, about: NewFacts) -> LedgerEntry:
    """Append an entry and a second one that is about it, both or neither; return the second.

    Raises:
        LedgerMoved, GitRefused, LedgerInUse, Busy, NotWritten: as `note`.
    """
    stamp = _stamp(ledger, first)
    one, first_new = entry_of(stamp, first)
    facts = {**about.facts, "of": one.id}
    entry, new = entry_of(_stamp(ledger, about), about._replace(facts=facts, message=one.id))
    append_entries(ledger, stamp, [first_new, new])
    return entry


def append_entries(ledger: Ledger, stamp: Noting, new: Sequence[branch.NewEntry]) -> None:
    """Append entries to a ledger as it was read, all or none; where it has none yet, one that opens it goes before.

    Raises:
        LedgerMoved, GitRefused, LedgerInUse, Busy, NotWritten: as `note`.
    """
    ledger.require_sound()
    opened = [] if ledger.head else [_opening(stamp, ledger.program.root)]
    branch.append(ledger.program, [*opened, *new], on=ledger.head)


def entry_to_append(ledger: Ledger, wanted: NewFacts) -> tuple[LedgerEntry, branch.NewEntry]:
    """Return an entry for a ledger that has been opened, and what is to be appended; nothing is written.

    Raises:
        GitRefused: git does not know who notes it.
    """
    return entry_of(_stamp(ledger, wanted), wanted)


def _stamp(ledger: Ledger, wanted: NewFacts) -> Noting:
    program = ledger.program
    by = _author(program)
    noted = now_after(max((one.noted for one in ledger.entries), default=""))
    return Noting(noted, wanted.at or noted, by, __version__, wanted.main)


def entry_of(stamp: Noting, wanted: NewFacts) -> tuple[LedgerEntry, branch.NewEntry]:
    """Return the entry that is noted with this stamp, and what is to be appended; nothing is written."""
    raw = entry_json(wanted.kind, stamp, wanted.listed, wanted.facts)
    entry = read_entry(raw)
    return entry, branch.NewEntry(raw, wanted.files, _message(entry, wanted.message))


def open_ledger(ledger: Ledger) -> bool:
    """Append the entry that opens a ledger, if there is none yet; return whether there was none.

    Raises:
        LedgerMoved, GitRefused, LedgerInUse, Busy, NotWritten: as `note`.
    """
    if ledger.head:
        return False
    by, noted = _author(ledger.program), now_after("")
    opening = _opening(Noting(noted, noted, by, __version__, ledger.program.opened.head), ledger.program.root)
    branch.append(ledger.program, [opening], on="")
    return True


def _author(program: Program) -> str:
    if not program.knows_committer():
        raise GitRefused(_(NAMELESS))
    return f"{program.read('var', 'GIT_AUTHOR_IDENT').rpartition('>')[0]}>"


_TRIES: Final = 20


def note_on_newest(program: Program, attempt: Callable[[Ledger], T]) -> T:
    """Return what `attempt` comes to, which reads a ledger and notes an entry; if the ledger moves meanwhile, again.

    Raises:
        LedgerMoved: it kept moving.
        LedgerEntryBroken: an entry cannot be read.
    """
    for _attempt in range(_TRIES - 1):
        with suppress(LedgerMoved):
            return attempt(_sound_ledger(program))
    return attempt(_sound_ledger(program))


def _sound_ledger(program: Program) -> Ledger:
    ledger = read_ledger(program)
    ledger.require_sound()
    return ledger


def _message(entry: LedgerEntry, more: str) -> str:
    return f"{entry.kind} {entry.id}" + (f": {more}" if more else "")


def _opening(stamp: Noting, root: Path) -> branch.NewEntry:
    raw = entry_json(EntryKind.OPENED, stamp._replace(at=stamp.noted), (), _school_facts(root))
    return branch.NewEntry(raw, {}, _message(read_entry(raw), ""))


def _school_facts(root: Path) -> dict[str, object]:
    """Return whose ledger it is, and the checksums of the schema that it begins with; nothing that cannot be read."""
    from graduand.records.institution import read_institution  # noqa: PLC0415 - a ledger is opened once
    from graduand.records.school_language import IMPORTER, SIZE  # noqa: PLC0415
    from graduand.records.school_language import PATH as INSTITUTION  # noqa: PLC0415
    from graduand.storage import file_reader  # noqa: PLC0415

    found: dict[str, object] = {}
    with suppress(Trouble):
        institution = file_reader.read(root / INSTITUTION)
        school = read_institution(institution)
        raws = {INSTITUTION: institution, IMPORTER: file_reader.read(root / IMPORTER, SIZE)}
        sums = {path: hashlib.sha256(raw).hexdigest() for path, raw in raws.items()}
        found = {"school": school.name, "region": school.region, "seeds": sums}
    return found
