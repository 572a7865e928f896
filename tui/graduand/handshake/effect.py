"""Effect: what a change does to a person."""

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
    GRADUATE = "graduate"
    UPDATE = "update"
