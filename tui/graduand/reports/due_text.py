"""Format the calendar of what is due as text or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.campaigns.kinds import CLOSING, DueKind
from graduand.language import _, masked, ngettext, quoted, visible
from graduand.records.record import DISABLED, EMAIL
from graduand.records.transition import reason_words
from graduand.reports.console import Line, Span, line, more_lines
from graduand.reports.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from graduand.campaigns.due import Calendar, Due

SHOWN: Final = 10
"""The maximum number of entries of one kind, unless all are requested."""


def kind_words(kind: DueKind) -> str:
    """Return the words for a kind in the current language."""
    return {
        DueKind.ANSWER: _("No answer about a personal address"),
        DueKind.MONTHS: _("Accounts older than the school keeps them"),
        DueKind.LEAVER: _("People who left, and the day announced for the closing has come"),
        DueKind.NOTICE: _("People who left long ago, and were not told that the account closes"),
        DueKind.STUDY: _("Returners whose study ends"),
        DueKind.DECEASED: _("People who have died, whose accounts files still touch"),
        DueKind.READY: _("Graduations and departures whose day has come, and that were never sent"),
        DueKind.GRADUATION: _("Graduations that wait for their day"),
        DueKind.DEPARTURE: _("Departures that wait for their day"),
        DueKind.ACCOUNT: _("Closings and reopenings that become effective"),
        DueKind.MAILBOX: _("Addresses that die with the mailbox, and nobody was asked for another"),
        DueKind.LOGIN: _("School logins that end, and nobody was told"),
        DueKind.LOGIN_REMINDER: _("School logins that end soon: one reminder"),
        DueKind.ADDITIONAL: _("Additional addresses that die with the mailbox"),
        DueKind.RECYCLED: _("Addresses that another person gave up"),
        DueKind.RETENTION: _("Records that are older than the school keeps them"),
        DueKind.WAIVER: _("Exemptions that run out"),
    }[kind]


def cure_words(kind: DueKind, calendar: Calendar) -> str:
    """Return what the user can do about a kind."""
    if kind in CLOSING or kind is DueKind.STUDY:
        if calendar.proposed([kind]):
            return _("Write what is proposed into the records: graduand due --apply --only {kind}").format(kind=kind)
        if kind is DueKind.ANSWER and not calendar.announces:
            return _("Remind them: graduand outreach email --remind")
        return _("Nothing is proposed yet.") if kind is DueKind.STUDY else _("Nothing is closed by itself.")
    return {
        DueKind.DECEASED: _(
            "Take these people out of the sync file, tick “Exclude from Automatic Syncs” on their profiles, and note "
            "that: graduand due --apply --only deceased"
        ),
        DueKind.READY: _("Send them: graduand compile"),
        **dict.fromkeys(
            (DueKind.GRADUATION, DueKind.DEPARTURE),
            _("Nothing; they are sent from their day on, or before it with graduand compile --early."),
        ),
        DueKind.ACCOUNT: _("Send it: graduand compile --changed"),
        DueKind.MAILBOX: _("Ask for another address: graduand outreach email"),
        DueKind.NOTICE: _("Tell them: graduand outreach left"),
        DueKind.LOGIN: _("Tell them: graduand outreach sso"),
        DueKind.LOGIN_REMINDER: _("Remind them: graduand outreach sso --remind"),
        DueKind.ADDITIONAL: _("Take the address out of the record, and out of the profile in Handshake."),
        DueKind.RECYCLED: _("Make sure that the change of the other account went up first, or give another address."),
        DueKind.RETENTION: _("Remove them: graduand forget --due"),
        DueKind.WAIVER: _("Cure what the rule finds, or renew the exemption with a reason."),
    }[kind]


def due_text(calendar: Calendar, *, everything: bool, show: bool) -> Iterator[Line]:
    """Return the lines of the calendar; addresses are masked unless `show`."""
    head = ngettext("Due on {day}, and within {count} day", "Due on {day}, and within {count} days", calendar.ahead)
    yield line(Span(head.format(day=calendar.on, count=calendar.ahead), "bold"))
    for kind in DueKind:
        found = [one for one in calendar.due if one.kind is kind]
        if found:
            yield line("")
            yield line(Span(kind_words(kind), "bold red" if kind in CLOSING else "bold"), f"  ({len(found)})")
            yield line("  → ", Span(cure_words(kind, calendar), "italic"))
            yield from _entries(calendar, found, everything=everything, show=show)
    yield line("")
    yield line(counts(calendar))


def _entries(calendar: Calendar, found: list[Due], *, everything: bool, show: bool) -> Iterator[Line]:
    shown = found if everything else found[:SHOWN]
    for one in shown:
        words = due_words(one, calendar, show=show)
        style = "bold" if one.day <= calendar.on else ""
        yield line("  ", Span(one.day, style), "  ", Span(visible(one.record.username), "bold"), f"  {words}")
    yield from more_lines(len(found) - len(shown))


def due_words(one: Due, calendar: Calendar, *, show: bool) -> str:
    """Return the words for one entry and its proposal."""
    told = _WORDS.get(one.kind)
    if told:
        return told(one, calendar)
    what = visible(one.what) if show else masked(visible(one.what))
    words = {
        DueKind.NOTICE: _("left on {day}"),
        DueKind.RETENTION: _("nothing has happened since {day}"),
        DueKind.LOGIN: _("the login ends on {day}") if one.what else _("the login ends with the studies"),
        DueKind.LOGIN_REMINDER: _("the login ends on {day}"),
        DueKind.WAIVER: _("exemption from {rule}") if one.day >= calendar.on else _("exemption from {rule}, run out"),
        DueKind.RECYCLED: _("{address} was the address of {username}"),
    }
    if one.kind not in words:
        return what
    address = visible(one.record.text(EMAIL))
    return words[one.kind].format(day=what, rule=what, username=what, address=address if show else masked(address))


def _study_words(one: Due, _calendar: Calendar) -> str:
    return _("make an alumnus of the person") if one.changes else _("the study goes on until then")


def _account_words(one: Due, _calendar: Calendar) -> str:
    return _("the account is closed") if one.what == "closed" else _("the account is reopened")


def _ending_words(one: Due, calendar: Calendar) -> str:
    if one.record.left:
        message = _("leaves on {day}") if one.what > calendar.on else _("left on {day}")
        return message.format(day=one.what)
    message = _("graduates on {day}") if one.what > calendar.on else _("graduated on {day}")
    return message.format(day=one.what)


def _deceased_words(one: Due, _calendar: Calendar) -> str:
    return _("exclude it from sync, and do not close it") if DISABLED in one.changes else _("exclude it from sync")


def _closing_words(one: Due, calendar: Calendar) -> str:
    if one.changes:
        return _("close the account, reason {reason}").format(reason=quoted(reason_words(one.what)))
    if one.open:
        return _("nothing is proposed: the account was reopened on purpose")
    if one.day > calendar.on:
        return _("not yet")
    if one.kind is DueKind.ANSWER and not calendar.announces:
        return _("nothing is proposed: the letters do not announce archiving (outreach of institution.yaml)")
    message = _("nothing is proposed: {reason} is none of the school's reasons")
    return message.format(reason=quoted(one.what))


_WORDS: Final[Mapping[DueKind, Callable[[Due, Calendar], str]]] = {
    **dict.fromkeys(CLOSING, _closing_words),
    DueKind.STUDY: _study_words,
    DueKind.ACCOUNT: _account_words,
    **dict.fromkeys((DueKind.READY, DueKind.GRADUATION, DueKind.DEPARTURE), _ending_words),
    DueKind.DECEASED: _deceased_words,
}


def counts(calendar: Calendar) -> str:
    """Return the last line: the numbers of entries due, coming up and proposed, and of faulty records."""
    due = sum(one.day <= calendar.on for one in calendar.due)
    people = ngettext("{count} record", "{count} records", calendar.people).format(count=calendar.people)
    waiting = sum(one.kind is DueKind.GRADUATION for one in calendar.due)
    leaving = sum(one.kind is DueKind.DEPARTURE for one in calendar.due)
    said = _("{people}: {due} due, {ahead} coming up, {proposed} proposed.").format(
        people=people,
        due=due,
        ahead=len(calendar.due) - due - waiting - leaving,
        proposed=len(calendar.proposed(list(DueKind))),
    )
    if waiting:
        message = ngettext("{count} graduation waits.", "{count} graduations wait.", waiting)
        said = f"{said} {message.format(count=waiting)}"
    if leaving:
        message = ngettext("{count} departure waits.", "{count} departures wait.", leaving)
        said = f"{said} {message.format(count=leaving)}"
    if calendar.kept_out:
        message = ngettext(
            "{count} person is confidential or cared for by hand, and was not looked at: {who}.",
            "{count} people are confidential or cared for by hand, and were not looked at: {who}.",
            len(calendar.kept_out),
        )
        who = ", ".join(map(visible, calendar.kept_out[:SHOWN])) + (" …" if len(calendar.kept_out) > SHOWN else "")
        said = f"{said} {message.format(count=len(calendar.kept_out), who=who)}"
    if not calendar.faulty:
        return said
    number = len(calendar.faulty)
    message = ngettext(
        "{count} record has errors and was not looked at: graduand check",
        "{count} records have errors and were not looked at: graduand check",
        number,
    )
    return f"{said} {message.format(count=number)}"


DUE: Final = "graduand/due/1"


def due_json(calendar: Calendar, *, show: bool) -> Iterator[str]:
    """Return one JSON object for each entry; addresses are masked unless `show`."""
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
