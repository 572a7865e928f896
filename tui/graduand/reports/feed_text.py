"""Format what a sync file would do that it should not, as text or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import _, masked, ngettext, visible
from graduand.reports.console import Line, Span, line
from graduand.reports.findings_text import rule_head
from graduand.reports.json_text import json_text
from graduand.rules.registry import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.feeds.check import FeedCheck, FeedFinding

SCHEMA: Final = "graduand/feed-finding/1"
_SHOWN: Final = 10
"""The maximum number of findings of one rule, unless all are requested."""


def feed_check_text(checked: FeedCheck, *, everything: bool, show: bool, is_uncompared: bool) -> Iterator[Line]:
    """Return the lines of a check by rules; addresses are masked unless `show`.

    With `is_uncompared` it says that what Handshake holds was not asked for.
    """
    by_rule: dict[str, list[FeedFinding]] = {}
    for finding in checked.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    for rule, found in sorted(by_rule.items()):
        yield from rule_head(RULES[rule], len(found))
        for finding in found if everything else found[:_SHOWN]:
            message = finding.message if show else masked(finding.message)
            username = (
                f"{visible(finding.username if show else masked(finding.username))}  " if finding.username else ""
            )
            yield line("  ", Span(_("line {line}").format(line=finding.line), "dim"), f"  {username}{message}")
        rest = 0 if everything else len(found) - _SHOWN
        if rest > 0:
            text = ngettext("  … and {count} more (--all shows it)", "  … and {count} more (--all shows them)", rest)
            yield line(text.format(count=rest))
        yield line("")
    yield line(_summary(checked, is_uncompared=is_uncompared))
    if checked.faulty:
        message = ngettext(
            "{count} record with errors is not compared: graduand check",
            "{count} records with errors are not compared: graduand check",
            checked.faulty,
        )
        yield line(Span(message.format(count=checked.faulty), "yellow"))


def _summary(checked: FeedCheck, *, is_uncompared: bool) -> str:
    rows = ngettext("{count} row", "{count} rows", checked.rows).format(count=checked.rows)
    number = len(checked.findings)
    found = ngettext("{count} finding", "{count} findings", number).format(count=number)
    words = _("{rows}: {found}.").format(rows=rows, found=found)
    return _("{summary} Not compared with Handshake: no ledger here.").format(summary=words) if is_uncompared else words


def feed_check_json(checked: FeedCheck) -> Iterator[str]:
    """Return one JSON object for each finding; nothing is masked."""
    for finding in checked.findings:
        yield json_text({"schema": SCHEMA, **finding._asdict()})
