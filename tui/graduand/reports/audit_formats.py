"""Format events as JSON Lines or CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from graduand.language import visible
from graduand.reports.audit_text import what
from graduand.reports.json_text import json_text
from graduand.reports.labels import TECHNICAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.audit.verify import Verification
    from graduand.git.events import Event

SCHEMA: Final = "graduand/event/1"
_WHOLE: Final = 1 << 30
"""A maximum length of cells that truncates nothing."""
_COLUMNS: Final = ("date", "event", "username", "what", "author", "commit", "pull_request", "path", "uploads")


def as_json(events: Iterable[Event]) -> Iterator[str]:
    """Return one JSON object for each event."""
    for event in events:
        yield json_text(event_facts(event) | {"uploads": event.uploads})


def event_facts(event: Event) -> dict[str, object]:
    """Return the JSON object of an event, without its uploads."""
    source = event.source
    return {
        "schema": SCHEMA,
        "event": event.event,
        "username": event.username,
        "date": source.date,
        "commit": source.commit,
        "author": source.author,
        "committer": source.committer,
        "reason": event.reason,
        "path": event.path,
        "old": event.old,
        "new": event.new,
        "requested_by": event.requested_by,
        "effective_on": event.effective_on,
        "pull_request": source.pull_request or None,
        "signed": source.signed,
        "backdated": source.backdated,
    }


def as_csv(events: Iterable[Event], *, show: bool) -> str:
    """Return the events as CSV; cells that a spreadsheet would run as formulas begin with an apostrophe."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for event in events:
        source = event.source
        cells = (
            *(
                source.date,
                event.event,
                event.username,
                what(event, TECHNICAL, show=show),
                source.author,
                source.commit,
            ),
            *(source.pull_request or "", event.path, " ".join(event.uploads)),
        )
        writer.writerow([_guarded(str(cell)) for cell in cells])
    return page.getvalue()


def _guarded(cell: str) -> str:
    seen = visible(cell, _WHOLE)
    return f"'{seen}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else seen


def verified_json(verified: Verification) -> str:
    """Return the results of a verification as one JSON object."""
    return json_text({"schema": "graduand/verified/1", "sound": verified.sound, **verified._asdict()}) + "\n"
