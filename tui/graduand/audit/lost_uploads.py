"""Find what was carried by uploads whose commit the branch does not have: by what records meant, else by the rows.

Of a person's changes after the place where an upload left the branch it carried those up to the first record that says
what the upload's record said. Where none says it, as when the branch went on before it was squashed, it carried the
first change of each kind whose new values stand in the row.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.audit.lives import ACCOUNT_KINDS, goes_alone, is_held, key_of
from graduand.git.events import OF_KEYS, EventKind, Linked
from graduand.git.snapshot import line_of, lines
from graduand.handshake.row import BOOLEAN
from graduand.ledger.entry import PEOPLE, PersonLine, read_people, table_rows
from graduand.records.kinds import CLEAR
from graduand.records.legacy_reader import read_past_record
from graduand.records.meaning import meaning_of
from graduand.records.record import ALUMNI, ATTENDING, DISABLED, EMAIL, END, USERNAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from graduand.audit.lives import EventKey, Lives
    from graduand.git.events import Event
    from graduand.git.program import Program
    from graduand.ledger.entry import LedgerEntry
    from graduand.ledger.ledger import Ledger
    from graduand.records.record import Record, Value
    from graduand.uploads.sent_people import SentPeople

_YEAR: Final = "year"
"""Stands for the column of the year, which has another name in each region."""


Differing = tuple[str, str, str, str, str, list[str], str]
"""A line of `people.tsv`, and the object that the record was at the anchor, or ""."""


class LostUpload(NamedTuple):
    """An upload whose rows are not what its commit on the branch says."""

    number: int
    entry: LedgerEntry
    anchor: str
    """The last commit of the branch that it was compiled from; "" where none is known."""
    is_rollback: bool
    """Whether its rows come from no record, but from an upload that it takes back."""


class _State(NamedTuple):
    """A person's record as a commit of the branch has it, and what led to it."""

    meaning: str
    record: Record | None
    events: Sequence[Event]
    """None for the state at the anchor."""


class _Person(NamedTuple):
    """A person of a lost upload."""

    line: PersonLine
    base: str
    """The object that the record was at the anchor; "" where there was none."""
    steps: Sequence[tuple[str, str, Sequence[Event]]]
    """The later states of the record, oldest first: two names under which git knows its object, and the events."""


