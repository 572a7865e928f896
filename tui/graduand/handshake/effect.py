"""Effect and status: what a change does to a person, and how a person's row compares with what was last sent."""

from __future__ import annotations

from enum import StrEnum


class Effect(StrEnum):
    """What a change does to a person, the most destructive first."""

    DEACTIVATE = "deactivate"
    USERNAME = "username"
    EMAIL = "email"
    LOGIN = "login"
    WIPE = "wipe"
    LABELS = "labels"
    REACTIVATE = "reactivate"
    RETURN = "return"
    LEAVE = "leave"
    GRADUATE = "graduate"
    UPDATE = "update"


class Status(StrEnum):
    """How a person's row compares with what was last sent."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    """Sent before, and refused."""
    PENDING = "pending"
    """Delivered as it is, and not known to have run."""
