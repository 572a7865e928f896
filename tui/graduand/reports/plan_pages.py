"""A plan for machines and for pages: JSON, Markdown, HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from graduand.handshake.plan import Status
from graduand.language import _, spoken, visible
from graduand.reports.json_text import json_text
from graduand.reports.plan_text import cell_text, counts, effect_words, held_back, status_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.handshake.plan import Change
    from graduand.uploads import Prepared

SCHEMA: Final = "graduand/plan/1"


def as_json(prepared: Prepared) -> str:
    """Return the plan as one JSON object, nothing masked."""
    upload, plan = prepared.upload, prepared.plan
    whole = {
        "schema": SCHEMA,
        "plan": upload.plan,
        "on": upload.on,
        "commit": upload.commit or None,
        "since": prepared.since or None,
        "counts": dict(sorted(plan.counts().items())),
        "beyond_limits": [
            {"effect": breach.effect, "count": breach.number, "people": breach.people} for breach in prepared.breaches
        ],
        "changes": [_entry(change) for change in plan.changes if change.status is not Status.UNCHANGED],
    }
    return json_text(whole, indent=2) + "\n"


def _entry(change: Change) -> dict[str, object]:
    return {
        "username": change.username,
        "status": change.status,
        "effects": change.effects,
        "held_back": change.held_back or None,
        "fields": [cell._asdict() for cell in change.cells],
    }


def as_markdown(prepared: Prepared, *, show: bool) -> Iterator[str]:
    """Return the plan as lines of Markdown."""
    yield "## " + _("Plan for {day}").format(day=prepared.upload.on)
    yield ""
    yield counts(prepared.plan)
    yield ""
    yield "| " + " | ".join((_("Username"), _("What happens"), _("Fields"))) + " |"
    yield "| --- | --- | --- |"
    for change in _worth_a_row(prepared):
        yield "| " + " | ".join(_markdown(text) for text in _columns(change, show=show)) + " |"
    yield ""
    yield _("Checksum: {checksum}").format(checksum=f"`{prepared.upload.plan}`")


def as_html(prepared: Prepared, *, show: bool) -> Iterator[str]:
    """Return the plan as the lines of one self-contained page."""
    title = escape(_("Plan for {day}").format(day=prepared.upload.on))
    yield f'<!doctype html><html lang="{spoken()}"><head><meta charset="utf-8"><title>{title}</title><style>'
    yield "body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em}"
    yield "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.3em .6em}"
    yield "td,th{text-align:left;vertical-align:top}</style></head><body>"
    yield f"<h1>{title}</h1><p>{escape(counts(prepared.plan))}</p><table><thead><tr>"
    yield (
        "".join(f"<th>{escape(head)}</th>" for head in (_("Username"), _("What happens"), _("Fields")))
        + "</tr></thead><tbody>"
    )
    for change in _worth_a_row(prepared):
        yield "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in _columns(change, show=show)) + "</tr>"
    checksum = _("Checksum: {checksum}").format(checksum=prepared.upload.plan)
    yield f"</tbody></table><p><code>{escape(checksum)}</code></p></body></html>"


def _worth_a_row(prepared: Prepared) -> Iterator[Change]:
    yield from (change for change in prepared.plan.changes if change.status is not Status.UNCHANGED)


def _columns(change: Change, *, show: bool) -> tuple[str, str, str]:
    words = ", ".join([status_word(change.status), *map(effect_words, change.effects), *held_back(change)])
    cells = "; ".join(cell_text(cell, show=show) for cell in change.cells)
    return visible(change.username), words, cells


def _markdown(text: str) -> str:
    """Return text that no Markdown reader takes for more than text."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>|#!~" else char for char in text)
