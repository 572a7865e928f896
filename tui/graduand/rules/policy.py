"""Rules GR6: the school's policy on mailboxes and logins, and the exemptions from rules."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING, Final

from graduand.language import N_, _, quoted
from graduand.records.kinds import no_day
from graduand.records.record import (
    ANSWER_BY,
    ANSWERED_ON,
    ASKED_ON,
    DISABLED,
    EMAIL,
    HOW,
    KEEPS_SSO,
    LOGIN_ENDS_ON,
    MAILBOX_ENDS_ON,
    MORE_EMAILS,
    TOLD_ON,
    WAIVE,
    domain_of,
)
from graduand.records.transition import IN_HANDSHAKE
from graduand.rules.rule import Flaw, error, note, warning
from graduand.rules.values import is_day, real_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.records.record import Record
    from graduand.records.school import School

RULES: Final = (
    note(
        "GR601",
        N_("Waiting for a personal address"),
        N_(
            "The mailbox closes and the account still bears its address; once it is closed nobody "
            "reaches the person, not even to "
            "reset a password."
        ),
        N_("Ask for a personal address, and write it as email_address when it comes."),
        "ALU",
        "BEST",
    ),
    warning(
        "GR602",
        N_("The answer is overdue"),
        N_("The day by which the person was to give a personal address has passed."),
        N_("Ask once more, or apply the school's policy."),
        "ALU",
    ),
    error(
        "GR603",
        N_("Answer due before the request"),
        N_("The two dates of the campaign contradict each other."),
        N_("Correct requested_on or answer_by."),
    ),
    note(
        "GR604",
        N_("Loses the school login"),
        N_(
            "Without the school login (SSO) the person logs in with the address and a Handshake "
            "password, which must be set before."
        ),
        N_("Write to the person in time."),
        "ALU",
    ),
    error(
        "GR605",
        N_("An exemption has run out"),
        N_("Exemptions are dated, so that nobody forgets them."),
        N_("Cure what the rule finds, or renew the exemption with a reason."),
    ),
    error(
        "GR606",
        N_("An exemption that is not allowed"),
        N_("Rules that protect the file or the account have no exemption; a misspelt rule exempts from nothing."),
        N_("Delete the exemption, or correct the rule's number."),
    ),
    warning(
        "GR607",
        N_("An exemption that exempts from nothing"),
        N_("The rule finds nothing here any more."),
        N_("Delete the exemption."),
        waivable=False,
    ),
    error(
        "GR608",
        N_("An incomplete exemption"),
        N_("An exemption says from which rule, why, until when and by whom."),
        N_("Complete it with rule, reason, until and by."),
    ),
    warning(
        "GR621",
        N_("Answered, and the address is not in the record"),
        N_(
            "The person is not reminded any more, and the account still has nothing but the school's address, which "
            "ends with the mailbox."
        ),
        N_("Write the personal address as email_address; or how: in-handshake, if the person added it there."),
        "ADDL",
    ),
)

ASK_AHEAD: Final = 90
"""How many days before the mailbox or the school login ends people are asked, or told."""


def check_campaign(record: Record, _school: School, _on: str) -> Iterator[Flaw]:
    """Return what is wrong with the days of the request for a personal address."""
    asked, answer = real_day(record.text(ASKED_ON)), real_day(record.text(ANSWER_BY))
    if asked and answer and answer < asked:
        message = _("The answer is due on {answer}, before it was asked for on {asked}.")
        yield Flaw("GR603", ANSWER_BY, message.format(answer=quoted(answer), asked=quoted(asked)))


def check_leaver(record: Record, school: School, on: str) -> Iterator[Flaw]:
    """Return what a person must do before losing the mailbox or the login, as of the day `on`."""
    if is_waiting(record, school, on):
        yield from _waiting(record, real_day(record.text(ANSWER_BY)), on)
    elif is_answer_missing(record, school, on):
        message = _("The person answered, and the record still has {address}.")
        yield Flaw("GR621", EMAIL, message.format(address=quoted(record.text(EMAIL))))
    if loses_login(record, school, on) and not record.text(TOLD_ON):
        yield Flaw(
            "GR604",
            KEEPS_SSO,
            _("The person loses the school login and needs a Handshake password before."),
        )


CHECKS: Final = (check_campaign, check_leaver)


def keeps(record: Record, what: str, *, default: bool) -> bool:
    """Return whether the person keeps the school's mailbox or login; the record overrides the school's `default`."""
    text = record.text(f"transition:{what}")
    return text == "true" if text in {"true", "false"} else default


def mailbox_end(record: Record, school: School) -> str | None:
    """Return the day on which the school's mailbox ends; "" when it ends with the studies, None when it never does."""
    months, keeps_it = school.institution.mailbox_months, school.institution.keeps_school_email
    ends = real_day(record.text(MAILBOX_ENDS_ON))
    return ends or _end(record, "keeps_school_email", months, default=keeps_it)


def login_end(record: Record, school: School) -> str | None:
    """Return the day on which the school login ends; "" when it ends with the studies, None when it never does."""
    institution = school.institution
    ends = real_day(record.text(LOGIN_ENDS_ON))
    return ends or _end(record, "keeps_sso", institution.sso_months, default=institution.keeps_sso)


def _end(record: Record, what: str, months: int | None, *, default: bool) -> str | None:
    own = record.text(f"transition:{what}")
    if own not in {"true", "false"} and months is not None and (end := real_day(record.ends)):
        return months_later(end, months)
    return None if keeps(record, what, default=default) else ""


