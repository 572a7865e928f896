"""Format a plan as text, grouped by effect, destructive effects first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.handshake.effect import Effect, Status
from graduand.handshake.row import HeldReason
from graduand.handshake.sendable import nothing_left, waiting_text
from graduand.language import _, masked, masked_pair, ngettext, visible
from graduand.records.record import USERNAME
from graduand.reports.console import Line, Span, line, more_lines
from graduand.reports.findings_text import groups_text
from graduand.uploads.compiler import describe_early

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.handshake.plan import CellChange, Plan, PlannedChange
    from graduand.handshake.sendable import HeldPerson
    from graduand.reports.labels import Terms
    from graduand.uploads.compiler import PreparedUpload

SHOWN: Final = 10
"""The maximum number of people of one effect, unless all are requested."""

_STYLES: Final = {Effect.DEACTIVATE: "bold red", Effect.USERNAME: "bold yellow", Effect.EMAIL: "yellow"}


def effect_words(effect: Effect) -> str:
    """Return the words for an effect in the current language."""
    return {
        Effect.DEACTIVATE: _("closes the account"),
        Effect.USERNAME: _("changes the username"),
        Effect.EMAIL: _("changes the login address"),
        Effect.LOGIN: _("changes the school login (SSO)"),
        Effect.WIPE: _("wipes a field"),
        Effect.LABELS: _("replaces all labels"),
        Effect.REACTIVATE: _("reopens the account"),
        Effect.RETURN: _("makes a student again"),
        Effect.LEAVE: _("ends the studies, without a degree"),
        Effect.GRADUATE: _("makes an alumnus"),
        Effect.UPDATE: _("updates fields"),
    }[effect]


def status_word(status: Status) -> str:
    """Return the word for a status in the current language."""
    return {
        Status.NEW: _("never sent"),
        Status.CHANGED: _("changed"),
        Status.UNCHANGED: _("unchanged"),
        Status.FAILED: _("failed last time"),
        Status.PENDING: _("delivered, not known to have run"),
    }[status]


def plan_text(prepared: PreparedUpload, terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    """Return the lines of a plan; addresses are masked unless `show`."""
    upload, plan = prepared.upload, prepared.plan
    yield from conflicts_text(prepared, everything=everything)
    since = (
        _("since {upload}").format(upload=prepared.since) if prepared.since else _("nothing was noted as uploaded yet")
    )
    seen = prepared.known.last_seen[:10]
    more = [_("Handshake seen on {day}").format(day=seen)] if seen else []
    yield line(Span(_("Plan for {day}").format(day=upload.on), "bold"), f" · {' · '.join([since, *more])}")
    yield from _changes(plan, terms, everything=everything, show=show)
    yield line("")
    if plan.waiting:
        yield from _waiting(plan.waiting, everything=everything)
    if prepared.upload.early:
        yield line(Span(f"! {describe_early(prepared.upload.early)}", "bold yellow"))
    if not plan.table.rows:
        yield line(nothing_left(prepared.cohort, upload.held))
        return
    if not plan.outstanding:
        yield line(_("Nothing is outstanding."))
    yield line(counts(plan))
    yield line(_("Checksum: {checksum}").format(checksum=upload.plan))


def _changes(plan: Plan, terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    """Return the lines on what changes, by what is done to people."""
    for effect in Effect:
        people = [change for change in plan.differences if change.effects[:1] == (effect,)]
        if people:
            yield line("")
            yield line(Span(f"{effect_words(effect)} ({len(people)})", _STYLES.get(effect, "bold")))
            yield from _people(people, terms, everything=everything, show=show)
    for status, style in ((Status.FAILED, "bold red"), (Status.PENDING, "bold")):
        people = [change for change in plan.differences if not change.effects and change.status is status]
        if people:
            yield line("")
            yield line(Span(f"{status_word(status)} ({len(people)})", style))
            yield from _people(people, terms, everything=everything, show=show)


def conflicts_text(prepared: PreparedUpload, *, everything: bool) -> Iterator[Line]:
    """Return the lines on what records say against what Handshake holds, or do not say of it."""
    yield from groups_text(prepared.conflicts, everything=everything)
    if prepared.closed_without_record:
        yield line(Span(f"! {closed_without_record(prepared.closed_without_record)}", "bold yellow"))
        yield line("")


def closed_without_record(usernames: Sequence[str]) -> str:
    """Return the sentence on accounts that an upload closed and that no record speaks of any more."""
    message = ngettext(
        "{count} account that an upload closed stays closed and has no record any more: {who}",
        "{count} accounts that uploads closed stay closed and have no records any more: {who}",
        len(usernames),
    )
    who = ", ".join(map(visible, usernames[:SHOWN])) + (" …" if len(usernames) > SHOWN else "")
    return message.format(count=len(usernames), who=who)


def _people(people: list[PlannedChange], terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    shown = people if everything else people[:SHOWN]
    for change in shown:
        more = [effect_words(effect) for effect in change.effects[1:] if effect is not Effect.UPDATE]
        words = ", ".join([status_word(change.status), *more, *remarks_on(change)])
        yield line("  ", Span(visible(change.username), "bold"), f"  {words}")
        if not _is_new(change):
            for cell in change.cells:
                yield line(f"    {cell_text(cell, terms, show=show)}")
    yield from more_lines(len(people) - len(shown))


def _waiting(waiting: Sequence[HeldPerson], *, everything: bool) -> Iterator[Line]:
    """Return the lines on graduations and departures that wait for their day, the next one first."""
    yield line(Span(waiting_text(waiting), "bold"))
    ordered = sorted(waiting, key=lambda one: (one.until, one.username))
    shown = ordered if everything else ordered[:SHOWN]
    for one in shown:
        yield line("  ", Span(visible(one.username), "bold"), "  ", _("held back until {day}").format(day=one.until))
    yield from more_lines(len(ordered) - len(shown))
    yield line("")


def _is_new(change: PlannedChange) -> bool:
    """Return whether the person was never sent to Handshake, so that every cell is a change."""
    return any(cell.header == USERNAME and not cell.before for cell in change.cells)


def remarks_on(change: PlannedChange) -> tuple[str, ...]:
    """Return the words on a change of the account that is held back, and on a year that Handshake keeps."""
    held = (_("account held back until {day}").format(day=change.held_back),) if change.held_back else ()
    return (*held, _("stays, and Handshake keeps the year that it has")) if change.keeps_year else held


def cell_text(cell: CellChange, terms: Terms, *, show: bool) -> str:
    """Return the change of a cell, `label: before → after`; addresses are masked unless `show`."""
    before, after = cell_pair(cell, terms, show=show)
    return _("{label}: {value}").format(label=terms.field(cell.header), value=f"{before or '–'} → {after}")


def cell_pair(cell: CellChange, terms: Terms, *, show: bool) -> tuple[str, str]:
    """Return what a cell was and is in words; addresses are masked unless `show`, and differ where they do."""
    before, after = (cell_words(cell.header, text, terms, show=True) for text in (cell.before, cell.after))
    return (before, after) if show else masked_pair(before, after)


def cell_words(header: str, text: str, terms: Terms, *, show: bool) -> str:
    """Return the value of a cell, in words if its column has words for it."""
    known = visible(terms.value(header, text))
    return known if show else masked(known)


def counts(plan: Plan) -> str:
    """Return the last line: the numbers of people by status and effect."""
    found = plan.counts()
    people = ngettext("{count} person", "{count} people", plan.people).format(count=plan.people)
    statuses = [f"{found[status]} {status_word(status)}" for status in Status if found[status]]
    effects = [f"{found[effect]} × {effect_words(effect)}" for effect in Effect if found[effect]]
    held = [_("{count} held back").format(count=found["held"])] if found["held"] else []
    if found["waiting"]:
        message = (
            ngettext("{count} row waits for its day", "{count} rows wait for their day", found["waiting"])
            if any(one.why == HeldReason.DEPARTURE for one in plan.waiting)
            else ngettext("{count} graduation waits", "{count} graduations wait", found["waiting"])
        )
        held.append(message.format(count=found["waiting"]))
    return _("{people}: {counts}.").format(people=people, counts=", ".join([*statuses, *effects, *held]))
