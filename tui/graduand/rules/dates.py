"""Rules GR2: dates and study, as Handshake needs them for alumni and for people who return."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from graduand.language import N_, _, quoted
from graduand.records.kinds import CLEAR
from graduand.records.record import ALUMNI, ANSWERED_ON, ATTENDING, CLOSE_ON, END, KIND, LEFT_ON, NOTIFIED_ON, START
from graduand.records.transition import kind_words
from graduand.rules.rule import Flaw, error, note, warning
from graduand.rules.values import meant, real_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.records.record import Record
    from graduand.records.school import School

RULES: Final = (
    error(
        "GR201",
        N_("The study ends before it starts"),
        N_("Handshake refuses an end date that lies before the start date."),
        N_("Correct one of the two dates."),
        "ERR",
        "ALU",
    ),
    warning(
        "GR202",
        N_("An alumnus without an end date"),
        N_("The real date of graduation belongs on the profile; without it Handshake keeps the expected one."),
        N_("Write the date of graduation as end_date."),
        "ALU",
    ),
    error(
        "GR203",
        N_("A graduate with another year than Alumni"),
        N_("The year column makes the alumnus; no account becomes one by itself after its end date."),
        N_(
            "Delete the year (it is derived), or write currently_attending: true if the person stays "
            "for another programme."
        ),
        "ALU",
        "IMP",
    ),
    error(
        "GR204",
        N_("A returner without a year"),
        N_("Until the year is another than Alumni, Handshake goes on treating the person as an alumnus."),
        N_("Write the year of study that the person is in now."),
        "ALU",
    ),
    error(
        "GR205",
        N_("A returner without a start date"),
        N_("With the old dates left in the profile, this row and the next ones fail."),
        N_("Write the day on which the new study starts."),
        "ALU",
        "ERR",
    ),
    error(
        "GR206",
        N_("A returner as an alumnus"),
        N_("A person who returns is a student again."),
        N_("Write the year of study, or kind: graduated."),
        "ALU",
    ),
    warning(
        "GR207",
        N_("An alumnus who is studying"),
        N_(
            "Handshake counts who is Alumni as gone; who stays for another programme should bear the "
            "year of that programme."
        ),
        N_("Write the new year of study, or delete currently_attending."),
        "ALU",
        "FAQ",
    ),
    error(
        "GR208",
        N_("A returner who does not study"),
        N_("A person who returns is enrolled again."),
        N_("Delete currently_attending; it is derived."),
        "ALU",
    ),
    note(
        "GR209",
        N_("Only the end date is known"),
        N_(
            "Handshake holds the end date against the start date in the profile; if that one lies later, the row fails."
        ),
        N_("Write the start date too, if you have it."),
        "ERR",
    ),
    note(
        "GR210",
        N_("The end date will be wiped"),
        N_(
            "Without an end date a returner gets “**CLEAR**”; the analysis calls it an invalid "
            "value, and the run honours it."
        ),
        N_("Nothing to do; ignore that warning of the analysis."),
        "ALU",
        "ERR",
    ),
    note(
        "GR211",
        N_("The graduation lies ahead"),
        N_(
            "The row would make an alumnus of somebody who still studies, so it is held back until its day; a closing "
            "or reopening of the account whose own day has come goes alone."
        ),
        N_("Nothing to do; compile again from that day on, or send it before with --early."),
        "ALU",
    ),
    warning(
        "GR212",
        N_("Stays for another programme, in which year?"),
        N_("Without a year the row says nothing of it, and Handshake keeps the one that it has."),
        N_("Write the year of study in the new programme."),
        "ALU",
    ),
    warning(
        "GR213",
        N_("An unlikely date"),
        N_("A slip of the keyboard: no study of today lies so far away."),
        N_("Correct the year."),
    ),
    warning(
        "GR214",
        N_("A returner whose study is over"),
        N_("An end date in the past contradicts being enrolled."),
        N_("Correct the end date, or delete it: it will then be wiped."),
        "ALU",
    ),
    warning(
        "GR215",
        N_("An answer that lies ahead"),
        N_("Nobody has answered on a day that is to come: it is another day, or the day until which one may answer."),
        N_("Correct the day, or write it as “answer_by”."),
    ),
    warning(
        "GR220",
        N_("Stays for another programme, and the study is over"),
        N_(
            "The profile has one course of study, so the dates are those of the one that goes on; an end in the past "
            "contradicts attending it."
        ),
        N_(
            "Write the dates of the new programme, or “**CLEAR**” as end_date where its end is not known; if the "
            "person leaves, delete currently_attending."
        ),
        "ALU",
        "FAQ",
    ),
    error(
        "GR221",
        N_("Left without a degree, and Alumni"),
        N_("Alumni are people with a degree; who withdrew, transferred or is no longer enrolled never becomes one."),
        N_("Write the last year of study or delete the line; or “graduated” as the kind, if there was a degree."),
        "UMF",
    ),
    warning(
        "GR222",
        N_("Left, and still attending"),
        N_("A person who left does not attend any more, and without the line the row says so."),
        N_("Delete currently_attending; if the person studies on, this record is about nothing."),
        "UMF",
    ),
    warning(
        "GR223",
        N_("Left, but since when?"),
        N_("The school's months until a closing are counted from that day, and the letter names it."),
        N_("Write transition: left: on."),
        "UMF",
    ),
    note(
        "GR224",
        N_("The departure lies ahead"),
        N_(
            "The row would say of somebody who is still enrolled that the studies are over, so it is held back until "
            "its day; a closing or reopening of the account whose own day has come goes alone."
        ),
        N_("Nothing to do; compile again from that day on, or send it before with --early."),
        "ALU",
    ),
    warning(
        "GR225",
        N_("Days of a departure, and the person did not leave"),
        N_("The days below “left” are those of a person who went without a degree; of others they say nothing."),
        N_("Delete the block left, or write “left” as the kind."),
    ),
)

_YEARS_BACK: Final = 70
_YEARS_AHEAD: Final = 15


def check_transition(record: Record, school: School, on: str) -> Iterator[Flaw]:
    """Return what in the study contradicts the transition, or is missing for it, on the day `on`."""
    if record.graduated:
        yield from _graduate(record, school, on)
    elif record.returned:
        yield from _returner(record, school, on)
    elif record.left:
        yield from _leaver(record, school, on)
    if not record.left and (key := next((key for key in (LEFT_ON, NOTIFIED_ON, CLOSE_ON) if record.text(key)), "")):
        message = _("{key} is about people who left, and the transition is {kind}.")
        yield Flaw("GR225", key, message.format(key=quoted(key), kind=quoted(kind_words(record.text(KIND)))))


def check_dates(record: Record, _school: School, on: str) -> Iterator[Flaw]:
    """Return what is wrong with the start and end dates by themselves."""
    start, end = real_day(record.text(START)), real_day(record.ends)
    if start and end and end < start:
        message = _("The study ends on {end}, before it starts on {start}.")
        yield Flaw("GR201", END, message.format(end=quoted(end), start=quoted(start)))
    for key in (START, END):
        day = real_day(record.text(key))
        if day and not int(on[:4]) - _YEARS_BACK <= int(day[:4]) <= int(on[:4]) + _YEARS_AHEAD:
            yield Flaw("GR213", key, _("{date} lies far from today.").format(date=quoted(day)))


def check_answer(record: Record, _school: School, on: str) -> Iterator[Flaw]:
    """Return that somebody has answered on a day after `on`."""
    day = real_day(record.text(ANSWERED_ON))
    if day > on:
        message = _("The answer about the personal address is of {day}, which lies ahead.")
        yield Flaw("GR215", ANSWERED_ON, message.format(day=quoted(day)))


def _graduate(record: Record, school: School, on: str) -> Iterator[Flaw]:
    year = record.text(school.year)
    if record.stays:
        yield from _stayer(record, year, school, on)
        return
    if year not in {"", ALUMNI} and meant(school.fields[school.year], year) != ALUMNI:
        message = _("The person graduates, and {column} is {year}.")
        yield Flaw("GR203", school.year, message.format(column=quoted(school.year), year=quoted(year)))
    if not record.ends:
        yield Flaw("GR202", END, _("The date of graduation is not given."))
    elif day := waits_until(record, school, on):
        message = _("The graduation is on {end}, and the row is held back until {day}.")
        yield Flaw("GR211", END, message.format(end=quoted(record.ends), day=day))
    if record.ends and START not in record.values:
        yield Flaw("GR209", END, _("The end date {end} stands without a start date.").format(end=quoted(record.ends)))


def graduates_on(record: Record, school: School) -> str:
    """Return the day from which a graduation may be sent, `yyyy-mm-dd`; "" when it need not wait for any.

    Who stays for another programme, and who returns, becomes no alumnus and waits for no day.
    """
    end = real_day(record.ends) if record.graduated and not record.stays else ""
    before = school.institution.send_days_before
    return (date.fromisoformat(end) - timedelta(days=before)).isoformat() if end and before else end


def goes_on(record: Record, school: School) -> str:
    """Return the day from which a graduation or departure may be sent; "" when it need not wait for any."""
    return real_day(record.text(LEFT_ON)) if record.left else graduates_on(record, school)


def waits_until(record: Record, school: School, on: str) -> str:
    """Return the day, after `on`, until which a graduation or departure is held back; "" when it is not."""
    day = goes_on(record, school)
    return day if day > on else ""


def _stayer(record: Record, year: str, school: School, on: str) -> Iterator[Flaw]:
    if "" < real_day(record.ends) < on:
        message = _("The person stays for another programme (currently_attending: true), and the study ended on {end}.")
        yield Flaw("GR220", END, message.format(end=quoted(record.ends)))
    if not year:
        message = _(
            "The person stays for another programme, and {column} is not given: Handshake keeps the one it has."
        )
        yield Flaw("GR212", ATTENDING, message.format(column=quoted(school.year)))
    elif year == ALUMNI:
        message = _("{column} is “Alumni”, and the person goes on studying (currently_attending: true).")
        yield Flaw("GR207", ATTENDING, message.format(column=quoted(school.year)))


def _returner(record: Record, school: School, on: str) -> Iterator[Flaw]:
    year = record.text(school.year)
    if school.year not in record.values or year == CLEAR:
        yield Flaw(
            "GR204", school.year, _("The person returns, and {column} is not given.").format(column=quoted(school.year))
        )
    elif year == ALUMNI:
        yield Flaw(
            "GR206", school.year, _("The person returns, and {column} is Alumni.").format(column=quoted(school.year))
        )
    if record.text(START) in {"", CLEAR}:
        yield Flaw("GR205", START, _("The person returns, and the start date is not given."))
    if record.text(ATTENDING) == "false":
        yield Flaw("GR208", ATTENDING, _("The person returns, and currently_attending is false."))
    if not record.ends:
        yield Flaw("GR210", END, _("No end date is given, so the old one will be wiped."))
    elif "" < real_day(record.ends) < on:
        yield Flaw("GR214", END, _("The person returns, and the study ended on {end}.").format(end=quoted(record.ends)))


def _leaver(record: Record, school: School, on: str) -> Iterator[Flaw]:
    if record.text(school.year) == ALUMNI:
        message = _("The person left without a degree, and {column} is Alumni.")
        yield Flaw("GR221", school.year, message.format(column=quoted(school.year)))
    if record.text(ATTENDING) == "true":
        yield Flaw("GR222", ATTENDING, _("The person left, and currently_attending is true."))
    since = record.text(LEFT_ON)
    if not since:
        yield Flaw("GR223", LEFT_ON, _("The person left, and the day is not given."))
    elif waits_until(record, school, on):
        message = _("The person leaves on {day}, and the row is held back until then.")
        yield Flaw("GR224", LEFT_ON, message.format(day=quoted(since)))


CHECKS: Final = (check_dates, check_transition, check_answer)
