"""Hold the school's nightly sync file against records and state, row by row."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.feeds.known_people import KnownPeople
from graduand.feeds.sync_file import SyncFile
from graduand.language import _, quoted
from graduand.records.list_proposal import level_proposal, year_proposal
from graduand.records.record import ATTENDING, CARD, DISABLED, EMAIL, LEVEL, LOGIN, USERNAME
from graduand.rules.sync_feed import UNTAKEN, FeedPerson, judge_feed_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graduand.feeds.sync_file import SyncRow
    from graduand.index.index import Index
    from graduand.records.list_proposal import ListProposal
    from graduand.tables.table_reader import FileFormat
    from graduand.workspace import Workspace

_BATCH: Final = 1_000
"""Rows that are looked at together."""
_UNIQUE: Final = (USERNAME, EMAIL, CARD, LOGIN)
"""Columns in which no two rows of a file may have the same text [FAQ]."""


class FeedFinding(NamedTuple):
    """A row of the sync file that breaks a rule."""

    line: int
    """The line of the file on which the row begins; the header's is 1."""
    username: str
    """As the file has it; "" for people who must be kept out, and where there is none."""
    rule: str
    message: str
    is_held: bool = False
    """Whether Handshake holds what the row says there already, so that the file undoes nothing."""


class FeedCheck(NamedTuple):
    """What a sync file would do that it should not."""

    findings: tuple[FeedFinding, ...]
    """In the order of the lines."""
    rows: int
    faulty: int
    """Records with errors; their people are not looked at."""
    is_compared: bool
    """Whether it is known what Handshake holds."""
    unread_states: str
    """Why it is not; "" where there is no ledger."""
    lists: tuple[ListProposal, ...] = ()
    """What institution.yaml may list, as the file has it."""


def check_feed(workspace: Workspace, raw: bytes, file: FileFormat, index: Index) -> FeedCheck:
    """Return what is wrong with the rows of a sync file.

    Raises:
        Usage: it is no sync file.
        SchemaBroken, ForgetKeyMissing: it is not known who must be kept out.
    """
    feed = SyncFile(raw, file, workspace.school)
    people = KnownPeople(workspace, index)
    checking = _Checking(workspace, feed, people)
    found = tuple(checking.findings())
    school, shown = workspace.school, checking.shown
    lists = year_proposal(school, shown.get(school.year, ())), level_proposal(school, shown.get(LEVEL, ()))
    return FeedCheck(
        found, checking.rows, people.faulty, people.is_compared, people.unread_states, tuple(filter(None, lists))
    )


_YEAR: Final = "year"
"""Stands for the column of the year, which has another name in each region."""
_ABOUT: Final = {"GR801": (_YEAR, ATTENDING), "GR802": (EMAIL,), "GR803": (DISABLED,)}
"""The columns that rules are about, of those whose row may change nothing in Handshake."""


def _is_held(columns: Sequence[str], cells: Mapping[str, str], person: FeedPerson) -> bool:
    """Return whether a row says in some columns nothing that Handshake does not hold; False for no columns."""
    known = (person.held, person.expected)
    return bool(columns) and all(
        not (cell := cells.get(header, "")) or all(cell == one.get(header) for one in known) for header in columns
    )


class _Checking:
    def __init__(self, workspace: Workspace, feed: SyncFile, people: KnownPeople) -> None:
        self._school = workspace.school
        self._feed = feed
        self._people = people
        self._unique = [(header, feed.places[header]) for header in _UNIQUE if header in feed.places]
        self._lines: dict[str, dict[str, int]] = {header: {} for header, _place in self._unique}
        """By column and text the first line that has it."""
        self.rows = 0
        self._listed = [(key, feed.places[key]) for key in (self._school.year, LEVEL) if key in feed.places]
        self.shown: dict[str, set[str]] = {key: set() for key, _place in self._listed}
        """The texts in the columns of years and levels."""

    def findings(self) -> Iterator[FeedFinding]:
        rows = self._feed.rows()
        while batch := [*islice(rows, _BATCH)]:
            self.rows += len(batch)
            self._look(batch)
            yield from self._of(batch)

    def _look(self, rows: Sequence[SyncRow]) -> None:
        for key, place in self._listed:
            self.shown[key] |= {row.cells[place].strip() for row in rows if row.fits}

    def _of(self, rows: Sequence[SyncRow]) -> Iterator[FeedFinding]:
        names = [self._feed.username(row) for row in rows]
        kept_out = self._people.kept_out(names)
        for row, username in zip(rows, names, strict=True):
            why = kept_out.get(username, "")
            told = "" if why else username
            if not row.fits or not username:
                yield FeedFinding(row.line, told, UNTAKEN, self._untaken(row))
            elif told:
                for message in self._shared(row):
                    yield FeedFinding(row.line, told, UNTAKEN, message)
            if why:
                yield from self._judged(row, "", {}, FeedPerson(kept_out=why))
            elif row.fits and (person := self._people.of(username)):
                yield from self._judged(row, told, self._feed.by_header(row), person)

    def _judged(
        self, row: SyncRow, username: str, cells: Mapping[str, str], person: FeedPerson
    ) -> Iterator[FeedFinding]:
        for flaw in judge_feed_row(cells, person, self._school):
            columns = _ABOUT.get(flaw.rule, ())
            columns = tuple(self._school.year if header == _YEAR else header for header in columns)
            yield FeedFinding(row.line, username, flaw.rule, flaw.message, is_held=_is_held(columns, cells, person))

    def _untaken(self, row: SyncRow) -> str:
        if row.fits:
            return _("The row has no username.")
        message = _("The row has another number of cells than the header: {count}, not {width}.")
        return message.format(count=len(row.cells), width=len(self._feed.headers))

    def _shared(self, row: SyncRow) -> Iterator[str]:
        """Yield in what a row that fits is like another one before it."""
        for header, place in self._unique:
            text = row.cells[place].strip()
            lines = self._lines[header]
            line = lines.setdefault(text.casefold() if header == EMAIL else text, row.line) if text else row.line
            if line != row.line:
                message = _("The row has the same {column} as line {line}: {text}.")
                yield message.format(column=header, line=line, text=quoted(text))
