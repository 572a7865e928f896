"""The rollback of an upload: another upload that takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import NothingNoted, NothingToTakeBack
from graduand.git.checkout import Checkout
from graduand.handshake.effect import Effect
from graduand.handshake.plan import plan_of
from graduand.handshake.rollback import StatesAround, inverse_of
from graduand.handshake.sendable import HeldPerson
from graduand.ledger.entry import PEOPLE, now, read_people
from graduand.uploads.approvals import RollbackToCover, require_approved_rollback
from graduand.uploads.compiler import CompileOptions, Permission, upload_of, vouched, write_upload
from graduand.uploads.exchange import NOTHING_ASKED, fetch_ledger
from graduand.uploads.known_state import read_known_state, state_of
from graduand.uploads.note_upload import find_upload
from graduand.uploads.review_policy import policy_in_force
from graduand.uploads.rollback_records import NOTHING_PROPOSED, propose_records

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.handshake.plan import Plan
    from graduand.handshake.rollback import Lost
    from graduand.handshake.row_table import RowTable
    from graduand.handshake.upload import Upload
    from graduand.index.index import Index
    from graduand.ledger.entry import PersonLine
    from graduand.ledger.sync import Synced
    from graduand.uploads.exchange import Exchange
    from graduand.uploads.known_state import KnownState
    from graduand.uploads.rollback_records import ProposedRecords
    from graduand.workspace import Workspace


class CompiledRollback(NamedTuple):
    """The upload that takes another one back, and what it cannot undo."""

    upload: Upload
    lost: tuple[Lost, ...]
    people: tuple[PersonLine, ...]
    """Those of the upload that is taken back."""
    known: KnownState
    plan: Plan
    """What its rows change of what Handshake holds."""
    fetched: Synced = NOTHING_ASKED
    proposed: ProposedRecords = NOTHING_PROPOSED


def prepare_rollback(workspace: Workspace, name: str, on: str, exchange: Exchange | None = None) -> CompiledRollback:
    """Return the inverse of the noted upload `name` ("" is the last one), with nothing written.

    Raises:
        NothingNoted, Usage: no upload is noted, or none of that id.
        NothingToTakeBack: no cell can be taken back.
    """
    program = Checkout(workspace.root).program
    fetched = fetch_ledger(program, exchange) if exchange else NOTHING_ASKED
    known = read_known_state(program, workspace.importer, needs_ledger=True)
    known.ledger.require_sound()
    if not known.ledger.uploads and not (name and known.ledger.deliveries):
        raise NothingNoted
    entry = find_upload(known.ledger, name)
    (raw,) = known.ledger.files([(entry, PEOPLE)])
    people = tuple(read_people(raw, entry.id))
    before, after = (state_of(one, workspace.importer) for one in known.ledger.states_around(entry))
    states = StatesAround(before, after, known.state, known.folded.aliases)
    previous = {person.username: person.previous for person in people}
    inverse = inverse_of(previous, states, workspace.school)
    held = withheld_of(workspace.read_index(on), inverse.table)
    table = inverse.table.without({one.username for one in held})
    if not table.rows:
        raise NothingToTakeBack(entry.id, [one.username for one in held])
    upload = upload_of(table, workspace.school, known, CompileOptions(on))._replace(
        commit=program.opened.head, takes_back=entry.id, held=held
    )
    plan = plan_of(table, known.state, workspace.school)
    return CompiledRollback(upload, inverse.lost, people, known, plan, fetched)


def withheld_of(index: Index, table: RowTable) -> tuple[HeldPerson, ...]:
    """Return of whom no row may be sent, by what their records say now: not even one that takes another back."""
    said = index.table((), {page.cohort for page in index.pages})
    now = {username: table.previous_usernames.get(username, username) for username in table.usernames}
    formers = said.previous_usernames
    why = {**said.withheld, **{formers[name]: why for name, why in said.withheld.items() if name in formers}}
    return tuple(
        HeldPerson(username, why.get(username) or why[now[username]])
        for username in table.usernames
        if username in why or now[username] in why
    )


def closing_in(plan: Plan) -> list[str]:
    """Return the usernames of people whose account a plan closes."""
    return [change.username for change in plan.having(Effect.DEACTIVATE)]


def write_rollback(
    workspace: Workspace, found: CompiledRollback, folder: Path, *, unreviewed: str = ""
) -> CompiledRollback:
    """Write the files of a prepared rollback into `folder`, and propose its records.

    `unreviewed` says why it may go up from a commit that is not that of the upload branch; "" if it may not.

    Raises:
        NotReviewed: the commit that is checked out is not that of the upload branch.
        ClosesUnapproved: it would close accounts, which not enough others have approved.
        Usage: the reason names a person, or git does not know who takes the upload back.
        NotWritten, InTheWay: the files could not be written.
    """
    ledger = found.known.ledger
    policy = policy_in_force(ledger.program, ledger, workspace.institution.review)
    upload, closing = found.upload, closing_in(found.plan)
    by = Checkout(workspace.root).identity() if closing else ""
    wanted = RollbackToCover(upload.takes_back, upload.plan, upload.commit, closing, by)
    approvals = require_approved_rollback(ledger, policy, wanted, at=now())
    upload = vouched(workspace, upload, found.known, Permission(unreviewed=unreviewed))
    upload = upload._replace(approvals=approvals)
    write_upload(upload, workspace.school, folder)
    back = {*upload.usernames}
    people = [person for person in found.people if back & {person.username, person.previous}]
    proposed = propose_records(found.known.ledger.program, upload.takes_back, people)
    return found._replace(upload=upload, proposed=proposed)
