"""Exchange the ledger with its remote around a command: fetch it first, and share what was noted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import LedgerMissing
from graduand.ledger.branch import head, ledger_remote, require_whole
from graduand.ledger.sync import Synced, SyncState, fetch, share

if TYPE_CHECKING:
    from graduand.git.program import Program
    from graduand.ledger.ledger import Ledger


class Exchange(NamedTuple):
    """Whether a command may use the network, and whether it shares what it notes."""

    offline: bool = False
    push: bool = True


ONLINE: Final = Exchange()
NOTHING_ASKED: Final = Synced(SyncState.NO_REMOTE)


def fetch_ledger(program: Program, exchange: Exchange = ONLINE) -> Synced:
    """Fetch the ledger; a remote that does not answer is no error.

    Raises:
        LedgerRewound, LedgerLost, LedgerOfOthers, LedgerInUse, GitRefused: as `ledger.sync.fetch`.
    """
    return fetch(program, offline=exchange.offline)


def share_ledger(program: Program, fetched: Synced, exchange: Exchange = ONLINE) -> Synced:
    """Share what was noted since it was fetched; a remote that refuses is no error.

    Raises:
        LedgerRewound, LedgerLost, LedgerOfOthers, LedgerInUse, GitRefused: as `ledger.sync.share`.
    """
    if not exchange.push:
        return NOTHING_ASKED
    return share(program, offline=exchange.offline, after=fetched)


def require_known(program: Program, fetched: Synced) -> None:
    """Check that a first entry does not begin a second ledger beside one that the remote may hold.

    Raises:
        LedgerMissing: this clone has none, and the remote was not asked or did not answer.
    """
    if fetched.state in {SyncState.NOT_FETCHED, SyncState.OFFLINE} and not head(program):
        raise LedgerMissing(fetched.remote)


def what_is_missing(ledger: Ledger) -> str:
    """Return why what was sent is not known in this clone, and the cure; "" when it is, or nothing can have been sent.

    Where only some entries cannot be read, that is what is returned.
    """
    if ledger.head:
        return ledger.unread
    if not (remote := ledger_remote(ledger.program)):
        return ""
    return str(LedgerMissing(remote))


def require_ledger(ledger: Ledger) -> None:
    """Check that the ledger goes back to the entry that opened it, or that there can be none.

    Raises:
        LedgerMissing: this clone has a remote and no ledger.
        LedgerCut, ForeignCommit: it has only the newest entries, or it begins with something else.
    """
    if ledger.head:
        require_whole(ledger.program, ledger.chain)
    elif remote := ledger_remote(ledger.program):
        raise LedgerMissing(remote)
