"""Format a review as text, JSON, or Markdown of limited size."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from graduand.git.events import EventKind
from graduand.handshake.effect import Effect
from graduand.handshake.plan import FEWER
from graduand.language import N_, _, ngettext, quoted, visible
from graduand.records.fact_changes import Difference
from graduand.records.record import LEVEL, START
from graduand.reports.audit_formats import event_facts
from graduand.reports.audit_text import STYLES, counts, kind_word, what
from graduand.reports.console import Line, Span, line
from graduand.reports.html import code, plain
from graduand.reports.json_text import json_text
from graduand.reports.plan_formats import planned_facts
from graduand.reports.plan_text import closed_without_record, effect_words, remarks_on, status_word
from graduand.reports.plan_text import counts as plan_counts
from graduand.reports.size_limit import RESERVED, omission
from graduand.reports.upgrade_text import fact_sentence
from graduand.setup.stamp import KEPT
from graduand.uploads.compiler import describe_breach

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graduand.audit.review import Move, Review
    from graduand.audit.review_rows import ReviewedRows
    from graduand.git.events import Event
    from graduand.handshake.plan import PlannedChange
    from graduand.reports.labels import Terms
    from graduand.reports.size_limit import SizeLimit

LABEL: Final = "limits-lifted"
"""The label of a pull request that may go beyond the limits."""
_SHOWN: Final = 10
_CLOSINGS: Final = (EventKind.DEACTIVATED,)
_ARRIVALS: Final = (EventKind.GRADUATED, EventKind.RETURNED, EventKind.LEFT)
_ORDER: Final = (
    EventKind.REMOVED,
    EventKind.DEACTIVATED,
    EventKind.REACTIVATED,
    EventKind.USERNAME,
    EventKind.EMAIL,
    *EventKind,
)
"""The order of events: those that cannot be undone come first."""


def ordered(review: Review) -> tuple[Event, ...]:
    """Return the events, those that cannot be undone first."""
    return tuple(sorted(review.events, key=lambda event: (_ORDER.index(event.event), event.username)))


def as_text(review: Review, terms: Terms, *, show: bool) -> Iterator[Line]:
    """Return the lines of a review: warnings, events, outliers and counts; addresses are masked unless `show`."""
    yield from (line(Span(f"! {text}", "bold yellow")) for text in _warnings(review))
    for event in ordered(review):
        yield line(
            Span(f"{visible(event.username):<12}", "bold"),
            "  ",
            Span(kind_word(event.event), STYLES.get(event.event, "")),
            f"  {_said(event, review, terms, show=show)}",
        )
    for move in review.moves:
        yield line(Span(f"{visible(move.username):<12}", "bold"), "  ", moved(move))
    if review.outliers:
        yield line(Span(_("Worth a second look"), "bold"))
        yield from (line(f"  {visible(one.username):<12}  {one.said}") for one in review.outliers)
    yield from (line(text) for text in _totals(review, terms))
    if review.others:
        yield line(Span(_("Besides records"), "bold"))
        yield from (line(f"  {text}") for text in _besides(review))
    if sentence := _in_handshake(review):
        yield line(_("In Handshake: {counts}").format(counts=sentence))
    yield line(_counts(review))


def review_json(review: Review) -> Iterator[str]:
    """Return one JSON object for each event, outlier, move and person to be sent, and one for all else that changes."""
    for event in ordered(review):
        yield json_text(event_facts(event))
    for outlier in review.outliers:
        yield json_text({"schema": "graduand/outlier/1", **outlier._asdict()})
    for move in review.moves:
        yield json_text({"schema": "graduand/move/1", **move._asdict()})
    for change in review.planned.plan.differences if review.planned.plan else ():
        yield json_text({"schema": "graduand/planned/1", **planned_facts(change)})
    facts = {
        "unreadable": review.unreadable,
        "rules": review.rules,
        "closed_without_record": review.closed_without_record,
        "files": [one._asdict() for one in review.others],
        "settings": [{**one._asdict(), "sources": [source.key for source in one.sources]} for one in review.settings],
        "beyond_limits": [{"effect": one.what, "count": one.number, "people": one.people} for one in review.breaches],
        "conflicts": [finding._asdict() for finding in review.planned.conflicts],
        "not_compared": review.planned.why_not,
    }
    if said := {key: value for key, value in facts.items() if value}:
        yield json_text({"schema": "graduand/review/2", **said})


def rows_text(rows: ReviewedRows) -> Iterator[Line]:
    """Return the lines on the rows of a change: their checksum, which wait, and which are others by now."""
    count = len(rows.people)
    people = ngettext("Row of {count} person", "Rows of {count} people", count).format(count=count)
    yield line(_("{people}, whatever the day: {checksum}").format(people=people, checksum=rows.checksum))
    for username, until in rows.waiting.items():
        yield line("  ", _("{username}: a part of it waits until {day}").format(username=visible(username), day=until))
    for username in rows.faulty:
        yield line("  ", _("{username}: no row, the record has errors").format(username=visible(username)))
    for change in rows.changed or ():
        what_differs = ", ".join(change.headers) or _("the whole row")
        message = _("! {username}: another row by now ({columns})")
        yield line(Span(message.format(username=visible(change.username), columns=what_differs), "bold yellow"))
    if rows.changed == ():
        yield line(Span("✓ ", "green"), _("These rows are the same by now."))


def _rows_markdown(rows: ReviewedRows) -> Iterator[str]:
    """Return the sentences on the rows of a change: their checksum, and which of them are others by now."""
    count = len(rows.people)
    people = ngettext("Row of {count} person", "Rows of {count} people", count).format(count=count)
    yield _("{people}, whatever the day: {checksum}").format(people=people, checksum=f"`{rows.checksum}`")
    if rows.changed:
        names = ", ".join(f"`{visible(change.username)}`" for change in rows.changed[:_SHOWN])
        many = ngettext(
            "{count} row is another by now: {names}", "{count} rows are others by now: {names}", len(rows.changed)
        )
        more = ", …" if len(rows.changed) > _SHOWN else ""
        yield many.format(count=len(rows.changed), names=f"{names}{more}")


def rows_json(rows: ReviewedRows) -> str:
    """Return the JSON object on the rows of a change."""
    changed = None if rows.changed is None else [one._asdict() for one in rows.changed]
    facts = {**rows._asdict(), "waiting": dict(rows.waiting), "changed": changed}
    return json_text({"schema": "graduand/rows/1", **facts})


def limit_sentences(review: Review) -> Iterator[str]:
    """Return the sentences on the limits that a change goes beyond."""
    for breach in review.breaches:
        if breach.what == FEWER:
            message = ngettext(
                "{count} record fewer, of {people}; the limit in institution.yaml is {limit}.",
                "{count} records fewer, of {people}; the limit in institution.yaml is {limit}.",
                breach.number,
            )
            yield message.format(count=breach.number, people=breach.people, limit=breach.limit.spelt)
        else:
            yield describe_breach(breach)


def lifting() -> str:
    """Return the sentence that says what lets a change go beyond the limits."""
    message = _("The check “limits” fails until somebody who may do so puts the label {label} on the pull request.")
    return message.format(label=LABEL)


def moved(move: Move) -> str:
    """Return the words on a record that went to another cohort."""
    message = _("goes from the cohort {before} to {after}")
    return message.format(before=quoted(move.before), after=quoted(move.after))


def title_of(review: Review) -> str:
    """Return a title for a pull request; it names nobody but by username, and no address."""
    if len(review.events) == 1 and "@" not in review.events[0].username:
        (event,) = review.events
        return _head(visible(event.username, 60), kind_word(event.event))
    if review.events:
        return counts(review.events).rstrip(".")
    return _("Rules for records") if review.rules else _("Changes of the repository")


def _warnings(review: Review) -> Iterator[str]:
    if review.closed_without_record:
        yield closed_without_record(review.closed_without_record)
    for finding in review.planned.conflicts[:_SHOWN]:
        yield _head(f"{finding.rule} {visible(finding.username)}", finding.message)
    if (rest := len(review.planned.conflicts) - _SHOWN) > 0:
        message = ngettext(
            "{count} more contradicts what Handshake holds.", "{count} more contradict what Handshake holds.", rest
        )
        yield message.format(count=rest)
    for path in review.unreadable[:_SHOWN]:
        yield _("{path} holds no record any more that could be read.").format(path=visible(path, 200))
    if (rest := len(review.unreadable) - _SHOWN) > 0:
        yield ngettext("{count} more file cannot be read.", "{count} more files cannot be read.", rest).format(
            count=rest
        )
    if review.rules:
        shown = ", ".join(visible(path, 100) for path in review.rules[:_SHOWN])
        yield _("What records are judged by changes too: {paths}").format(paths=shown)
    yield from limit_sentences(review)


def as_markdown(
    review: Review, limit: SizeLimit, terms: Terms, *, show: bool, rows: ReviewedRows | None = None
) -> Iterator[str]:
    """Return the lines of a review as Markdown within `limit`; omitted lines are counted, and nobody is named."""
    start = [f"## {_counts(review)}", *(f"\n> {plain(text)}" for text in _warnings(review))]
    start += [f"\n{sentence}" for sentence in _rows_markdown(rows)] if rows else []
    start += [f">\n> {plain(lifting())}"] if review.breaches else []
    left = limit.size - RESERVED - sum(map(limit.size_of, start))
    yield from start
    closings = [event for event in ordered(review) if event.event in _CLOSINGS]
    sections = (
        (
            _("Accounts that close"),
            [_bullet(event.username, _said(event, review, terms, show=show, names=False)) for event in closings],
        ),
        (_("In Handshake"), [f"- {plain(text)}" for text in (_in_handshake(review),) if text]),
        (_("Besides records"), [f"- {plain(text)}" for text in _besides(review)]),
        (_("Worth a second look"), [_bullet(one.username, one.said) for one in review.outliers]),
        (_("Another cohort"), [_bullet(move.username, moved(move)) for move in review.moves]),
        (_("In numbers"), [f"- {plain(text)}" for text in _totals(review, terms)]),
    )
    for title, bullets in sections:
        if bullets:
            shown = limit.fitting(["", f"### {title}", "", *bullets], left // 2)
            left -= sum(map(limit.size_of, shown))
            yield from shown
            yield from omission(bullets, shown, "")
    if review.events:
        yield from _table(review, left, limit, terms, show=show)


def _table(review: Review, left: int, limit: SizeLimit, terms: Terms, *, show: bool) -> Iterator[str]:
    heads = " | ".join((_("Username"), _("Event"), _("What"), _("In Handshake")))
    changes = review.planned.changes
    rows = [
        _row(event, _said(event, review, terms, show=show, names=False), _effects(event, changes))
        for event in ordered(review)
    ]
    shown = limit.fitting(["", f"| {heads} |", "| --- | --- | --- | --- |", *rows], left)
    yield from shown
    yield from omission(rows, shown, "\n")


def _row(event: Event, said: str, effects: str) -> str:
    cells = (code(event.username), kind_word(event.event), plain(said), plain(effects))
    return f"| {' | '.join(cells)} |"


def _bullet(username: str, said: str) -> str:
    return f"- {_head(code(username), plain(said))}"


def _head(label: str, said: str) -> str:
    """Return a label and what is said of it, with a colon as the current language writes it."""
    return _("{label}: {value}").format(label=label, value=said)


def _effects(event: Event, changes: Mapping[str, PlannedChange]) -> str:
    """Return what happens to the person in Handshake."""
    change = changes.get(event.username)
    if change is None:
        return "–"
    words = [effect_words(effect) for effect in change.effects if effect is not Effect.UPDATE]
    words = words or [effect_words(effect) for effect in change.effects]
    return ", ".join([*(words or [status_word(change.status)]), *remarks_on(change)])


def _said(event: Event, review: Review, terms: Terms, *, show: bool, names: bool = True) -> str:
    """Return what an event changes, which is never nothing."""
    if event.event is EventKind.REMOVED:
        return _("nothing is sent any more; in Handshake all stays as it is")
    record = review.records.get(event.path)
    if event.event in _ARRIVALS and record:
        words = (
            terms.value(LEVEL, record.text(LEVEL)),
            _("begins {day}").format(day=record.text(START)) if event.event is EventKind.RETURNED else "",
            _("ends {day}").format(day=record.ends) if record.ends else "",
            _("address at {domain}").format(domain=record.domain) if record.domain else "",
        )
        if said := ", ".join(visible(text) for text in words if text):
            return said
    return what(event, terms, show=show, names=names).strip() or "–"


def _counts(review: Review) -> str:
    """Return the numbers of events by kind, and of moves."""
    if not review.moves:
        return counts(review.events)
    message = ngettext(
        "{count} person goes to another cohort.", "{count} people go to another cohort.", len(review.moves)
    )
    return f"{counts(review.events)} {message.format(count=len(review.moves))}"


def _in_handshake(review: Review) -> str:
    """Return what would happen in Handshake, in numbers; "" where no record changes."""
    if review.planned.why_not:
        return _("Not compared with Handshake. {why}").format(why=review.planned.why_not) if review.events else ""
    plan, faulty = review.planned.plan, len(review.planned.faulty)
    said = [plan_counts(plan)] if plan and plan.people else []
    if faulty:
        message = ngettext("{count} record has errors.", "{count} records have errors.", faulty)
        said.append(message.format(count=faulty))
    return " ".join(said)


def _totals(review: Review, terms: Terms) -> Iterator[str]:
    """Yield how many arrivals there are of each end date, degree and domain."""
    arrived = (review.records.get(event.path) for event in review.events if event.event in _ARRIVALS)
    records = [record for record in arrived if record]
    if len(records) < 2:
        return
    for title, values in (
        (_("End dates"), [record.ends for record in records]),
        (_("Degrees"), [terms.value(LEVEL, record.text(LEVEL)) for record in records]),
        (_("Addresses at"), [record.domain for record in records]),
    ):
        found = Counter(visible(value) or _("none") for value in values)
        shown = ", ".join(f"{value} ({number})" for value, number in found.most_common(_SHOWN))
        rest = found.total() - sum(number for _value, number in found.most_common(_SHOWN))
        others = _(", others ({count})").format(count=rest) if rest else ""
        yield _("{label}: {value}").format(label=title, value=f"{shown}{others}")


def _besides(review: Review) -> Iterator[str]:
    """Yield what changes that is no record, the riskiest first."""
    for change in review.settings:
        yield fact_sentence(change)
    listed = sorted(review.others, key=lambda one: (_rank(one.path), one.path))
    for other in listed:
        if not other.path.startswith(f"{KEPT}/"):
            role = _(_ROLES[_rank(other.path)][1])
            message = {
                Difference.ADDED: _("{path} is new: {role}"),
                Difference.REMOVED: _("{path} is removed: {role}"),
                Difference.CHANGED: _("{path} changes: {role}"),
            }[other.difference]
            yield message.format(path=visible(other.path, 200), role=role)


def _rank(path: str) -> int:
    return next(number for number, (pattern, _role) in enumerate(_ROLES) if pattern.search(path))


_ROLES: Final = tuple(
    (re.compile(pattern), role)
    for pattern, role in (
        (r"^\.github/workflows/|^\.gitlab-ci\.yml$", N_("what checks a pull request")),
        (r"(^|/)CODEOWNERS$", N_("who must approve what")),
        (r"^schema/(allowed_signers|revoked_keys)$", N_("whose signatures count")),
        (r"^\.graduand/", N_("which graduand CI installs, and how this repository was set up")),
        (r"^schema/institution\.yaml$", N_("the school's settings and limits")),
        (r"^schema/handshake\.yaml$", N_("the facts by which records are judged")),
        (r"^schema/outreach/", N_("a letter to graduates")),
        (r"^schema/", N_("how files and accounts are read")),
        (r"^records/.*README\.md$", N_("a note to colleagues")),
        (r"^records/", N_("no record; nobody in it is sent")),
        (r"^\.github/|^\.gitlab/", N_("how the forge treats this repository")),
        (
            r"^(\.pre-commit-config\.yaml|\.gitattributes|\.gitignore|Makefile)$",
            N_("what runs in each clone"),
        ),
        ("", N_("another file")),
    )
)
"""What a file is for, the riskiest first."""
