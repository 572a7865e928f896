"""Plan: what the rows of now would change, against what Handshake was last sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.handshake.effect import Effect
from graduand.handshake.job import EMAIL, LOGIN, USERNAME
from graduand.handshake.row import DISABLED, LABELS, Row
from graduand.handshake.state import NOTHING
from graduand.handshake.status import Status
from graduand.records.kinds import CLEAR
from graduand.records.record import ALUMNI, ATTENDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graduand.handshake.lines import Band
    from graduand.handshake.state import Sent
    from graduand.records.institution import Institution, Limit


_ORDER: Final = {effect: number for number, effect in enumerate(Effect)}


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


@dataclass(frozen=True)
class Plan:
    """The changes; those of people in bulk are made only when somebody looks at them."""

    told: tuple[PlannedChange, ...]
    """What is known to be worth telling."""
    new: Band | None = None
    """People who were never sent before."""
    closing: int = 0
    """How many of them are closed by it."""
    unchanged: tuple[str, ...] = ()
    """The usernames of people whose rows are just what was sent."""
    year: str = ""
    """The header of the year column, by which the rows of new people are told."""

    @property
    def people(self) -> int:
        """How many people the plan is about."""
        return len(self.told) + len(self.unchanged) + (len(self.new.usernames) if self.new else 0)

    @cached_property
    def telling(self) -> tuple[PlannedChange, ...]:
        """The changes that are worth telling, destructive first: all but those of people for whom nothing changes."""
        new = zip(self.new.usernames, self.new.lines, strict=True) if self.new else ()
        changes = [*self.told, *(change_of(Row(username, cells), NOTHING, self.year) for username, cells in new)]
        return _in_order(changes)

    @cached_property
    def changes(self) -> tuple[PlannedChange, ...]:
        """All changes, destructive first."""
        unchanged = (PlannedChange(username, Status.UNCHANGED, (), ()) for username in self.unchanged)
        return _in_order([*self.telling, *unchanged])

    @property
    def outstanding(self) -> frozenset[str]:
        """Who has something to be sent."""
        told = (change.username for change in self.told if change.status is not Status.UNCHANGED)
        return frozenset([*told, *(self.new.usernames if self.new else ())])

    def having(self, effect: Effect) -> tuple[PlannedChange, ...]:
        """Return the changes that do this to a person."""
        return tuple(change for change in self.telling if effect in change.effects)

    def number(self, effect: Effect) -> int:
        """Return to how many people this is done."""
        if effect is Effect.DEACTIVATE or effect in _KEYS.values():
            new = self.closing if effect is Effect.DEACTIVATE else 0  # of nobody new a known key changes
            return new + sum(effect in change.effects for change in self.told)
        return len(self.having(effect))

    def counts(self) -> Counter[str]:
        """Return how many people there are of each status and each effect."""
        counts = Counter[str](change.status for change in self.telling)
        counts.update(effect for change in self.telling for effect in change.effects)
        counts["held"] = sum(bool(change.held_back) for change in self.telling)
        if self.unchanged:
            counts[Status.UNCHANGED] += len(self.unchanged)
        return counts


class Breach(NamedTuple):
    """A limit that the plan goes beyond."""

    effect: Effect
    number: int
    people: int
    limit: Limit


def plan_of(rows: Iterable[Row], sent: Sent, year: str) -> Plan:
    """Return what `rows` would change; `year` is the header of the year column."""
    return Plan(tuple(change_of(row, sent, year) for row in rows))


def _in_order(changes: Iterable[PlannedChange]) -> tuple[PlannedChange, ...]:
    return tuple(sorted(changes, key=lambda change: (_worst(change), change.username)))


def _worst(change: PlannedChange) -> int:
    return min((_ORDER[effect] for effect in change.effects), default=len(_ORDER))


def change_of(row: Row, sent: Sent, year: str) -> PlannedChange:
    """Return what a row would change of what was `sent`; `year` is the header of the year column."""
    before = sent.cells.get(row.username) or sent.cells.get(row.previous_username) or {}
    cells = tuple(
        CellChange(header, before.get(header, ""), cell)
        for header, cell in row.cells.items()
        if before.get(header) != cell
    )
    effects = tuple(sorted({_effect(cell, year, known=bool(before)) for cell in cells}, key=_ORDER.__getitem__))
    if row.username in sent.failed or row.previous_username in sent.failed:
        status = Status.FAILED
    elif not before:
        status = Status.NEW
    else:
        status = Status.CHANGED if cells else Status.UNCHANGED
    return PlannedChange(row.username, status, effects, cells, row.held_back)


_KEYS: Final = {USERNAME: Effect.USERNAME, EMAIL: Effect.EMAIL, LOGIN: Effect.LOGIN}


def _effect(cell: CellChange, year: str, *, known: bool) -> Effect:
    """Return what the change of one cell does; of a person never sent before, key values change nothing."""
    header, now = cell.header, cell.after
    if header == DISABLED:
        return Effect.DEACTIVATE if now == "TRUE" else Effect.REACTIVATE
    if now == CLEAR:
        return Effect.WIPE
    if header == year and now == ALUMNI:
        return Effect.GRADUATE
    if header == ATTENDING and now == "TRUE":
        return Effect.RETURN
    if header == LABELS:
        return Effect.LABELS
    return _KEYS.get(header, Effect.UPDATE) if known else Effect.UPDATE


_ENOUGH: Final = 10
"""Changes below which a percentage stops nobody: of few people, one is many percent."""


def breaches(plan: Plan, institution: Institution) -> tuple[Breach, ...]:
    """Return the school's limits that the plan goes beyond."""
    limits = {Effect.DEACTIVATE: institution.limits.deactivations, Effect.EMAIL: institution.limits.email_changes}
    found = []
    for effect, limit in limits.items():
        count, people = plan.number(effect), plan.people
        if beyond(limit, count, people):
            found.append(Breach(effect, count, people, limit))
    return tuple(found)


