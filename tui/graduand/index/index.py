"""The index: what all records come to, and what is wrong with each of them."""

from __future__ import annotations

import os
from bisect import bisect_left
from functools import cached_property
from itertools import accumulate, chain, compress, repeat
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand import gc_pause
from graduand.errors import Trouble, Unreadable
from graduand.findings import Finding, in_order
from graduand.handshake.row_table import RowTable
from graduand.index.evaluate import evaluate, evaluate_reading
from graduand.index.index_store import BY_NUMBER, LISTED, IndexPage, joined_cells, joined_pages
from graduand.records import files, stamp
from graduand.records.paths import username_of, within
from graduand.records.reading import read
from graduand.records.record import FOLDER, FORMER, STAYS, USERNAME
from graduand.records.source import with_line_feeds
from graduand.rules import judgement
from graduand.rules.account import closes_duplicate, unknown_stays
from graduand.rules.handshake_state import softened
from graduand.rules.identity import KEYS, person_of
from graduand.storage import file_reader
from graduand.storage.cache_file import Deferred

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from graduand.handshake.row import Row
    from graduand.index.index_store import IndexStore, Progress
    from graduand.index.person_states import PersonStates
    from graduand.records.record import Record
    from graduand.records.school import School
    from graduand.rules.cross_record import Shared
    from graduand.rules.rule import Flaw

_PART: Final = 500
"""Files that are read between two calls of the progress."""

_FOREIGN_ENDS: Final = b"\r\n"
_UNREADABLE: Final = ("", *[None] * (len(KEYS) + len(LISTED) - 1))
"""The columns of `IndexPage.people` for a file that cannot be read."""

_BLANK: Final = ""


