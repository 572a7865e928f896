"""The plan: what rows would change of what Handshake was last sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from operator import ne, not_
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.handshake.effect import Effect, Status
from graduand.handshake.state import NOTHING
from graduand.records.kinds import CLEAR, same_value
from graduand.records.record import ALUMNI, ATTENDING, DISABLED, EMAIL, LABELS, LOGIN, USERNAME
from graduand.records.transition import GRADUATED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from graduand.handshake.row_table import RowTable
    from graduand.handshake.sendable import HeldPerson
    from graduand.handshake.state import State
    from graduand.records.institution import Institution, Limit
    from graduand.records.school import School


_ORDER: Final = {effect: number for number, effect in enumerate(Effect)}
_ACCOUNT: Final = {Effect.DEACTIVATE: "TRUE", Effect.REACTIVATE: "FALSE"}
"""The cell that does it."""

SETTLED: Final = frozenset({Status.UNCHANGED, Status.PENDING})
"""Of whom nothing is outstanding."""

FEWER: Final = "fewer-people"
"""What a plan does that has fewer people than the last upload of the same scope."""


class CellChange(NamedTuple):
    """One header whose cell changes; `before` is "" when nothing was ever sent."""

    header: str
    before: str
    after: str


class PlannedChange(NamedTuple):
    """What the upload would change of one person."""

    username: str
    status: Status
    effects: tuple[Effect, ...]
    """Most destructive first; none when nothing changes."""
    cells: tuple[CellChange, ...]
    held_back: str = ""
    """The day until which the change of the account is held back; "" when it is not."""
    keeps_year: bool = False
    """Whether the person stays for another programme and the row gives no year, so that Handshake keeps its own."""


@dataclass(frozen=True)
class Plan:
    """The rows of a table, compared with what was last sent of the same people."""

    table: RowTable
    changed: tuple[PlannedChange, ...]
    """What may change of people who were sent before, and of those who need a look for another reason."""
    first: Sequence[int]
    """The places in the table of people who are sent for the first time."""
    unchanged: Sequence[str]
    """The usernames of people whose rows are just what was sent."""
    school: School
    """The columns by which cells are compared."""
    waiting: tuple[HeldPerson, ...] = ()
    """Whose graduation or departure waits for its day."""

    @property
    def people(self) -> int:
        """How many people the plan is about."""
        return len(self.table.rows)

    @cached_property
    def differences(self) -> tuple[PlannedChange, ...]:
        """The changes of all people whose rows are not just what was sent, destructive ones first."""
        nothing = NOTHING.below(self.table.columns)
        first = (change_of(self.table, place, nothing, self.school) for place in self.first)
        return _in_order([*self.changed, *first])

    @cached_property
    def changes(self) -> tuple[PlannedChange, ...]:
        """The changes of all people, destructive ones first."""
        unchanged = (PlannedChange(username, Status.UNCHANGED, (), ()) for username in self.unchanged)
        return _in_order([*self.differences, *unchanged])

    @cached_property
    def outstanding(self) -> frozenset[str]:
        """The usernames of people to whom something is to be sent."""
        return frozenset(change.username for change in self.differences if change.status not in SETTLED)

    def having(self, effect: Effect) -> tuple[PlannedChange, ...]:
        """Return the changes that do this to a person."""
        return tuple(change for change in self.differences if effect in change.effects)

    def number(self, effect: Effect) -> int:
        """Return to how many people this is done."""
        if effect in _ACCOUNT:
            disabled, cell = self.table.column(DISABLED), _ACCOUNT[effect]
            first = sum(disabled[place] == cell for place in self.first)
        elif effect in _IDENTIFIERS.values():
            first = 0  # of a person who is new no identifier changes
        else:
            return len(self.having(effect))
        return first + sum(effect in change.effects for change in self.changed)

    def counts(self) -> Counter[str]:
        """Return how many people there are of each status and each effect."""
        counts = Counter[str](change.status for change in self.differences)
        counts.update(effect for change in self.differences for effect in change.effects)
        counts["held"] = sum(bool(change.held_back) for change in self.differences)
        counts["waiting"] = len(self.waiting)
        if self.unchanged:
            counts[Status.UNCHANGED] += len(self.unchanged)
        return counts

    def places(self, only: Collection[Effect], *, changed: bool) -> list[int]:
        """Return the places of people whose worst effect is in `only`, if any is given, and who are `changed`."""
        wanted = {
            change.username
            for change in (self.differences if only else self.changed)
            if (not only or (change.effects and change.effects[0] in only))
            and (not changed or change.status not in SETTLED)
        }
        first = set() if only else {*self.first}  # without `only` nothing must be known of what is new
        usernames = enumerate(self.table.usernames)
        return [place for place, username in usernames if username in wanted or place in first]


class Breach(NamedTuple):
    """A limit that the plan goes beyond."""

    what: str
    """An `Effect`, or FEWER."""
    number: int
    people: int
    """Of how many people."""
    limit: Limit


def plan_of(table: RowTable, state: State, school: School) -> Plan:
    """Return what the rows of a table would change of what Handshake holds."""
    state = state.below(table.columns)
    special = {*table.previous_usernames, *table.held_back, *(state.failed - state.seen), *state.confirmed}
    usernames = table.usernames
    differs = [*map(ne, map(state.rows.get, usernames), table.rows)]
    if special:
        differs = [one or username in special for one, username in zip(differs, usernames, strict=True)]
    changed: list[int] = []
    first: list[int] = []
    for place in compress(range(len(differs)), differs):
        is_new = usernames[place] not in special and usernames[place] not in state.rows
        (first if is_new else changed).append(place)
    unchanged = [*compress(usernames, map(not_, differs))]
    changes = tuple(change_of(table, place, state, school) for place in changed)
    return Plan(table, changes, first, unchanged, school)


def _in_order(changes: Iterable[PlannedChange]) -> tuple[PlannedChange, ...]:
    return tuple(sorted(changes, key=lambda change: (_worst(change), change.username)))


def _worst(change: PlannedChange) -> int:
    return min((_ORDER[effect] for effect in change.effects), default=len(_ORDER))


def change_of(table: RowTable, place: int, state: State, school: School) -> PlannedChange:
    """Return what one row would change of the `state`, which is below the columns of the table."""
    row = table.rows[place]
    username = row[table.columns.index(USERNAME)]
    previous = table.previous_usernames.get(username, "")
    before = state.rows.get(username) or state.rows.get(previous) or ()
    cells = _differing(table.columns, before, row, school)
    if username in state.confirmed and not cells:
        cells = _differing(table.columns, state.confirmed[username], row, school)
        if cells:
            return PlannedChange(username, Status.PENDING, (), cells, table.held_back.get(username, ""))
    stays, alumnus = _stays(table, place), _cell(table, place, school.year) == ALUMNI
    left = not stays or _has_left(table.columns, before, school.year)
    found = {_effect(cell, school.year, known=bool(before), alumnus=alumnus, left=left) for cell in cells}
    effects = tuple(sorted(found, key=_ORDER.__getitem__))
    refused = {username, previous} & state.failed
    if refused and (cells or not refused <= state.seen):
        status = Status.FAILED
    elif not before:
        status = Status.NEW
    else:
        status = Status.CHANGED if cells else Status.UNCHANGED
    keeps_year = stays and not _cell(table, place, school.year)
    return PlannedChange(username, status, effects, cells, table.held_back.get(username, ""), keeps_year)


def _stays(table: RowTable, place: int) -> bool:
    """Return whether a row is of a graduate who stays for another programme."""
    return bool(table.kinds) and table.kinds[place] == GRADUATED and _cell(table, place, ATTENDING) == "TRUE"


def _cell(table: RowTable, place: int, header: str) -> str:
    """Return a cell of a row; "" where the table has no such column."""
    return table.rows[place][table.columns.index(header)] if header in table.columns else ""


def _has_left(columns: Sequence[str], before: Sequence[str], year: str) -> bool:
    """Return whether the cells that Handshake holds are of somebody who does not study there."""
    known = dict(zip(columns, before, strict=False))
    return known.get(ATTENDING) == "FALSE" or known.get(year) == ALUMNI


def _differing(
    columns: Sequence[str], before: Sequence[str], row: Sequence[str], school: School
) -> tuple[CellChange, ...]:
    """Return the cells of a row that say something else than those before, of whom () is nothing known."""
    return tuple(
        CellChange(header, was, cell)
        for header, was, cell in zip(columns, before or ("",) * len(row), row, strict=True)
        if cell and cell != was and not _is_same(header, was, cell, school)
    )


def _is_same(header: str, was: str, cell: str, school: School) -> bool:
    """Return whether two cells of a column mean the same; an account that is not said to be closed is open."""
    if header == DISABLED and was == CLEAR:
        return cell == "FALSE"
    return same_value(school.columns[header].kind, was, cell)


_IDENTIFIERS: Final = {USERNAME: Effect.USERNAME, EMAIL: Effect.EMAIL, LOGIN: Effect.LOGIN}


def _effect(cell: CellChange, year: str, *, known: bool, alumnus: bool, left: bool) -> Effect:
    """Return what the change of one cell does; of a person never sent before, key values change nothing.

    Where the row says `alumnus`, nothing else in it makes a student; nobody is made one again who never `left`.
    """
    header, now = cell.header, cell.after
    if header == DISABLED:
        return Effect.DEACTIVATE if now == "TRUE" else Effect.REACTIVATE
    if now == CLEAR:
        return Effect.WIPE
    if header == year and ALUMNI in {now, cell.before}:
        return Effect.GRADUATE if now == ALUMNI else Effect.RETURN
    if header == ATTENDING and not alumnus and (now == "FALSE" or left):
        return Effect.RETURN if now == "TRUE" else Effect.LEAVE
    if header == LABELS:
        return Effect.LABELS
    return _IDENTIFIERS.get(header, Effect.UPDATE) if known else Effect.UPDATE


_ENOUGH: Final = 10
"""Changes below which a percentage is no limit: of few people, one is many percent."""


def limits_of(institution: Institution) -> dict[Effect, Limit]:
    """Return the school's limits to what may be done to people."""
    limits = institution.limits
    return {
        Effect.DEACTIVATE: limits.deactivations,
        Effect.REACTIVATE: limits.reactivations,
        Effect.EMAIL: limits.email_changes,
    }


def breaches(plan: Plan, institution: Institution, people: int = 0, last: int = 0) -> tuple[Breach, ...]:
    """Return the school's limits that the plan goes beyond.

    `people` are in the scope of the plan, and `last` were in its last upload, where there was one.
    """
    numbers = ((effect, plan.number(effect), limit) for effect, limit in limits_of(institution).items())
    found = [
        Breach(effect, number, plan.people, limit)
        for effect, number, limit in numbers
        if beyond(limit, number, plan.people)
    ]
    if beyond(institution.limits.fewer_people, last - people, last):
        found.append(Breach(FEWER, last - people, last, institution.limits.fewer_people))
    return tuple(found)


def beyond(limit: Limit, count: int, people: int) -> bool:
    """Tell whether `count` of so many `people` is more than the limit allows."""
    too_many = limit.count is not None and count > limit.count
    return too_many or (limit.percent is not None and count >= _ENOUGH and count * 100 > limit.percent * people)
