"""Format what an approval would say, as text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import _, ngettext, visible
from graduand.reports.console import Line, Span, line
from graduand.reports.json_text import json_text
from graduand.reports.plan_text import plan_text
from graduand.reports.upload_text import lost_text
from graduand.uploads.compiler import describe_breach

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.reports.labels import Terms
    from graduand.uploads.approve import NotedApproval, ProposedApproval

_NAMED: Final = 10


def approval_text(proposed: ProposedApproval, terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    """Return the lines of the plan and of what would be approved of it; addresses are masked unless `show`."""
    yield from plan_text(proposed.prepared, terms, everything=everything, show=show)
    yield line("")
    if proposed.base:
        message = _("Only what {commit} changes since {base}.")
        yield line(message.format(commit=proposed.commit[:12], base=proposed.base[:12]))
    for breach in proposed.prepared.breaches:
        yield line(Span(f"! {describe_breach(breach)}", "bold yellow"))
    yield from _rollback_text(proposed, terms)
    yield from _rules_text(proposed)
    if proposed.own:
        count = len(proposed.own)
        message = ngettext(
            "! {count} row is a change of yours, so another person has to approve it: {who}",
            "! {count} rows are changes of yours, so another person has to approve them: {who}",
            count,
        )
        yield line(Span(message.format(count=count, who=_named(proposed.own)), "yellow"))
    if proposed.faulty:
        count = len(proposed.faulty)
        message = ngettext(
            "! {count} record has errors and is not approved: {who}",
            "! {count} records have errors and are not approved: {who}",
            count,
        )
        yield line(Span(message.format(count=count, who=_named(proposed.faulty)), "yellow"))
    if proposed.is_empty:
        yield line(_("There is nothing for you to approve."))
        return
    count = len(proposed.meanings)
    said = ngettext("To approve: {count} row", "To approve: {count} rows", count).format(count=count)
    if proposed.closings:
        said += ngettext(", {count} account closes", ", {count} accounts close", proposed.closings).format(
            count=proposed.closings
        )
    yield line(Span(f"{said}.", "bold"))


def _rollback_text(proposed: ProposedApproval, terms: Terms) -> Iterator[Line]:
    if proposed.takes_back:
        yield line(_("All this takes {upload} back.").format(upload=proposed.takes_back))
        yield from lost_text(proposed.lost, terms)


def _rules_text(proposed: ProposedApproval) -> Iterator[Line]:
    if not proposed.changed_rules:
        return
    message = _("! With them you approve what changed of schema/ since the last upload: {paths}")
    if proposed.is_own_rules:
        message = _("! You changed schema/ since the last upload, so another person has to approve that: {paths}")
    yield line(Span(message.format(paths=_named(proposed.changed_rules)), "bold yellow"))


def _named(names: Sequence[str]) -> str:
    return ", ".join(visible(name, 200) for name in names[:_NAMED]) + (" …" if len(names) > _NAMED else "")


def approval_json(proposed: ProposedApproval, noted: NotedApproval | None) -> str:
    """Return what an approval says, and its id where it was noted, as one JSON object."""
    whole = {
        "schema": "graduand/approval/1",
        "id": noted.id if noted else None,
        "is_new": noted.is_new if noted else None,
        "signed": noted.is_signed if noted else None,
        "shared": noted.shared.state if noted else None,
        "commit": proposed.commit,
        "base": proposed.base or None,
        "checksum": proposed.checksum,
        "plan": proposed.prepared.upload.plan,
        "people": sorted(proposed.meanings),
        "closings": proposed.closings,
        "own": proposed.own,
        "faulty": proposed.faulty,
        "rules": proposed.rules,
        "changed_rules": proposed.changed_rules,
        "takes_back": proposed.takes_back or None,
        "beyond_limits": [{"what": str(one.what), "number": one.number} for one in proposed.prepared.breaches],
    }
    return json_text(whole) + "\n"
