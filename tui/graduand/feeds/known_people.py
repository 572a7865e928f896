"""What is known of the people of a sync file: their records, what Handshake holds, and who is kept out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.editing.exclusion_lists import read_exclusions
from graduand.errors import Trouble
from graduand.handshake.row import HeldReason
from graduand.handshake.sendable import sendable, waiting_among
from graduand.handshake.state import NOTHING
from graduand.language import _
from graduand.ledger.entry import RowStatus
from graduand.records.paths import username_of
from graduand.records.transition import RETURNED
from graduand.rules.handshake_state import is_conflict
from graduand.rules.sync_feed import FeedPerson
from graduand.uploads.known_state import state_of
from graduand.workspace import errors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graduand.index.index import Index
    from graduand.ledger.fold import LedgerState
    from graduand.workspace import Workspace

_KINDS: Final = 9
"""The place of the kinds of transitions in `Index.people`."""

_NEVER_SENT: Final = frozenset({HeldReason.CONFIDENTIAL, HeldReason.DECEASED})
"""Why the school's own file must not hold the row either."""


def _told(why: str) -> str:
    if why == HeldReason.CONFIDENTIAL:
        return _("This person is confidential and kept out of all files.")
    return _("This person has died, as the record says, and is kept out of all files.")


class KnownPeople:
    """The people of whom a record or the ledger speaks."""

    def __init__(self, workspace: Workspace, index: Index) -> None:
        """Take what is known from the index.

        Raises:
            SchemaBroken, ForgetKeyMissing: it is not known who must be kept out.
        """
        self.unread_states = index.unread_states
        """Why what Handshake holds could not be read; "" when it could, or there is no ledger."""
        found = errors(index.findings)
        faulty = {finding.path for finding in found if not is_conflict(finding)}
        self.faulty = len(faulty & {*index.paths})
        """Records with errors; nothing is said of their people."""
        self._faulty = {finding.username or username_of(finding.path) for finding in found if finding.path in faulty}
        self._conflicts = {finding.username: finding.rule for finding in found if is_conflict(finding)}
        self._exclusions = read_exclusions(workspace.root)
        self.folded = self._folded(index)
        """What Handshake holds; None where it is not known."""
        every = index.table(faulty, {page.cohort for page in index.pages})
        state = state_of(self.folded, workspace.importer) if self.folded else NOTHING
        may_go = sendable(every, state, workspace.school)
        self.table = may_go.table
        """The rows that may be sent."""
        self._waiting = {one.username: one for one in waiting_among(may_go.held)}
        self._withheld = every.withheld
        self._rows = dict(zip(self.table.usernames, self.table.rows, strict=True))
        self._new = {former: name for name, former in self.table.previous_usernames.items()}
        usernames, kinds = index.listed()[1], index.people[_KINDS]
        self._returned = {name for name, kind in zip(usernames, kinds, strict=True) if kind == RETURNED}

    def _folded(self, index: Index) -> LedgerState | None:
        states = index.states
        try:
            return states.folded if states and states.ledger.head else None
        except Trouble as trouble:
            self.unread_states = str(trouble)
            return None

    @property
    def is_compared(self) -> bool:
        """Whether it is known what Handshake holds."""
        return self.folded is not None

    def kept_out(self, usernames: Iterable[str]) -> dict[str, str]:
        """Return of those who must be in no file why, as a sentence, by username."""
        stones = self._exclusions.tombstones.among(usernames)
        deleted = dict.fromkeys(stones, _("This person was deleted and must not come back."))
        listed = dict.fromkeys(
            self._exclusions.confidential, _("This person is confidential and kept out of all files.")
        )
        told = {username: _told(why) for username, why in self._withheld.items() if why in _NEVER_SENT}
        return {**told, **listed, **deleted}

    def of(self, username: str) -> FeedPerson | None:
        """Return what is known of a person; None when it is nothing, or the record has errors."""
        if username in self._faulty:
            return None
        row, new = self._rows.get(username), self._new.get(username, "")
        held = self._held(username)
        now = self._username_now(username)
        expected = self._expected(username)
        waits = username in self._waiting or username in self._withheld
        if row is None and not new and not expected and not now and not waits and username not in self._conflicts:
            return None
        table = self.table
        return FeedPerson(
            {header: cell for header, cell in zip(table.columns, row or (), strict=False) if cell},
            held,
            expected,
            username in self._returned,
            table.held_back.get(username, ""),
            now,
            # As long as Handshake has the former username, the file is right to send it.
            new if not held else "",
            self._conflicts.get(username, ""),
            is_excluded=self._is_excluded(username),
            is_excluded_here=self._withheld.get(username) == HeldReason.EXCLUDED_HERE,
            graduates_on=self._graduates_on(username),
        )

    def _graduates_on(self, username: str) -> str:
        waits = self._waiting.get(username)
        return waits.until if waits and waits.why == HeldReason.GRADUATION else ""

    def is_held(self, username: str) -> bool:
        """Return whether nothing is sent of a person: a rule holds the row back, or Handshake excludes the account."""
        return username in self._conflicts or self._is_excluded(username)

    def _is_excluded(self, username: str) -> bool:
        outcome = self.folded.outcomes.get(username) if self.folded else None
        return outcome is not None and outcome.status is RowStatus.EXCLUDED

    def _held(self, username: str) -> dict[str, str]:
        return self.folded.cells(username) if self.folded else {}

    def _expected(self, username: str) -> dict[str, str]:
        """Return what Handshake holds if what was delivered of a person has run."""
        if not self.folded:
            return {}
        cells = self.folded.expected(username)
        return {header: cell for header, cell in zip(self.folded.columns, cells, strict=False) if cell}

    def _username_now(self, username: str) -> str:
        """Return the username that Handshake has, where it is known to be another one."""
        if self.folded is None or username in self.folded.rows:
            return ""
        names = (self.folded.aliases.get(username, ""), self.table.previous_usernames.get(username, ""))
        new = self._new.get(username, "")
        return next((name for name in (*names, new) if name in self.folded.rows), "")
