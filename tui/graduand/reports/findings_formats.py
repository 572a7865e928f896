"""Format findings as JSON Lines, GitHub annotations, JUnit or SARIF."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from graduand import __version__
from graduand.findings import Finding, Severity
from graduand.language import _, masked, reduced
from graduand.reports.json_text import json_text
from graduand.reports.labels import IMPERSONAL
from graduand.rules.registry import RULES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from graduand.editing.formatting import FormatResult
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


def formatted_github(formatted: FormatResult, fields: Mapping[str, Field], keys: Collection[str]) -> Iterator[str]:
    """Return workflow commands that annotate what is not in canonical form with what would stand there.

    Values that may name somebody are reduced to their first letters.
    """
    open_keys = {key.rpartition(":")[2] for key, field in fields.items() if field.kind in IMPERSONAL}
    title = _workflow_value(_("Not in canonical form"))
    command = "graduand fmt"
    for hunk in formatted.hunks:
        place = f"file={_workflow_value(hunk.path)},line={hunk.first},endLine={hunk.last},title={title}"
        lines = [_reduced_line(line, open_keys | {"username"}) for line in hunk.lines] or [_("nothing")]
        said = _("What would stand here:")
        message = "\n".join([said, *lines, f"→ {command}"])
        yield f"::error {place}::{_workflow_text(message)}"
    for path, target in formatted.moved:
        message = _("belongs elsewhere: {path} → {target}").format(path=path, target=target) + f"\n→ {command}"
        yield f"::error file={_workflow_value(path)},line=1,title={title}::{_workflow_text(message)}"
    yield from as_github(without_personal_data(formatted.refused, fields, keys))


def _reduced_line(line: str, open_keys: Collection[str]) -> str:
    """Return a line of a record without what may name somebody."""
    indent = line[: len(line) - len(line.lstrip(" "))]
    key, colon, value = line.strip().partition(": ")
    if line.strip().startswith("#"):
        return f"{indent}# …"
    if not colon or key in open_keys:
        return masked(line)
    quote = value[:1] if value[:1] in {'"', "'"} else ""
    return f"{indent}{key}: {quote}{reduced(value.strip(quote) if quote else value)}{quote}"


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
