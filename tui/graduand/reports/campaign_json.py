"""Campaigns and the calendar for machines: one JSON object a line, each with its version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import masked
from graduand.reports.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.campaigns.due import Calendar
    from graduand.campaigns.outreach import Outreach

OUTREACH: Final = "graduand/outreach/1"
DUE: Final = "graduand/due/1"


def outreach_json(found: Outreach, *, show: bool) -> Iterator[str]:
    """Return one object a person, those who are left out too; addresses are masked unless `show`."""
    for one in found.asked:
        address = one.record.text("email_address")
        yield json_text(
            {
                "schema": OUTREACH,
                "campaign": found.call.campaign,
                "username": one.record.username,
                "path": one.record.path,
                "asked": True,
                "reminder": found.call.remind,
                "address": address if show else masked(address),
                "on": found.call.on,
                "answer_by": one.answer_by,
                "waiting": one.waiting,
                "left_out": None,
            }
        )
    for left in found.left_out:
        yield json_text(
            {
                "schema": OUTREACH,
                "campaign": found.call.campaign,
                "username": left.record.username,
                "path": left.record.path,
                "asked": False,
                "on": found.call.on,
                "left_out": left.why,
                "day": left.day or None,
            }
        )


def due_json(calendar: Calendar, *, show: bool) -> Iterator[str]:
    """Return one object an entry; addresses are masked unless `show`."""
    for one in calendar.due:
        yield json_text(
            {
                "schema": DUE,
                "kind": one.kind,
                "day": one.day,
                "due": one.day <= calendar.on,
                "username": one.record.username,
                "path": one.record.path,
                "what": one.what if show else masked(one.what),
                "closes": one.closes,
                "changes": dict(one.changes),
            }
        )