class LostUploadSearch:
    """Links the events that lost uploads carried."""

    def __init__(
        self, program: Program, ledger: Ledger, lives: Lives, sent: SentPeople, reached: Mapping[str, int]
    ) -> None:
        """Name where to search; `reached` says by commit which uploads' anchors have it in their history."""
        self._program = program
        self._ledger = ledger
        self._lives = lives
        self._sent = sent
        self._reached = reached
        self._objects: dict[str, str] = {}
        """The object that each name stands for."""
        self._records: dict[str, tuple[str, Record | None]] = {}
        """What each object means, and its record."""
        self.links: dict[EventKey, tuple[int, str]] = {}
        """The number of the upload that carried an event first, and how that is known."""
        self.hows: dict[tuple[int, str], str] = {}
        """How the branch is known to have said a row, by upload and username; "" for never."""
        self.unsaid: list[tuple[int, str, str, dict[str, str]]] = []
        """The rows that the branch never said: upload, username, path, cells."""
        self.differing: dict[str, list[Differing]] = {}
        """By upload and anchor, the people whose records the branch did not have like that."""

    def run(
        self,
        lost: Sequence[LostUpload],
        rank_of: Callable[[Event], int],
        ranks: Mapping[int, int],
        known: Mapping[str, list[Differing]],
    ) -> None:
        """LostUploadSearch for all `lost` uploads, in the order in which they ran.

        Args:
            lost: The uploads.
            rank_of: Returns how many uploads ran before the one that carried an event by ancestry.
            ranks: How many uploads ran before each one.
            known: What an earlier search found to differ, which does not change.
        """
        keys = [f"{one.entry.id} {one.anchor}" for one in lost]
        new = [(key, one) for key, one in zip(keys, lost, strict=True) if key not in known]
        contents = self._ledger.files((one.entry, PEOPLE) for _key, one in new)
        self.differing = {key: known[key] for key in keys if key in known}
        self.differing |= {key: self._differing(one, raw) for (key, one), raw in zip(new, contents, strict=True)}
        people = [[*self._people(one, self.differing[key])] for one, key in zip(lost, keys, strict=True)]
        self._read_records([person for found in people for person in found])
        for upload, found in zip(lost, people, strict=True):
            rank = ranks[upload.number]

            def is_free(event: Event, rank: int = rank) -> bool:
                other = self.links.get(key_of(event))
                return rank_of(event) > rank and (other is None or ranks[other[0]] > rank)

            self._match(upload, found, is_free)

    def _people(self, upload: LostUpload, differing: Iterable[Differing]) -> Iterator[_Person]:
        """Yield the people of whom the branch did not have the same record already at the anchor."""
        prefix = self._program.prefix
        for username, previous, path, blob, meaning, jobs, base in differing:
            line = PersonLine(username, previous, path, blob, meaning, tuple(jobs))
            names = {line.username, line.previous} - {""}
            took = self._sent.took(name for one in names for name in self._lives.names_of(one))
            if not took >> upload.number & 1:
                continue
            steps: dict[str, list[Event]] = {}
            for event in self._lives.events_of(line.username):
                if not self._reached.get(event.source.commit, 0) >> upload.number & 1:
                    steps.setdefault(event.source.commit, []).append(event)
            named = [
                (f"{commit}:{prefix}{found[-1].path}", f"{found[-1].source.merge or commit}:{prefix}{found[-1].path}")
                for commit, found in steps.items()
            ]
            states = [(*name, found) for name, found in zip(named, steps.values(), strict=True)]
            yield _Person(line, base, states)

    def _differing(self, upload: LostUpload, raw: bytes) -> list[Differing]:
        """Return the people of an upload whose records the branch did not have like that at the anchor.

        People are compared as lines of text, as they are many.
        """
        listed = lines(self._program, upload.anchor) if upload.anchor else []
        known = frozenset() if upload.is_rollback else frozenset(listed)
        rows = raw.decode(errors="surrogateescape").split("\n")
        cells = (row.split("\t") for row in rows if row)
        fresh = "\n".join("\t".join(row) for row in cells if len(row) < 4 or line_of(row[2], row[3]) not in known)
        people = [*read_people(fresh.encode(errors="surrogateescape"), upload.entry.id)]
        paths = {
            one.username: [one.path, *(event.path for event in self._lives.events_of(one.username))] for one in people
        }
        wanted = frozenset(path for found in paths.values() for path in found)
        there = {
            path: facts.rpartition(" ")[2]
            for facts, _tab, path in (line.partition("\t") for line in listed)
            if path in wanted
        }
        return [
            (*one[:-1], [*one.jobs], next((there[path] for path in paths[one.username] if path in there), ""))
            for one in people
        ]

    def _read_records(self, people: Iterable[_Person]) -> None:
        """Read the records of all states, each once."""
        paths: dict[str, str] = {}
        names: dict[str, str] = {}
        for person in people:
            paths |= {person.base: person.line.path} if person.base else {}
            names |= {name: found[-1].path for *pair, found in person.steps for name in pair}
        self._objects = dict(zip(names, self._program.object_names(names), strict=True))
        paths |= {blob: names[name] for name, blob in self._objects.items() if blob}
        for (blob, path), raw in zip(paths.items(), self._program.blobs(paths), strict=True):
            if raw is not None:
                self._records[blob] = (meaning_of(path, raw), read_past_record(path, raw.replace(b"\r\n", b"\n")))

    def _states(self, person: _Person) -> Iterator[_State]:
        """Yield the state at the anchor, if there is one, and the later ones."""
        if person.base in self._records:
            yield _State(*self._records[person.base], ())
        for name, other, found in person.steps:
            blob = self._objects[name] or self._objects[other]
            yield _State(*self._records.get(blob, ("", None)), found)

    def _match(self, upload: LostUpload, people: Iterable[_Person], is_free: Callable[[Event], bool]) -> None:
        unmatched = [
            (person, states)
            for person in people
            for states in [[*self._states(person)]]
            if upload.is_rollback or not self._match_meaning(upload, person, states, is_free)
        ]
        rows = self._rows(upload, [person for person, _states in unmatched])
        for person, states in unmatched:
            self._match_cells(upload, person, states, rows[person.line.username], is_free)

    def _match_meaning(
        self, upload: LostUpload, person: _Person, states: Sequence[_State], is_free: Callable[[Event], bool]
    ) -> bool:
        """Link the events up to the first state that says what the upload's record said."""
        meaning = person.line.meaning
        at = next(
            (
                place
                for place, state in enumerate(states)
                if state.meaning == meaning and (upload.anchor or not state.events or any(map(is_free, state.events)))
            ),
            -1,
        )
        if not meaning or at < 0:
            is_said = bool(meaning) and any(state.meaning == meaning for state in states)
            if is_said:  # another upload carried it
                self.hows[upload.number, person.line.username] = Linked.RECORD.value
            return is_said
        carried = [event for state in states[: at + 1] for event in state.events]
        for place, event in enumerate(carried):
            is_account = event.event in ACCOUNT_KINDS
            later = carried[place + 1 :]
            held = is_account and is_held(event, _before_next(later), upload.entry.text("on"))
            if not held and self._carries(upload, event) and is_free(event):
                self.links[key_of(event)] = (upload.number, Linked.RECORD.value)
        if carried:
            self.hows[upload.number, person.line.username] = Linked.RECORD.value
        return True

    def _carries(self, upload: LostUpload, event: Event) -> bool:
        """Return whether the row of a person can carry a change: one that holds the account alone carries no more."""
        alone = self._sent.alone_of(self._lives.names_of(event.username)).get(upload.number)
        return alone is None or goes_alone(event, alone[1])

    def _match_cells(
        self,
        upload: LostUpload,
        person: _Person,
        states: Sequence[_State],
        row: Mapping[str, str],
        is_free: Callable[[Event], bool],
    ) -> None:
        """Link the first event of each kind whose new values stand in the row."""
        done: set[object] = set()
        found = False
        for event in (event for state in states for event in state.events):
            what = _what_of(event)
            if what in done or not self._carries(upload, event) or (not upload.anchor and not is_free(event)):
                continue
            if _stands(what, event.old, row, person.line):  # the row says what was there before
                done.add(what)
            elif _stands(what, event.new, row, person.line):
                done.add(what)
                found = True
                if is_free(event):
                    self.links[key_of(event)] = (upload.number, Linked.CELLS.value)
        if upload.is_rollback:
            return
        said = {cell for state in states if state.record for cell in _said_by(state.record)}
        names = {person.line.username, person.line.previous}
        never = {
            header: cell
            for header, cell in row.items()
            if cell and not (header == USERNAME and cell in names) and not said & {(header, cell), (_YEAR, cell)}
        }
        self.hows[upload.number, person.line.username] = "" if never else Linked.CELLS.value if found else "ancestry"
        if never:
            self.unsaid.append((upload.number, person.line.username, person.line.path, never))

    def _rows(self, upload: LostUpload, people: Sequence[_Person]) -> Mapping[str, Mapping[str, str]]:
        """Return the cells that were sent of people, by username and header."""
        rows: defaultdict[str, dict[str, str]] = defaultdict(dict)
        owners = {name: one.line.username for one in people for name in (one.line.previous, one.line.username) if name}
        wanted = {job for one in people for job in one.line.jobs}
        files = [file for file in upload.entry.jobs if file.name in wanted]
        contents = self._ledger.files((upload.entry, file.name) for file in files)
        for file, raw in zip(files, contents, strict=True):
            table = table_rows(raw, upload.entry.id, file.name)
            header = next(table, [])
            at = header.index(USERNAME) if USERNAME in header else -1
            for cells in table if at >= 0 else ():
                if len(cells) == len(header) and cells[at] in owners:
                    filled = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
                    rows[owners[cells[at]]].update(filled)
        return rows


