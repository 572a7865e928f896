"""Job: the uploads that rows need, in their order, each with the importer's settings."""

from __future__ import annotations

from collections import defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.handshake.lines import Lines, line_of
from graduand.handshake.row import LABELS, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from graduand.handshake.lines import Band
    from graduand.records.school import School

USERNAME: Final = "username"
EMAIL: Final = "email_address"
LOGIN: Final = "auth_identifier"


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
    """One upload: its settings, its headers, and its rows sorted by username."""

    setting: Setting
    delivery: str
    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, str]]


def jobs_of(
    rows: Iterable[Row],
    school: School,
    before: Mapping[str, Mapping[str, str]],
    by_hand: Callable[[Sequence[Mapping[str, str]]], frozenset[str]] = lambda _rows: frozenset(),
    refused: Collection[str] = (),
) -> tuple[Job, ...]:
    """Return the jobs that bring the rows in, first things first.

    Who changes the username, and perhaps the address, takes two steps: the address first, looked
    up by the old username, then the username, looked up by the address [TWO]. Only where the cells
    sent `before`, by username, show the address to be the same, the second step is enough.
    `by_hand` says whose rows would stop the automatic sync; `refused` are the usernames whose rows
    have failed because they would have changed identifiers.
    """
    by_setting: defaultdict[Setting, list[Mapping[str, str]]] = defaultdict(list)
    for row in rows:
        for setting, cells in _steps(row, before, refused):
            by_setting[setting].append(cells)
    if school.institution.delivery == "s3":
        by_setting = _sorted_out(by_setting, by_hand)
    return tuple(_job(setting, by_setting[setting], school) for setting in sorted(by_setting))


def _sorted_out(
    by_setting: Mapping[Setting, list[Mapping[str, str]]],
    by_hand: Callable[[Sequence[Mapping[str, str]]], frozenset[str]],
) -> defaultdict[Setting, list[Mapping[str, str]]]:
    """Take the rows that would stop the automatic sync out of its jobs."""
    found: defaultdict[Setting, list[Mapping[str, str]]] = defaultdict(list)
    for setting, rows in by_setting.items():
        usernames = frozenset() if setting.changes_identifier_data else by_hand(rows)
        for row in rows:
            manual = setting.changes_identifier_data or row[USERNAME] in usernames
            found[setting._replace(by_hand=manual)].append(row)
    return found


def _steps(
    row: Row, before: Mapping[str, Mapping[str, str]], refused: Collection[str]
) -> Iterator[tuple[Setting, Mapping[str, str]]]:
    labels = LABELS in row.cells
    was = before.get(row.previous_username, {})
    if not row.previous_username or (row.username in before and not was):
        known = before.get(row.username, {})
        changes = LOGIN in known and row.cells.get(LOGIN, known[LOGIN]) != known[LOGIN]
        again = LOGIN in row.cells and row.username in refused
        yield Setting(changes or again, USERNAME, by_hand=False, labels=labels), row.cells
        return
    sensitive = Setting(changes_identifier_data=True, identifier_column=EMAIL, by_hand=False, labels=False)
    if was.get(EMAIL) == row.cells[EMAIL]:
        yield sensitive._replace(labels=labels), row.cells
        return
    first = {header: cell for header, cell in row.cells.items() if header != LOGIN} | {USERNAME: row.previous_username}
    yield Setting(changes_identifier_data=False, identifier_column=USERNAME, by_hand=False, labels=labels), first
    second = (USERNAME, EMAIL, "first_name", "last_name", LOGIN)
    yield sensitive, {header: row.cells[header] for header in second if header in row.cells}


def _job(setting: Setting, rows: list[Mapping[str, str]], school: School) -> Job:
    delivery = "manual" if setting.changes_identifier_data or setting.by_hand else school.institution.delivery
    return Job(setting, delivery, columns_of(rows, school), sorted(rows, key=itemgetter(USERNAME)))


ORDINARY: Final = Setting(changes_identifier_data=False, identifier_column=USERNAME, by_hand=False, labels=False)


def with_band(jobs: Sequence[Job], band: Band, school: School) -> tuple[Job, ...]:
    """Return the jobs with the ordinary rows of a band too, which need no other setting."""
    if not band.usernames:
        return tuple(jobs)
    told = [row for job in jobs if job.setting == ORDINARY for row in job.rows]
    used = set().union(*told)
    used.update(band.lines.used(band.perhaps - used))
    columns = columns_of([dict.fromkeys(used, "")], school)
    lines = [*band.lines.below(columns), *(line_of([row.get(header, "") for header in columns]) for row in told)]
    usernames = [*band.usernames, *(row[USERNAME] for row in told)]
    order = sorted(range(len(lines)), key=usernames.__getitem__)
    rows = Lines(columns, [lines[place] for place in order])
    ordinary = Job(ORDINARY, school.institution.delivery, columns, rows)
    return (ordinary, *(job for job in jobs if job.setting != ORDINARY))


def columns_of(rows: Iterable[Mapping[str, str]], school: School) -> tuple[str, ...]:
    """Return the headers that a file of these rows has: those that are required, and those with a cell."""
    used = set(school.required_columns).union(*rows)
    return tuple(header for header in school.columns if header in used)
