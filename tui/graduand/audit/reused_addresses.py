"""Recycled: addresses that one person gave up and that another one has now; only the history knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.audit import query as trail
from graduand.errors import Trouble
from graduand.git.events import EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.records.record import Record
    from graduand.workspace import Workspace


class Recycled(NamedTuple):
    """A person with an address that was somebody else's."""

    record: Record
    former: str
    """Whose address it was: a username."""
    day: str
    """When that person gave it up, `yyyy-mm-dd`."""


def recycled(workspace: Workspace, records: Iterable[Record]) -> Iterator[Recycled]:
    """Return who has an address that another person gave up; without a history nobody can tell."""
    given_up: dict[str, tuple[str, str]] = {}
    try:
        found = trail.audit(workspace, trail.Wanted(frozenset({EventKind.EMAIL})))
    except Trouble:
        return
    for told in found.told:
        event = told.event
        if isinstance(event.old, str):
            given_up[event.old.casefold()] = (event.username, event.source.date[:10])
    for record in records if given_up else ():
        former, day = given_up.get(record.text("email_address").casefold(), ("", ""))
        if former and former not in {record.username, record.text("transition:previous_username")}:
            yield Recycled(record, former, day)
