"""Define the events of the audit trail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from graduand.records.record import Value


class EventKind(StrEnum):
    """What an event was, in the order in which the events of one record are listed."""

    GRADUATED = "graduated"
    RETURNED = "returned"
    LEFT = "left"
    """Went without a degree."""
    USERNAME = "username-changed"
    EMAIL = "email-changed"
    ADDRESS_REQUESTED = "address-requested"
    """Was asked for a personal address, or once more."""
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    CORRECTED = "corrected"
    REMOVED = "removed"
    SENT = "sent"
    """A row of an upload that is not known to have failed."""
    DELIVERED = "delivered"
    """A row that was delivered, and of which nothing says yet whether it ran."""
    FAILED = "failed"
    TAKEN_BACK = "taken-back"
    OBSERVED = "observed"


OF_KEYS: Final = frozenset({EventKind.ADDRESS_REQUESTED, EventKind.CORRECTED})
"""Events whose old and new values are given by key."""
DONE: Final = frozenset(
    {EventKind.SENT, EventKind.DELIVERED, EventKind.FAILED, EventKind.TAKEN_BACK, EventKind.OBSERVED}
)
"""What was done and seen, as the ledger tells; all other events are decisions, as the records tell."""


class Linked(StrEnum):
    """How it is known that an upload carried a change."""

    ANCESTRY = "ancestry"
    """The upload was compiled from the commit of the change or a later one."""
    RECORD = "record"
    """The upload was compiled from a record that said the same."""
    CELLS = "cells"
    """The row that was uploaded has the new values."""


class Attribution(NamedTuple):
    """The commit, or the entry of the ledger, that an event comes from, and who made it."""

    commit: str
    """Where the change was made; of a merged branch, the commit on the branch; of the ledger, the id of the entry."""
    author: str
    """`Name <address>`, as is the committer."""
    committer: str
    signed: bool
    """Whether the commit has a signature; whether it is a good one, only `verify` asks."""
    merge: str
    """The commit that merged it into the first-parent history; "" when it was made there."""
    date: str
    """When the first-parent commit was made, ISO 8601; "" when git holds no such date."""
    backdated: bool
    """Whether that is before the date of its parent."""
    pull_request: int
    """The number that the first-parent commit's message names; 0: none."""
    position: int
    """How many first-parent commits come before it."""
    merged_by: str = ""
    """Who merged it, where that is another commit or another person."""
    approved_by: tuple[str, ...] = ()
    """Who approved it as the messages say (`Approved-by`, `Reviewed-by`): claims, which nothing proves."""
    co_authors: tuple[str, ...] = ()

    @property
    def is_bypassed(self) -> bool:
        """Whether the same person did it all: no pull request, and nobody else committed, merged or approved it."""
        named = (self.committer, self.merged_by, *self.approved_by)
        others = {address_of(who) for who in named if who and not is_nobody(who)}
        return not self.pull_request and others <= {address_of(self.author)}


def address_of(who: str) -> str:
    """Return the address of `Name <address>`, to be compared; the whole text where there is none."""
    name, mark, rest = who.rpartition("<")
    return (rest.rpartition(">")[0] if mark else name or rest).strip().casefold()


_NOBODY: Final = re.compile(r"no-?reply@(?!users\.).*")
"""An address as forges commit with: `GitHub <noreply@github.com>`."""


def is_nobody(who: str) -> bool:
    """Return whether an address is that of a forge, which commits for whoever pressed a button."""
    return bool(_NOBODY.fullmatch(address_of(who)))


NOWHERE: Final = Attribution("", "", "", signed=False, merge="", date="", backdated=False, pull_request=0, position=0)
"""Of an event that no single commit made."""


class Proof(StrEnum):
    """What speaks for it that somebody approved a change."""

    SIGNED = "signed"
    """An entry of the ledger with a good signature of that person."""
    CLAIMED = "claimed"
    """An entry without one, or the message of a commit."""
    FORGE = "forge"
    """What the forge said when an upload was noted."""


class ApprovedBy(NamedTuple):
    """Who approved a change, and what speaks for it."""

    who: str
    proof: Proof
    entry: str
    """The entry of the ledger that says so."""


class Event(NamedTuple):
    """One change of one person's record."""

    event: EventKind
    username: str
    path: str
    old: str | Mapping[str, Value] | None
    """The value before: a text, of a correction the value of each key, or None."""
    new: str | Mapping[str, Value] | None
    reason: str = ""
    requested_by: str = ""
    effective_on: str = ""
    source: Attribution = NOWHERE
    uploads: tuple[str, ...] = ()
    """The uploads that carried it, as far as a query has looked for them."""
    linked: str = ""
    """How that is known, a `Linked`; "" where no upload carried it, and of a row that main never said."""
    approved: tuple[ApprovedBy, ...] = ()
    """Who approved it besides what the messages say, as far as a query has looked for them."""
    merged_by_forge: str = ""
    """The account that merged it, as the forge said."""

    @property
    def cohort(self) -> str:
        """The folder below `records/`."""
        parts = self.path.split("/")
        return parts[1] if len(parts) > 2 else ""

    @property
    def is_done(self) -> bool:
        """Whether it was done or seen, and not decided."""
        return self.event in DONE

    @property
    def is_bypassed(self) -> bool:
        """Whether nobody but the author had a hand in a decision, as far as git and the ledger know."""
        is_decision = self.event not in DONE and bool(self.source.commit)
        return is_decision and self.source.is_bypassed and not self.approved and not self.merged_by_forge


class Gap(NamedTuple):
    """A range of commits in which a record's file could not be read; its changes are reported only afterwards."""

    path: str
    since: str
    """The first-parent commit that broke it."""
    until: str
    """The commit that repaired or deleted it; "" while it is still broken."""


class SignatureState(StrEnum):
    """What is known of a signature."""

    GOOD = "good"
    BAD = "bad"
    """False, expired or revoked."""
    UNKNOWN = "unknown"
    """By a key that the file of allowed signers does not hold, or that cannot be checked here."""
    NONE = "none"


class Signature(NamedTuple):
    """The signature of a commit."""

    state: SignatureState
    signer: str = ""
    """Whose key it is: of a key for SSH all addresses that the file of allowed signers has for it."""
    key: str = ""
    """The fingerprint of the key."""
    principals: tuple[str, ...] = ()
    """The addresses for which the key stands, as far as they are known."""


Signatures = Mapping[str, Signature]
"""By the name of the commit, or the id of the entry."""

NO_SIGNATURES: Final[Signatures] = MappingProxyType({})
