"""The jobs: the uploads that rows need, in their order, each with the importer's settings."""

from __future__ import annotations

from collections import defaultdict
from itertools import compress
from operator import itemgetter, ne
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.handshake.row_table import used_columns
from graduand.handshake.sendable import sends_logins_asked_for
from graduand.handshake.state import Retry, State
from graduand.records.columns import mover
from graduand.records.record import DISABLED, EMAIL, FIRST_NAME, LABELS, LAST_NAME, LOGIN, USERNAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.handshake.row import Cells
    from graduand.handshake.row_table import RowTable
    from graduand.records.columns import Columns
    from graduand.records.school import School


def refused_by_sync(
    rows: Sequence[Cells], columns: Columns, state: State, own_domains: frozenset[str]
) -> frozenset[str]:
    """Return the usernames whose rows would stop the automatic sync [AUTORUN][SENS]; `sent` is below `columns`.

    It stops at 10 % of rows with a changed address and at 50 % of rows that archive, of those that
    it does not skip as unchanged; what is taken out makes the share of the others larger. Of
    people never sent before, an address that is not the school's counts as changed.
    """
    name_at, email_at = columns.index(USERNAME), columns.index(EMAIL)
    left, moved = set[str](), set[str]()
    for row in rows:
        username, before = row[name_at], state.rows.get(row[name_at])
        if before is None or (
            before != row and any(cell and cell != was for cell, was in zip(row, before, strict=True))
        ):
            left.add(username)
            if _is_moved(row[email_at], before[email_at] if before else "", own_domains):
                moved.add(username)
    closed = _closed(rows, columns, name_at) & left
    held = set[str]()
    while True:
        if moved and len(moved) * 10 >= len(left):
            out = moved
        elif closed and len(closed) * 2 >= len(left):
            out = closed
        else:
            return frozenset(held)
        held |= out
        left, moved, closed = left - out, moved - out, closed - out


def _is_moved(email: str, before: str, own_domains: frozenset[str]) -> bool:
    if not before:
        return email.rpartition("@")[2].lower() not in own_domains
    return before != email


def _closed(rows: Sequence[Cells], columns: Columns, name_at: int) -> set[str]:
    if DISABLED not in columns:
        return set()
    disabled = itemgetter(columns.index(DISABLED))
    return {row[name_at] for row in rows if disabled(row) == "TRUE"}


class Setting(NamedTuple):
    """How the importer is to take a job [START][SENS][TAKEN]; in the order in which jobs are uploaded."""

    changes_identifier_data: bool
    """The box "This job changes identifier data"."""
    identifier_column: str
    """By which column accounts are looked up."""
    by_hand: bool
    """Whether it must go up by hand where all else goes by the automatic sync."""
    labels: bool
    """Whether the job has the column of labels, in which no cell may be blank."""


class Job(NamedTuple):
    """One upload: its settings, its columns, and its rows sorted by username."""

    setting: Setting
    delivery: str
    columns: Columns
    rows: Sequence[Cells]


_ORDINARY: Final = Setting(changes_identifier_data=False, identifier_column=USERNAME, by_hand=False, labels=False)
_SECOND_STEP: Final = frozenset({USERNAME, EMAIL, FIRST_NAME, LAST_NAME, LOGIN})
"""The columns of the step that changes a username."""


def jobs_of(table: RowTable, school: School, state: State) -> tuple[Job, ...]:
    """Return the jobs that bring the rows in, first things first, when Handshake has what was `sent`.

    Who changes the username, and perhaps the address, takes two steps: the address first, looked
    up by the old username, then the username, looked up by the address [TWO]. Only where the cells
    sent before show the address to be the same, the second step is enough.
    """
    if not table.rows:
        return ()
    state = state.below(table.columns)
    by_setting: defaultdict[Setting, list[Cells]] = defaultdict(list)
    asked_for = sends_logins_asked_for(table, school)
    if asked_for:
        table = _without_known_logins(table, state)
    ordinary = _are_ordinary(table, state, asked_for=asked_for)
    if any(ordinary):
        by_setting[_ORDINARY] = [*compress(table.rows, ordinary)]
    for row in compress(table.rows, (not one for one in ordinary)):
        for setting, cells in _steps(row, table, state, asked_for=asked_for):
            by_setting[setting].append(cells)
    if school.institution.delivery == "s3":
        by_setting = _by_hand(by_setting, table.columns, state, school.own_domains)
    return tuple(_job(setting, table.columns, by_setting[setting], school) for setting in sorted(by_setting))


