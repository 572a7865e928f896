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
    LEFT = "left"
    """People who left without a degree are told that the account closes."""


class DueKind(StrEnum):
    """What is due; kinds that close accounts come first."""

    ANSWER = "answer"
    """The deadline for a personal address has passed."""
    MONTHS = "months"
    """The school's `after_months` since the end of study have passed."""
    LEAVER = "leaver"
    """The day has come that was announced to a person who left without a degree."""
    NOTICE = "notice"
    """The school's `inactive_months` since a departure have passed, and the person was not told."""
    STUDY = "study"
    """The studies of a returner end."""
    DECEASED = "deceased"
    """The record says that a person has died, and the account is not excluded from sync."""
    READY = "ready"
    """The day of a graduation or departure has come, and it was never sent."""
    GRADUATION = "graduation"
    """A graduation waits for its day."""
    DEPARTURE = "departure"
    """A departure without a degree waits for its day."""
    ACCOUNT = "account"
    """A closing or reopening becomes effective."""
    MAILBOX = "mailbox"
    """The address ends with the mailbox, and the person was not asked for another."""
    LOGIN = "login"
    """The school login ends, and the person was not told."""
    LOGIN_REMINDER = "login-reminder"
    """The school login ends soon, and the person was told long before."""
    ADDITIONAL = "additional"
    """An additional address ends with the mailbox."""
    RECYCLED = "recycled"
    """An address belonged to another person before."""
    RETENTION = "retention"
    """Nothing has happened for longer than the school keeps records."""
    WAIVER = "waiver"
    """A waiver expires."""


CLOSING: Final = frozenset({DueKind.ANSWER, DueKind.MONTHS, DueKind.LEAVER})
"""The kinds whose proposals close accounts."""
