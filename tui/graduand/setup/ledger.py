"""Say how this clone's ledger stands, and take over what its remote holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import Trouble
from graduand.git.program import Program
from graduand.ledger.branch import is_whole, ledger_remote, position, read_chain, require_whole
from graduand.ledger.sync import Synced, SyncState, accept_remote, fetch, newest, share, unshared

if TYPE_CHECKING:
    from graduand.ledger.sync import Accepted
    from graduand.workspace import Workspace


class LedgerStanding(NamedTuple):
    """How a clone's ledger stands."""

    remote: str
    """The remote that it is shared with; "" where the clone has none."""
    fetched: Synced
    entries: int
    unshared: int
    """How many entries the remote is not known to have."""
    newest: str
    """When the newest entry was noted; "" when there is none."""
    is_whole: bool
    """Whether it goes back to the entry that opened it."""
    fault: str
    """What is wrong with it, and the cure; "" if nothing is."""


def ledger_standing(workspace: Workspace) -> LedgerStanding:
    """Fetch the ledger and return how it stands.

    Raises:
        NoGit, NotGit: there is no git, or no repository.
        LedgerInUse: the setting that names the remote is wrong.
    """
    program = Program(workspace.root)
    remote, synced, fault = ledger_remote(program), Synced(SyncState.NOT_FETCHED), ""
    try:
        synced = fetch(program)
    except Trouble as trouble:
        fault = str(trouble)
    entries, waiting, whole = 0, 0, False
    try:
        chain = read_chain(program, position(program, remote).head)
        entries, waiting, whole = len(chain), len(unshared(program, remote)), is_whole(chain)
        require_whole(program, chain)
    except Trouble as trouble:
        fault = fault or str(trouble)
    return LedgerStanding(remote, synced, entries, waiting if remote else 0, newest(program), whole, fault)


def accept_ledger(workspace: Workspace) -> tuple[Accepted, Synced]:
    """Let the ledger be what the remote holds, and share own entries on top of it.

    Raises:
        NoGit, NotGit: there is no git, or no repository.
        LedgerOutOfReach, LedgerLost, LedgerOfOthers, LedgerInUse, GitRefused: as in `accept_remote`.
    """
    program = Program(workspace.root)
    accepted = accept_remote(program)
    return accepted, share(program)