class Index:
    """What all files below `records/` come to on one day."""

    def __init__(
        self,
        reader: IndexReader,
        pages: Sequence[IndexPage],
        strays: Sequence[Finding],
        store: IndexStore | None = None,
        states: PersonStates | None = None,
    ) -> None:
        self._reader = reader
        self._strays = strays
        self._store = store
        self.pages = pages
        self.states = states
        """What Handshake holds; None where it was not asked for."""
        self.unread_states = ""
        """Why it could not be read; "" as long as nothing stands in the way."""

    @property
    def paths(self) -> tuple[str, ...]:
        """All records' paths, sorted."""
        return tuple(chain.from_iterable(page.paths for page in self.pages))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All that is wrong, in order."""
        shared: dict[str, list[Flaw]] = {}
        for one in self._shared():
            shared.setdefault(one.path, []).append(one.flaw)
        for path, flaw in self._unknown_stays():
            shared.setdefault(path, []).append(flaw)
        states = self._of_states(shared)
        found = [
            finding
            for page in self.pages
            for place, findings in page.findings.items()
            if (path := page.paths[place]) not in shared and path not in states
            for finding in findings
        ]
        for path, flaws in shared.items():
            if path not in states:
                found += self._reader.evaluate(path, flaws)
        return in_order([*self._strays, *found, *chain.from_iterable(states.values())])

    def _of_states(self, shared: Mapping[str, Sequence[Flaw]]) -> Mapping[str, Sequence[Finding]]:
        """Return by path all findings of records that contradict what Handshake holds, or say nothing of it.

        They depend on the ledger too, so they are stored apart from the records, for one head of it.
        """
        states = self.states
        if states is None or not states.ledger.head:
            return {}
        store = self._store if all(page.is_settled for page in self.pages) else None
        known = store.of_states(self.pages, states.key) if store else None
        if known is not None:
            return known
        try:
            known = dict(self._judged_by_states(states, shared))
        except Trouble as trouble:  # the records are checked all the same
            self.states, self.unread_states = None, str(trouble)
            return {}
        self.unread_states = states.ledger.unread
        if store and not self.unread_states:
            store.put_of_states(self.pages, states.key, known)
        return known

    def _judged_by_states(
        self, states: PersonStates, shared: Mapping[str, Sequence[Flaw]]
    ) -> Iterator[tuple[str, tuple[Finding, ...]]]:
        paths, usernames, _addresses, _cards, _logins, formers, *_others = self.people
        columns, cells = joined_cells(self.pages, self._reader.school.columns)
        rows = zip(*cells, strict=True) if columns else repeat((), len(paths))
        names = [name or username_of(path) for name, path in zip(usernames, paths, strict=True)]
        people = zip(names, formers, rows, strict=True)
        starts = accumulate((len(page.paths) for page in self.pages), initial=0)
        waiting = {start + at for page, start in zip(self.pages, starts, strict=False) for at in page.waiting}
        for place in states.suspects(people, columns, self._reader.school, waiting):
            path = paths[place]
            if found := self._reader.evaluate_by_state(path, states, shared.get(path, ())):
                yield path, found

    def _unknown_stays(self) -> Iterator[tuple[str, Flaw]]:
        """Yield the paths of records that say of an account that it stays which nothing here knows, and the flaw."""
        said = [(page.paths[at], name) for page in self.pages for at, name in page.stays.items()]
        if not said:
            return
        known = {*filter(None, self.people[1]), *filter(None, self.people[1 + KEYS.index(FORMER)])}
        if self.states and self.states.is_readable:
            known |= self.states.folded.rows.keys()
        yield from ((path, unknown_stays(name)) for path, name in said if name not in known)

    def check(self, scope: tuple[str, ...] = ()) -> Checked:
        """Return what is wrong with the files in `scope`, or a folder above them; an empty scope is all of them."""
        above = {part[:at] for part in scope for at, char in enumerate(part) if char == "/"}
        return Checked(
            tuple(finding for finding in self.findings if within(finding.path, scope) or finding.path in above),
            tuple(path for path in self.paths if within(path, scope)),
            self._reader,
            bool(self.states and self.states.ledger.head),
            self.unread_states,
        )

    def _shared(self) -> Sequence[Shared]:
        """Return what is wrong among all records; while no file has changed it is read from the store."""
        store = self._store if all(page.is_settled for page in self.pages) else None
        known = store.shared(self.pages) if store else None
        if known is None:
            known = tuple(judgement.judge_columns(self.people))
            if store:
                store.put_shared(self.pages, known)
        return known

    @property
    def people(self) -> list[list[Any]]:
        """What the rules among records look at: the paths, and a column for each of `identity.KEYS`."""
        columns = zip(*((page.paths, *page.people.value[: len(KEYS)]) for page in self.pages), strict=True)
        return [[*chain.from_iterable(parts)] for parts in columns] or [[] for _column in ("path", *KEYS)]

    def listed(self) -> tuple[list[str], ...]:
        """Return as columns what a list shows of all people: path, username, names, address, majors, kind, LISTED."""
        paths, usernames, addresses, _card, _login, _former, _more, first, last, kinds, majors = self.people
        more = zip(*(page.people.value[len(KEYS) :] for page in self.pages), strict=True)
        listed = [[*chain.from_iterable(parts)] for parts in more] or [[] for _key in LISTED]
        return (
            paths,
            [username or username_of(path) for username, path in zip(usernames, paths, strict=True)],
            *([text or "" for text in column] for column in (last, first, addresses)),
            ["; ".join(found) if found else "" for found in majors],
            [text or "" for text in kinds],
            *([_one_line(value) for value in column] for column in listed),
        )

    def unique(self) -> tuple[list[str], list[str]]:
        """Return as columns what else only one person may have: the card and the login."""
        _paths, _usernames, _addresses, cards, logins, *_others = self.people
        return [text or "" for text in cards], [text or "" for text in logins]

    def table(self, faulty: Collection[str], cohorts: Collection[str]) -> RowTable:
        """Return the rows of all records of these cohorts that are not at `faulty` paths."""
        pages = [page for page in self.pages if page.cohort in cohorts]
        columns, cells = joined_cells(pages, self._reader.school.columns)
        if not columns:
            return RowTable((), [], withheld=self._withheld(pages, faulty))
        usernames = cells[columns.index(USERNAME)]
        kinds = [*chain.from_iterable(page.kinds for page in pages)]
        rows = zip(*cells, strict=True)
        known = dict(zip(BY_NUMBER, _by_username(pages, usernames), strict=True))
        known["withheld"] = self._withheld(pages, faulty)
        if not faulty and all(usernames):
            return RowTable(columns, [*rows], kinds=kinds, **known)
        paths = chain.from_iterable(page.paths for page in pages)
        sound = [bool(name) and path not in faulty for path, name in zip(paths, usernames, strict=True)]
        there = {*compress(usernames, sound)}
        for name in BY_NUMBER[:-1]:
            known[name] = {username: text for username, text in known[name].items() if username in there}
        return RowTable(columns, [*compress(rows, sound)], kinds=[*compress(kinds, sound)], **known)

    @staticmethod
    def _withheld(pages: Iterable[IndexPage], faulty: Collection[str]) -> dict[str, str]:
        """Return why no row is sent of whom by their records; of some of them there is none to take the name of."""
        return {
            page.people.value[0][at] or username_of(page.paths[at]): why
            for page in pages
            for at, why in page.withheld.items()
            if page.paths[at] not in faulty
        }


def _one_line(value: Any) -> str:  # noqa: ANN401 - whatever a file holds at a key
    return value if isinstance(value, str) else ""


def _by_username(pages: Sequence[IndexPage], usernames: Sequence[str]) -> list[dict[str, str]]:
    """Return by username what pages say of few files, an item for each of BY_NUMBER."""
    found: list[dict[str, str]] = [{} for _name in BY_NUMBER]
    start = 0
    for page in pages:
        for name, texts in zip(BY_NUMBER, found, strict=True):
            texts.update((usernames[start + at], text) for at, text in getattr(page, name).items())
        start += len(page.paths)
    return found


class _Checked(NamedTuple):
    findings: tuple[Finding, ...]
    paths: tuple[str, ...]
    reader: IndexReader
    is_compared: bool
    """Whether the records were compared with what Handshake holds."""
    unread_states: str
    """Why what Handshake holds, or a part of it, could not be read; "" when it could, or there is no ledger."""


class Checked(_Checked):
    """What is wrong with some files, the paths of these files, and what reads them."""

    def softened(self, touched: Collection[str]) -> Checked:
        """Return the same, with errors about what Handshake holds as notes where the record was not touched."""
        return self._replace(findings=tuple(softened(self.findings, touched)))

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """The records in the files, which are read when they are asked for, as far as they can be."""
        return self.reader.records(self.paths)


class IndexReader:
    """Reads files into pages, for one school, as of one day."""

    def __init__(self, root: Path, school: School, on: str) -> None:
        self.root = root
        self.school = school
        self.on = on

    def evaluate(self, path: str, shared: Sequence[Flaw]) -> tuple[Finding, ...]:
        """Return all that is wrong with the record at a path, what is `shared` with others too."""
        return evaluate(path, self._load(path), self.school, self.on, shared).findings

    def evaluate_by_state(self, path: str, states: PersonStates, shared: Sequence[Flaw]) -> tuple[Finding, ...]:
        """Return all that is wrong with the record at a path; nothing when Handshake's state adds nothing to it."""
        raw = self._load(path)
        reading = read(path, raw, self.school) if isinstance(raw, bytes) else None
        if reading is None or reading.record is None:
            return ()
        flaws = states.flaws(reading.record, self.school, self.on)
        return evaluate_reading(reading, self.school, self.on, (*shared, *flaws)).findings if flaws else ()

    def records(self, paths: Iterable[str]) -> tuple[Record, ...]:
        """Return the records in the files at `paths`, as far as they can be read."""
        loaded = ((path, self._load(path)) for path in paths)
        found = (read(path, raw, self.school).record for path, raw in loaded if isinstance(raw, bytes))
        return tuple(record for record in found if record)

    def page(self, cohort: str, paths: Sequence[str]) -> IndexPage:
        """Return the page of the files at `paths`."""
        stamps: list[bytes] = []
        people: list[tuple[Any, ...]] = []
        rows: list[Row | None] = []
        stays: dict[int, str] = {}
        findings: dict[int, list[Finding]] = {}
        for place, (path, raw, mark) in enumerate(self._contents(paths)):
            entry = evaluate(path, raw, self.school, self.on)
            record = entry.record
            stamps.append(mark)
            people.append((*person_of(record)[1:], *map(record.values.get, LISTED)) if record else _UNREADABLE)
            rows.append(entry.row)
            if record and STAYS in record.values and closes_duplicate(record):
                stays[place] = record.text(STAYS)
            if entry.findings:
                findings[place] = [*entry.findings]
        columns, cells = _columns_of(rows, [*self.school.columns])
        return IndexPage(
            cohort,
            [*paths],
            b"".join(stamps),
            Deferred.of([*map(list, zip(*people, strict=True))]),
            columns,
            cells,
            {place: row.previous_username for place, row in enumerate(rows) if row and row.previous_username},
            {place: row.held_back for place, row in enumerate(rows) if row and row.held_back},
            {place: row.waits_until for place, row in enumerate(rows) if row and row.waits_until},
            {place: row.withheld for place, row in enumerate(rows) if row and row.withheld},
            stays,
            [row.kind if row else _BLANK for row in rows],
            findings,
        )

    def _contents(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes | Finding, bytes]]:
        """Return each path, what its file holds, and the stamp of the file."""
        now = stamp.now()
        with file_reader.FolderHandle(os.fspath(self.root)) as folders:
            for path in paths:
                folder, _slash, name = path.rpartition("/")
                try:
                    raw, status = file_reader.read_with_stat(name, folder=folders.open(folder))
                except (Unreadable, OSError):
                    yield path, files.load(self.root, path), stamp.NEVER
                else:
                    if _FOREIGN_ENDS in raw:  # what git commits of it depends on more than the file
                        yield path, self._committed(path, raw), stamp.NEVER
                    else:
                        yield path, raw, stamp.settled(status, now)

    def _load(self, path: str) -> bytes | Finding:
        """Return what git would commit of the record at a path, or why it cannot be read."""
        raw = files.load(self.root, path)
        return self._committed(path, raw) if isinstance(raw, bytes) and _FOREIGN_ENDS in raw else raw

    def _committed(self, path: str, raw: bytes) -> bytes:
        """Return the content of a file of foreign line ends as git would commit it."""
        return with_line_feeds(raw) if path in self._converted else raw

    @cached_property
    def _converted(self) -> frozenset[str]:
        """The paths whose line ends git converts."""
        from graduand.git.line_ends import converted_paths  # noqa: PLC0415 - seldom needed

        return converted_paths(self.root)


