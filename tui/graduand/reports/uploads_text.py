"""The uploads as text and JSON: the one in hand, those that were noted, the last first, and what came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.language import _, ngettext, visible
from graduand.reports.console import Line, Span, line
from graduand.reports.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.uploads.status import Hand, Sending


def sendings_text(hand: Hand | None, noted: Sequence[Sending]) -> Iterator[Line]:
    """Return the lines of the uploads; one in hand that is not noted yet comes first."""
    if hand and not hand.noted:
        message = _("In hand, not noted yet: {path}")
        yield line(Span(message.format(path=visible(str(hand.manifest), 200)), "bold"))
    for one in noted:
        sign = Span("✗ ", "bold red") if one.failed else Span("✓ ", "green") if one.results else Span("  ")
        yield line(sign, Span(one.name, "bold"), f"  {sending_words(one)}")
        for name, rows in one.files:
            words = ngettext("{count} row", "{count} rows", rows).format(count=rows)
            yield line(f"    {visible(name, 200)}: {words}")
    if not noted:
        yield line(_("No upload was noted yet."))


def sending_words(one: Sending) -> str:
    """Return how many people an upload held, how many failed, and what it takes back."""
    people = ngettext("{count} person", "{count} people", one.people).format(count=one.people)
    failed = ngettext("{count} failed", "{count} failed", one.failed).format(count=one.failed) if one.failed else ""
    back = _("takes back {name}").format(name=one.rollback_of) if one.rollback_of else ""
    return ", ".join(part for part in (people, failed, back) if part)


def as_json(noted: Sequence[Sending]) -> Iterator[str]:
    """Return one JSON object a noted upload."""
    for one in noted:
        files = [{"file": name, "rows": rows} for name, rows in one.files]
        yield json_text({"schema": "graduand/sending/1", **one._asdict(), "files": files})
