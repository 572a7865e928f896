"""Note that a delivery ran: an upload with its files, for the moment at which it was sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from graduand.errors import Usage
from graduand.git.checkout import Checkout
from graduand.git.upload_branch import upload_branch
from graduand.language import _, quoted
from graduand.ledger.entry import DELIVERY, PEOPLE, EntryKind, now
from graduand.ledger.ledger import NewFacts, note, note_on_newest
from graduand.uploads.exchange import fetch_ledger, share_ledger
from graduand.uploads.note_upload import NO_OPTIONS, NotedUpload

if TYPE_CHECKING:
    from graduand.ledger.entry import LedgerEntry
    from graduand.ledger.ledger import Ledger
    from graduand.uploads.note_upload import NotingOptions
    from graduand.workspace import Workspace

_BEGINNING: Final = re.compile(r"\d{8}T\d{6}Z(?:-[0-9a-f]{0,8})?")
_COPIED: Final = (
    *("commit", "base", "branch", "published", "on", "plan", "overrides", "takes_back", "ledger"),
    *("made_by", "batch", "of_jobs", "of_feed"),
)


def names_entry(text: str) -> bool:
    """Return whether a text is written as the id of an entry, or as its beginning with the whole time."""
    return bool(_BEGINNING.fullmatch(text))


def find_delivery(ledger: Ledger, name: str) -> LedgerEntry | None:
    """Return the delivery of that id, or whose id begins so, that is not known to have run; None where there is none.

    Raises:
        Usage: more than one begins so.
    """
    found = [one for one in ledger.deliveries if name and one.id.startswith(name)]
    if len(found) > 1:
        known = ", ".join(one.id for one in found[-5:])
        raise Usage(_("More than one delivery begins with {name}: {known}.").format(name=quoted(name), known=known))
    return found[0] if found else None


def ran_facts(ledger: Ledger, delivery: LedgerEntry, options: NotingOptions = NO_OPTIONS) -> NewFacts:
    """Return the upload that says that a delivery ran: when it was sent, unless the options say otherwise."""
    names = [PEOPLE, *(file.name for file in delivery.jobs)]
    contents = dict(zip(names, ledger.files((delivery, name) for name in names), strict=True))
    facts = {
        **{key: delivery.facts.get(key) for key in _COPIED},
        DELIVERY: delivery.id,
        "job_url": options.job_url,
        "skipped": options.skipped,
    }
    main = upload_branch(ledger.program) or ledger.program.opened.head
    people = contents[PEOPLE].count(b"\n")
    message = f"{people} people, {len(delivery.jobs)} files"
    at = options.ran_at or delivery.at
    return NewFacts(EntryKind.UPLOAD, at, main, delivery.jobs, contents, facts, message)


def note_ran(workspace: Workspace, name: str, options: NotingOptions) -> NotedUpload:
    """Note that a delivery ran, given by its id or the beginning of it.

    Raises:
        Usage: there is none that is not noted yet, or the time lies ahead.
        GitRefused, LedgerInUse, Busy, NotWritten: the entry could not be written; nothing has changed.
    """
    program = Checkout(workspace.root).program
    if options.ran_at > now():
        raise Usage(_("{time} lies ahead; say when the job ran.").format(time=quoted(options.ran_at)))
    if options.jobs:
        raise Usage(_("--job belongs to a manifest; a delivery ran as a whole, and rows that failed are reconciled."))
    fetched = fetch_ledger(program, options.exchange)
    noted = note_on_newest(program, lambda ledger: _note(ledger, name, options))
    return noted._replace(fetched=fetched, shared=share_ledger(program, fetched, options.exchange))


def _note(ledger: Ledger, name: str, options: NotingOptions) -> NotedUpload:
    delivery = find_delivery(ledger, name)
    if delivery:
        entry = note(ledger, ran_facts(ledger, delivery, options)).id
        return NotedUpload(entry, is_new=True, waiting=(), skipped_over=(), overlap=())
    known = next((one.id for one in ledger.uploads if name and one.text(DELIVERY).startswith(name)), "")
    if not known:
        ids = ", ".join(one.id for one in ledger.deliveries[-5:]) or _("none")
        message = _("No delivery {name} is pending; these are: {known}.")
        raise Usage(message.format(name=quoted(name), known=ids))
    return NotedUpload(known, is_new=False, waiting=(), skipped_over=(), overlap=())
