"""Peeking: the one thing of institution.yaml that must be known before anything can be said."""

from __future__ import annotations

import re
from typing import Final

PATH: Final = "schema/institution.yaml"
IMPORTER: Final = "schema/handshake.yaml"
SIZE: Final = 1_000_000
"""Bytes; the importer's file may be larger than a record."""


def peeked_language(raw: bytes) -> str:
    """Return the language that the file asks for, without reading the rest of it; "" when it names none."""
    found = re.search(rb"^language: *([a-z]{2})\b", raw, re.MULTILINE)
    return found.group(1).decode() if found else ""
