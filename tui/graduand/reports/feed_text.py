"""Format what a sync file would do that it should not, as text or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import _, masked, ngettext, visible
from graduand.reports.console import Line, Span, line, more_lines
from graduand.reports.findings_text import rule_head
from graduand.reports.json_text import json_text
from graduand.reports.observation_text import lists_text
from graduand.rules.registry import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from graduand.feeds.check import FeedCheck, FeedFinding
    from graduand.feeds.overlay import Overlay

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
        yield from more_lines(rest)
        yield line("")
    yield line(_summary(checked, is_uncompared=is_uncompared))
    if checked.faulty:
        message = ngettext(
            "{count} record with errors is not compared: graduand check",
            "{count} records with errors are not compared: graduand check",
            checked.faulty,
        )
        yield line(Span(message.format(count=checked.faulty), "yellow"))
    yield from lists_text(checked.lists)


def _summary(checked: FeedCheck, *, is_uncompared: bool) -> str:
    rows = ngettext("{count} row", "{count} rows", checked.rows).format(count=checked.rows)
    number = len(checked.findings)
    found = ngettext("{count} finding", "{count} findings", number).format(count=number)
    words = _("{rows}: {found}.").format(rows=rows, found=found)
    return _("{summary} Not compared with Handshake: no ledger here.").format(summary=words) if is_uncompared else words


def feed_check_json(checked: FeedCheck) -> Iterator[str]:
    """Return one JSON object for each finding; nothing is masked."""
    for finding in checked.findings:
        facts = finding._asdict()
        del facts["is_held"]
        yield json_text({"schema": SCHEMA, **facts})


def overlay_text(done: Overlay, folder: Path) -> Iterator[Line]:
    """Return the lines on an overlay: what was laid over the file, and what was not; `folder` has the manual job."""
    rows = ngettext("{count} row", "{count} rows", done.rows).format(count=done.rows)
    cells = ngettext("{count} cell", "{count} cells", done.cells).format(count=done.cells)
    yield line(_("Laid over: {cells} in {rows}.").format(cells=cells, rows=rows))
    if done.added:
        yield line(_("Added columns: {columns}.").format(columns=", ".join(done.added)))
    for one in done.not_laid:
        why = masked(one.why)
        yield line(
            "  ", Span(_("line {line}").format(line=one.line), "dim"), f"  {visible(masked(one.username))}  {why}"
        )
    for sentence in _overlay_rest(done):
        yield line(sentence)
    if done.upload:
        yield line(_("A job by hand for them is in {folder}.").format(folder=visible(str(folder), 300)))
    if done.guessed:
        message = _("Written as {encoding}, which is a guess; say the encoding with --encoding.")
        yield line(Span(message.format(encoding=done.guessed), "yellow"))
    if done.faulty:
        message = ngettext(
            "{count} record with errors is not compared: graduand check",
            "{count} records with errors are not compared: graduand check",
            done.faulty,
        )
        yield line(Span(message.format(count=done.faulty), "yellow"))


def _overlay_rest(done: Overlay) -> Iterator[str]:
    if number := done.held:
        message = ngettext(
            "{count} row stays as it is: the person is held back, excluded or confidential (graduand feed check).",
            "{count} rows stay as they are: the people are held back, excluded or confidential (graduand feed check).",
            number,
        )
        yield message.format(count=number)
    if number := done.by_upload:
        message = ngettext(
            "{count} person needs an upload for a login or labels: graduand compile --changed",
            "{count} people need an upload for a login or labels: graduand compile --changed",
            number,
        )
        yield message.format(count=number)
    if number := len(done.spilled):
        message = ngettext(
            "{count} person goes beyond what the sync takes.", "{count} people go beyond what the sync takes.", number
        )
        yield message.format(count=number)
    if number := len(done.not_in_file):
        message = ngettext(
            "{count} person with something outstanding is not in the file.",
            "{count} people with something outstanding are not in the file.",
            number,
        )
        yield message.format(count=number)
