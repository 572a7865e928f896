"""Finding: one thing that is wrong, where it stands, and what would be right."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


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


def by_rule(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Return the findings of each rule in the order in which they come, the rules worst first and then by their ids."""
    groups: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.rule].append(finding)
    ranks = list(Severity)
    return {
        rule: groups[rule] for rule in sorted(groups, key=lambda rule: (ranks.index(groups[rule][0].severity), rule))
    }
