"""Find addresses that one person gave up and that another one has now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import Trouble
from graduand.git.events import EventKind
from graduand.records.record import EMAIL, FORMER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.git.program import Program
    from graduand.records.record import Record


class ReusedAddress(NamedTuple):
    """A person with an address that another person had before."""

    record: Record
    former: str
    """The username of the other person."""
    day: str
    """When that person gave it up, `yyyy-mm-dd`."""


def reused_addresses(program: Program, records: Iterable[Record]) -> Iterator[ReusedAddress]:
    """Yield the records whose address another person gave up; none where there is no history."""
    from graduand.git.replay import history_of  # noqa: PLC0415 - reads records, which only new commits need

    given_up: dict[str, tuple[str, str]] = {}
    try:
        events = history_of(program).events
    except Trouble:
        return
    for event in events.select({EventKind.EMAIL}):
        if isinstance(event.old, str):
            given_up[event.old.casefold()] = (event.username, event.source.date[:10])
    for record in records if given_up else ():
        former, day = given_up.get(record.text(EMAIL).casefold(), ("", ""))
        if former and former not in {record.username, record.text(FORMER)}:
            yield ReusedAddress(record, former, day)
