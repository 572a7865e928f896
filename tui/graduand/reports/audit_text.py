"""Format events and verifications as text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from graduand.git.events import EventKind
from graduand.language import _, masked, ngettext, visible
from graduand.records.record import REASON, REQUESTED_BY
from graduand.records.transition import ON_REQUEST, STUDENT
from graduand.reports.console import Line, Span, line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graduand.audit.query import AuditTrail
    from graduand.audit.verify import Verification
    from graduand.git.events import Event
    from graduand.reports.labels import Terms

_SHOWN: Final = 10
"""The maximum number of names in one line."""
STYLES: Final = {EventKind.DEACTIVATED: "bold red", EventKind.REACTIVATED: "green", EventKind.REMOVED: "red"}


def kind_word(kind: EventKind) -> str:
    """Return the word for a kind of events in the current language."""
    return {
        EventKind.GRADUATED: _("graduated"),
        EventKind.RETURNED: _("returned"),
        EventKind.USERNAME: _("username changed"),
        EventKind.EMAIL: _("address changed"),
        EventKind.DEACTIVATED: _("account closed"),
        EventKind.REACTIVATED: _("account reopened"),
        EventKind.CORRECTED: _("corrected"),
        EventKind.REMOVED: _("record removed"),
    }[kind]


def trail_text(trail: AuditTrail, terms: Terms, *, show: bool) -> Iterator[Line]:
    """Return the lines of an audit trail, oldest first, and the counts; addresses are masked unless `show`."""
    yield from warnings(trail)
    for event in trail.events:
        yield from _event_lines(event, terms, show=show)
    yield line(counts(trail.events))


def warnings(trail: AuditTrail) -> Iterator[Line]:
    """Return the warnings on an incomplete trail."""
    if trail.is_shallow:
        message = _("! This clone is shallow: what happened earlier is not here. Complete it: git fetch --unshallow")
        yield line(Span(message, "bold yellow"))
    for gap in trail.gaps:
        if gap.until:
            message = _("! {path} could not be read from {since} to {until}; its changes are told at the end of that.")
        else:
            message = _("! {path} cannot be read since {since}.")
        places = {"path": visible(gap.path, 200), "since": gap.since[:10], "until": gap.until[:10]}
        yield line(Span(message.format(**places), "yellow"))


def _event_lines(event: Event, terms: Terms, *, show: bool) -> Iterator[Line]:
    source = event.source
    pull_request = f" #{source.pull_request}" if source.pull_request else ""
    yield line(
        f"{source.date[:10]:<10}  ",
        Span(f"{visible(event.username):<12}", "bold"),
        "  ",
        Span(kind_word(event.event), STYLES.get(event.event, "")),
        f"  {what(event, terms, show=show)}",
    )
    by = _("by {author} in {commit}{pull_request}").format(
        author=author_of(event), commit=source.commit[:10], pull_request=pull_request
    )
    sent = _(", sent with {uploads}").format(uploads=", ".join(event.uploads)) if event.uploads else ""
    yield line("            ", Span(f"{by}{sent}", "dim"))
    if source.backdated:
        yield line("            ", Span(_("! Its date lies before that of the commit it stands on."), "yellow"))


def author_of(event: Event) -> str:
    """Return the author's name, or else address."""
    author = event.source.author
    return visible(author.partition(" <")[0].strip() or author.strip(" <>") or "?")


def what(event: Event, terms: Terms, *, show: bool) -> str:
    """Return the change of an event in words: the reason of a closing, otherwise the old and new values."""
    if event.event in {EventKind.DEACTIVATED, EventKind.REACTIVATED}:
        return _why(event, terms)
    if event.event in {EventKind.EMAIL, EventKind.USERNAME}:
        return f"{_seen(event.old, show=show)} → {_seen(event.new, show=show)}"
    if event.event is EventKind.CORRECTED and isinstance(event.old, dict) and isinstance(event.new, dict):
        keys = dict.fromkeys([*event.old, *event.new])
        return ", ".join(
            _("{label}: {value}").format(
                label=terms.field(key),
                value=" → ".join(
                    _seen(_term(terms, key, values.get(key)), show=show) for values in (event.old, event.new)
                ),
            )
            for key in keys
        )
    return ""


def _why(event: Event, terms: Terms) -> str:
    """Return the reason, requester and first day of a closing or reopening."""
    said = terms.spoken and (event.reason, event.requested_by) == (ON_REQUEST, STUDENT)
    who = "" if said else visible(terms.value(REQUESTED_BY, event.requested_by))
    asked = _(", asked by {who}").format(who=who) if who else ""
    day = _(", from {day}").format(day=visible(event.effective_on)) if event.effective_on else ""
    return (visible(terms.value(REASON, event.reason)) or _("no reason given")) + asked + day


def _term(terms: Terms, key: str, value: object) -> object:
    return terms.value(key, value) if isinstance(value, str) else value


def _seen(value: object, *, show: bool) -> str:
    text = "; ".join(value) if isinstance(value, tuple | list) else str(value or "–")
    return visible(text, 60) if show else masked(visible(text, 60))


def counts(events: Iterable[Event]) -> str:
    """Return the last line: the number of events by kind."""
    found = Counter(event.event for event in events)
    number = sum(found.values())
    total = ngettext("{count} event", "{count} events", number).format(count=number)
    kinds = [f"{found[kind]} × {kind_word(kind)}" for kind in EventKind if found[kind]]
    return _("{people}: {counts}.").format(people=total, counts=", ".join(kinds)) if kinds else f"{total}."


def verified_text(verified: Verification) -> Iterator[Line]:
    """Return the lines of a verification."""
    commits = ngettext("{count} commit touches records.", "{count} commits touch records.", verified.commits)
    yield line(commits.format(count=verified.commits))
    files = tuple(f"{tag} {file}" for tag, file in verified.differing)
    facts = (
        (verified.bad, _("Signature false, expired or revoked")),
        (verified.unknown, _("Signature by a key that nobody vouches for here")),
        (verified.unsigned, _("Not signed")),
        (verified.astray, _("Uploads from a commit that is not in the history of this branch")),
        (files, _("Files that do not compile again byte for byte")),
        (verified.replaced, _("References that put other objects in the place of committed ones")),
    )
    for names, words in facts:
        if names:
            sign = Span("! ", "yellow") if names in (verified.unsigned, verified.unknown) else Span("✗ ", "bold red")
            message = _("{what} ({count}): {names}")
            yield line(sign, message.format(what=words, count=len(names), names=_first_names(names)))
    if verified.cut:
        message = _("The clone is shallow: what happened earlier cannot be verified.")
        yield line(Span("✗ ", "bold red"), message)
    if verified.sound:
        yield line(Span("✓ ", "green"), _("Nothing speaks against this history."))


def _first_names(names: Sequence[str]) -> str:
    shown = ", ".join(visible(name.strip(), 100) for name in names[:_SHOWN])
    return f"{shown} …" if len(names) > _SHOWN else shown
