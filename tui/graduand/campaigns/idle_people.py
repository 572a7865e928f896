"""Find the people of whom nothing has been decided, sent or seen for long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.errors import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.git.program import Program
    from graduand.index.person_states import PersonStates
    from graduand.records.record import Record


def idle_people(
    program: Program, states: PersonStates | None, records: Sequence[Record], until: str
) -> Iterator[tuple[Record, str]]:
    """Yield the records of people whose last event was on the day `until` or before, and the day of that event.

    An upload or an observation that changed nothing of what Handshake holds is no event. Whose record is not in the
    history of git has had none yet.
    """
    from graduand.git.replay import history_of  # noqa: PLC0415 - reads records, which only new commits need

    try:
        events = history_of(program).events
    except Trouble:
        return
    last: dict[str, str] = {}
    for event in events:
        last[event.username] = max(last.get(event.username, ""), event.source.date[:10])
    for record in records:
        decided = last.get(record.username, "")
        if decided and decided <= until and (day := max(decided, _last_in_handshake(states, record.username))) <= until:
            yield record, day


def _last_in_handshake(states: PersonStates | None, username: str) -> str:
    """Return the day of the last entry of the ledger that changed what Handshake holds of a person; "" for none."""
    state = states.of(username) if states else None
    newest = max(state.since.values(), default="") if state else ""
    return f"{newest[:4]}-{newest[4:6]}-{newest[6:8]}" if newest else ""
