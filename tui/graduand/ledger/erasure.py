"""Erase a person from the ledger: its history is written anew without the person's lines.

`entry.json` holds nothing of a person, so every entry keeps its id, and whatever names an entry stays right. The
commits before the first cut keep their names and signatures; those from there on are made again, with their authors
and dates, by whoever erases, who signs them. The last entry notes the erasure, without the person's name or a checksum
of it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.errors import LedgerNewer
from graduand.ledger import branch
from graduand.ledger.entry import ENTRY, PEOPLE, RESULT, EntryKind, cells_of
from graduand.ledger.ledger import NewFacts, entry_to_append
from graduand.ledger.line_cuts import cut, mentions, without_mentions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graduand.git.program import Program
    from graduand.ledger.branch import Addition, StoredEntry
    from graduand.ledger.entry import LedgerEntry
    from graduand.ledger.ledger import Ledger

_Blob = tuple[str, str]
"""A file's name in the tree, and the object that holds it."""

_RENAMED: Final = re.compile(rb"^[^\t\n]*\t[^\t\n]+\t.*$", re.MULTILINE)
"""A line of `people.tsv` that names an earlier username."""
_NO_FORMER: Final = b"\t\trecords/"
"""Stands in a line that names none; to count these is quicker than to look at each line."""


class EntryRows(NamedTuple):
    """What an entry holds of a person."""

    entry: LedgerEntry
    files: Mapping[str, int]
    """By the name of the file, how many lines are the person's; 0 where only an answer to somebody else names them."""

    @property
    def rows(self) -> int:
        """How many rows the files have that the entry lists."""
        return sum(self.files.get(file.name, 0) for file in self.entry.files)

    @property
    def lines(self) -> int:
        """How many lines all its files have."""
        return sum(self.files.values())


class PersonRows(NamedTuple):
    """What the ledger holds of a person."""

    usernames: tuple[str, ...]
    """The one that was asked for, then those that the person had before or after it."""
    contacts: frozenset[str]
    """Addresses and logins that were sent or seen."""
    entries: tuple[EntryRows, ...]
    """In the order of noting."""
    named_in: tuple[str, ...]
    """The ids of the entries whose own facts name the person, such as a branch called after a username."""


class _Chain(NamedTuple):
    """The commits of a ledger, column by column."""

    stored: Sequence[StoredEntry]
    additions: Sequence[Addition]
    """Their own files."""
    own: Sequence[Sequence[_Blob]]
    """The same without `entry.json`."""


def rows_of(ledger: Ledger, username: str, *, exact: bool = False) -> PersonRows:
    """Return what a ledger holds of a person, by all usernames that uploads say the person had.

    With `exact`, by this username only.

    Raises:
        LedgerCut, LedgerIncomplete: this clone does not have all of it.
        LedgerBroken, LedgerNewer: it holds something that is unknown here.
    """
    if not ledger.head:
        return PersonRows((username,), frozenset(), (), ())
    branch.require_whole(ledger.program, ledger.chain)
    ledger.require_sound()
    return _rows_of(ledger, _chain(ledger), username, exact=exact)


def _chain(ledger: Ledger) -> _Chain:
    additions = branch.additions_of(ledger.program, ledger.stored)
    own = []
    for addition in additions:
        for name, line in addition.lines.items():
            if line.kind != "blob":
                raise LedgerNewer(name)
        own.append([(name, line.blob) for name, line in addition.lines.items() if name != ENTRY])
    return _Chain(ledger.stored, additions, own)


def _rows_of(ledger: Ledger, chain: _Chain, username: str, *, exact: bool) -> PersonRows:
    program = ledger.program
    blobs = [*dict.fromkeys(blob for own in chain.own for blob in own)]
    if program.is_partial and blobs:
        branch.bring(program, [ledger.head], [blob for _name, blob in blobs])
    usernames = (username,) if exact else _usernames(program, blobs, username)
    counts: dict[_Blob, int] = {}
    contacts = set[str]()
    for blob, raw in _contents(program, blobs):
        found = cut(blob[0], raw, usernames)
        contacts |= found.contacts
        if found.lines:
            counts[blob] = found.lines
    names = {*usernames, *contacts}
    for blob, raw in _contents(program, [one for one in blobs if one[0] == RESULT]):
        left = cut(RESULT, raw, usernames).raw
        if without_mentions(left, names) != left:
            counts.setdefault(blob, 0)
    held = [
        EntryRows(entry, {blob[0]: counts[blob] for blob in own if blob in counts})
        for entry, own in zip(ledger.entries, chain.own, strict=True)
    ]
    named = tuple(entry.id for entry in ledger.entries if is_named(entry.facts, usernames))
    return PersonRows(usernames, frozenset(contacts), tuple(one for one in held if one.files), named)


