"""What came back of an upload, as text and JSON: who, why, what cures it, which line to open."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from graduand.language import _, masked, ngettext, visible
from graduand.reports.page import Line, Span, line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.results import Failure, Reconciled


def reconciled_text(reconciled: Reconciled) -> Iterator[Line]:
    """Return the failures person by person, and what may be said of the others."""
    for failure in reconciled.failures:
        yield from _failure(failure)
    failed = len({failure.row for failure in reconciled.failures})
    yield line(ngettext("{count} row failed.", "{count} rows failed.", failed).format(count=failed))
    if reconciled.people:
        rest = max(reconciled.people - failed, 0)
        message = ngettext(
            "Of {count} other person nothing came back: taken, or skipped without a word "
            "(unchanged, a duplicate, another institution's address); the analysis of the job says which.",
            "Of {count} other people nothing came back: taken, or skipped without a word "
            "(unchanged, a duplicate, another institution's address); the analysis of the job says which.",
            rest,
        )
        yield line(message.format(count=rest))


def _failure(failure: Failure) -> Iterator[Line]:
    who = visible(failure.username) or _("nobody of yours ({row})").format(row=visible(failure.row))
    yield line(Span(f"✗ {who}", "bold red"), f"  {visible(failure.field)}")
    if failure.told:
        yield line(f"  {failure.told}")
    yield line("  ", _("Cause: {text}").format(text=masked(failure.cause)))
    yield line("  ", _("Cure: {text}").format(text=masked(failure.cure)))
    if failure.path:
        yield line("  ", Span(f"{visible(failure.path, 300)}:{failure.place.line}:{failure.place.column}", "dim"))
    yield line("")


def as_json(reconciled: Reconciled) -> Iterator[str]:
    """Return one JSON object a failure."""
    for failure in reconciled.failures:
        facts = failure._asdict()
        place = facts.pop("place")
        whole = {"schema": "graduand/failure/1", "upload": reconciled.upload, **facts, **place._asdict()}
        yield json.dumps(whole, ensure_ascii=False)
