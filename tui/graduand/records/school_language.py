"""Read the school's language from institution.yaml without parsing the rest, before any message can be shown."""

from __future__ import annotations

import re
from typing import Final

PATH: Final = "schema/institution.yaml"
IMPORTER: Final = "schema/handshake.yaml"
DRIFT: Final = "schema/drift.yaml"
SIZE: Final = 1_000_000
"""Largest size of a file of `schema/`, in bytes."""


def peeked_language(raw: bytes) -> str:
    """Return the language that the bytes of institution.yaml name; "" when they name none."""
    found = re.search(rb"^language: *([a-z]{2})\b", raw, re.MULTILINE)
    return found.group(1).decode() if found else ""