def _usernames(program: Program, blobs: Iterable[_Blob], username: str) -> tuple[str, ...]:
    """Return a username and those that the same person had before or after it."""
    pairs = {
        (cells[0], cells[1])
        for _blob, raw in _contents(program, [blob for blob in blobs if blob[0] == PEOPLE])
        if raw.count(_NO_FORMER) < raw.count(b"\n")
        for line in _RENAMED.findall(raw)
        for cells in cells_of(line)
    }
    found = [username]
    for name in found:
        found += [
            other for pair in sorted(pairs) if name in pair for other in pair if other not in found and other != name
        ]
    return tuple(dict.fromkeys(found))


def _contents(program: Program, blobs: Sequence[_Blob]) -> Iterator[tuple[_Blob, bytes]]:
    for blob, raw in zip(blobs, program.blobs(name for _file, name in blobs), strict=True):
        yield blob, branch.present(raw, blob[1], blob[0])


def is_named(facts: Mapping[str, Any], usernames: Iterable[str]) -> bool:
    """Return whether the texts of an entry that people wrote name the person."""
    mention = mentions(usernames)
    said = [facts.get(key) for key in ("branch", "reason", "job_url", "overrides", "by_order_of", "request")]
    text = json.dumps(said, ensure_ascii=False)
    return mention is not None and mention("", text) != text


class ErasureFacts(NamedTuple):
    """What is noted of an erasure besides its counts."""

    by_order_of: str
    request: str = ""
    """The number of the request."""
    commits: Mapping[str, str] = {}
    """The new name by the old one, of commits of the records that were written anew."""
    main: str = ""
    """The commit of the upload branch."""


def without(ledger: Ledger, person: PersonRows, facts: ErasureFacts) -> tuple[LedgerEntry, str]:
    """Write the ledger anew without a person; return the entry that notes it, and the new head. No branch moves.

    Raises:
        GitRefused: git or a key refused.
    """
    program = ledger.program
    entry, new = entry_to_append(ledger, _facts(ledger, person, facts))  # first, for it may be refused
    chain = _chain(ledger)
    cut_blobs = _cut_blobs(ledger, chain, person)
    head = _rewritten(program, chain, cut_blobs)
    return entry, branch.lay_on(program, head, [branch.addition_of(program, new)])


def _facts(ledger: Ledger, person: PersonRows, facts: ErasureFacts) -> NewFacts:
    named = {entry.text(key) for entry in ledger.entries for key in ("commit", "base", "main")}
    said = {
        "was": ledger.head,
        "cut": [{"id": one.entry.id, "rows": one.rows, "files": {**one.files}} for one in person.entries],
        "commits": {old: new for old, new in facts.commits.items() if old in named},
        "by_order_of": facts.by_order_of,
        "request": facts.request,
    }
    message = f"{len(person.entries)} entries"
    return NewFacts(EntryKind.ERASED, main=facts.main, facts=said, message=message)


def _cut_blobs(ledger: Ledger, chain: _Chain, person: PersonRows) -> dict[_Blob, str]:
    """Write the files of the ledger without the person's lines; return the new object of each that changes."""
    held = {(one.entry.id, name) for one in person.entries for name in one.files}
    program = ledger.program
    changing = dict.fromkeys(
        blob
        for entry, own in zip(ledger.entries, chain.own, strict=True)
        for blob in own
        if (entry.id, blob[0]) in held
    )
    order = [*changing]
    order.reverse()  # the newest first: git stores each older one as its difference from it
    order.sort(key=lambda blob: blob[0])
    names = {*person.usernames, *person.contacts}

    def contents() -> Iterator[bytes]:
        for (name, _blob), raw in _contents(program, order):
            left = cut(name, raw, person.usernames).raw
            yield without_mentions(left, names) if name == RESULT else left

    return dict(zip(order, program.write_blobs(contents()), strict=True))


def _rewritten(program: Program, chain: _Chain, new: Mapping[_Blob, str]) -> str:
    """Make the commits again from the first one that holds a changed file; return the last."""
    commits = [one.commit for one in chain.stored]
    dates = program.read("log", "-z", "--no-walk=unsorted", "--format=%cI", *commits, "--").strip("\0\n").split("\0")
    trees = branch.trees_of(program, commits)
    signing, base, is_same = program.signs_commits(), "", True
    for commit, date, tree, addition in zip(commits, dates, trees, chain.additions, strict=True):
        lines = {name: line._replace(blob=new.get((name, line.blob), line.blob)) for name, line in tree.items()}
        is_same = is_same and lines == tree
        if is_same:
            base = commit
            continue
        author = {**addition.author, "GIT_COMMITTER_DATE": date.strip()}
        base = branch.make_commit(program, base, addition._replace(lines=lines, author=author), signing=signing)
    return base