def months_later(day: str, months: int) -> str:
    """Return the day a number of months later, at most the last day of that month."""
    year, month, number = map(int, day.split("-"))
    year, month = year + (month - 1 + months) // 12, (month - 1 + months) % 12 + 1
    if year > date.max.year:
        return date.max.isoformat()
    return date(year, month, min(number, monthrange(year, month)[1])).isoformat()


def months_before(day: str, months: int) -> str:
    """Return the last day that lies at least a number of months before another one."""
    year, month, number = map(int, day.split("-"))
    year, month = year + (month - 1 - months) // 12, (month - 1 - months) % 12 + 1
    return date(year, month, min(number, monthrange(year, month)[1])).isoformat() if year > 0 else date.min.isoformat()


def ask_from(end: str) -> str:
    """Return the day from which people are asked or told that the mailbox or the login ends on the day `end`."""
    return days_before(end, ASK_AHEAD) if end else ""


def days_before(day: str, days: int) -> str:
    """Return the day a number of days earlier, at the earliest the first one of all."""
    return date.fromordinal(max(date.fromisoformat(day).toordinal() - days, 1)).isoformat()


def _leaves(record: Record) -> bool:
    """Return whether the person leaves with the degree and may be written to."""
    return record.graduated and not record.stays and not (record.is_confidential or record.has_died)


def loses_mailbox(record: Record, school: School, on: str) -> bool:
    """Return whether the person leaves, and the school's mailbox has ended on the day `on` or ends soon."""
    end = mailbox_end(record, school) if _leaves(record) else None
    return end is not None and ask_from(end) <= on


def has_answered(record: Record, school: School) -> bool:
    """Return whether the person has given a personal address, in whatever way; even if it is not in the record."""
    if record.text(ANSWERED_ON) or record.text(HOW) or record.domain not in school.own_domains:
        return True
    return _has_personal_address(record, school)


def _has_personal_address(record: Record, school: School) -> bool:
    domains = map(domain_of, record.texts(MORE_EMAILS))
    return any(one not in school.own_domains and not school.is_other_institution(one) for one in domains)


def is_waiting(record: Record, school: School, on: str) -> bool:
    """Return whether the person loses the school mailbox soon, and has given no personal address yet."""
    return loses_mailbox(record, school, on) and record.text(DISABLED) != "true" and not has_answered(record, school)


def is_answer_missing(record: Record, school: School, on: str) -> bool:
    """Return whether the person has answered, not in Handshake, and no personal address is in the record."""
    if not (record.text(ANSWERED_ON) or record.text(HOW)) or record.text(HOW) == IN_HANDSHAKE:
        return False
    is_open = loses_mailbox(record, school, on) and record.text(DISABLED) != "true"
    return is_open and record.domain in school.own_domains and not _has_personal_address(record, school)


def loses_login(record: Record, school: School, on: str) -> bool:
    """Return whether the person leaves and needs a Handshake password by now or soon; a person who stays does not."""
    end = login_end(record, school) if _leaves(record) and record.text(DISABLED) != "true" else None
    return end is not None and ask_from(end) <= on


def is_exempt(record: Record, rule: str, on: str) -> bool:
    """Return whether the record has a complete exemption from the rule on the day `on`."""
    return any(one.rule == rule and all(one) and is_day(one.until) and one.until >= on for one in record.waivers)


def _waiting(record: Record, answer: str, on: str) -> Iterator[Flaw]:
    address = quoted(record.text(EMAIL))
    if answer and answer < on:
        message = _("No personal address for {address}; the answer was due on {answer}.")
        yield Flaw("GR602", EMAIL, message.format(address=address, answer=quoted(answer)))
    elif answer:
        message = _("No personal address for {address} yet; the answer is due on {answer}.")
        yield Flaw("GR601", EMAIL, message.format(address=address, answer=quoted(answer)))
    else:
        yield Flaw("GR601", EMAIL, _("No personal address for {address} yet.").format(address=address))


def judge_waivers(record: Record, waivable: frozenset[str], known: frozenset[str], on: str) -> Iterator[Flaw]:
    """Return what is wrong with the exemptions of a record, whatever they exempt from."""
    for index, waiver in enumerate(record.waivers):
        key = f"{WAIVE}:{index}"
        missing = [name for name, text in waiver._asdict().items() if not text]
        if missing:
            message = _("The exemption lacks: {missing}.")
            yield Flaw("GR608", key, message.format(missing=", ".join(missing)))
        elif waiver.rule not in known:
            yield Flaw("GR606", f"{key}:rule", _no_rule(waiver.rule, known))
        elif waiver.rule not in waivable:
            yield Flaw("GR606", f"{key}:rule", _("From {rule} there is no exemption.").format(rule=waiver.rule))
        elif not is_day(waiver.until):
            yield Flaw("GR608", f"{key}:until", no_day(waiver.until))
        elif waiver.until < on:
            message = _("The exemption from {rule} ran out on {until}.")
            yield Flaw("GR605", f"{key}:until", message.format(rule=waiver.rule, until=quoted(waiver.until)))


def _no_rule(rule: str, known: frozenset[str]) -> str:
    right = rule.strip().upper()
    hint = _(" Did you mean {close}?").format(close=quoted(right)) if right in known else ""
    return _("There is no rule {rule}.").format(rule=quoted(rule)) + hint


def unused(record: Record, index: int) -> Flaw:
    """Return the flaw of an exemption whose rule finds nothing."""
    rule = record.waivers[index].rule
    return Flaw(
        "GR607",
        f"{WAIVE}:{index}",
        _("The exemption from {rule} has nothing to exempt from.").format(rule=rule),
    )
