"""What came back of an upload, as text and JSON: who, why, what cures it, which line to open."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from graduand.language import _, masked, ngettext, visible
from graduand.reports.console import Line, Span, line
from graduand.reports.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.reports.labels import Terms
    from graduand.uploads.results import Failure, Reconciled


_SHOWN: Final = 10
"""People of one answer that are shown, unless all are asked for."""


def reconciled_text(reconciled: Reconciled, terms: Terms, *, everything: bool = False) -> Iterator[Line]:
    """Return each answer with its cause and cure and whose it is, and what may be said of the others."""
    groups: defaultdict[tuple[str, str, str], list[Failure]] = defaultdict(list)
    for failure in reconciled.failures:
        groups[failure.field, failure.cause, failure.cure].append(failure)
    for (field, cause, cure), failures in sorted(groups.items(), key=lambda group: -len(group[1])):
        head = terms.field(field) if field else _("no field named")
        yield line(Span(f"✗ {head} ({len(failures)})", "bold red"))
        yield line("  ", _("Cause: {text}").format(text=masked(cause)))
        yield line("  ", _("Cure: {text}").format(text=masked(cure)))
        yield from _people(failures if everything else failures[:_SHOWN])
        if not everything and len(failures) > _SHOWN:
            rest = len(failures) - _SHOWN
            more = ngettext("  … and {count} more (--all shows it)", "  … and {count} more (--all shows them)", rest)
            yield line(more.format(count=rest))
        yield line("")
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


def _people(failures: Iterable[Failure]) -> Iterator[Line]:
    for failure in failures:
        who = visible(failure.username) or _("nobody of yours ({row})").format(row=visible(failure.row))
        place = f"  {visible(failure.path, 300)}:{failure.place.line}:{failure.place.column}" if failure.path else ""
        yield line("  ", Span(who, "bold"), Span(place, "dim"))
        if failure.told:
            yield line(f"    {masked(failure.told)}")


def as_json(reconciled: Reconciled) -> Iterator[str]:
    """Return one JSON object a failure."""
    for failure in reconciled.failures:
        facts = failure._asdict()
        place = facts.pop("place")
        whole = {"schema": "graduand/failure/1", "upload": reconciled.upload, **facts, **place._asdict()}
        yield json_text(whole)
