"""Kinds: what people are written to about, and what falls due: the words by which one asks for it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

AHEAD: Final = 30
"""Days that are looked ahead, where nothing else is asked for."""


class Campaign(StrEnum):
    """What people are written to about."""

    EMAIL = "email"
    SSO = "sso"


class CampaignKind(StrEnum):
    """What falls due; first what closes accounts."""

    ANSWER = "answer"
    """The answer about a personal address."""
    MONTHS = "months"
    """An account older than the school's `after_months`."""
    STUDY = "study"
    """The study of somebody who returned ends."""
    ACCOUNT = "account"
    """A closing or reopening that was held back becomes effective."""
    MAILBOX = "mailbox"
    """An address that dies with the mailbox, and nobody was asked for another."""
    ADDITIONAL = "additional"
    """An additional address that dies with the mailbox."""
    RECYCLED = "recycled"
    """An address that another person gave up."""
    WAIVER = "waiver"
    """An exemption runs out."""


CLOSING: Final = frozenset({CampaignKind.ANSWER, CampaignKind.MONTHS})
"""The kinds whose proposals close accounts."""
