"""What of the rows is sent: not those that wait for a day or that no job may touch, and no login without need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import nothing_outstanding
from graduand.handshake.row import OF_A_DAY, HeldReason
from graduand.language import ngettext
from graduand.records.kinds import CLEAR
from graduand.records.record import ALUMNI, ATTENDING, DISABLED, EMAIL, FIRST_NAME, LAST_NAME, LOGIN, USERNAME
from graduand.records.transition import LEFT, RETURNED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graduand.handshake.row import Cells
    from graduand.handshake.row_table import RowTable
    from graduand.handshake.state import State
    from graduand.records.school import School

ACCOUNT_COLUMNS: Final = frozenset({USERNAME, EMAIL, FIRST_NAME, LAST_NAME, DISABLED})
"""The columns of a row that closes or reopens an account, and does nothing else [ARC]."""


class HeldPerson(NamedTuple):
    """A person whose row is not sent, or not whole, though the record has no error."""

    username: str
    why: str
    """A `HeldReason`."""
    until: str = ""
    """The day until which the row waits, `yyyy-mm-dd`; "" when it waits for no day."""


class Sendable(NamedTuple):
    """The rows that may be sent, and whose are held back."""

    table: RowTable
    held: tuple[HeldPerson, ...]
    early: tuple[HeldPerson, ...] = ()
    """Those whose graduation or departure is among the rows though its day has not come."""


def waiting_among(held: Iterable[HeldPerson]) -> tuple[HeldPerson, ...]:
    """Return those whose graduation or departure waits for its day."""
    return tuple(one for one in held if one.why in OF_A_DAY)


def waiting_text(waiting: Sequence[HeldPerson]) -> str:
    """Return the sentence that says how many graduations and departures wait for their day; "" when none does."""
    if not waiting:
        return ""
    message = (
        ngettext(
            "{count} graduation or departure waits for its day, {day}.",
            "{count} graduations and departures wait for their day; the first is on {day}.",
            len(waiting),
        )
        if any(one.why == HeldReason.DEPARTURE for one in waiting)
        else ngettext(
            "{count} graduation waits for its day, {day}.",
            "{count} graduations wait for their day; the first is on {day}.",
            len(waiting),
        )
    )
    return message.format(count=len(waiting), day=min(one.until for one in waiting))


def nothing_left(cohort: str, held: Iterable[HeldPerson]) -> str:
    """Return the sentence that says that nobody of a cohort is to be sent, who is held back, and who waits."""
    people = [*held]
    waiting = waiting_among(people)
    others = [one.username for one in people if one.why not in OF_A_DAY]
    return " ".join(filter(None, (nothing_outstanding(cohort, others), waiting_text(waiting))))


def sendable(table: RowTable, state: State, school: School, *, early: bool = False) -> Sendable:
    """Return the rows of a table that may be sent to whom Handshake holds as in `state`.

    A graduation or departure that waits is held back with its whole row, unless it shall go `early`, or Handshake has
    it already. A closing or reopening of such a person goes alone, with the address that Handshake has.
    """
    held = [HeldPerson(username, why) for username, why in table.withheld.items()]
    table = table.without(table.withheld)
    waiting = tuple(_waiting(table, state, school))
    if early or not waiting:
        return Sendable(_without_logins(table, state, school), tuple(held), waiting)
    short = _shortened(table, state, waiting)
    closed = short.column(DISABLED)
    names = {one.username for one in waiting}
    people = zip(short.usernames, closed, strict=True)
    kept = short.picked(place for place, (name, cell) in enumerate(people) if cell or name not in names)
    return Sendable(_without_logins(kept, state, school), (*held, *waiting))


def comparable(table: RowTable, state: State, school: School) -> RowTable:
    """Return the rows by which records are held against Handshake: of those that wait the account alone.

    People of whom their records say that nothing is sent are among them, as far as there is a row of them.
    """
    waiting = tuple(_waiting(table, state, school))
    return _without_logins(_shortened(table, state, waiting) if waiting else table, state, school)


def _waiting(table: RowTable, state: State, school: School) -> Iterator[HeldPerson]:
    """Yield whose graduation or departure waits, but for those whom Handshake has as alumni, or as gone, already."""
    if not table.waiting:
        return
    for username, kind in zip(table.usernames, table.kinds, strict=True):
        if day := table.waiting.get(username, ""):
            known = state.cells(username) or state.cells(table.previous_usernames.get(username, ""))
            if kind == LEFT and known.get(ATTENDING) != "FALSE":
                yield HeldPerson(username, HeldReason.DEPARTURE, day)
            elif kind != LEFT and known.get(school.year) != ALUMNI:
                yield HeldPerson(username, HeldReason.GRADUATION, day)


def _shortened(table: RowTable, state: State, waiting: Iterable[HeldPerson]) -> RowTable:
    """Return the table with no more of the rows of people who wait than who it is, and what becomes of the account."""
    names = {one.username for one in waiting}
    rows = zip(table.usernames, table.rows, strict=True)
    return table._replace(rows=[_short(row, table, state) if name in names else row for name, row in rows])


def _short(row: Cells, table: RowTable, state: State) -> Cells:
    cells = dict(zip(table.columns, row, strict=True))
    known = state.cells(cells[USERNAME]) or state.cells(table.previous_usernames.get(cells[USERNAME], ""))
    address = known.get(EMAIL, "")
    if address and address != CLEAR and EMAIL in cells:
        cells[EMAIL] = address
    return tuple(cell if header in ACCOUNT_COLUMNS else "" for header, cell in cells.items())


def sends_logins_asked_for(table: RowTable, school: School) -> bool:
    """Return whether logins are sent to those alone who need one, and so by the job that changes identifiers."""
    return school.institution.send_auth_identifier == "changed" and LOGIN in table.columns and bool(table.kinds)


def _without_logins(table: RowTable, state: State, school: School) -> RowTable:
    """Return the table without the logins of those who do not return and of whose login in Handshake nothing is known.

    Where Handshake shows that there is no account, or refused a row for its identifiers, it is sent; so it is with a
    new username, which goes by the job that changes identifiers.
    """
    if not sends_logins_asked_for(table, school):
        return table
    at = table.columns.index(LOGIN)
    held = state.columns.index(LOGIN) if LOGIN in state.columns else None
    asked = {*state.absent, *state.retries, *table.previous_usernames}
    people = zip(table.rows, table.usernames, table.kinds, strict=True)
    if held is None:
        rows = [
            (*row[:at], "", *row[at + 1 :]) if row[at] and kind != RETURNED and username not in asked else row
            for row, username, kind in people
        ]
        return table._replace(rows=rows)
    known = state.rows.get
    rows = [
        (*row[:at], "", *row[at + 1 :])
        if row[at] and kind != RETURNED and username not in asked and not ((was := known(username)) and was[held])
        else row
        for row, username, kind in people
    ]
    return table._replace(rows=rows)