def _before_next(events: Iterable[Event]) -> Iterator[Event]:
    """Yield events up to the next change of the account."""
    for event in events:
        if event.event in ACCOUNT_KINDS:
            return
        yield event


def _what_of(event: Event) -> object:
    """Return what an event changes: of events that change the same, an upload carried one."""
    if event.event in ACCOUNT_KINDS:
        return DISABLED
    if event.event in {EventKind.GRADUATED, EventKind.RETURNED, EventKind.LEFT}:
        return ALUMNI
    if event.event in OF_KEYS:
        return frozenset((*(event.old or ()), *(event.new or ())))
    return event.event


def _stands(what: object, value: str | Mapping[str, Value] | None, row: Mapping[str, str], line: PersonLine) -> bool:
    """Return whether the values of an event stand in a row."""
    if isinstance(value, str) and value:
        if what == DISABLED:
            return row.get(DISABLED) == BOOLEAN.get(value)
        if what == ALUMNI:
            is_alumnus, has_left = ALUMNI in row.values(), row.get(ATTENDING) == "FALSE"
            kind = EventKind.GRADUATED if is_alumnus else EventKind.LEFT if has_left else EventKind.RETURNED
            return bool(row) and value == kind.value
        if what is EventKind.EMAIL:
            return row.get(EMAIL, "").casefold() == value.casefold()
        return what is EventKind.USERNAME and value == line.username and bool(line.previous)
    if isinstance(value, dict) and value:
        return all(row.get(key, "") == _cell(one) for key, one in value.items())
    return False


def _said_by(record: Record) -> Iterator[tuple[str, str]]:
    """Yield the cells that a record says or that follow from it, by header."""
    for key, value in record.values.items():
        yield key, _cell(value)
    if record.graduated:
        yield from ((_YEAR, ALUMNI), (ATTENDING, "FALSE"))
    elif record.returned:
        yield from ((ATTENDING, "TRUE"), (END, CLEAR))
    elif record.left:
        yield ATTENDING, "FALSE"


def _cell(value: Value) -> str:
    return BOOLEAN.get(value, value) if isinstance(value, str) else ";".join(value)
