"""Format a plan as JSON, Markdown or HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from graduand.findings import Severity
from graduand.handshake.effect import Status
from graduand.handshake.sendable import nothing_left
from graduand.language import _, ngettext, visible
from graduand.reports.html import code, head, plain, table
from graduand.reports.json_text import json_text
from graduand.reports.plan_text import (
    cell_text,
    closed_without_record,
    counts,
    effect_words,
    remarks_on,
    status_word,
)
from graduand.reports.size_limit import RESERVED, omission
from graduand.reports.upload_text import left_out_text
from graduand.uploads.compiler import describe_breach, describe_early

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.handshake.plan import PlannedChange
    from graduand.reports.labels import Terms
    from graduand.reports.size_limit import SizeLimit
    from graduand.uploads.compiler import PreparedUpload

SCHEMA: Final = "graduand/plan/1"


def as_json(prepared: PreparedUpload) -> str:
    """Return the plan as one JSON object; nothing is masked."""
    upload, plan = prepared.upload, prepared.plan
    whole = {
        "schema": SCHEMA,
        "plan": upload.plan,
        "on": upload.on,
        "commit": upload.commit or None,
        "since": prepared.since or None,
        "seen": prepared.known.last_seen or None,
        "counts": dict(sorted(plan.counts().items())),
        "beyond_limits": [
            {"effect": breach.what, "count": breach.number, "people": breach.people} for breach in prepared.breaches
        ],
        "conflicts": [finding._asdict() for finding in prepared.conflicts],
        "closed_without_record": prepared.closed_without_record,
        "held": [one._asdict() for one in upload.held],
        "early": [one._asdict() for one in prepared.upload.early],
        "changes": [planned_facts(change) for change in plan.differences if change.status is not Status.UNCHANGED],
    }
    return json_text(whole, indent=2) + "\n"


def planned_facts(change: PlannedChange) -> dict[str, object]:
    """Return what would change of a person, for JSON; nothing is masked."""
    return {
        "username": change.username,
        "status": change.status,
        "effects": change.effects,
        "held_back": change.held_back or None,
        "keeps_year": change.keeps_year,
        "fields": [cell._asdict() for cell in change.cells],
    }


def as_markdown(prepared: PreparedUpload, limit: SizeLimit, terms: Terms, *, show: bool) -> Iterator[str]:
    """Return the plan as lines of Markdown within `limit`; omitted people are counted."""
    before = [
        "## " + _("Plan for {day}").format(day=prepared.upload.on),
        "",
        plain(counts(prepared.plan)),
        *(f"\n> {plain(text)}" for text in _warnings(prepared)),
    ]
    after = ["", _("Checksum: {checksum}").format(checksum=f"`{prepared.upload.plan}`")]
    yield from before
    heads = " | ".join((_("Username"), _("What happens"), _("Fields")))
    rows = [_row(change, terms, show=show) for change in _changed_people(prepared)]
    left = limit.size - RESERVED - sum(map(limit.size_of, [*before, *after]))
    shown = limit.fitting(["", f"| {heads} |", "| --- | --- | --- |", *rows], left)
    yield from shown
    yield from omission(rows, shown, "\n")
    yield from after


def _row(change: PlannedChange, terms: Terms, *, show: bool) -> str:
    _username, *columns = _columns(change, terms, show=show)
    return f"| {code(change.username)} | {' | '.join(map(plain, columns))} |"


def as_html(prepared: PreparedUpload, terms: Terms, *, show: bool) -> Iterator[str]:
    """Return the plan as the lines of a self-contained HTML page."""
    title = _("Plan for {day}").format(day=prepared.upload.on)
    yield head(title, _STYLE)
    yield f"<header><h1>{escape(title)}</h1></header><main><p>{escape(counts(prepared.plan))}</p>"
    yield from (f'<p class="warning">{escape(text)}</p>' for text in _warnings(prepared))
    rows = [_html_row(change, terms, show=show) for change in _changed_people(prepared)]
    if rows:
        people = ngettext("{count} person", "{count} people", len(rows)).format(count=len(rows))
        yield from table(people, (_("Username"), _("What happens"), _("Fields")), rows)
    checksum = _("Checksum: {checksum}").format(checksum=prepared.upload.plan)
    yield f"<p><code>{escape(checksum)}</code></p></main></body></html>"


_STYLE: Final = (
    ".deactivate td:nth-child(2){font-weight:600;color:var(--closed)}"
    ".scroll th:nth-child(1){width:12%}.scroll th:nth-child(2){width:26%}"
)


def _html_row(change: PlannedChange, terms: Terms, *, show: bool) -> str:
    """Return the row of a person, whose head is the username."""
    username, *texts = map(escape, _columns(change, terms, show=show))
    cells = "".join(f"<td>{text}</td>" for text in texts)
    kind = change.effects[0] if change.effects else change.status
    return f'<tr class="{kind}"><th scope="row">{username}</th>{cells}</tr>'


def _warnings(prepared: PreparedUpload) -> Iterator[str]:
    """Return the warnings above the table: what contradicts Handshake, exceeded limits, people left out, and drafts."""
    for finding in prepared.conflicts:
        if finding.severity is not Severity.NOTE:
            yield _("{label}: {value}").format(label=f"{finding.rule} {finding.username}", value=finding.message)
    if prepared.closed_without_record:
        yield closed_without_record(prepared.closed_without_record)
    if not prepared.plan.table.rows:
        yield nothing_left(prepared.cohort, prepared.upload.held)
    if prepared.upload.early:
        yield describe_early(prepared.upload.early)
    yield from map(describe_breach, prepared.breaches)
    yield from _sentences("".join(span.text for span in spans) for spans in left_out_text(prepared.upload))


def _sentences(lines: Iterable[str]) -> Iterator[str]:
    """Return lines as sentences: those that are indented below a line are listed in it."""
    said: list[list[str]] = []
    for line in lines:
        if line.startswith(" "):
            said[-1].append(line.strip())
        else:
            said.append([line])
    for first, *names in said:
        yield _("{label}: {value}").format(label=first.rstrip(": \u00a0"), value=", ".join(names)) if names else first


def _changed_people(prepared: PreparedUpload) -> Iterator[PlannedChange]:
    yield from (change for change in prepared.plan.differences if change.status is not Status.UNCHANGED)


def _columns(change: PlannedChange, terms: Terms, *, show: bool) -> tuple[str, str, str]:
    words = ", ".join([status_word(change.status), *map(effect_words, change.effects), *remarks_on(change)])
    cells = "; ".join(cell_text(cell, terms, show=show) for cell in change.cells)
    return visible(change.username), words, cells
