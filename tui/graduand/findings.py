"""Findings: what is wrong with a file, with the rule and the place."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(StrEnum):
    """The severity of a finding: an error prevents compiling, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Place(NamedTuple):
    """The position of a character in a file; both numbers count from 1, columns in characters."""

    line: int = 1
    column: int = 1


class Finding(NamedTuple):
    """A violation of one rule in one file; `message` is a whole sentence without control characters."""

    rule: str
    severity: Severity
    path: str
    line: int
    column: int
    username: str
    field: str
    message: str


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return the findings sorted by path, line, column, rule and message."""
    return tuple(sorted(findings, key=lambda found: (found.path, found.line, found.column, found.rule, found.message)))


def by_rule(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Return the findings by rule, in their given order; rules are sorted by severity, the worst first, then by id."""
    groups: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.rule].append(finding)
    ranks = list(Severity)
    return {
        rule: groups[rule] for rule in sorted(groups, key=lambda rule: (ranks.index(groups[rule][0].severity), rule))
    }
