"""Format findings as text, grouped by rule, the most severe first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from graduand.findings import Finding, Severity, by_rule
from graduand.language import _, ngettext
from graduand.reports.console import Line, Span, line, more_lines
from graduand.rules.fixes import CURABLE
from graduand.rules.registry import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graduand.rules.rule import Rule

_SIGNS: Final = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.NOTE: "·"}
_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
SHOWN: Final = 10
"""The maximum number of findings of one rule, unless all are requested."""


def severity_word(severity: Severity) -> str:
    """Return the word for a severity in the current language."""
    return {Severity.ERROR: _("error"), Severity.WARNING: _("warning"), Severity.NOTE: _("note")}[severity]


def findings_text(
    findings: Sequence[Finding], files: int, *, everything: bool, is_uncompared: bool = False
) -> Iterator[Line]:
    """Return the lines of a report on the `findings` in a number of `files`.

    With `is_uncompared` its last line says that what Handshake holds was not asked for.
    """
    yield from groups_text(findings, everything=everything)
    words = summary(findings, files)
    yield line(
        _("{summary} Not compared with Handshake: no ledger here.").format(summary=words) if is_uncompared else words
    )


def groups_text(findings: Sequence[Finding], *, everything: bool) -> Iterator[Line]:
    """Return the lines of findings by their rules, with an empty one after each rule."""
    for rule, found in by_rule(findings).items():
        yield from _group(rule, found, everything=everything)
        yield line("")


def rule_head(rule: Rule, count: int) -> Iterator[Line]:
    """Return the lines above so many findings of a rule: what it is, and the cure."""
    head = Span(f"{_SIGNS[rule.severity]} {severity_word(rule.severity)} {rule.id}", _STYLES[rule.severity])
    yield line(head, "  ", Span(_(rule.title), "bold"), f"  ({count})")
    yield line("  → ", Span(_(rule.cure), "italic"))


def _group(rule: str, findings: Sequence[Finding], *, everything: bool) -> Iterator[Line]:
    yield from rule_head(RULES[rule], len(findings))
    if rule in CURABLE:
        words = _("What can mean one thing only is put right by: graduand cure {rule}")
        yield line("    ", Span(words.format(rule=rule), "dim"))
    if not everything:
        yield from _alike(findings)
        findings = _unlike(findings)
    shown = findings if everything else findings[:SHOWN]
    for finding in shown:
        yield line("  ", Span(f"{finding.path}:{finding.line}:{finding.column}", "dim"), f"  {finding.message}")
    yield from more_lines(len(findings) - len(shown))


def _said_of_many(findings: Sequence[Finding]) -> Mapping[str, int]:
    """Return the messages that say the same of many records, and of how many."""
    if len(findings) <= SHOWN:
        return {}
    counts = Counter(finding.message for finding in findings)
    return {message: count for message, count in counts.most_common() if count > SHOWN}


def _alike(findings: Sequence[Finding]) -> Iterator[Line]:
    """Return one line for each message that says the same of many records."""
    for message, count in _said_of_many(findings).items():
        first = next(finding for finding in findings if finding.message == message)
        where = _("{count} times, first in {place}").format(count=count, place=f"{first.path}:{first.line}")
        yield line("  ", f"{message}  ", Span(where, "dim"))


def _unlike(findings: Sequence[Finding]) -> Sequence[Finding]:
    many = _said_of_many(findings)
    return [finding for finding in findings if finding.message not in many] if many else findings


def summary(findings: Iterable[Finding], files: int) -> str:
    """Return the last line: the numbers of files, errors, warnings and notes."""
    counts = Counter(finding.severity for finding in findings)
    number = counts[Severity.ERROR]
    errors = ngettext("{count} error", "{count} errors", number).format(count=number)
    number = counts[Severity.WARNING]
    warnings = ngettext("{count} warning", "{count} warnings", number).format(count=number)
    number = counts[Severity.NOTE]
    notes = ngettext("{count} note", "{count} notes", number).format(count=number)
    records = ngettext("{count} record", "{count} records", files).format(count=files)
    return _("{records}: {errors}, {warnings}, {notes}.").format(
        records=records, errors=errors, warnings=warnings, notes=notes
    )
