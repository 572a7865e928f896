"""Define the kinds of campaigns and of due entries, as named on the command line."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

AHEAD: Final = 30
"""The default number of days to look ahead."""


class Campaign(StrEnum):
    """The subject of a campaign of letters."""

    EMAIL = "email"
    SSO = "sso"


class DueKind(StrEnum):
    """What is due; kinds that close accounts come first."""

    ANSWER = "answer"
    """The deadline for a personal address has passed."""
    MONTHS = "months"
    """The school's `after_months` since the end of study have passed."""
    STUDY = "study"
    """The studies of a returner end."""
    ACCOUNT = "account"
    """A closing or reopening becomes effective."""
    MAILBOX = "mailbox"
    """The address ends with the mailbox, and the person was not asked for another."""
    ADDITIONAL = "additional"
    """An additional address ends with the mailbox."""
    RECYCLED = "recycled"
    """An address belonged to another person before."""
    WAIVER = "waiver"
    """A waiver expires."""


CLOSING: Final = frozenset({DueKind.ANSWER, DueKind.MONTHS})
"""The kinds whose proposals close accounts."""
