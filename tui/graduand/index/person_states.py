"""What Handshake holds of each person, from the ledger, as the rules about it take it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from graduand.errors import Trouble
from graduand.ledger.entry import RowStatus
from graduand.ledger.fold import VERSION
from graduand.ledger.remote import remote_of
from graduand.records.columns import mover
from graduand.records.kinds import CLEAR
from graduand.records.record import ALUMNI, DISABLED, END, FORMER
from graduand.rules.handshake_state import PersonState, judge_state

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from graduand.ledger.fold import LedgerState
    from graduand.ledger.ledger import Ledger
    from graduand.records.columns import Columns
    from graduand.records.record import Record
    from graduand.records.school import School
    from graduand.rules.rule import Flaw


class PersonStates:
    """What Handshake holds of everybody; the ledger is folded when the first person is asked for."""

    def __init__(self, ledger: Ledger, *, no_cache: bool = False) -> None:
        self.ledger = ledger
        self._no_cache = no_cache

    @property
    def key(self) -> str:
        """What differs whenever the states do."""
        return f"{VERSION} {self.ledger.head}"

    @cached_property
    def folded(self) -> LedgerState:
        """The state of all.

        Raises:
            LedgerBroken, LedgerNewer, LedgerCut, LedgerIncomplete: it is not known here.
        """
        return self.ledger.state(no_cache=self._no_cache)

    @cached_property
    def is_readable(self) -> bool:
        """Whether there is a ledger, and it is known here what follows from it."""
        try:
            return bool(self.ledger.head and self.folded)
        except Trouble:
            return False

    @cached_property
    def _excluded(self) -> frozenset[str]:
        outcomes = self.folded.outcomes.items()
        return frozenset(username for username, one in outcomes if one.status is RowStatus.EXCLUDED)

    def of(self, username: str, former: str = "") -> PersonState | None:
        """Return the state of a person, who may have had a former username; None when nothing is known."""
        folded = self.folded
        names = (username, former, folded.aliases.get(username, ""))
        name = next((one for one in names if one in folded.rows or one in folded.pending), username)
        back = folded.taken_back.get(username)
        known = PersonState(
            {header: cell for header, cell in zip(folded.columns, folded.expected(name), strict=False) if cell},
            {},
            (),
            is_excluded=not self._excluded.isdisjoint({name, username}),
            taken_back=back.meaning if back else "",
            taken_back_by=back.rollback if back else "",
            is_ambiguous=username in folded.ambiguous,
            sent_address=folded.sent_addresses.get(name, ""),
        )
        if known == _NOTHING:
            return None
        since = {header: self._since(name, header, cell) for header, cell in known.cells.items()}
        seen = frozenset(header for header, entry in since.items() if entry in folded.observations)
        return known._replace(since=since, seen=seen)

    def _since(self, name: str, header: str, cell: str) -> str:
        folded = self.folded
        pending = folded.pending.get(name)
        if pending and folded.cells(name).get(header) != cell:
            return pending.delivery
        return folded.since_of(name, header)

    def flaws(self, record: Record, school: School, on: str) -> tuple[Flaw, ...]:
        """Return where a record contradicts what Handshake holds of the person, or says nothing of it."""
        state = self.of(record.username, record.text(FORMER)) if self.ledger.head else None
        return tuple(judge_state(record, school, on, state)) if state else ()

    def suspects(
        self,
        people: Iterable[tuple[str, str, Sequence[str]]],
        columns: Columns,
        school: School,
        waiting: Collection[int] = (),
    ) -> Iterator[int]:
        """Yield the places of the people of whom the rules may find something; of all others they find nothing.

        Of each person are given the username, the former one, and the cells of the row below `columns`; of one
        without a row they are blank. At the `waiting` places are people whose graduation waits for its day.
        """
        folded = self.folded
        special = {*folded.taken_back, *folded.sent_addresses, *folded.ambiguous, *folded.aliases, *self._excluded}
        special |= folded.pending.keys()
        asked = tuple(
            header
            for header in folded.columns
            if header == DISABLED or (header in school.columns and school.columns[header].clear)
        )
        held, said = mover(folded.columns, asked), mover(columns, asked)
        study = (school.year, END)
        studied, studies = mover(folded.columns, study), mover(columns, study)
        for place, (username, former, cells) in enumerate(people):
            known = folded.rows.get(username)
            is_special = bool(former) or username in special
            if not is_special and known:
                was, now = held(known), said(cells)
                is_special = (was != now and _keeps_more(was, now)) or (
                    place in waiting and _graduates_later(studied(known), studies(cells))
                )
            if is_special:
                yield place


def _graduates_later(held: Sequence[str], said: Sequence[str]) -> bool:
    """Return whether Handshake has an alumnus, of each the year and the end date, who ended on another day."""
    return held[0] == ALUMNI and held[1] != said[1]


def closed_by_uploads(folded: LedgerState, passed_over: Collection[str] = ()) -> Iterator[str]:
    """Yield the usernames of the accounts that an upload or a delivery closed and nothing reopened, but for some."""
    if DISABLED not in folded.columns:
        return
    at = folded.columns.index(DISABLED)
    delivered = {username: pending.cells[at] for username, pending in folded.pending.items() if pending.cells[at]}
    closed = [username for username, cells in folded.rows.items() if cells[at] == "TRUE" and username not in delivered]
    for username in closed:
        if username not in passed_over and folded.since_of(username, DISABLED) not in folded.observations:
            yield username
    yield from (name for name, cell in delivered.items() if cell == "TRUE" and name not in passed_over)


def _keeps_more(held: Sequence[str], said: Sequence[str]) -> bool:
    """Return whether Handshake has a value where a row says nothing."""
    return any(was and was != CLEAR and not now for was, now in zip(held, said, strict=True))


_NOTHING: Final = PersonState({}, {})


def is_ledger_expected(ledger: Ledger) -> bool:
    """Return whether uploads may be noted elsewhere: there is a remote, or a tag that noted one in earlier versions."""
    return any(tag.startswith("upload/") for tag in ledger.tags) or bool(remote_of(ledger.program))
