"""Status: how a person's row compares with what Handshake was last sent."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """How a person's row compares with what was last sent."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    """Sent before, and refused."""
