"""Withdraw an entry of the ledger that was noted by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import Usage
from graduand.git.checkout import Checkout
from graduand.git.upload_branch import upload_branch
from graduand.language import _, quoted
from graduand.ledger.entry import EntryKind
from graduand.ledger.ledger import NewFacts, note, note_on_newest
from graduand.uploads.exchange import ONLINE, fetch_ledger, share_ledger
from graduand.uploads.free_text import person_in

if TYPE_CHECKING:
    from graduand.ledger.ledger import Ledger
    from graduand.ledger.sync import Synced
    from graduand.uploads.exchange import Exchange
    from graduand.workspace import Workspace


class Withdrawn(NamedTuple):
    """An entry that was withdrawn."""

    id: str
    fetched: Synced
    shared: Synced


def withdraw(workspace: Workspace, entry: str, reason: str, exchange: Exchange = ONLINE) -> Withdrawn:
    """Note that an entry was noted by mistake. The beginning of an id is enough.

    Raises:
        Usage: no such entry, one that cannot be withdrawn, no reason, or one that names a person.
        GitRefused, LedgerInUse, Busy, NotWritten: it could not be noted.
    """
    program = Checkout(workspace.root).program
    fetched = fetch_ledger(program, exchange)
    found = note_on_newest(program, lambda ledger: _withdraw(ledger, entry, reason.strip()))
    return Withdrawn(found, fetched, share_ledger(program, fetched, exchange))


def _withdraw(ledger: Ledger, entry: str, reason: str) -> str:
    found = _withdrawable(ledger, entry)
    if not reason:
        raise Usage(_("Say why {id} is withdrawn: graduand uploads --undo ID REASON").format(id=found))
    state = ledger.state()
    if name := person_in(reason, state.rows, state.aliases):
        message = _("The reason names {username}; the ledger keeps it for good, so say it without naming a person.")
        raise Usage(message.format(username=quoted(name)))
    main = upload_branch(ledger.program) or ledger.program.opened.head
    note(ledger, NewFacts(EntryKind.WITHDRAWN, main=main, facts={"of": found, "reason": reason}))
    return found


def _withdrawable(ledger: Ledger, entry: str) -> str:
    kinds = {EntryKind.UPLOAD, EntryKind.RESULT, EntryKind.OBSERVATION, EntryKind.APPROVAL, EntryKind.DELIVERED}
    known = [one.id for one in ledger.entries if one.kind in kinds and one.id not in ledger.withdrawn]
    found = [one for one in known if entry and one.startswith(entry)]
    if len(found) != 1:
        shown = ", ".join(known[-5:]) or _("none")
        message = _("No entry {id} can be withdrawn; the last ones: {known}.")
        raise Usage(message.format(id=quoted(entry), known=shown))
    return found[0]
