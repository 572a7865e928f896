"""What a verification can find, and which of it speaks against the history."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.language import _, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable


class DoubtRule(StrEnum):
    """What was found; first what speaks against the history, then what one should know."""

    BAD_SIGNATURE = "bad-signature"
    REVOKED_KEY = "revoked-key"
    WRONG_SIGNER = "wrong-signer"
    SIGNERS_FILE = "signers-file"
    SIGNERS_BACK = "signers-rolled-back"
    CHAIN = "chain"
    BYTES = "bytes"
    DIFFERS = "differs"
    NEVER_SAID = "never-said"
    SHALLOW = "shallow"
    REPLACED = "replaced"
    ANCHOR = "anchor"
    REQUIRED = "required"

    UNSIGNED = "unsigned"
    UNKNOWN_SIGNER = "unknown-signer"
    RETIRED_KEY = "retired-key"
    OTHER_AUTHOR = "other-author"
    OTHER_MAIN = "other-main"
    OTHER_VERSION = "other-version"
    NOT_COMPILED = "not-compiled"
    ERASED = "rows-erased"
    PASSED_OVER = "passed-over"
    NO_RECORD = "no-record"


HARMLESS: Final = frozenset(
    {
        DoubtRule.UNSIGNED,
        DoubtRule.UNKNOWN_SIGNER,
        DoubtRule.RETIRED_KEY,
        DoubtRule.OTHER_AUTHOR,
        DoubtRule.OTHER_MAIN,
        DoubtRule.OTHER_VERSION,
        DoubtRule.NOT_COMPILED,
        DoubtRule.ERASED,
        DoubtRule.PASSED_OVER,
        DoubtRule.NO_RECORD,
    }
)
"""What is no objection."""


class Doubt(NamedTuple):
    """One thing that a verification found."""

    rule: DoubtRule
    subject: str
    """The commit, the id of the entry, or what else it is about."""
    detail: str = ""
    """What is wrong with it, as a sentence; "" where the rule says it all."""

    @property
    def is_against(self) -> bool:
        """Whether it speaks against the history."""
        return self.rule not in HARMLESS


SIGNED: Final = "signed"
"""What stands for all requirements of signatures."""


class Requirement(StrEnum):
    """What a school may require of its history besides."""

    SIGNED_ENTRIES = "signed-entries"
    """Every entry of the ledger has a good signature."""
    SIGNED_COMMITS = "signed-commits"
    """Every commit that touches records or schema has a good signature."""
    TWO_PEOPLE = "two-people"
    """Every change that an upload carried was approved in the ledger by somebody who did not make it."""
    REVIEWED = "reviewed"
    """Every change of a record was merged, committed or approved by somebody else than its author, as git says."""


def requirements_of(words: Iterable[str]) -> frozenset[Requirement]:
    """Return the requirements that are named, each by itself or several between commas.

    Raises:
        Usage: one is none.
    """
    found = set[Requirement]()
    for word in (part.strip() for one in words for part in one.split(",")):
        if word == SIGNED:
            found |= {Requirement.SIGNED_ENTRIES, Requirement.SIGNED_COMMITS}
        elif word in {one.value for one in Requirement}:
            found.add(Requirement(word))
        else:
            known = ", ".join((SIGNED, *(one.value for one in Requirement)))
            raise Usage(_("{word} cannot be required; there is: {known}.").format(word=quoted(word), known=known))
    return frozenset(found)
