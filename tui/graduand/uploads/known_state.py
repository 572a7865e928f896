"""The known state: what Handshake holds as far as the ledger of this clone tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.handshake.state import Retry, RowRetry, State
from graduand.ledger.entry import RowStatus
from graduand.ledger.ledger import read_ledger
from graduand.records.record import DISABLED, END, USERNAME
from graduand.uploads.absence import Absence, absence_of
from graduand.uploads.exchange import require_ledger
from graduand.uploads.unread_tags import require_read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graduand.git.program import Program
    from graduand.ledger.fold import LedgerState, Outcome
    from graduand.ledger.ledger import Ledger
    from graduand.records.importer import Importer


class KnownState(NamedTuple):
    """What Handshake holds, and the ledger that tells it."""

    state: State
    folded: LedgerState
    ledger: Ledger
    absence: Absence = Absence()
    """Who was not in the last complete export."""

    @property
    def last_upload(self) -> str:
        """The id of the upload that ran last; "" when none is noted."""
        ids = (entry for _at, entry in reversed(self.folded.moments) if entry not in self.folded.observations)
        return next(ids, "")

    @property
    def last_seen(self) -> str:
        """When Handshake showed last what it holds, as entries have it; "" when no observation is noted."""
        times = (at for at, entry in reversed(self.folded.moments) if entry in self.folded.observations)
        return next(times, "")


def read_known_state(
    program: Program, importer: Importer, *, no_cache: bool = False, needs_ledger: bool = False
) -> KnownState:
    """Return what Handshake holds; `importer` tells how a row that failed is sent again.

    Raises:
        FormerUploads: uploads are noted in tags and not in the ledger, and it is needed.
        LedgerMissing: there is no ledger, it is needed, and the remote may hold one.
        LedgerCut: this clone has only its newest entries.
        LedgerBroken, LedgerNewer: the ledger cannot be read.
    """
    ledger = read_ledger(program)
    if needs_ledger:
        require_read(ledger)
    if needs_ledger and not ledger.head:
        require_ledger(ledger)
    return known_state_of(ledger, ledger.state(no_cache=no_cache), importer)


def known_state_of(ledger: Ledger, folded: LedgerState, importer: Importer) -> KnownState:
    """Return what Handshake holds after the entries of a ledger, which were folded."""
    state = state_of(folded, importer)
    absence = absence_of(ledger, state.failed)
    return KnownState(state._replace(absent=absence.usernames), folded, ledger, absence)


def state_of(folded: LedgerState, importer: Importer) -> State:
    """Return a folded state as rows are compared with it."""
    how = {message.id: message.retry for message in importer.messages}
    retries = {
        username: RowRetry(retry, one.address)
        for username, one in folded.outcomes.items()
        if (retry := _retry(one, how))
    }
    seen = frozenset(username for username, one in folded.outcomes.items() if one.seen)
    rows, confirmed = folded.rows, dict[str, tuple[str, ...]]()
    if folded.pending:
        rows = {**rows, **{username: folded.expected(username) for username in folded.pending}}
        confirmed = {username: folded.rows.get(username, ()) for username in folded.pending}
    return State(folded.columns, rows, frozenset(folded.outcomes), retries, seen, confirmed)


def _retry(outcome: Outcome, how: Mapping[str, str]) -> Retry | None:
    if outcome.status is RowStatus.EXCLUDED:
        return Retry.HELD
    known = how.get(outcome.message, "")
    return Retry(known) if known in {retry.value for retry in Retry} else None


def known_well(folded: LedgerState, year: str) -> Iterator[str]:
    """Yield who is known by more than what is noted of people without a record; `year` is the year column."""
    few = {USERNAME, year, END, DISABLED}
    more = [place for place, header in enumerate(folded.columns) if header not in few]
    return (username for username, row in folded.rows.items() if any(row[place] for place in more))
