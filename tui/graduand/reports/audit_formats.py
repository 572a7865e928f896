"""Format events as JSON Lines or CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from graduand.git.events import DONE, NO_SIGNATURES, Proof
from graduand.language import visible
from graduand.reports.audit_text import is_bypassed, what
from graduand.reports.json_text import json_text
from graduand.reports.labels import TECHNICAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graduand.audit.verify import Verification
    from graduand.git.events import Event, Signatures

SCHEMA: Final = "graduand/event/2"
_WHOLE: Final = 1 << 30
"""A maximum length of cells that truncates nothing."""
_COLUMNS: Final = (
    *("date", "event", "username", "what", "author", "commit", "pull_request", "path", "uploads", "linked"),
    *("merged_by", "approved_by", "signature", "signer", "bypassed"),
)


def as_json(events: Iterable[Event], signatures: Signatures = NO_SIGNATURES) -> Iterator[str]:
    """Return one JSON object for each event."""
    for event in events:
        yield json_text(event_facts(event, signatures))


def event_facts(event: Event, signatures: Signatures = NO_SIGNATURES) -> dict[str, object]:
    """Return the JSON object of an event.

    Of what the ledger tells `commit` is the id of the entry. What `pull_request`, `merged_by` and an approval without
    an entry say is claimed by the messages of commits; nothing proves it. Of `forge`, the forge said so.
    """
    source = event.source
    signed = signatures.get(source.commit)
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
        "uploads": event.uploads,
        "linked": event.linked or None,
        "pull_request": source.pull_request or None,
        "merged_by": source.merged_by or event.merged_by_forge or None,
        "approved_by": [
            *({"who": who, "proof": Proof.CLAIMED} for who in source.approved_by),
            *({"who": one.who, "proof": one.proof, "entry": one.entry} for one in event.approved),
        ],
        "signature": signed.state if signed else None,
        "signer": (signed.signer or None) if signed else None,
        "bypassed": is_bypassed(event) if event.event not in DONE and source.commit else None,
    }


def as_csv(events: Iterable[Event], signatures: Signatures = NO_SIGNATURES, *, show: bool) -> str:
    """Return the events as CSV; cells that a spreadsheet would run as formulas begin with an apostrophe."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for event in events:
        facts = event_facts(event, signatures)
        said = {
            **facts,
            "what": what(event, TECHNICAL, show=show),
            "uploads": " ".join(event.uploads),
            "approved_by": "; ".join(_approvals(event)),
            "bypassed": {True: "yes", False: "no"}.get(event.is_bypassed) if facts["bypassed"] is not None else "",
        }
        writer.writerow([_guarded(str(said[column] or "")) for column in _COLUMNS])
    return page.getvalue()


def _approvals(event: Event) -> Iterator[str]:
    yield from (f"{who} ({Proof.CLAIMED.value})" for who in event.source.approved_by)
    yield from (f"{one.who} ({one.proof.value})" for one in event.approved)


def _guarded(cell: str) -> str:
    seen = visible(cell, _WHOLE)
    return f"'{seen}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else seen


def verified_json(verified: Verification, questions: Sequence[Mapping[str, object]] = ()) -> str:
    """Return the results of a verification as one JSON object."""
    found = [{**doubt._asdict(), "against": doubt.is_against} for doubt in verified.doubts]
    whole = {
        "schema": "graduand/verified/2",
        "sound": verified.sound,
        "commits": verified.commits,
        "entries": verified.entries,
        "findings": found,
        "anchor": verified.anchor or None,
        "anchored": verified.anchored._asdict() if verified.anchored else None,
    }
    if questions:
        whole["questions"] = [*questions]
    return json_text(whole) + "\n"
