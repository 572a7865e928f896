"""Finding: one thing that is wrong, where it stands, and what would be right."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How bad a finding is: an error forbids compiling, a warning asks for a look, a note only tells."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Place(NamedTuple):
    """Where a character stands in a file; both count from 1, columns in characters."""

    line: int = 1
    column: int = 1


class Finding(NamedTuple):
    """One thing wrong with one file; `message` is a whole sentence, safe to print anywhere."""

    rule: str
    severity: Severity
    path: str
    line: int
    column: int
    username: str
    field: str
    message: str


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return the findings as a reader goes through them: by file, by line, by column, by rule."""
    return tuple(sorted(findings, key=lambda found: (found.path, found.line, found.column, found.rule, found.message)))