def _columns_of(rows: Sequence[Row | None], headers: Sequence[str]) -> tuple[tuple[str, ...], list[list[str]]]:
    """Return the headers below which there is a cell, and their columns, in which equal cells are one object."""
    blank = (_BLANK,) * len(headers)
    columns: list[str] = []
    cells: list[list[str]] = []
    for header, column in zip(headers, zip(*(row.cells if row else blank for row in rows), strict=True), strict=True):
        if any(column):
            known: dict[str, str] = {}
            columns.append(header)
            cells.append([known.setdefault(cell, cell) for cell in column])
    return tuple(columns), cells


def index_of(
    reader: IndexReader,
    found: files.Found,
    store: IndexStore | None,
    progress: Progress | None = None,
    states: PersonStates | None = None,
) -> Index:
    """Return the index of the files that were `found`; what is in the `store` unchanged is not read again."""
    with gc_pause.paused():
        pages = _pages(reader, found, store, progress)
    return Index(reader, pages, found.strays, store, states)


def _pages(
    reader: IndexReader, found: files.Found, store: IndexStore | None, progress: Progress | None
) -> Sequence[IndexPage]:
    cohorts = dict(_by_cohort(found.paths))
    stored = (
        {cohort: _unchanged(store.page(cohort), paths, found.stamps) for cohort, paths in cohorts.items()}
        if store
        else {}
    )
    missing = {cohort: _missing(paths, stored.get(cohort)) for cohort, paths in cohorts.items()}
    total, done = sum(map(len, missing.values())), 0
    pages = []
    for cohort, paths in missing.items():
        old = stored.get(cohort)
        parts = [old] if old else []
        for start in range(0, len(paths), _PART):
            parts.append(reader.page(cohort, paths[start : start + _PART]))
            done += len(parts[-1].paths)
            if progress:
                progress(done, total)
        page = joined_pages(parts, reader.school.columns)
        pages.append(page)
        if store and paths:
            store.put(page)
    if store:
        store.remove_others(cohorts)
    return pages


def _by_cohort(paths: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Return the paths of each cohort; they are sorted, so only the end of each cohort is searched for."""
    start = 0
    while start < len(paths):
        cohort = paths[start].split("/", 2)[1]
        end = bisect_left(paths, f"{FOLDER}/{cohort}0", start)  # the sign after the slash
        yield cohort, [*paths[start:end]]
        start = end


def _unchanged(page: IndexPage | None, paths: Sequence[str], now: Mapping[str, bytes]) -> IndexPage | None:
    """Return the part of a page whose files still have the stamps that they had; None when there are no such files."""
    if page is None:
        return None
    never = stamp.NEVER
    if page.paths == paths and page.stamps == b"".join([now.get(path, never) for path in paths]):
        return page
    places = [
        place
        for place, (path, known) in enumerate(zip(page.paths, page.each_stamp(), strict=True))
        if known == now.get(path) != never
    ]
    return page.picked(places) if places else None


def _missing(paths: Sequence[str], page: IndexPage | None) -> Sequence[str]:
    if page is None:
        return paths
    known = set(page.paths)
    return [path for path in paths if path not in known] if len(known) < len(paths) else ()