def beyond(limit: Limit, count: int, people: int) -> bool:
    """Tell whether `count` of so many `people` is more than the limit allows."""
    too_many = limit.count is not None and count > limit.count
    return too_many or (limit.percent is not None and count >= _ENOUGH and count * 100 > limit.percent * people)


def walls(rows: Iterable[Mapping[str, str]], sent: Sent, own_domains: frozenset[str]) -> frozenset[str]:
    """Return the usernames whose rows would stop the automatic sync, so that they go up by hand [AUTORUN][SENS].

    It stops at 10 % of rows with a changed address and at 50 % of rows that archive, of those that
    it does not skip as unchanged; what is taken out makes the share of the others larger. Of
    people never sent before, an address that is not the school's counts as changed.
    """
    left = [row for row in rows if _says_something_new(row, sent)]
    held: set[str] = set()
    while True:
        moved = {row[USERNAME] for row in left if _changes_address(row, sent, own_domains)}
        closed = {row[USERNAME] for row in left if row.get(DISABLED) == "TRUE"}
        if moved and len(moved) * 10 >= len(left):
            held |= moved
        elif closed and len(closed) * 2 >= len(left):
            held |= closed
        else:
            return frozenset(held)
        left = [row for row in left if row[USERNAME] not in held]


def _says_something_new(row: Mapping[str, str], sent: Sent) -> bool:
    before = sent.cells.get(row[USERNAME], {})
    return any(before.get(header) != cell for header, cell in row.items())


def _changes_address(row: Mapping[str, str], sent: Sent, own_domains: frozenset[str]) -> bool:
    before = sent.cells.get(row[USERNAME], {}).get(EMAIL)
    if before is None:
        return row[EMAIL].rpartition("@")[2].lower() not in own_domains
    return before != row[EMAIL]
