"""Rules GR5: the account, which is closed or reopened only for a documented reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import N_, _, quoted, visible
from graduand.records.record import ACCOUNT, CLOSE_ON, DISABLED, EFFECTIVE_ON, NOTIFIED_ON, REASON, REQUESTED_BY
from graduand.rules.rule import Flaw, error, note, warning
from graduand.rules.values import is_day, real_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.records.record import Record
    from graduand.records.school import School

RULES: Final = (
    error(
        "GR501",
        N_("Closed or reopened without a reason"),
        N_("Somebody will ask who closed this account and why; the record is the answer."),
        N_("Write transition: account: reason, with one of the reasons of institution.yaml."),
        "ARC",
    ),
    error(
        "GR502",
        N_("Not one of the school's reasons"),
        N_("Reasons are counted in the audit; the school keeps the list in institution.yaml."),
        N_("Write one of the reasons, or have the list extended."),
    ),
    error(
        "GR503",
        N_("A reason without a change"),
        N_("Without “disabled” nothing happens to the account; a blank cell changes nothing."),
        N_("Write disabled: true to close or disabled: false to reopen, or delete the account block."),
        "ALU",
        "IMP",
    ),
    error(
        "GR504",
        N_("A returner whose account is closed"),
        N_("A person who returns needs the account."),
        N_("Write disabled: false if it was closed before, or delete the line."),
        "ALU",
    ),
    warning(
        "GR505",
        N_("Closed soon after graduation"),
        N_(
            "Handshake advises against closing accounts unless the person asks or a rule requires "
            "it: an alumnus may come back to "
            "the profile or go on looking for work."
        ),
        N_("Leave the account open, or waive this rule."),
        "ALU",
        "ARC",
    ),
    note(
        "GR506",
        N_("Held back until a day"),
        N_("The change of the account is not sent before that day; the rest of the row is."),
        N_("Nothing to do; compile again from that day on."),
    ),
    warning(
        "GR508",
        N_("On request, but whose?"),
        N_("A closing on request can be answered for only when it is known who asked."),
        N_("Write transition: account: requested_by."),
    ),
    note(
        "GR509",
        N_("A person who died"),
        N_(
            "A school that has done this advises to take the person out of the feed and to silence "
            "notifications rather than to archive."
        ),
        N_("Talk to Handshake's Support if the family wishes the account deleted."),
        "UMN",
    ),
    warning(
        "GR521",
        N_("Closed without notice"),
        N_(
            "A person who left without a degree is told the day beforehand, to save what is in the account or to "
            "object."
        ),
        N_("Write to the person first (graduand outreach left), and close the account after the day announced."),
        "UMF",
        "UMN",
    ),
    warning(
        "GR522",
        N_("Closed before the day announced"),
        N_("The letter gave the person until that day."),
        N_("Write that day as transition: account: effective_on."),
        "UMF",
    ),
    error(
        "GR523",
        N_("Closing announced for a day before the letter"),
        N_("The two dates of the notice contradict each other."),
        N_("Correct notified_on or close_on."),
    ),
)

UNANNOUNCED: Final = frozenset({"requested-by-student", "duplicate-account", "deceased"})
"""Reasons for which nobody is given notice: the person asked, has another account, or died."""

ASKED_OR_REQUIRED: Final = frozenset(
    {"requested-by-student", "required-by-policy", "no-personal-email", "duplicate-account", "deceased"}
)
"""Reasons that Handshake's own article names, or that leave no choice [ALU]."""
_MONTHS: Final = 12


def check_account(record: Record, school: School, on: str) -> Iterator[Flaw]:
    """Return what is wrong with the closing or reopening of the account, on the day `on`."""
    yield from _notice(record)
    disabled, reason = record.text(DISABLED), record.text(REASON)
    if disabled not in {"true", "false"}:
        if not disabled and (record.text(REASON) or record.text(REQUESTED_BY) or record.text(EFFECTIVE_ON)):
            message = _("The account block says why, and {key} is not given.")
            yield Flaw("GR503", ACCOUNT, message.format(key=quoted(DISABLED)))
        return
    if not reason:
        message = (
            _("The account is closed without a reason.")
            if disabled == "true"
            else _("The account is reopened without a reason.")
        )
        yield Flaw("GR501", DISABLED, message)
    else:
        yield from _reason(reason, _reasons(school, disabled))
    if reason == "requested-by-student" and not record.text(REQUESTED_BY):
        yield Flaw(
            "GR508", REASON, _("The reason is {reason}, and who asked is not given.").format(reason=quoted(reason))
        )
    if is_day(record.text(EFFECTIVE_ON)) and is_held_back(record, on):
        yield Flaw(
            "GR506",
            EFFECTIVE_ON,
            _("The change of the account is held back until {day}.").format(day=quoted(record.text(EFFECTIVE_ON))),
        )
    if disabled == "true":
        yield from _closing(record, reason, school, on)


def is_held_back(record: Record, on: str) -> bool:
    """Return whether the change of `disabled` is not sent before a day after `on`."""
    return record.text(EFFECTIVE_ON) > on


def _reasons(school: School, disabled: str) -> tuple[str, ...]:
    institution = school.institution
    return institution.deactivation_reasons if disabled == "true" else institution.reactivation_reasons


def _reason(reason: str, known: tuple[str, ...]) -> Iterator[Flaw]:
    if reason not in known:
        message = _("{reason} is none of the reasons: {known}.")
        reasons = ", ".join(visible(one) for one in known)
        yield Flaw("GR502", REASON, message.format(reason=quoted(reason), known=reasons))


def _closing(record: Record, reason: str, school: School, on: str) -> Iterator[Flaw]:
    if record.returned:
        yield Flaw("GR504", DISABLED, _("The person returns, and the account is closed."))
    if record.left and reason not in UNANNOUNCED:
        yield from _announced(record, on)
    if reason == "deceased":
        yield Flaw("GR509", REASON, _("The account of a person who died is closed."))
    end, day = real_day(record.ends), real_day(record.text(EFFECTIVE_ON)) or on
    unasked = reason in _reasons(school, "true") and reason not in ASKED_OR_REQUIRED
    if unasked and end and _months(end, day) < _MONTHS:
        message = _("The account closes less than a year after {end}, and nobody asked for it.")
        yield Flaw("GR505", DISABLED, message.format(end=quoted(record.ends)))


def _notice(record: Record) -> Iterator[Flaw]:
    told, day = real_day(record.text(NOTIFIED_ON)), real_day(record.text(CLOSE_ON))
    if told and day and day < told:
        message = _("The closing is announced for {day}, before the letter of {told}.")
        yield Flaw("GR523", CLOSE_ON, message.format(day=quoted(day), told=quoted(told)))


def _announced(record: Record, on: str) -> Iterator[Flaw]:
    """Return what is wrong with the notice to a person who left and whose account is closed."""
    day, closed = real_day(record.text(CLOSE_ON)), real_day(record.text(EFFECTIVE_ON)) or on
    if not record.text(NOTIFIED_ON):
        yield Flaw("GR521", DISABLED, _("The person left, and the account is closed without notice."))
    elif day and closed < day:
        message = _("The account closes on {closed}; the person was told {day}.")
        yield Flaw("GR522", DISABLED, message.format(closed=quoted(closed), day=quoted(day)))


def _months(since: str, until: str) -> int:
    """Return the number of whole months between two days written `yyyy-mm-dd`."""
    year, month, day = map(int, since.split("-"))
    last_year, last_month, last_day = map(int, until.split("-"))
    return (last_year - year) * 12 + last_month - month - (last_day < day)


CHECKS: Final = (check_account,)