def _without_known_logins(table: RowTable, state: State) -> RowTable:
    """Return the table without the logins that Handshake has; they stand in the plan, and not in a file."""
    at = table.columns.index(LOGIN)
    known = (state.rows.get(name) for name in table.usernames)
    rows = [
        (*row[:at], "", *row[at + 1 :]) if row[at] and was and was[at] == row[at] else row
        for row, was in zip(table.rows, known, strict=True)
    ]
    return table._replace(rows=rows)


def _are_ordinary(table: RowTable, state: State, *, asked_for: bool) -> list[bool]:
    """Return of each row whether it is looked up by its username, without labels and without another login."""
    usernames = table.usernames
    special = {*table.previous_usernames, *state.retries}
    special.update(compress(usernames, table.column(LABELS)))
    if asked_for:
        special.update(compress(usernames, table.column(LOGIN)))
    elif LOGIN in table.columns and state.rows:
        login = itemgetter(table.columns.index(LOGIN))
        known = map(state.rows.get, usernames, table.rows)  # of who is not known, what the row says
        special.update(compress(usernames, map(ne, map(login, known), map(login, table.rows))))
    return [username not in special for username in usernames]


def _steps(row: Cells, table: RowTable, state: State, *, asked_for: bool) -> Iterator[tuple[Setting, Cells]]:
    """Return the settings and cells of the steps that bring one row in."""
    cells = dict(zip(table.columns, row, strict=True))
    username, previous = cells[USERNAME], table.previous_usernames.get(cells[USERNAME], "")
    labels = bool(cells.get(LABELS))
    was = state.cells(previous)
    if not previous or (username in state.rows and not was):
        retry = state.retry_of(username, cells[EMAIL])
        if retry is Retry.BY_ADDRESS:
            yield Setting(changes_identifier_data=True, identifier_column=EMAIL, by_hand=False, labels=labels), row
            return
        login, known = cells.get(LOGIN), state.cells(username).get(LOGIN)
        changes = bool(login and (known or asked_for) and login != known)
        again = bool(login) and retry is Retry.IDENTIFIERS
        yield Setting(changes or again, USERNAME, by_hand=False, labels=labels), row
        return
    sensitive = Setting(changes_identifier_data=True, identifier_column=EMAIL, by_hand=False, labels=False)
    if was.get(EMAIL) == cells[EMAIL]:
        yield sensitive._replace(labels=labels), row
        return
    first = cells | {LOGIN: "", USERNAME: previous}
    yield _ORDINARY._replace(labels=labels), tuple(first[header] for header in table.columns)
    yield sensitive, tuple(cell if header in _SECOND_STEP else "" for header, cell in cells.items())


def _by_hand(
    by_setting: defaultdict[Setting, list[Cells]], columns: Columns, state: State, own_domains: frozenset[str]
) -> defaultdict[Setting, list[Cells]]:
    """Take the rows that would stop the automatic sync out of its jobs."""
    found: defaultdict[Setting, list[Cells]] = defaultdict(list)
    at = columns.index(USERNAME)
    for setting, rows in by_setting.items():
        manual = setting.changes_identifier_data
        usernames = frozenset[str]() if manual else refused_by_sync(rows, columns, state, own_domains)
        for row in rows:
            found[setting._replace(by_hand=manual or row[at] in usernames)].append(row)
    return found


def _job(setting: Setting, columns: Columns, rows: list[Cells], school: School) -> Job:
    delivery = "manual" if setting.changes_identifier_data or setting.by_hand else school.institution.delivery
    return cut(Job(setting, delivery, columns, sorted(rows, key=itemgetter(columns.index(USERNAME)))), school)


def cut(job: Job, school: School) -> Job:
    """Return a job with the columns that its file has: those that are required, and those with a cell."""
    used = used_columns(job.columns, job.rows).union(school.required_columns)
    columns = tuple(header for header in school.columns if header in used)
    return (
        job
        if columns == job.columns
        else job._replace(columns=columns, rows=[*map(mover(job.columns, columns), job.rows)])
    )
