"""Format findings as JSON Lines, GitHub annotations, JUnit or SARIF."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from graduand import __version__
from graduand.findings import Finding, Severity
from graduand.language import _, masked
from graduand.reports.json_text import json_text
from graduand.reports.labels import IMPERSONAL
from graduand.rules.registry import RULES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from graduand.records.field import Field
    from graduand.records.importer import Citation

SCHEMA: Final = "graduand/finding/1"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


_QUOTED: Final = re.compile("(?<=“)[^”]+(?=”)|(?<=«\u00a0)[^»]+(?=\u00a0»)")
_NAMES: Final = frozenset({"GR407"})
"""Rules that quote a person's name though they are about another key."""


def without_personal_data(
    findings: Sequence[Finding], fields: Mapping[str, Field], keys: Collection[str]
) -> tuple[Finding, ...]:
    """Return the findings without names and whole addresses, for the log of a CI job, which outlives the records.

    A quoted value is reduced to its first letter, unless it is one of a kind that names nobody, the username, or one of
    the `keys`. Addresses keep their first letter and their domain.
    """
    return tuple(finding._replace(message=_without_names(finding, fields, keys)) for finding in findings)


def _without_names(finding: Finding, fields: Mapping[str, Field], keys: Collection[str]) -> str:
    field = fields.get(finding.field) or fields.get(finding.field.rpartition(":")[0])
    if field and field.kind in IMPERSONAL and finding.rule not in _NAMES:
        return masked(finding.message)

    def reduce(found: re.Match[str]) -> str:
        text = found[0]
        return text if text == finding.username or text in keys or "@" in text else f"{text[0]}•••"

    return masked(_QUOTED.sub(reduce, finding.message))


def as_json(findings: Sequence[Finding]) -> Iterator[str]:
    """Return one JSON object for each finding."""
    for finding in findings:
        yield json_text({"schema": SCHEMA, **finding._asdict()})


def as_github(findings: Sequence[Finding]) -> Iterator[str]:
    """Return the workflow commands by which GitHub annotates the lines of a pull request."""
    for finding in findings:
        title = _workflow_value(f"{finding.rule} {_(RULES[finding.rule].title)}")
        place = f"file={_workflow_value(finding.path)},line={finding.line},col={finding.column},title={title}"
        message = _workflow_text(f"{finding.message}\n→ {_(RULES[finding.rule].cure)}")
        yield f"::{_LEVELS[finding.severity]} {place}::{message}"


def _workflow_text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _workflow_value(text: str) -> str:
    return _workflow_text(text).replace(":", "%3A").replace(",", "%2C")


def as_junit(findings: Sequence[Finding], paths: Sequence[str]) -> Iterator[str]:
    """Return a JUnit report with a test for each file; errors are failures, other findings are output."""
    by_path: dict[str, list[Finding]] = {path: [] for path in paths}
    for finding in findings:
        by_path.setdefault(finding.path, []).append(finding)
    failures = sum(any(finding.severity is Severity.ERROR for finding in found) for found in by_path.values())
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<testsuites><testsuite name="graduand check" tests="{len(by_path)}" failures="{failures}">'
    for path, found in by_path.items():
        yield from _case(path, found)
    yield "</testsuite></testsuites>"


def _case(path: str, found: Sequence[Finding]) -> Iterator[str]:
    if not found:
        yield f'<testcase classname="records" name={quoteattr(path)}/>'
        return
    yield f'<testcase classname="records" name={quoteattr(path)}>'
    text = "\n".join(
        f"{finding.line}:{finding.column} {finding.severity} {finding.rule} {finding.message}" for finding in found
    )
    worst = [finding for finding in found if finding.severity is Severity.ERROR]
    if worst:
        yield f"<failure type={quoteattr(worst[0].rule)} message={quoteattr(worst[0].message)}>{escape(text)}</failure>"
    else:
        yield f"<system-out>{escape(text)}</system-out>"
    yield "</testcase>"


def as_sarif(findings: Sequence[Finding], sources: Mapping[str, Citation]) -> str:
    """Return a SARIF 2.1.0 log with the explanations of the rules that have findings."""
    used = sorted({finding.rule for finding in findings})
    rules = [
        {
            "id": rule,
            "shortDescription": {"text": _(RULES[rule].title)},
            "fullDescription": {"text": _(RULES[rule].why)},
            "help": {"text": _(RULES[rule].cure)},
            **({"helpUri": url} if (url := _url(rule, sources)) else {}),
        }
        for rule in used
    ]
    results = [
        {
            "ruleId": finding.rule,
            "level": str(finding.severity),
            "message": {"text": finding.message},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(finding.path)},
                        "region": {"startLine": finding.line, "startColumn": finding.column},
                    }
                }
            ],
        }
        for finding in findings
    ]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "graduand", "version": __version__, "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }
    return json_text(log, indent=2)


def _url(rule: str, sources: Mapping[str, Citation]) -> str:
    return next((sources[key].url for key in RULES[rule].sources if key in sources and sources[key].url), "")
